"""The nouns of Towpath, as frozen values without input or output.

Every other package speaks these words. A module a family of nouns: `accounts`, `changes`, `plans`, `gates`,
`commands` (what runners run), `work` (what a run asks to be done to one unit), `runs`, `events`.
"""
