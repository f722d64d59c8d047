"""One's own account: password, tokens, logging out. For people with a session: a token makes no tokens."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from towpath.login import By, NewToken
from towpath.model.people import Role, Scopes, Via
from towpath.problems import Problem, ProblemError
from towpath.web.callers import Visit, asking, intent
from towpath.web.errors import not_found
from towpath.web.login.entering import cookies_of, entered, login_of
from towpath.web.templates import Pages

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_LONGEST_DAYS: Final = 3650
_PATTERNS: Final = re.compile(r"[,\s]+")
_ACCOUNT: Final = "/account"


def _in_person(request: Request) -> Visit:
    """With a session. Raises `ProblemError` (`login-needed`, `no-such-page` for a token)."""
    visit = asking(request)
    if visit.caller.via is not Via.SESSION:
        raise not_found()
    return visit


InPerson = Annotated[Visit, Depends(_in_person)]


def _meant(visit: Annotated[Visit, Depends(intent)]) -> Visit:
    if visit.caller.via is not Via.SESSION:
        raise not_found()
    return visit


Meant = Annotated[Visit, Depends(_meant)]


@router.get(_ACCOUNT)
def show(request: Request, visit: InPerson) -> Response:
    return _page(request, visit)


@router.post("/logout")
def logout(request: Request, visit: Meant) -> Response:
    cookies = cookies_of(request)
    secret = cookies.session(request.cookies)
    if secret is not None:
        login_of(request).sessions.end(secret, visit.caller.address)
    response = RedirectResponse("/login", 303)
    cookies.end_session(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.post(f"{_ACCOUNT}/password")
def change_password(
    request: Request,
    visit: Meant,
    password: Annotated[str, Form()] = "",
    current: Annotated[str, Form()] = "",
) -> Response:
    try:
        logged_in = login_of(request).sessions.change_password(visit.caller, current, password)
    except ProblemError as error:
        return _page(request, visit, error.problems)
    return entered(request, logged_in, _ACCOUNT)


def _scopes(
    role: Annotated[Role, Form()],
    repositories: Annotated[str, Form()] = "",
    environments: Annotated[str, Form()] = "",
) -> Scopes:
    return Scopes(role, _patterns(repositories), _patterns(environments))


@router.post(f"{_ACCOUNT}/tokens")
def create_token(
    request: Request,
    visit: Meant,
    scopes: Annotated[Scopes, Depends(_scopes)],
    name: Annotated[str, Form()] = "",
    days: Annotated[int, Form(ge=1, le=_LONGEST_DAYS)] = 90,
) -> Response:
    """The one page that shows the token's secret."""
    lifetime = datetime.timedelta(days=days)
    caller = visit.caller
    made = login_of(request).tokens.create(caller.who, name, scopes, lifetime, By.caller(caller))
    return _page(request, visit, made=made)


@router.post(f"{_ACCOUNT}/tokens/{{token}}/revoke")
def revoke_token(request: Request, visit: Meant, token: str) -> Response:
    caller = visit.caller
    login_of(request).tokens.revoke(token, By.caller(caller), owner=caller.person.id)
    return RedirectResponse(_ACCOUNT, 303)


def _page(request: Request, visit: Visit, problems: Sequence[Problem] = (), made: NewToken | None = None) -> Response:
    login = login_of(request)
    pages: Pages = request.app.state.pages
    now = login.registry.clock.now()
    context = {
        "problems": problems,
        "person": visit.caller.person,
        "has_password": login.sessions.has_password(visit.caller),
        "local": login.local,
        "tokens": [(token, token.holds(now)) for token in reversed(login.tokens.of(visit.caller.person.id))],
        "made": made,
        "roles": list(Role),
    }
    return pages.answer(request, "account.html", context, 422 if problems else 200)


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(part for part in _PATTERNS.split(text) if part)
