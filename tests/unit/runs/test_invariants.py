"""The checker of the invariants notices each of them when it is broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from run_house import House, step, walk

from towpath.model.changes import Action, Held
from towpath.model.events import Event, EventKind
from towpath.model.gates import GateSpec, Hold, HoldKind
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.plans import Exactness
from towpath.model.runs import Attempt, AttemptKind, AttemptStatus, GateStatus, RunStatus, UnitStatus
from towpath.runs import RunHistory, broken_invariants, history_of, invariants

FIRST, SECOND, GATED, REMOVED = (UnitPath(path) for path in ("dev/a", "dev/b", "prod/c", "dev/old"))


@dataclass
class Kept:
    """What is kept of a run that went well, to be spoilt."""

    history: RunHistory
    ledger: dict[UnitPath, LedgerEntry]

    def attempt(self, unit: UnitPath, kind: AttemptKind = AttemptKind.APPLY) -> Attempt:
        return next(one for one in self.history.attempts if (one.unit, one.kind) == (unit, kind))

    def change_attempt(self, attempt: Attempt, **fields: Any) -> None:
        changed = [replace(one, **fields) if one.id == attempt.id else one for one in self.history.attempts]
        self.history = replace(self.history, attempts=changed)

    def change_plan(self, unit: UnitPath, **fields: Any) -> None:
        made = self.attempt(unit, AttemptKind.PLAN)
        assert made.summary is not None
        self.change_attempt(made, summary=replace(made.summary, **fields))

    def apply_again(self, unit: UnitPath) -> None:
        """One more apply of the same plan."""
        last = self.attempt(unit)
        again = replace(last, id=f"{last.id}-again", number=last.number + 1)
        self.history = replace(self.history, attempts=[*self.history.attempts, again])

    def change_run(self, **fields: Any) -> None:
        snapshot = self.history.snapshot
        self.history = replace(self.history, snapshot=replace(snapshot, run=replace(snapshot.run, **fields)))

    def change_unit(self, unit: UnitPath, **fields: Any) -> None:
        snapshot = self.history.snapshot
        units = {**snapshot.units, unit: replace(snapshot.units[unit], **fields)}
        self.history = replace(self.history, snapshot=replace(snapshot, units=units))

    def change_gate(self, **fields: Any) -> None:
        """The only one; the approvals go along with what it covers."""
        snapshot = self.history.snapshot
        gates = {key: replace(gate, **fields) for key, gate in snapshot.gates.items()}
        digests = next(iter(gates.values())).covers
        approvals = tuple(replace(said, digests=digests) for said in snapshot.approvals)
        self.history = replace(self.history, snapshot=replace(snapshot, gates=gates, approvals=approvals))

    def forget_approvals(self) -> None:
        self.history = replace(self.history, snapshot=replace(self.history.snapshot, approvals=()))

    def event(self, kind: EventKind, unit: UnitPath, attempt: Attempt | None = None) -> Event:
        return next(
            event
            for event in self.history.events
            if (event.kind, event.unit) == (kind, unit) and (attempt is None or event.data["attempt"] == attempt.id)
        )

    def drop_event(self, event: Event) -> None:
        self.history = replace(self.history, events=[other for other in self.history.events if other != event])

    def put_event(self, event: Event, before: Event) -> None:
        where = self.history.events.index(before)
        events = [*self.history.events[:where], replace(event, sequence=before.sequence), *self.history.events[where:]]
        self.history = replace(self.history, events=events)

    def queued(self, unit: UnitPath) -> Event:
        return self.event(EventKind.ATTEMPT_QUEUED, unit, self.attempt(unit))


@pytest.fixture
def kept(house: House) -> Kept:
    run = house.apply(
        walk(
            step(FIRST, 1),
            step(SECOND, 1, waits_for=[FIRST]),
            step(REMOVED, 1, action=Action.DESTROY),
            step(GATED, 2),
            gates=[GateSpec("prod", 1)],
        )
    ).id
    assert house.approve(run).status is RunStatus.SUCCEEDED
    return Kept(history_of(house.state)[0], dict(house.state.ledger.entries()))


def _applies_anothers_plan(kept: Kept) -> None:
    kept.change_attempt(kept.attempt(GATED), plan=kept.attempt(FIRST, AttemptKind.PLAN).id)


def _applies_what_is_not_final(kept: Kept) -> None:
    kept.change_plan(GATED, exactness=Exactness.PROVISIONAL)


def _applies_twice(kept: Kept) -> None:
    kept.apply_again(GATED)


def _applies_again_after_a_failure(kept: Kept) -> None:
    kept.apply_again(FIRST)
    kept.change_attempt(kept.attempt(FIRST), status=AttemptStatus.FAILED)


def _was_not_cleared(kept: Kept) -> None:
    kept.drop_event(kept.event(EventKind.UNIT_CLEARED, FIRST))


def _begins_a_later_tier(kept: Kept) -> None:
    event = kept.queued(GATED)
    kept.drop_event(event)
    kept.put_event(event, before=kept.event(EventKind.ATTEMPT_STARTED, FIRST, kept.attempt(FIRST)))


def _begins_before_what_it_waits_for(kept: Kept) -> None:
    event = kept.queued(SECOND)
    kept.drop_event(event)
    kept.put_event(event, before=kept.queued(FIRST))


def _begins_after_a_failure(kept: Kept) -> None:
    failed = replace(kept.event(EventKind.UNIT_STATUS, REMOVED), data={"status": "failed"})
    kept.put_event(failed, before=kept.queued(GATED))


def _nobody_approved(kept: Kept) -> None:
    kept.forget_approvals()


def _something_else_was_approved(kept: Kept) -> None:
    kept.change_gate(covers={GATED: "sha256:another plan"})


def _the_gate_was_of_another_environment(kept: Kept) -> None:
    kept.change_gate(environment="stage")


def _nobody_was_asked_about_data(kept: Kept) -> None:
    kept.change_plan(FIRST, holds=(Hold(HoldKind.DATA, "A database goes."),))


def _nobody_was_asked_about_more(kept: Kept) -> None:
    kept.change_plan(FIRST, covered=False)


def _ended_with_a_unit_open(kept: Kept) -> None:
    kept.change_unit(GATED, status=UnitStatus.PLANNED)


def _ended_with_work_going_on(kept: Kept) -> None:
    kept.change_attempt(kept.attempt(GATED), status=AttemptStatus.RUNNING)


def _the_ledger_names_another_commit(kept: Kept) -> None:
    kept.ledger[GATED] = replace(kept.ledger[GATED], commit="commit-2")


def _the_ledger_names_what_failed(kept: Kept) -> None:
    kept.change_unit(GATED, status=UnitStatus.FAILED)


def _the_ledger_forgot(kept: Kept) -> None:
    del kept.ledger[GATED]


def _the_ledger_names_what_is_gone(kept: Kept) -> None:
    kept.ledger[REMOVED] = replace(kept.ledger[FIRST], unit=REMOVED)


def _applies_what_is_held(kept: Kept) -> None:
    kept.change_unit(FIRST, held=Held.PROTECTED)


def _destroys_what_prevents_it(kept: Kept) -> None:
    kept.change_unit(REMOVED, prevent_destroy=True)


def _two_at_once(kept: Kept) -> None:
    started = kept.event(EventKind.ATTEMPT_STARTED, GATED, kept.attempt(GATED))
    other = replace(started, data={"attempt": kept.attempt(FIRST).id})
    kept.put_event(other, before=kept.event(EventKind.ATTEMPT_FINISHED, GATED, kept.attempt(GATED)))


def _a_fence_that_does_not_grow(kept: Kept) -> None:
    kept.change_attempt(kept.attempt(GATED), fence=kept.attempt(GATED, AttemptKind.PLAN).fence)


def _waits_for_nobody(kept: Kept) -> None:
    kept.change_run(status=RunStatus.WAITING)


def _asks_after_its_end(kept: Kept) -> None:
    kept.change_gate(status=GateStatus.OPEN)


def _did_not_look(kept: Kept) -> None:
    kept.apply_again(FIRST)
    kept.change_attempt(kept.attempt(FIRST), status=AttemptStatus.UNKNOWN)


def _told_another_end(kept: Kept) -> None:
    kept.change_run(status=RunStatus.CANCELLED)


def _told_another_status(kept: Kept) -> None:
    kept.change_unit(FIRST, status=UnitStatus.UNCHANGED)


BROKEN: Mapping[Callable[[Kept], None], int] = {
    _applies_anothers_plan: 1,
    _applies_what_is_not_final: 1,
    _applies_twice: 2,
    _applies_again_after_a_failure: 2,
    _was_not_cleared: 3,
    _begins_a_later_tier: 4,
    _begins_before_what_it_waits_for: 4,
    _begins_after_a_failure: 5,
    _nobody_approved: 6,
    _something_else_was_approved: 6,
    _the_gate_was_of_another_environment: 6,
    _nobody_was_asked_about_data: 6,
    _nobody_was_asked_about_more: 6,
    _ended_with_a_unit_open: 7,
    _ended_with_work_going_on: 7,
    _the_ledger_names_another_commit: 8,
    _the_ledger_names_what_failed: 8,
    _the_ledger_forgot: 8,
    _the_ledger_names_what_is_gone: 8,
    _applies_what_is_held: 9,
    _destroys_what_prevents_it: 9,
    _two_at_once: 10,
    _a_fence_that_does_not_grow: 10,
    _waits_for_nobody: 11,
    _asks_after_its_end: 11,
    _did_not_look: 12,
    _told_another_end: 13,
    _told_another_status: 13,
}


def broken(kept: Kept) -> set[int]:
    """The numbers of what does not hold."""
    texts = broken_invariants([kept.history], kept.ledger)
    return {int(found.group(1)) for text in texts if (found := re.search(r"(?:^|: )(\d+): ", text))}


def test_all_holds_in_a_run_that_went_well(kept: Kept) -> None:
    assert broken(kept) == set()


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__.strip("_"))
def test_what_is_broken_is_noticed(kept: Kept, spoil: Callable[[Kept], None]) -> None:
    spoil(kept)
    assert BROKEN[spoil] in broken(kept)


def test_every_invariant_of_the_list_can_be_broken() -> None:
    listed = {int(number) for number in re.findall(r"^(\d+)\. ", invariants.__doc__ or "", re.MULTILINE)}
    assert listed == set(BROKEN.values())
