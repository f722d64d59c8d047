"""The nouns of Towpath, as frozen values without input or output.

Every other package speaks these words; `docs/words.md` gives each one's meaning. A module a family of nouns:
`accounts`, `changes`, `plans`, `commands` (what runners run), `work` (what a run asks to be done to one unit), `runs`, `events`.
"""
