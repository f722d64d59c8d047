"""The audit log and the settings."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from towpath.access import Act, Place, may
from towpath.web.callers import Asking
from towpath.web.errors import not_found
from towpath.web.pages.common import Rendering, Serving, seen_repositories
from towpath.web.views.settings import SettingsSection, setting_rows

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_MOST = 100


@router.get("/audit")
def audit(
    request: Request,
    visit: Asking,
    services: Serving,
    pages: Rendering,
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
    text: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """It tells of all repositories: for those who may see all of them."""
    if not may(visit.caller, Act.SEE, Place()):
        raise not_found()
    entries = services.seeing.audit(before, text.strip())
    older = f"/audit?{urlencode({'before': entries[-1].sequence, 'text': text})}" if len(entries) == _MOST else None
    return pages.answer(request, "audit.html", {"entries": entries, "older": older, "text": text})


@router.get("/settings")
def settings(request: Request, visit: Asking, services: Serving, pages: Rendering) -> HTMLResponse:
    sections = []
    if may(visit.caller, Act.SEE, Place()):
        sections.append(SettingsSection("The server", tuple(setting_rows(services.seeing.settings()))))
    for repository in seen_repositories(services, visit.caller):
        config = services.seeing.live(repository).config.model_dump(mode="json")
        name = f"towpath.yml of {repository}" if repository else "towpath.yml"
        sections.append(SettingsSection(name, tuple(setting_rows(config))))
    return pages.answer(request, "settings.html", {"sections": sections})
