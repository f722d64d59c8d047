"""What stands where: the estate, one unit through time, the dependency graph."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from towpath.live import Live
from towpath.model.paths import UnitPath
from towpath.service.seeing import Standing
from towpath.views.graph import graph_of
from towpath.views.show import show_lines
from towpath.views.svg import NodeMark, graph_drawing
from towpath.web.callers import Asking
from towpath.web.pages.common import (
    Rendering,
    Serving,
    chosen_repository,
    look_at_history,
    seen_repositories,
)
from towpath.web.views.addresses import unit_history_url, unit_in
from towpath.web.views.beginning import beginnings_for
from towpath.web.views.estate import estate_of, marks_of
from towpath.web.views.history import facts_of, past_row
from towpath.web.views.marks import Mark

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_Repository = Annotated[str | None, Query(max_length=64)]
_Text = Annotated[str, Query(max_length=200)]


@router.get("/estate")
def estate(
    request: Request,
    visit: Asking,
    services: Serving,
    pages: Rendering,
    repository: _Repository = None,
    text: _Text = "",
) -> HTMLResponse:
    chosen = chosen_repository(services, visit.caller, repository)
    live, standing = services.seeing.live(chosen), services.seeing.standing(chosen)
    only = request.query_params.get("only", "")
    context = {
        "estate": estate_of(live, standing, text, only),
        "text": text,
        "only": only,
        "repository": chosen,
        "repositories": seen_repositories(services, visit.caller),
        "beginnings": beginnings_for(chosen, visit.caller),
    }
    return pages.answer(request, "estate.html", context)


@router.get("/graph")
def graph(
    request: Request, visit: Asking, services: Serving, pages: Rendering, repository: _Repository = None
) -> HTMLResponse:
    chosen = chosen_repository(services, visit.caller, repository)
    live, standing = services.seeing.live(chosen), services.seeing.standing(chosen)
    marks = {path: _marks(live, standing, path) for path in live.units}
    drawn = graph_of(live)
    nodes = {
        path: NodeMark(all_of[0].tone, ", ".join(mark.word for mark in all_of), unit_history_url(chosen, path))
        for path, all_of in marks.items()
    }
    context = {
        "drawing": Markup(graph_drawing(drawn, nodes)),  # noqa: S704  # drawn here, with every text in it escaped
        "nodes": [{"path": unit.path, "needs": unit.dependencies} for unit in live.units.values()],
        "count": len(live.units),
        "commit": live.commit,
        "legend": list(dict.fromkeys(mark for all_of in marks.values() for mark in all_of)),
        "repository": chosen,
        "repositories": seen_repositories(services, visit.caller),
    }
    return pages.answer(request, "graph.html", context)


def _marks(live: Live, standing: Standing, unit: UnitPath) -> tuple[Mark, ...]:
    return marks_of(standing, unit, live.units.get(unit))


@router.get("/units/{path:path}")
def history(
    request: Request,
    visit: Asking,
    services: Serving,
    pages: Rendering,
    repository: _Repository = None,
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> HTMLResponse:
    chosen = chosen_repository(services, visit.caller, repository)
    seen = look_at_history(services, visit.caller, chosen, unit_in(request.path_params["path"]), before)
    path, live, standing = seen.unit, seen.live, seen.standing
    unit = live.units.get(path)
    folder, _, name = path.rpartition("/")
    context = {
        "unit": path,
        "folder": folder,
        "name": name,
        "repository": chosen,
        "marks": _marks(live, standing, path),
        "facts": list(facts_of(unit, standing.ledger.get(path), live)),
        "needs": unit.dependencies if unit else (),
        "needed_by": live.dependents(path),
        "problems": unit.problems if unit else (),
        "past": [past_row(one) for one in seen.past],
        "older": _older(chosen, path, seen.older) if seen.older is not None else None,
        "is_old": before is not None,
        "configuration": show_lines(live, unit) if unit else (),
    }
    return pages.answer(request, "history.html", context)


def _older(repository: str, unit: UnitPath, before: int) -> str:
    return f"{unit_history_url(repository, unit)}&{urlencode({'before': before})}"
