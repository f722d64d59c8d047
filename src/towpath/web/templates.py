"""Templates: Jinja2 with escaping always on and undefined names refused."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from towpath.system import Clock
from towpath.views.text import plural, printable
from towpath.web.static_files import StaticFiles
from towpath.web.views.addresses import begin_url, log_url, run_url, unit_history_url, unit_url
from towpath.web.views.times import ago, duration

__all__ = ["Pages"]


class Pages:
    """Renders pages. Whatever a template shows is escaped, and nothing in it steers: no character turns the direction
    of writing. `exact` is for what a browser sends back, which is escaped and no more.
    """

    def __init__(self, static: StaticFiles, clock: Clock) -> None:
        self._clock = clock
        self._environment = Environment(
            loader=PackageLoader("towpath.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            static=static.url,
            begin_url=begin_url,
            run_url=run_url,
            unit_url=unit_url,
            log_url=log_url,
            unit_history_url=unit_history_url,
            plural=plural,
        )
        self._environment.filters.update(
            branch=_branch, exact=escape, ago=self._ago, at=_at, iso=_iso, duration=duration, query=_query
        )

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        return self._environment.get_template(template).render(context)

    def part(self, template: str, macro: str, *arguments: object) -> str:
        """A part of a page, by the macro that renders it there as well."""
        module = self._environment.get_template(template).module
        return str(getattr(module, macro)(*arguments))

    def answer(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200, **headers: str
    ) -> HTMLResponse:
        """A whole page. `visit` is who is asking, None for a stranger, who is shown no way to go anywhere."""
        whole = {"visit": getattr(request.state, "visit", None), "path": request.url.path, **context}
        return HTMLResponse(self.render(template, whole), status, headers or None)

    def _ago(self, moment: datetime.datetime | None) -> str:
        return ago(moment, self._clock.now()) if moment is not None else ""


def _shown(value: object) -> object:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _at(moment: datetime.datetime | None) -> str:
    """`26 Nov 2026, 13:04:10 UTC`."""
    return moment.strftime("%-d %b %Y, %H:%M:%S UTC") if moment is not None else ""


def _iso(moment: datetime.datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment is not None else ""


def _branch(name: str) -> str:
    """`main`, `tag v1`: without what git puts before."""
    short = name.removeprefix("refs/heads/")
    return f"tag {short.removeprefix('refs/tags/')}" if short.startswith("refs/tags/") else short


def _query(value: object) -> str:
    return quote(str(value), safe="")
