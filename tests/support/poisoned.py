"""The made-up estate, as somebody would write it who wants pages to do what they should not."""

from __future__ import annotations

from dataclasses import replace

from hand_made import hand_made_live, hand_made_unit
from made_up import MadeUp
from made_up_story import DATABASE, WAITING

from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem

__all__ = ["EVIL", "poisoned"]

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e'


def poisoned(estate: MadeUp) -> MadeUp:
    """The estate, with the same text wherever one can be chosen by somebody else."""
    snapshot = estate.snapshot(WAITING)
    problem = Problem("x", EVIL, EVIL, Place(EVIL, 1), EVIL, EVIL)
    unit = replace(snapshot.units[DATABASE], unit=UnitPath(EVIL), account=EVIL, reason=EVIL, problems=(problem,))
    commits = tuple(replace(commit, subject=EVIL, author=EVIL) for commit in snapshot.run.commits)
    run = replace(snapshot.run, commits=commits, author=EVIL, reason=EVIL, problems=(problem,))
    said = tuple(replace(vote, who=EVIL, reason=EVIL) for vote in snapshot.approvals)
    estate.keep(replace(snapshot, run=run, approvals=said, units={**snapshot.units, unit.unit: unit}))
    plan = estate.plans[WAITING, DATABASE]
    resources = tuple(
        replace(one, address=EVIL, attributes=tuple(replace(a, path=EVIL, before=EVIL, after=EVIL * 20) for a in
                                                    one.attributes))
        for one in plan.resources
    )  # fmt: skip
    estate.plans[WAITING, EVIL] = replace(plan, resources=resources)
    estate.logs[WAITING, EVIL] = [EVIL, f"\x1b[31m{EVIL}", f"\x1b]8;;javascript:alert(1)\x07{EVIL}"]
    poisoned = hand_made_unit("dev/app", source=EVIL, problems=(problem,), region=EVIL)
    estate.lives["infrastructure-live"] = hand_made_live(replace(poisoned, path=UnitPath(EVIL)))
    estate.server = {EVIL: EVIL, "list": [{"name": EVIL}]}
    return estate
