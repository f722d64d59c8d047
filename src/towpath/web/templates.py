"""Templates: Jinja2 with escaping always on and undefined names refused."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from towpath.system import Clock
from towpath.views.text import plural, printable
from towpath.web.static_files import StaticFiles
from towpath.web.views.addresses import log_url, run_url, unit_history_url, unit_url
from towpath.web.views.times import ago, duration

__all__ = ["Pages"]


class Pages:
    """Renders pages. Every text of a repository that is shown goes through escaping, and through `printable` where it
    is not known to be a name: nothing in it may turn the direction of writing."""

    def __init__(self, static: StaticFiles, clock: Clock) -> None:
        self._clock = clock
        self._environment = Environment(
            loader=PackageLoader("towpath.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            static=static.url,
            run_url=run_url,
            unit_url=unit_url,
            log_url=log_url,
            unit_history_url=unit_history_url,
            plural=plural,
        )
        self._environment.filters.update(
            printable=_printable, ago=self._ago, at=_at, iso=_iso, duration=duration, query=_query
        )

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        return self._environment.get_template(template).render(context)

    def answer(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200, **headers: str
    ) -> HTMLResponse:
        """A whole page. `visit` is who is asking, None for a stranger, who is shown no way to go anywhere."""
        whole = {"visit": getattr(request.state, "visit", None), "path": request.url.path, **context}
        return HTMLResponse(self.render(template, whole), status, headers or None)

    def _ago(self, moment: datetime.datetime | None) -> str:
        return ago(moment, self._clock.now()) if moment is not None else ""


def _printable(value: object) -> str:
    return printable(str(value)) if value is not None else ""


def _at(moment: datetime.datetime | None) -> str:
    """`26 Nov 2026, 13:04:10 UTC`."""
    return moment.strftime("%-d %b %Y, %H:%M:%S UTC") if moment is not None else ""


def _iso(moment: datetime.datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment is not None else ""


def _query(value: object) -> str:
    return quote(str(value), safe="")
