"""Server-sent events of a run, and of one unit's part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from towpath.model.events import Event
from towpath.model.paths import UnitPath
from towpath.problems import ProblemError
from towpath.views.events import event_line
from towpath.web.ansi import pieces_of
from towpath.web.callers import Asking, visit_of
from towpath.web.live.streams import Source, event_stream, place_in
from towpath.web.live.tails import News, Tail, Tails
from towpath.web.pages.common import Rendering, Serving, look_at_run, look_at_unit
from towpath.web.port import Following, Seeing, Services
from towpath.web.templates import Pages
from towpath.web.views.addresses import unit_in
from towpath.web.views.run import unit_key

__all__ = ["router", "told"]

router = APIRouter(include_in_schema=False)

_MOST_EVENTS: Final = 500


def _place(
    after: Annotated[str, Query(max_length=64)] = "", last_event_id: Annotated[str, Header(max_length=64)] = ""
) -> str:
    """A browser that comes back names the last event it had; it still asks for the address it began with."""
    return last_event_id or after


def _tails(request: Request) -> Tails:
    tails: Tails = request.app.state.tails
    return tails


_Place = Annotated[str, Depends(_place)]
_Following = Annotated[Tails, Depends(_tails)]


@router.get("/runs/{run}/events")
def events(
    request: Request, visit: Asking, services: Serving, tails: _Following, run: str, place: _Place
) -> StreamingResponse:
    """What happens in the run, from the event after the one that `after` or `Last-Event-ID` names."""
    seen = look_at_run(services, visit.caller, run)
    (after,) = place_in(place, (seen.event,))
    return event_stream([_events_of(services, tails, run, after)], _welcome(request, services))


@router.get("/runs/{run}/follow/{path:path}")
def follow(
    request: Request,
    visit: Asking,
    services: Serving,
    pages: Rendering,
    tails: _Following,
    place: _Place,
) -> StreamingResponse:
    """What happens to the unit, and the lines that are added to its log."""
    run, unit = request.path_params["run"], unit_in(request.path_params["path"])
    seen = look_at_unit(services, visit.caller, run, unit)
    event, line = place_in(place, (seen.event, 0))
    sources = [
        _events_of(services, tails, run, event, unit),
        Source(_log_tail(services.seeing, tails, run, unit), line, _lines_written(pages)),
    ]
    return event_stream(sources, _welcome(request, services))


def _events_of(services: Services, tails: Tails, run: str, after: int, unit: UnitPath | None = None) -> Source:
    tail = tails.of("events", lambda: _event_tail(services.following))

    def write(news: News) -> tuple[str, Any] | None:
        event: Event = news.what
        is_for_reader = event.run == run and (unit is None or event.unit in (None, unit))
        return ("happened", told(event)) if is_for_reader else None

    return Source(tail, after, write)


def told(event: Event) -> dict[str, Any]:
    line = event_line(event)
    return {
        "kind": event.kind.value,
        "unit": event.unit,
        "key": unit_key(event.unit) if event.unit is not None else None,
        "text": line.plain().strip() if line is not None else "",
    }


def _event_tail(following: Following) -> Tail:
    def read(after: int) -> Sequence[News]:
        return [News(event.sequence, event) for event in following.after(after, _MOST_EVENTS)]

    return Tail("events", read, following.last)


def _log_tail(seeing: Seeing, tails: Tails, run: str, unit: UnitPath) -> Tail:
    def read(after: int) -> Sequence[News]:
        part = seeing.log_after(run, unit, after)
        return [News(part.next, part.lines, after)] if part.lines else []

    def start() -> int:
        return seeing.log_end(run, unit).next

    return tails.of(("log", run, unit), lambda: Tail(f"log of {unit} in {run}", read, start))


def _lines_written(pages: Pages) -> Callable[[News], tuple[str, Any]]:
    def write(news: News) -> tuple[str, Any]:
        return "lines", pages.part("unit_parts.html", "log_lines", [pieces_of(line) for line in news.what])

    return write


def _welcome(request: Request, services: Services) -> Callable[[], bool]:
    """Whoever opened the stream may have been logged out meanwhile, or lost their role."""

    def is_welcome() -> bool:
        try:
            visit = visit_of(request)
            seen = look_at_run(services, visit.caller, request.path_params["run"]) if visit else None
        except ProblemError:
            return False
        return seen is not None

    return is_welcome
