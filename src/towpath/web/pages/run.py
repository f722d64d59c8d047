"""One run: the page, and the parts of it that change."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from towpath.model.paths import UnitPath
from towpath.web.callers import Asking
from towpath.web.pages.common import Rendering, Serving, look_at_run
from towpath.web.templates import Pages
from towpath.web.views.run import RunPage, run_page, unit_rows

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_PARTS = "run_parts.html"


@router.get("/runs/{run}")
def run(request: Request, visit: Asking, services: Serving, pages: Rendering, run: str) -> HTMLResponse:
    seen = look_at_run(services, visit.caller, run)
    return pages.answer(request, "run.html", {"page": run_page(seen, visit.caller)})


@router.get("/runs/{run}/parts")
def parts(
    visit: Asking,
    services: Serving,
    pages: Rendering,
    run: str,
    unit: Annotated[list[str] | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """The parts that tell of the run as a whole, and the rows of these units: HTML by the id of the element that it is
    the content of. `event` is the last event that they know of.
    """
    seen = look_at_run(services, visit.caller, run)
    page = run_page(seen, visit.caller)
    rows = unit_rows(seen, visit.caller, [UnitPath(one) for one in unit or []])
    return {
        "event": seen.event,
        "ended": seen.view.status.is_terminal,
        "title": f"{page.title}, {page.mark.word} · Towpath",
        "parts": {**_whole(pages, page), **{row.key: pages.part(_PARTS, "unit_row", row, run) for row in rows}},
    }


def _whole(pages: Pages, page: RunPage) -> dict[str, str]:
    found = {
        "part-head": pages.part(_PARTS, "run_head", page),
        "part-waiting": pages.part(_PARTS, "waiting_box", page),
    }
    for column in page.columns:
        found[f"column-{column.tier}"] = pages.part(_PARTS, "column_head", column)
        found[f"gates-{column.tier}"] = pages.part(_PARTS, "gate_cards", column.gates, page.view.id)
    return found
