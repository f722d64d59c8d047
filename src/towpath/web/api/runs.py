"""Runs, for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from towpath.model.events import Event
from towpath.model.paths import UnitPath
from towpath.runs import RunView, UnitView
from towpath.service.allowed import may_see_unit
from towpath.service.seeing import SeenRun
from towpath.web.api.answers import PREFIX, READING
from towpath.web.api.documents import (
    EventsDocument,
    RunDocument,
    RunsDocument,
    UnitRunDocument,
    attempt_json,
    listed_json,
    plan_json,
)
from towpath.web.callers import Asking, Visit
from towpath.web.pages.common import Serving, look_at_run, look_at_unit, seen_repositories
from towpath.web.pages.runs import Filters
from towpath.web.pages.unit import log_text
from towpath.web.views.addresses import unit_in
from towpath.web.views.run import waiting_words

__all__ = ["Run", "router", "run_document"]

router = APIRouter(prefix=PREFIX, tags=["runs"], responses=READING)

Run = Annotated[str, Path(max_length=64, description="The run's whole id.")]


@router.get("/runs", summary="Lists runs, newest first", response_model=RunsDocument)
def runs(visit: Asking, services: Serving, filters: Annotated[Filters, Query()]) -> dict[str, Any]:
    """A page of the runs that fit all filters. An empty filter lets everything through."""
    page = services.seeing.listed(filters.request(seen_repositories(services, visit.caller)))
    return {"runs": [listed_json(listed) for listed in page.runs], "older": page.older}


@router.get("/runs/{run}", summary="Tells how a run stands, and what it waits for", response_model=RunDocument)
def run(visit: Asking, services: Serving, run: Run) -> dict[str, Any]:
    return run_document(visit, look_at_run(services, visit.caller, run))


def run_document(visit: Visit, seen: SeenRun) -> dict[str, Any]:
    """Of units that are not for the caller it tells how they stand, and nothing of what is in them."""
    document = seen.view.as_json()
    hidden = _hidden(visit, seen.repository, seen.view)
    units = [_closed(unit) if unit["path"] in hidden else unit for unit in document["units"]]
    problems = [problem for problem in document["problems"] if problem["unit"] not in hidden]
    said = {"units": units, "problems": problems, "waiting_for": list(waiting_words(seen, visit.caller))}
    return {**document, **said, "repository": seen.repository}


def _hidden(visit: Visit, repository: str, view: RunView) -> set[UnitPath]:
    rows = (unit.row for unit in view.units)
    return {row.unit for row in rows if not may_see_unit(visit.caller, repository, row.unit, row.account)}


def _closed(unit: dict[str, Any]) -> dict[str, Any]:
    return {**unit, "reasons": [], "reason": None, "plan": None}


@router.get(
    "/runs/{run}/units/{path:path}",
    summary="Tells one unit's part of a run: its plan in full, and its attempts",
    response_model=UnitRunDocument,
)
def unit_run(visit: Asking, services: Serving, run: Run, path: str) -> dict[str, Any]:
    seen = look_at_unit(services, visit.caller, run, unit_in(path))
    return {
        "run": seen.view.id,
        "repository": seen.repository,
        "unit": UnitView(seen.row).as_json(),
        "plan": plan_json(seen.plan) if seen.plan is not None else None,
        "attempts": [attempt_json(attempt) for attempt in seen.attempts],
        "problems": [problem.as_json() for problem in seen.row.problems],
    }


@router.get(
    "/runs/{run}/logs/{path:path}",
    summary="Gives what the engine printed for a unit",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/plain": {}}, "description": "The log as it is until now."}},
)
def log(visit: Asking, services: Serving, run: Run, path: str) -> StreamingResponse:
    return log_text(services, look_at_unit(services, visit.caller, run, unit_in(path)))


@router.get("/runs/{run}/events", summary="Lists what happened in a run, in order", response_model=EventsDocument)
def events(
    visit: Asking, services: Serving, run: Run, after: Annotated[int, Query(ge=0, lt=2**63)] = 0
) -> dict[str, Any]:
    """What came after the event with this sequence. To be told while it happens, follow `/runs/{run}/events` as a
    stream of server-sent events, with the same token.
    """
    look_at_run(services, visit.caller, run)
    found = services.following.of_run(run, after)
    return {
        "events": [_event_json(event) for event in found],
        "last": found[-1].sequence if found else after,
    }


def _event_json(event: Event) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "kind": event.kind.value,
        "unit": event.unit,
        "data": dict(event.data),
    }
