"""Ways in: with a password, with a one-time link, through the login provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from towpath.login import LoggedIn
from towpath.login.secrets import derived, new_secret, same
from towpath.problems import Problem, ProblemError
from towpath.service.login import OIDC_CALLBACK, Login
from towpath.web.callers import Credentials
from towpath.web.login.cookies import Begun, Cookies
from towpath.web.origin import is_from_here, local_path
from towpath.web.templates import Pages

__all__ = ["address_of", "cookies_of", "entered", "login_of", "router"]

router = APIRouter(include_in_schema=False)

_STATUS: Final = {
    "login-throttled": 429,
    "provider-unreachable": 503,
    "provider-unusable": 503,
    "account-disabled": 403,
    "email-not-allowed": 403,
    "email-not-verified": 403,
    "email-of-another": 403,
}
"""Every other way to fail is 401."""


def login_of(request: Request) -> Login:
    login: Login = request.app.state.services.login
    return login


def cookies_of(request: Request) -> Cookies:
    return Cookies(is_https=login_of(request).is_https)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def entered(request: Request, logged_in: LoggedIn, target: str) -> Response:
    """Sends somebody on who has just logged in, with the cookie of the new session."""
    response = RedirectResponse(local_path(target), 303)
    left = logged_in.expires_at - login_of(request).registry.clock.now()
    cookies_of(request).begin_session(response, logged_in.secret, int(left.total_seconds()))
    return response


@router.get("/login")
def show(request: Request, target: Annotated[str, Query(alias="next")] = "/") -> Response:
    """The page to log in with; who has, goes on at once."""
    services = request.app.state.services
    if services.callers.find(Credentials(request.cookies, "", address_of(request))) is not None:
        return RedirectResponse(local_path(target), 303)
    return _page(request, "login.html", target)


@router.post("/login")
def with_password(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    target: Annotated[str, Form(alias="next")] = "/",
    form_key: Annotated[str, Form()] = "",
) -> Response:
    login = login_of(request)
    if not login.local:
        return _page(request, "login.html", target, [_no_passwords()], 403)

    def enter() -> LoggedIn:
        return login.sessions.with_password(
            email, password, address_of(request), cookies_of(request).session(request.cookies)
        )

    return _try(request, form_key, "login.html", target, enter)


@router.get("/login/link")
def show_link(request: Request) -> Response:
    """The page that a one-time link leads to. Its secret stays in the browser until the button is pressed."""
    return _page(request, "link.html", "/account")


@router.post("/login/link")
def with_link(request: Request, code: Annotated[str, Form()] = "", form_key: Annotated[str, Form()] = "") -> Response:
    def enter() -> LoggedIn:
        sessions, had = login_of(request).sessions, cookies_of(request).session(request.cookies)
        return sessions.with_link(code.strip(), address_of(request), had)

    return _try(request, form_key, "link.html", "/account", enter)


@router.get("/login/oidc")
def begin_oidc(request: Request, target: Annotated[str, Query(alias="next")] = "/") -> Response:
    login = login_of(request)
    if login.oidc is None:
        return _page(request, "login.html", target, [_no_provider()], 404)
    try:
        begun = login.oidc.begin()
    except ProblemError as error:
        return _page(request, "login.html", target, error.problems)
    response = RedirectResponse(begun.url, 303)
    cookies_of(request).begin_oidc(response, Begun(begun.remembered, local_path(target)))
    return response


@router.get(OIDC_CALLBACK)
def finish_oidc(request: Request) -> Response:
    login, cookies = login_of(request), cookies_of(request)
    begun = cookies.begun(request.cookies) or Begun("", "/")
    try:
        if login.oidc is None:
            raise ProblemError(_no_provider())
        claims = login.oidc.finish(dict(request.query_params), begun.remembered)
        logged_in = login.sessions.with_claims(claims, address_of(request), cookies.session(request.cookies))
        response = entered(request, logged_in, begun.target)
    except ProblemError as error:
        response = _page(request, "login.html", begun.target, error.problems)
    cookies.end_oidc(response)
    return response


def _try(request: Request, form_key: str, template: str, target: str, enter: Callable[[], LoggedIn]) -> Response:
    """Enters, if the form is one that this server showed to this browser; else the same page says why not."""
    before = cookies_of(request).before(request.cookies)
    if not is_from_here(request) or not before or not same(form_key, derived(before, "form")):
        return _page(request, template, target, [_old_form()], 403)
    try:
        return entered(request, enter(), target)
    except ProblemError as error:
        return _page(request, template, target, error.problems)


def _page(
    request: Request, template: str, target: str, problems: tuple[Problem, ...] | list[Problem] = (), status: int = 0
) -> Response:
    login, cookies, pages = login_of(request), cookies_of(request), _pages(request)
    before = cookies.before(request.cookies) or new_secret(login.registry.ids)
    context = {
        "problems": problems,
        "form_key": derived(before, "form"),
        "next": local_path(target),
        "local": login.local,
        "provider": login.provider if login.oidc is not None else "",
    }
    status = status or (_STATUS.get(problems[0].id, 401) if problems else 200)
    response = pages.answer(request, template, context, status)
    cookies.set_before(response, before)
    return response


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _old_form() -> Problem:
    detail = "The page was open for too long, or the request comes from another site."
    hint = "Try once more; cookies must be allowed."
    return Problem("login-form-old", "The page to log in with was out of date", detail, hint=hint)


def _no_passwords() -> Problem:
    detail = "This server lets people in through its login provider alone."
    return Problem("login-without-passwords", "There are no passwords here", detail, hint="Use the other button.")


def _no_provider() -> Problem:
    detail = "This server lets people in with a password alone."
    return Problem("login-without-provider", "There is no login provider here", detail, hint="Use your password.")
