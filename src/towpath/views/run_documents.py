"""Runs of a server somewhere else, from the documents in which it tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from towpath.model.plans import PlanCounts
from towpath.model.runs import RunStatus, UnitStatus
from towpath.views.plans import counts_text
from towpath.views.runs import UNIT_STYLES, status_span
from towpath.views.tables import Line, Span, Style, Table, aligned, line

__all__ = ["run_document_lines", "run_documents_table"]

_Document = Mapping[str, Any]


def run_documents_table(runs: Iterable[_Document]) -> Table:
    """One row a run, as they are given."""
    rows = (
        (
            Span(run["run"], Style.NAME),
            Span(run["repository"]),
            Span(run["kind"]),
            _status(run["status"]),
            Span(run["created_at"][:16].replace("T", " ")),
            Span(run["author"]),
            Span(run["head"][:12]),
            Span(run["reason"] or "", Style.FAINT),
        )
        for run in runs
    )
    return Table(("run", "repository", "kind", "status", "created", "author", "commit", "why"), tuple(rows))


def run_document_lines(run: _Document, address: str) -> Iterator[Line]:
    """The run tier by tier, what it waits for, and where it is to be seen."""
    yield line(
        Span(f"Run {run['run']}", Style.HEADING),
        f" of {run['repository']}: {run['kind']} of {run['head'][:12]}, ",
        _status(run["status"]),
    )
    if run["reason"]:
        yield line("  ", run["reason"])
    units = {unit["path"]: unit for unit in run["units"]}
    for tier in run["tiers"]:
        yield line()
        accounts = ", ".join(tier["accounts"]) or "no account"
        yield line(Span(f"Tier {tier['deploy_order']}", Style.HEADING), f": {accounts}")
        rows = tuple(_unit_row(units[path]) for path in tier["units"] if path in units)
        yield from (Line((Span("  "), *row.spans)) for row in aligned(Table(("",) * 5, rows))[1:])
    if run["waiting_for"]:
        yield line()
        yield from (line(Span("waits  ", Style.WARNING), sentence) for sentence in run["waiting_for"])
    yield line()
    yield line("  ", Span(f"{address}/runs/{run['run']}", Style.NAME))


def _unit_row(unit: _Document) -> tuple[Span, ...]:
    known = {status.value: status for status in UnitStatus}
    status = known.get(unit["status"])
    took = f"{unit['seconds']:.1f} s" if unit["seconds"] else ""
    return (
        Span(unit["path"], Style.NAME),
        Span(unit["status"], UNIT_STYLES.get(status, Style.PLAIN) if status else Style.PLAIN),
        _plan_span(unit["plan"]),
        Span(took, Style.FAINT),
        Span(unit["reason"] or "", Style.FAINT),
    )


def _plan_span(plan: _Document | None) -> Span:
    if plan is None:
        return Span("")
    counts = PlanCounts(plan["add"], plan["change"], plan["destroy"], plan["replace"])
    doubt = " provisional" if plan["exactness"] == "provisional" else ""
    return Span(f"{counts_text(counts)}{doubt}", Style.BAD if counts.destroy or counts.replace else Style.PLAIN)


def _status(status: str) -> Span:
    known = {one.value: one for one in RunStatus}
    return status_span(known[status]) if status in known else Span(status)
