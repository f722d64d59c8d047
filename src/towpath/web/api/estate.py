"""What stands where, for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from towpath.access import Act, Place, may
from towpath.views.graph import graph_json, graph_of
from towpath.views.units import units_json
from towpath.web.api.answers import PREFIX, READING
from towpath.web.api.documents import (
    AuditDocument,
    EstateDocument,
    GraphDocument,
    HistoryDocument,
    RepositoriesDocument,
    SettingsDocument,
    UnitsDocument,
    audit_json,
    drift_json,
    ledger_json,
    past_json,
)
from towpath.web.callers import Asking
from towpath.web.errors import not_found
from towpath.web.pages.common import Serving, chosen_repository, look_at_history, seen_repositories
from towpath.web.views.addresses import unit_in
from towpath.web.views.estate import marks_of

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["estate"], responses=READING)

_Repository = Annotated[str | None, Query(max_length=64, description="Its name. Without it: the first.")]
_Before = Annotated[int | None, Query(ge=0, lt=2**63)]


@router.get("/repositories", summary="Names the live repositories", response_model=RepositoriesDocument)
def repositories(visit: Asking, services: Serving) -> dict[str, Any]:
    return {"repositories": list(seen_repositories(services, visit.caller))}


@router.get("/units", summary="Lists every unit of the deploy branch", response_model=UnitsDocument)
def units(visit: Asking, services: Serving, repository: _Repository = None) -> dict[str, Any]:
    return units_json(services.seeing.live(chosen_repository(services, visit.caller, repository)))


@router.get("/graph", summary="Gives the dependency graph", response_model=GraphDocument)
def graph(visit: Asking, services: Serving, repository: _Repository = None) -> dict[str, Any]:
    live = services.seeing.live(chosen_repository(services, visit.caller, repository))
    return graph_json(live, graph_of(live))


@router.get("/estate", summary="Tells what each unit stands at, and what is behind", response_model=EstateDocument)
def estate(visit: Asking, services: Serving, repository: _Repository = None) -> dict[str, Any]:
    chosen = chosen_repository(services, visit.caller, repository)
    live, standing = services.seeing.live(chosen), services.seeing.standing(chosen)
    found = [
        {
            "path": path,
            "drift": drift_json(standing.drifts.get(path)),
            "applied": ledger_json(standing.ledger.get(path)),
            "stands": [mark.word for mark in marks_of(standing, path, live.units.get(path))],
        }
        for path in sorted({*live.units, *standing.ledger})
    ]
    return {"commit": live.commit, "units": found}


@router.get("/history/{path:path}", summary="Tells what runs did to a unit", response_model=HistoryDocument)
def history(
    visit: Asking, services: Serving, path: str, repository: _Repository = None, before: _Before = None
) -> dict[str, Any]:
    chosen = chosen_repository(services, visit.caller, repository)
    seen = look_at_history(services, visit.caller, chosen, unit_in(path), before)
    return {"unit": seen.unit, "runs": [past_json(one) for one in seen.past], "older": seen.older}


@router.get("/audit", summary="Lists the audit log, newest first", response_model=AuditDocument)
def audit(
    visit: Asking, services: Serving, before: _Before = None, text: Annotated[str, Query(max_length=200)] = ""
) -> dict[str, Any]:
    if not may(visit.caller, Act.SEE, Place()):
        raise not_found()
    entries = services.seeing.audit(before, text.strip())
    return {"entries": [audit_json(entry) for entry in entries], "older": entries[-1].sequence if entries else None}


@router.get("/settings", summary="Gives the settings in force", response_model=SettingsDocument)
def settings(visit: Asking, services: Serving) -> dict[str, Any]:
    known = seen_repositories(services, visit.caller)
    configs = {name: services.seeing.live(name).config.model_dump(mode="json") for name in known}
    server = dict(services.seeing.settings()) if may(visit.caller, Act.SEE, Place()) else None
    return {"server": server, "repositories": configs}
