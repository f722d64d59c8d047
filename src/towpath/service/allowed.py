"""What somebody may do with a run: the rules of access, asked about every unit that the act touches."""

from __future__ import annotations

from collections.abc import Iterable

from towpath.access import Act, Place, may, may_in_part, why_not
from towpath.model.gates import OUTSIDE_ENVIRONMENT
from towpath.model.paths import UnitPath
from towpath.model.people import Caller
from towpath.model.runs import Gate, Snapshot, UnitRun
from towpath.planning import Walk
from towpath.problems import Problem

__all__ = ["may_see_unit", "place_of", "refusal", "refusal_anywhere", "refusal_at_gate", "refusal_to_begin", "sees"]


def sees(caller: Caller, repository: str) -> bool:
    """Whether the caller may see something of the repository: its runs are listed for them then."""
    return may_in_part(caller, Act.SEE, Place(repository))


def may_see_unit(caller: Caller, repository: str, unit: UnitPath, account: str | None) -> bool:
    """Whether plans, logs and values of the unit are for the caller."""
    return may(caller, Act.SEE, place_of(repository, unit, account))


def place_of(repository: str, unit: UnitPath, account: str | None) -> Place:
    return Place(repository, account or OUTSIDE_ENVIRONMENT, unit)


def refusal(caller: Caller, act: Act, repository: str, snapshot: Snapshot) -> Problem | None:
    """What stands against doing this to the whole run; None when the caller may."""
    return _refusal(caller, act, repository, (unit for unit in snapshot.units.values() if unit.joined))


def refusal_at_gate(caller: Caller, repository: str, gate: Gate, snapshot: Snapshot) -> Problem | None:
    """What stands against saying yes or no to all plans that the gate asks about, whatever the gate itself wants."""
    covered = (snapshot.units[unit] for unit in gate.covers if unit in snapshot.units)
    return _refusal(caller, Act.APPROVE, repository, covered)


def refusal_anywhere(caller: Caller, act: Act, repository: str) -> Problem | None:
    """What stands against doing this to any unit of the repository, whichever it be: then nothing need be looked at."""
    return None if may_in_part(caller, act, Place(repository)) else why_not(caller, act, Place(repository))


def refusal_to_begin(caller: Caller, act: Act, repository: str, walk: Walk) -> Problem | None:
    """What stands against a run of all these units."""
    return _refused_at(caller, act, repository, (place_of(repository, one.unit, one.account) for one in walk.steps()))


def _refusal(caller: Caller, act: Act, repository: str, units: Iterable[UnitRun]) -> Problem | None:
    return _refused_at(caller, act, repository, (place_of(repository, unit.unit, unit.account) for unit in units))


def _refused_at(caller: Caller, act: Act, repository: str, places: Iterable[Place]) -> Problem | None:
    if may(caller, act, Place(repository)):
        return None
    touched = list(places) or [Place(repository)]
    return next((found for place in touched if (found := why_not(caller, act, place)) is not None), None)
