"""Runs: plan, gate, apply, tier by tier; halted by the first failure, resumable from there.

1. A run is rows: the run itself, its units, attempts, gates, approvals. Nothing of it lives in a process.
2. `advance` looks at the rows of one run and decides what happens next; it is pure. The shell around it loads the rows,
   takes the decisions, records events, and enqueues the work, in one transaction. It is called after everything that
   happens: an attempt ended, a person said something, a pause is over.
3. A plan run plans every unit of every tier at once. Any other run goes tier by tier: every unit of the tier is
   planned; gates and holds are asked about those very plans; what is cleared is applied in the order of dependencies.
4. A plan made before its upstreams were applied is made again afterwards and compared with the approved one, and so is
   one whose state moved on, and any plan after a failure: equal or smaller goes on, more asks again.
5. When an apply changed an output that a unit which may follow reads, that unit joins the run.
6. A failure halts: dependents are skipped, what runs finishes, nothing else begins. `halted` is not the end: units that
   did not begin stay pending, and `resume` plans again what failed or was skipped. Ctrl-C halts the same way.
7. Work is done by attempts. One begins by taking its unit's lock with a new fence, asks the `Workbench`, and writes its
   result only while it still holds that fence. A queued attempt is a row; `runs.carrier` gives it
   to a thread.
8. One process works with a state folder at a time. What a dead one left behind ended unknown, or never began; after an
   unknown apply reality is looked at first, and if the plan no longer fits it, the unit is planned again.
9. A run that begins takes the place of older ones that rest, where it brings another commit or the same units; so
   does a commit from which nothing differs (`Runs.give_way`).
10. A protected unit is planned and shown. While it would change something and other work is left, the run holds until a
    person has seen it; what reads from it is planned exactly only then, since it may have been applied by hand.
11. In a service any number of processes share a database (`worker`). Each works under a lease; whoever does not renew
    it in time is buried by the others, and its attempts ended unknown as in 8.
12. What follows when a watched branch moves is decided in `watching`: one run at work, later commits in the next one,
    each commit accounted for. A drift run plans units as they were applied, and never applies.

This package knows no SQL, no engine and no terminal.
"""

from __future__ import annotations

from towpath.runs.carrying import Carrier, Carriers, CarryOut
from towpath.runs.driving import Watcher
from towpath.runs.invariants import RunHistory, broken_invariants, history_of
from towpath.runs.making import settings_of
from towpath.runs.starting import RunRequest
from towpath.runs.usecases import Agreed, Answer, Noting, Runs
from towpath.runs.view import RunView, UnitView

__all__ = [
    "Agreed",
    "Answer",
    "Carrier",
    "Carriers",
    "CarryOut",
    "Noting",
    "RunHistory",
    "RunRequest",
    "RunView",
    "Runs",
    "UnitView",
    "Watcher",
    "broken_invariants",
    "history_of",
    "settings_of",
]
