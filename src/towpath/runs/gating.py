"""Gates and holds of the tier whose turn it is: what is asked, of whom, about which plans."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from towpath.model.gates import GateSpec, Hold, HoldKind
from towpath.model.paths import UnitPath
from towpath.model.runs import Approval, Gate, GateStatus, Run, UnitRun, UnitStatus
from towpath.runs.actions import Action, Clear, OpenGate, PassGate, VoidGate
from towpath.runs.position import Position, digest_of, environment_of

__all__ = [
    "authors_of",
    "covers_of",
    "gate_actions",
    "may_approve",
    "nobody_is_asked",
    "people_said_yes",
    "voters",
]


def authors_of(run: Run) -> frozenset[str]:
    """Everybody who wrote something of what the run brings, in lower case."""
    return frozenset(name.lower() for name in (run.author, *(commit.author for commit in run.commits)) if name)


def may_approve(gate: Gate, who: str, run: Run, groups: Iterable[str] = ()) -> bool:
    """Whether the gate takes the word of this person, who is in these groups."""
    if gate.not_author and who.lower() in authors_of(run):
        return False
    # A group with the name of an address is nobody's.
    names = {who.lower(), *(group.lower() for group in groups if "@" not in group)}
    return not gate.approvers or not names.isdisjoint(name.lower() for name in gate.approvers)


def _votes(gate: Gate, approvals: Iterable[Approval]) -> tuple[Approval, ...]:
    """What was said at the gate about the very plans it asks about."""
    return tuple(said for said in approvals if said.gate == gate.id and said.digests == gate.covers)


def voters(gate: Gate, approvals: Iterable[Approval], run: Run) -> frozenset[str]:
    """The different people whose approval counts at the gate."""
    said = _votes(gate, approvals)
    return frozenset(
        vote.who.lower() for vote in said if vote.approved and may_approve(gate, vote.who, run, vote.groups)
    )


def gate_actions(position: Position, tier: int) -> Sequence[Action]:
    """In this order: pass gates that have their approvals, void those that ask about plans which are no more, clear
    what needs nobody's word, open what must be asked. Nothing new is asked while a plan of the tier is being made.
    """
    return _passed(position) or _void(position) or _cleared_or_asked(position, tier)


def _open(position: Position) -> Iterator[Gate]:
    return (gate for gate in position.snapshot.gates.values() if gate.status is GateStatus.OPEN)


def _passed(position: Position) -> Sequence[Action]:
    return [PassGate(gate.id) for gate in _open(position) if _may_pass(gate, position)]


def _may_pass(gate: Gate, position: Position) -> bool:
    enough = len(voters(gate, position.snapshot.approvals, position.run)) >= gate.approvals
    return enough and (gate.window is None or gate.window.is_open(position.now))


def _void(position: Position) -> Sequence[Action]:
    return [VoidGate(gate.id) for gate in _open(position) if not _still_asks(gate, position)]


def _still_asks(gate: Gate, position: Position) -> bool:
    units = position.units
    return all(unit in units and digest_of(units[unit]) == digest for unit, digest in gate.covers.items())


def _cleared_or_asked(position: Position, tier: int) -> Sequence[Action]:
    members = position.in_tier(tier)
    if any(position.wants_plan(unit) or unit.unit in position.busy for unit in members if not unit.is_cleared):
        return []
    uncleared = [unit for unit in members if _awaits_clearance(unit)]
    free = [unit for unit in uncleared if _needs_nobody(unit)]
    if free:
        return [Clear(unit.unit) for unit in free]
    if _open_hold(position, tier):
        return []
    hold = _hold_to_ask(position, tier, uncleared)
    gates = list(_gates_to_ask(position, tier, uncleared))
    if hold or gates:
        return [*hold, *gates]
    return [Clear(unit.unit) for unit in uncleared if not _waits_at_gate(position, unit)]


def _awaits_clearance(unit: UnitRun) -> bool:
    return (
        unit.held is None
        and unit.status in (UnitStatus.PENDING, UnitStatus.PLANNED)
        and (not unit.is_cleared or unit.plan is None)
    )


def _needs_nobody(unit: UnitRun) -> bool:
    """A plan that changes nothing, and one that is covered by what people said yes to before."""
    plan = unit.plan
    said_yes = unit.approved is not None and unit.by_people
    return plan is not None and (plan.changes_nothing or (said_yes and plan.covered is True))


def people_said_yes(position: Position, unit: UnitRun) -> bool:
    """Whether a gate or hold was passed for the unit's latest plan."""
    environments = (environment_of(unit), None)
    return any(position.said_yes(unit, environment) for environment in environments)


def _gates_to_ask(position: Position, tier: int, units: Sequence[UnitRun]) -> Iterator[OpenGate]:
    asked = {gate.environment for gate in _open(position) if gate.tier == tier}
    for spec in position.run.gates:
        waiting = [unit.unit for unit in units if _asks(spec, unit) and not position.said_yes(unit, spec.environment)]
        if waiting and spec.environment not in asked:
            yield OpenGate(tier, spec, tuple(waiting))


def _asks(spec: GateSpec, unit: UnitRun) -> bool:
    return spec.asks_for_something and spec.environment == environment_of(unit)


def _waits_at_gate(position: Position, unit: UnitRun) -> bool:
    return any(_asks(spec, unit) and not position.said_yes(unit, spec.environment) for spec in position.run.gates)


def _open_hold(position: Position, tier: int) -> bool:
    return any(gate.environment is None and gate.tier == tier for gate in _open(position))


def _hold_to_ask(position: Position, tier: int, units: Sequence[UnitRun]) -> Sequence[OpenGate]:
    held = position.unseen_held(tier)
    asking = [unit for unit in units if not position.said_yes(unit, None)]
    holds = [*_of_run(position, bool(asking)), *_of_plans(asking)]
    holds.extend(_protected(unit) for unit in held)
    if not holds:
        return []
    covered = tuple(sorted(unit.unit for unit in (*asking, *held)))
    return [OpenGate(tier, None, covered, tuple(holds))]


def _of_plans(units: Sequence[UnitRun]) -> Iterator[Hold]:
    for unit in units:
        if unit.plan is None:
            continue
        yield from unit.plan.holds
        if unit.plan.covered is False:
            words = " ".join(unit.plan.differences)
            yield Hold(
                HoldKind.CHANGED, f"The plan does more than the one that was approved. {words}".strip(), unit.unit
            )


def _of_run(position: Position, is_asking: bool) -> Iterator[Hold]:
    """Holds of the whole run, the first time there is something to apply; again when units that joined caused one."""
    if not is_asking:
        return
    passed = {
        hold.kind
        for gate in position.snapshot.gates.values()
        if gate.status is GateStatus.PASSED
        for hold in gate.holds
    }
    yield from (hold for hold in _too_much(position) if hold.kind not in passed)


def _too_much(position: Position) -> Iterator[Hold]:
    """Whether the run touches more than `hold_above` lets through, units that joined counted."""
    touched = [unit for unit in position.members if unit.held is None]
    accounts = {unit.account for unit in touched if unit.account is not None}
    settings = position.run.settings
    for kind, count, limit in (
        (HoldKind.UNITS, len(touched), settings.hold_above_units),
        (HoldKind.ACCOUNTS, len(accounts), settings.hold_above_accounts),
    ):
        if limit is not None and count > limit:
            words = f"The run touches {count} {kind.value}, more than the {limit} that `hold_above` lets through."
            yield Hold(kind, words)


def _protected(unit: UnitRun) -> Hold:
    return Hold(HoldKind.PROTECTED, "The unit is protected: it is planned and shown, and applied by hand.", unit.unit)


def covers_of(position: Position, units: Iterable[UnitPath]) -> dict[UnitPath, str]:
    """The digests of the latest plans of these units."""
    digests = ((path, digest_of(position.units[path])) for path in units)
    return {path: digest for path, digest in digests if digest is not None}


def nobody_is_asked(gates: Mapping[str, Gate], now: datetime.datetime) -> dict[str, Gate]:
    """The gates of a run that has ended: those still open are void."""
    return {
        key: replace(gate, status=GateStatus.VOID, closed_at=now) if gate.status is GateStatus.OPEN else gate
        for key, gate in gates.items()
    }
