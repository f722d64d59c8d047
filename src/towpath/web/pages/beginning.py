"""Runs that somebody begins by hand: asked once more, naming what happens, then begun."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from towpath.problems import Problem, ProblemError, has_errors
from towpath.service.acting import Started
from towpath.service.beginning import Wanted
from towpath.web.callers import Asking, Intent
from towpath.web.pages.acting import Question, put
from towpath.web.pages.common import Rendering, Serving, chosen_repository
from towpath.web.views.addresses import begin_url, estate_url, run_url
from towpath.web.views.beginning import BeginKind, begin_confirmation

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/begin/{kind}")
def ask(
    request: Request,
    visit: Asking,
    services: Serving,
    pages: Rendering,
    kind: BeginKind,
    repository: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The question whether somebody means it."""
    chosen = chosen_repository(services, visit.caller, repository)
    commit = services.seeing.live(chosen).commit
    question = Question(chosen, begin_url(kind), estate_url(chosen), {"repository": chosen})
    return put(request, pages, visit, begin_confirmation(kind, commit), question)


@router.post("/begin/{kind}")
def begin(
    visit: Intent, services: Serving, kind: BeginKind, repository: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Begins it, and shows the run. Raises `ProblemError` where there is nothing to do."""
    chosen = chosen_repository(services, visit.caller, repository)
    started = services.acting.start(visit.caller, chosen, Wanted(kind.run))
    if started.run is None:
        raise ProblemError(*_nothing(started))
    return RedirectResponse(run_url(started.run), 303)


def _nothing(started: Started) -> tuple[Problem, ...]:
    if has_errors(started.problems):
        return started.problems
    detail = f"No unit differs from what was applied, as far as commit {started.commit[:12]} goes."
    return (Problem("nothing-differs", "There is nothing to do", detail, hint="The estate tells what stands where."),)
