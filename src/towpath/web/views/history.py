"""One unit through time: where it stands, what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from towpath.live import Live, Unit
from towpath.model.ledger import LedgerEntry
from towpath.model.listing import PastUnitRun
from towpath.model.runs import Run
from towpath.web.views.marks import Counts, Mark, counts_of, unit_mark
from towpath.web.views.runs import kind_words, title_of

__all__ = ["PastRow", "facts_of", "past_row"]


@dataclass(frozen=True, slots=True)
class PastRow:
    run: Run
    title: str
    kind: str
    commit: str
    mark: Mark
    counts: Counts | None
    remark: str


def past_row(past: PastUnitRun) -> PastRow:
    unit = past.unit
    return PastRow(
        run=past.run,
        title=title_of(past.run),
        kind=kind_words(past.run.kind),
        commit=unit.commit[:10],
        mark=unit_mark(unit),
        counts=counts_of(unit.plan.counts if unit.plan else None),
        remark=unit.reason or "",
    )


def facts_of(unit: Unit | None, entry: LedgerEntry | None, live: Live) -> Iterator[tuple[str, str]]:
    """What is known of the unit, as pairs of a name and a text."""
    if entry is not None:
        yield "stands at", entry.commit[:10]
        yield "applied", entry.at.strftime("%-d %b %Y, %H:%M UTC")
    if unit is None:
        yield "head", f"{live.commit[:10]} has no such unit"
        return
    if unit.account is not None:
        yield "account", f"{unit.account.name} ({unit.account.id or 'no id'})"
    yield "region", unit.region or "unknown"
    yield "tier", str(unit.tier)
    if unit.layer is not None:
        yield "layer", str(unit.layer)
    if unit.source is not None:
        yield "source", unit.source
