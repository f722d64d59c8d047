"""What a commit changes: two live repositories → the affected units, each with its reasons.

1. A unit that only the head has is added; one that only the base has is removed; one of both is modified when its
   fingerprint differs, or when it was broken at the base and no longer is. With `changes.rule: files` in `towpath.yml`
   it is modified also when a file that took part in evaluating it differs.
2. A modified unit says why. Both evaluated configurations are walked, and every leaf that differs is a reason with the
   value before and after; then come the differing files of its own folder and of its local module. What cannot be known
   without running something is a reason for doubt (`uncertain`), never a guess.
3. Each differing value is attributed to the file that carries the change (`attribution` has the rule).
4. A removed unit is destroyed, unless something at the head still depends on it or has taken over its state; a unit
   that is broken, or that excludes itself, is shown and left alone; a protected one is held.
5. Units for which nothing differs, but which read outputs of a unit that will be applied, may follow; and so may those
   that read theirs.

On the deploy branch the base of each unit is its own: the commit it was last applied from, as the ledger has it.

This package neither orders (see `planning`) nor reads git: it compares what it is given.
"""

from __future__ import annotations

from towpath.changes.attribution import Overlay
from towpath.changes.find import changed_files, find_changes, find_changes_since_ledger
from towpath.changes.following import outputs_read
from towpath.changes.request import ChangesRequest
from towpath.changes.select import select_units
from towpath.changes.values import attribute_path

__all__ = [
    "ChangesRequest",
    "Overlay",
    "attribute_path",
    "changed_files",
    "find_changes",
    "find_changes_since_ledger",
    "outputs_read",
    "select_units",
]
