"""Who may do what where.

1. An act needs a role: to see `viewer`, to plan `planner`, to approve `approver`, to apply, resume, cancel and roll
   back `operator`, to administer `admin`. Each role includes the ones before it.
2. Roles come from the account itself (everywhere) and from grants: to people and groups, per repository, environment
   and path. They add up; nothing takes a role away.
3. A place is a repository, an environment of it, or a unit. A grant counts at a place when it holds for the whole of
   it: who may operate in dev alone may not operate on the repository. `may_in_part` asks whether it holds for any of
   it: for what lists things, each of which is then asked about by itself.
4. A token lets through what its owner may do, up to its scopes. Who is disabled may do nothing.
5. The audit log is a chain: each entry carries the hash of the one before, so that none can be changed, dropped or
   moved unseen.

This package is pure: it keeps nothing, and knows neither browsers nor login providers.
"""

from __future__ import annotations

from towpath.access.chain import GENESIS, Break, chained, entry_json, entry_of, first_break
from towpath.access.rules import Act, Place, may, may_in_part, why_not

__all__ = [
    "GENESIS",
    "Act",
    "Break",
    "Place",
    "chained",
    "entry_json",
    "entry_of",
    "first_break",
    "may",
    "may_in_part",
    "why_not",
]
