"""One unit's part of a run: the page, its parts, its log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from towpath.service.seeing import SeenUnitRun
from towpath.web.callers import Asking
from towpath.web.pages.common import Rendering, Serving, look_at_unit
from towpath.web.port import Services
from towpath.web.views.addresses import unit_in
from towpath.web.views.unit import unit_page

__all__ = ["log_text", "router"]

router = APIRouter(include_in_schema=False)

_PARTS = "unit_parts.html"


@router.get("/runs/{run}/units/{path:path}")
def unit_run(request: Request, visit: Asking, services: Serving, pages: Rendering, run: str, path: str) -> HTMLResponse:
    seen = look_at_unit(services, visit.caller, run, unit_in(path))
    log = services.seeing.log_end(run, seen.row.unit)
    return pages.answer(request, "unit_run.html", {"page": unit_page(seen, visit.caller, log)})


@router.get("/runs/{run}/parts/{path:path}")
def parts(visit: Asking, services: Serving, pages: Rendering, run: str, path: str) -> dict[str, Any]:
    """What changes while the unit is worked on, the log left out: HTML by the id of the element that it fills."""
    seen = look_at_unit(services, visit.caller, run, unit_in(path))
    page = unit_page(seen, visit.caller, None)
    return {
        "event": seen.event,
        "ended": page.is_over,
        "title": f"{page.unit}, {page.mark.word} · Towpath",
        "parts": {
            "part-head": pages.part(_PARTS, "unit_head", page),
            "part-plan": pages.part(_PARTS, "plan_part", page),
            "part-attempts": pages.part(_PARTS, "attempts_part", page),
        },
    }


@router.get("/runs/{run}/log/{path:path}")
def log(visit: Asking, services: Serving, run: str, path: str) -> StreamingResponse:
    """The whole log as plain text, as it was printed."""
    return log_text(services, look_at_unit(services, visit.caller, run, unit_in(path)))


def log_text(services: Services, seen: SeenUnitRun) -> StreamingResponse:
    """As a file to be kept, under a name that every machine can have."""
    run, unit = seen.view.id, seen.row.unit
    name = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-._") else "-" for letter in unit)
    headers = {"Content-Disposition": f'attachment; filename="{run}-{name[-150:]}.log"'}
    lines = services.seeing.log_whole(run, unit)
    return StreamingResponse(_text(lines), media_type="text/plain; charset=utf-8", headers=headers)


def _text(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield f"{line}\n".encode(errors="backslashreplace")
