"""Problems as answers: a page for people, a document for programs, and nothing at all for strangers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from towpath.problems import Problem, ProblemError
from towpath.web.templates import Pages

__all__ = ["answer_problems", "handle_errors", "not_found"]

_LOG = logging.getLogger(__name__)

_STATUS: Final = {
    "login-needed": 401,
    "account-disabled": 403,
    "approver-not-allowed": 403,
    "not-allowed": 403,
    "not-from-here": 403,
    "no-such-page": 404,
    "no-such-run": 404,
    "unit-not-in-run": 404,
    "unknown-unit": 404,
    "no-such-repository": 404,
    "no-such-token": 404,
    "decided-meanwhile": 409,
    "branch-moved": 409,
    "nothing-differs": 409,
    "nothing-seen": 409,
    "only-the-deploy-branch": 409,
    "run-at-work": 409,
    "unknown-branch": 404,
    "nothing-to-approve": 409,
    "plans-changed": 409,
    "not-planned": 409,
    "run-has-ended": 409,
    "request-invalid": 422,
    "database-unreachable": 503,
    "state-busy": 503,
}
_HEADINGS: Final = {401: "Log in", 403: "Not allowed", 404: "Not found", 409: "It has changed meanwhile"}
_LOGIN: Final = "/login"
_SEE_API: Final = "`/api` describes what every address takes."


def not_found() -> ProblemError:
    """What is not there, and what somebody may not know of, look the same."""
    detail = "There is no such page, or it is not for you."
    return ProblemError(Problem("no-such-page", "Not found", detail, hint="The list of runs is a good place to start."))


def handle_errors(app: FastAPI) -> None:
    """Every way in which a request can go wrong ends in one answer."""

    @app.exception_handler(ProblemError)
    async def problem(request: Request, error: ProblemError) -> Response:
        return answer_problems(request, error.problems)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            said = Problem(
                "method-not-allowed", "This cannot be done here", "The address takes other methods.", hint=_SEE_API
            )
            return answer_problems(request, [said], 405)
        if error.status_code in (400, 422):
            said = Problem("request-invalid", "The request is not valid", "It could not be read.", hint=_SEE_API)
            return answer_problems(request, [said], error.status_code)
        return answer_problems(request, not_found().problems)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if any(one["loc"][0] == "path" for one in error.errors()):
            return answer_problems(request, not_found().problems)
        said = [
            Problem(
                "request-invalid",
                "The request is not valid",
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}.",
                hint=_SEE_API,
            )
            for one in error.errors()
        ]
        return answer_problems(request, said)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        _LOG.error("a request failed", exc_info=error, extra={"path": request.url.path})
        detail = "Something went wrong on the server. It was written to the server's log."
        hint = "Try again. If it goes on, give whoever looks after the server the time and the address."
        return answer_problems(
            request, [Problem("unexpected", "This should not have happened", detail, hint=hint)], 500
        )


def answer_problems(request: Request, problems: Sequence[Problem], status: int | None = None) -> Response:
    """A page where a browser asks for one, else JSON. Who is not logged in is sent there, or told no more than that."""
    code = status or _STATUS.get(problems[0].id, 500)
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"problems": [problem.as_json() for problem in problems]}, code, _headers(code))
    if code == 401 and request.method == "GET":
        return RedirectResponse(f"{_LOGIN}?next={quote(_asked_for(request), safe='')}", 303)
    pages: Pages = request.app.state.pages
    context = {"problems": problems, "heading": _HEADINGS.get(code, problems[0].summary)}
    return pages.answer(request, "problem.html", context, code)


def _headers(code: int) -> dict[str, str]:
    return {"WWW-Authenticate": "Bearer"} if code == 401 else {}


def _asked_for(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
