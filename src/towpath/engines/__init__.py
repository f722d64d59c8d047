"""Engines know a tool: how its commands are written, and what it says.

1. What to run is decided by pure functions from frozen values.
2. An engine drives its commands through a `model.commands.Runner`, which is given to it.
3. What the tool printed is read into the model's nouns: plans, problems.

Engines start no process themselves, and do not know runs, accounts or git.
"""
