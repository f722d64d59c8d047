"""One run: a column for each tier, a row for each unit, the gates between."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from towpath.model.changes import Action
from towpath.model.gates import OUTSIDE_ENVIRONMENT, GateSpec
from towpath.model.paths import UnitPath
from towpath.model.people import Caller
from towpath.model.plans import Exactness
from towpath.model.runs import Approval, AttemptKind, Gate, UnitRun
from towpath.runs import RunView
from towpath.service.allowed import may_see_unit, refusal_at_gate
from towpath.service.seeing import SeenRun
from towpath.web.views.deeds import Deed, deeds_of
from towpath.web.views.marks import Counts, Mark, counts_of, gate_mark, run_mark, unit_mark
from towpath.web.views.runs import kind_words, title_of
from towpath.web.views.waiting import Standing, at_gate, holds_in_words, unit_waits, waits

__all__ = ["Column", "GateCard", "RunPage", "UnitRow", "run_page", "unit_key", "unit_rows", "waiting_words"]

_DIGITS = 12


@dataclass(frozen=True, slots=True)
class UnitRow:
    """`key` names the row in the page. `url` is None where the unit is not for the one who looks."""

    key: str
    unit: UnitPath
    folder: str
    name: str
    is_open: bool
    mark: Mark
    counts: Counts | None
    loses: bool
    remark: str
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class GateCard:
    """A gate, opened or still to come (then `id` is ""). `you` is what the caller is told of their part."""

    id: str
    name: str
    is_hold: bool
    mark: Mark
    have: int
    need: int
    whom: tuple[str, ...]
    not_author: bool
    window: str
    said: tuple[Approval, ...]
    holds: tuple[str, ...]
    you: str
    can_answer: bool
    covers: int


@dataclass(frozen=True, slots=True)
class Column:
    """One tier, with the gates before its applies."""

    tier: int
    accounts: tuple[str, ...]
    done: int
    total: int
    is_turn: bool
    gates: tuple[GateCard, ...]
    rows: tuple[UnitRow, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    seen: SeenRun
    view: RunView
    title: str
    kind: str
    mark: Mark
    columns: tuple[Column, ...]
    waiting: tuple[str, ...]
    deeds: tuple[Deed, ...]
    losing: tuple[UnitRow, ...]


def run_page(seen: SeenRun, caller: Caller) -> RunPage:
    view = seen.view
    run = view.snapshot.run
    columns = tuple(_columns(seen, caller))
    gates = [gate for column in columns for gate in column.gates if gate.you]
    return RunPage(
        seen=seen,
        view=view,
        title=title_of(run),
        kind=kind_words(run.kind),
        mark=run_mark(run.status),
        columns=columns,
        waiting=(*(gate.you for gate in gates), *waits(view)),
        deeds=deeds_of(seen.repository, view, caller),
        losing=tuple(row for column in columns for row in column.rows if row.loses),
    )


def waiting_words(seen: SeenRun, caller: Caller) -> tuple[str, ...]:
    """What the run waits for, in sentences, as the caller is told it."""
    return run_page(seen, caller).waiting


def unit_key(unit: str) -> str:
    """An id for an element: paths may have characters that ids may not."""
    return f"u-{hashlib.sha256(unit.encode(errors='surrogateescape')).hexdigest()[:_DIGITS]}"


def unit_rows(seen: SeenRun, caller: Caller, units: Iterable[UnitPath]) -> Iterator[UnitRow]:
    """The rows of these units, as far as they are part of the run."""
    known = seen.view.snapshot.units
    at_work = _at_work(seen.view)
    for path in units:
        if path in known and known[path].joined:
            yield _row(seen, caller, known[path], at_work.get(path))


def _columns(seen: SeenRun, caller: Caller) -> Iterator[Column]:
    view = seen.view
    at_work = _at_work(view)
    tiers: dict[int, list[UnitRun]] = {}
    for unit in view.units:
        tiers.setdefault(unit.row.tier, []).append(unit.row)
    turn = next((tier for tier, members in tiers.items() if not all(unit.status.is_done for unit in members)), None)
    for tier, members in tiers.items():
        yield Column(
            tier=tier,
            accounts=tuple(sorted({unit.account for unit in members if unit.account})),
            done=sum(unit.status.is_done for unit in members),
            total=len(members),
            is_turn=tier == turn and not view.status.is_terminal,
            gates=tuple(_gates(seen, caller, tier, members)),
            rows=tuple(_row(seen, caller, unit, at_work.get(unit.unit)) for unit in members),
        )


def _at_work(view: RunView) -> Mapping[UnitPath, AttemptKind]:
    return {
        attempt.unit: attempt.kind
        for attempt in view.snapshot.attempts.values()
        if attempt.status.is_active and attempt.started_at is not None
    }


def _row(seen: SeenRun, caller: Caller, row: UnitRun, at_work: AttemptKind | None) -> UnitRow:
    folder, _, name = row.unit.rpartition("/")
    counts = row.plan.counts if row.plan is not None else None
    return UnitRow(
        key=unit_key(row.unit),
        unit=row.unit,
        folder=folder,
        name=name,
        is_open=may_see_unit(caller, seen.repository, row.unit, row.account),
        mark=unit_mark(row, at_work),
        counts=counts_of(counts),
        loses=counts is not None and not row.status.is_terminal and bool(counts.destroy or counts.replace),
        remark=row.reason or unit_waits(seen.view, row),
        notes=tuple(_notes(row)),
        seconds=row.seconds,
    )


def _notes(row: UnitRun) -> Iterator[str]:
    if row.action is Action.DESTROY:
        yield "destroy"
    if row.plan is not None and row.plan.exactness is Exactness.PROVISIONAL and not row.status.is_terminal:
        yield "provisional"
    if row.held is not None:
        yield "protected"
    if row.follows:
        yield "followed"


def _gates(seen: SeenRun, caller: Caller, tier: int, members: Sequence[UnitRun]) -> Iterator[GateCard]:
    view = seen.view
    opened = [gate for gate in view.snapshot.gates.values() if gate.tier == tier]
    latest = {gate.environment: gate for gate in opened}
    for gate in latest.values():
        yield _card(seen, gate, caller)
    environments = {unit.account or OUTSIDE_ENVIRONMENT for unit in members}
    for spec in view.snapshot.run.gates if view.snapshot.run.applies else ():
        if spec.environment in environments and spec.environment not in latest and spec.asks_for_something:
            yield _to_come(spec, is_over=view.status.is_terminal)


def _card(seen: SeenRun, gate: Gate, caller: Caller) -> GateCard:
    view = seen.view
    stands = Standing(view, gate, caller.person)
    refused = refusal_at_gate(caller, seen.repository, gate, view.snapshot) if stands.is_open else None
    is_asked = stands.is_open and not view.status.is_terminal
    return GateCard(
        id=gate.id,
        name=gate.environment or "Hold",
        is_hold=gate.environment is None,
        mark=gate_mark(gate.status),
        have=stands.have,
        need=gate.approvals,
        whom=gate.approvers,
        not_author=gate.not_author,
        window=str(gate.window) if gate.window is not None else "",
        said=tuple(said for said in view.snapshot.approvals if said.gate == gate.id),
        holds=holds_in_words(gate),
        you=at_gate(view, gate, caller.person, is_refused=refused is not None) if is_asked else "",
        can_answer=is_asked and stands.may and refused is None,
        covers=len(gate.covers),
    )


def _to_come(spec: GateSpec, *, is_over: bool) -> GateCard:
    mark = Mark("skipped", "not reached", "faint") if is_over else Mark("pending", "to come", "faint")
    return GateCard(
        id="",
        name=spec.environment,
        is_hold=False,
        mark=mark,
        have=0,
        need=spec.approvals,
        whom=spec.approvers,
        not_author=spec.not_author,
        window=str(spec.window) if spec.window is not None else "",
        said=(),
        holds=(),
        you="",
        can_answer=False,
        covers=0,
    )
