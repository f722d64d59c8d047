"""Runs, as a list and as one page of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from towpath.model.plans import Exactness
from towpath.model.runs import PlanSummary, Run, RunKind, RunStatus, UnitRun, UnitStatus
from towpath.runs import RunView
from towpath.views.plans import counts_text
from towpath.views.tables import Line, Span, Style, Table, aligned, line
from towpath.views.text import plural, width

__all__ = ["UNIT_STYLES", "run_json", "run_lines", "runs_table", "status_span", "what_next"]

_RUN_STYLES = {
    RunStatus.PLANNED: Style.GOOD,
    RunStatus.SUCCEEDED: Style.GOOD,
    RunStatus.WAITING: Style.WARNING,
    RunStatus.HALTED: Style.BAD,
    RunStatus.CANCELLED: Style.FAINT,
    RunStatus.SUPERSEDED: Style.FAINT,
}
UNIT_STYLES = {
    UnitStatus.APPLIED: Style.GOOD,
    UnitStatus.DESTROYED: Style.GOOD,
    UnitStatus.UNCHANGED: Style.FAINT,
    UnitStatus.FAILED: Style.BAD,
    UnitStatus.SKIPPED: Style.FAINT,
    UnitStatus.HELD: Style.WARNING,
    UnitStatus.DRIFTED: Style.WARNING,
}


def status_span(status: RunStatus) -> Span:
    return Span(status.value, _RUN_STYLES.get(status, Style.PLAIN))


def run_json(run: Run) -> dict[str, Any]:
    """One row of the list of runs."""
    return {
        "run": run.id,
        "kind": run.kind.value,
        "status": run.status.value,
        "created_at": run.created_at.isoformat(),
        "author": run.author,
        "base": run.base,
        "head": run.head,
        "reason": run.reason,
    }


def runs_table(runs: Iterable[Run]) -> Table:
    """One row a run, as they are given."""
    rows = (
        (
            Span(run.id, Style.NAME),
            Span(run.kind.value),
            status_span(run.status),
            Span(run.created_at.strftime("%Y-%m-%d %H:%M")),
            Span(run.author),
            Span(run.head[:12]),
            Span(run.reason or "", Style.FAINT),
        )
        for run in runs
    )
    return Table(("run", "kind", "status", "created", "author", "commit", "why"), tuple(rows))


def run_lines(view: RunView) -> Iterator[Line]:
    """The run tier by tier: each unit with its plan, then what the run waits for and what to type."""
    run = view.snapshot.run
    yield line(
        Span(f"Run {run.id}", Style.HEADING), f": {run.kind.value} of {run.head[:12]}, ", status_span(run.status)
    )
    if run.reason:
        yield line("  ", run.reason)
    by_tier: dict[int, list[UnitRun]] = {}
    for unit in view.units:
        by_tier.setdefault(unit.row.tier, []).append(unit.row)
    for tier, units in sorted(by_tier.items()):
        accounts = ", ".join(sorted({unit.account for unit in units if unit.account})) or "no account"
        yield line()
        yield line(Span(f"Tier {tier}", Style.HEADING), f": {accounts}")
        yield from (Line((Span("  "), *row.spans)) for row in aligned(_units_table(units))[1:])
    if view.may_follow:
        yield line()
        yield line(Span("May follow", Style.HEADING), ": ", ", ".join(view.may_follow))
    yield from what_next(view)


def _units_table(units: Iterable[UnitRun]) -> Table:
    rows = (
        (
            Span(unit.unit, Style.NAME),
            Span(unit.status.value, UNIT_STYLES.get(unit.status, Style.PLAIN)),
            _plan_span(unit.plan),
            Span(f"{unit.seconds:.1f} s" if unit.seconds else "", Style.FAINT),
            Span(unit.reason or "", Style.FAINT),
        )
        for unit in units
    )
    return Table(("unit", "status", "plan", "took", "why"), tuple(rows))


def _plan_span(plan: PlanSummary | None) -> Span:
    if plan is None:
        return Span("")
    doubt = " provisional" if plan.exactness is Exactness.PROVISIONAL else ""
    loses = plan.counts.destroy or plan.counts.replace
    return Span(f"{counts_text(plan.counts)}{doubt}", Style.BAD if loses else Style.PLAIN)


def what_next(view: RunView) -> Iterator[Line]:
    """What the run waits for, and the commands that go on from here."""
    if view.waiting_for:
        yield line()
        for sentence in view.waiting_for:
            yield line(Span("waits  ", Style.WARNING), sentence)
    commands = list(_commands(view))
    if commands:
        yield line()
    longest = max((width(command) for command, _ in commands), default=0)
    for command, meaning in commands:
        gap = " " * (longest - width(command) + 2)
        yield line("  ", Span(command, Style.NAME), gap, Span(meaning, Style.FAINT))


def _commands(view: RunView) -> Iterator[tuple[str, str]]:
    run = view.id
    if view.status is RunStatus.PLANNED:
        yield f"towpath apply --run {run}", "apply exactly these plans"
    elif view.status is RunStatus.WAITING:
        if view.unanswered_gates:
            yield f"towpath approve {run}", f"let {plural(len(view.unanswered_gates), 'gate')} pass"
            yield f"towpath reject {run}", "end it"
        yield f"towpath resume {run}", "go on"
    elif view.is_abandoned:
        yield f"towpath resume {run}", "go on; what is done stays done"
    elif view.status is RunStatus.HALTED:
        failed = next((unit.row.unit for unit in view.units if unit.row.status is UnitStatus.FAILED), None)
        if failed:
            yield f"towpath logs {run} {failed}", "what happened"
        kind = view.snapshot.run.kind
        anew = kind.value if kind in (RunKind.PLAN, RunKind.DRIFT) else "apply"
        yield f"towpath resume {run}", f"try again what is not done; or mend, commit, `towpath {anew}`"
