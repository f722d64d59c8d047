"""The list of runs."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from towpath.model.listing import ListedRun, RunsRequest, TierCount
from towpath.model.runs import Run, RunKind, RunStatus, UnitStatus
from towpath.web.views.marks import Mark, run_mark

__all__ = ["RunRow", "TierChip", "kind_words", "query_of", "run_row", "title_of"]

_SHA = 10


@dataclass(frozen=True, slots=True)
class TierChip:
    """One tier in a few letters: who is in it, how many units of how many are done."""

    name: str
    mark: Mark
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class RunRow:
    id: str
    repository: str
    title: str
    mark: Mark
    kind: str
    commit: str
    branch: str | None
    author: str
    created_at: datetime.datetime
    reason: str
    tiers: tuple[TierChip, ...]


def title_of(run: Run) -> str:
    """The first line of its newest commit; what it does, where it brings none."""
    subject = run.commits[0].subject if run.commits else ""
    return subject or f"{kind_words(run.kind).capitalize()} of {run.head[:_SHA]}"


def kind_words(kind: RunKind) -> str:
    return kind.value


def run_row(listed: ListedRun) -> RunRow:
    run = listed.run
    return RunRow(
        id=run.id,
        repository=listed.repository,
        title=title_of(run),
        mark=run_mark(run.status),
        kind=kind_words(run.kind),
        commit=run.head[:_SHA],
        branch=run.branch,
        author=run.author,
        created_at=run.created_at,
        reason=run.reason or "",
        tiers=_chips(run, listed.tiers),
    )


def _chips(run: Run, tiers: Sequence[TierCount]) -> tuple[TierChip, ...]:
    turn = next((tier.tier for tier in tiers if tier.done < tier.total), None)
    return tuple(
        TierChip(
            ", ".join(tier.accounts) or "no account", _mark(run, tier, is_turn=tier.tier == turn), tier.done, tier.total
        )
        for tier in tiers
    )


def _mark(run: Run, tier: TierCount, *, is_turn: bool) -> Mark:
    if tier.units.get(UnitStatus.FAILED):
        return Mark("failed", "failed", "bad")
    if tier.done == tier.total:
        return Mark("done", "done", "good")
    if is_turn and run.status in (RunStatus.RUNNING, RunStatus.WAITING):
        return run_mark(run.status)
    if run.status is RunStatus.PLANNED:
        return Mark("planned", "planned", "info")
    if run.status.is_terminal:
        return Mark("skipped", "not done", "faint")
    return Mark("pending", "not begun", "faint")


def query_of(request: RunsRequest, repository: str | None, before: int | None) -> dict[str, str]:
    """What a link to another page of the same list carries."""
    said = {
        "repository": repository or "",
        "status": request.status.value if request.status else "",
        "author": request.author,
        "text": request.text,
        "before": str(before) if before is not None else "",
    }
    return {name: value for name, value in said.items() if value}
