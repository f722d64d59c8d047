"""The list of runs."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from towpath.model.listing import RunsRequest
from towpath.model.runs import RunStatus
from towpath.web.callers import Asking
from towpath.web.pages.common import Rendering, Serving, seen_repositories
from towpath.web.views.runs import query_of, run_row

__all__ = ["Filters", "router"]

router = APIRouter(include_in_schema=False)


class Filters(BaseModel):
    """What the form sends: an empty field filters nothing."""

    repository: str = Field("", max_length=64)
    status: RunStatus | Literal[""] = ""
    author: str = Field("", max_length=200)
    text: str = Field("", max_length=200)
    before: int | None = Field(None, ge=0, lt=2**63)

    def request(self, known: tuple[str, ...]) -> RunsRequest:
        """Of the repositories that are known to the one who asks."""
        return RunsRequest(
            repositories=tuple(name for name in known if not self.repository or name == self.repository),
            status=self.status or None,
            author=self.author.strip(),
            text=self.text.strip(),
            before=self.before,
        )


@router.get("/runs")
def runs(
    request: Request,
    visit: Asking,
    services: Serving,
    pages: Rendering,
    filters: Annotated[Filters, Query()],
) -> HTMLResponse:
    known = seen_repositories(services, visit.caller)
    asked = filters.request(known)
    found = services.seeing.listed(asked)
    chosen = filters.repository or None
    context = {
        "rows": [run_row(listed) for listed in found.runs],
        "request": asked,
        "repositories": known,
        "repository": chosen,
        "statuses": list(RunStatus),
        "is_filtered": bool(chosen or asked.status or asked.author or asked.text),
        "older": _link(query_of(asked, chosen, found.older)) if found.older is not None else None,
        "newest": _link(query_of(asked, chosen, None)) if asked.before is not None else None,
    }
    return pages.answer(request, "runs.html", context)


def _link(query: dict[str, str]) -> str:
    return f"/runs?{urlencode(query)}" if query else "/runs"
