"""Who is asking: found out once for each request, before anything else is looked at.

How people log in is not known here: `Callers` is the seam. Without one, nobody is let in.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Form, Header, Request

from towpath.model.people import Caller, Via
from towpath.problems import Problem, ProblemError
from towpath.web.origin import is_from_here

__all__ = [
    "Asking",
    "Callers",
    "Credentials",
    "Intent",
    "Nobody",
    "ProgramIntent",
    "Visit",
    "asking",
    "intent",
    "visit_of",
]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings to show who sends it. `authorization` is that header, "" without one; `address` is where it
    comes from, as far as the server knows."""

    cookies: Mapping[str, str] = field(repr=False)
    authorization: str = field(repr=False)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is known. `form_key` is the secret of their session that each form carries, so that no other site
    can send one in their name; "" for those who come with a token, which no browser sends by itself.
    """

    caller: Caller
    form_key: str = field(default="", repr=False)


class Callers(Protocol):
    """Knows people by their credentials. None: by these, nobody is known. Never raises for what a stranger sends."""

    def find(self, credentials: Credentials) -> Visit | None: ...


class Nobody:
    """Knows nobody."""

    def find(self, credentials: Credentials) -> Visit | None:
        del credentials
        return None


def visit_of(request: Request) -> Visit | None:
    """Who sends the request; None for a stranger."""
    callers: Callers = request.app.state.services.callers
    address = request.client.host if request.client else ""
    return callers.find(Credentials(request.cookies, request.headers.get("authorization", ""), address))


def asking(request: Request) -> Visit:
    """The dependency of every route that is not for strangers. Raises `ProblemError` (`login-needed`)."""
    visit = visit_of(request)
    if visit is None:
        raise ProblemError(_login_needed())
    request.state.visit = visit
    # Nothing has such a name, and some databases refuse to look for it.
    if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise ProblemError(_no_such_name())
    return visit


Asking = Annotated[Visit, Depends(asking)]


def intent(
    request: Request,
    visit: Asking,
    form_key: Annotated[str, Form()] = "",
    x_towpath_form: Annotated[str, Header()] = "",
) -> Visit:
    """The dependency of every route that changes something: the caller, who means it. With a session comes its
    key, in a form's field or a header; another site does not know it. Raises `ProblemError` (`not-from-here`).
    """
    return _meaning(request, visit, form_key or x_towpath_form)


def program_intent(
    request: Request,
    visit: Asking,
    x_towpath_form: Annotated[
        str, Header(description="With a session instead of a token: the key that its forms carry.")
    ] = "",
) -> Visit:
    """The same for programs, which send documents instead of forms."""
    return _meaning(request, visit, x_towpath_form)


def _meaning(request: Request, visit: Visit, shown: str) -> Visit:
    if visit.caller.via is Via.TOKEN:
        return visit
    if not is_from_here(request) or not visit.form_key or not _same(shown, visit.form_key):
        raise ProblemError(_not_from_here())
    return visit


Intent = Annotated[Visit, Depends(intent)]
ProgramIntent = Annotated[Visit, Depends(program_intent)]


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def _no_such_name() -> Problem:
    return Problem("no-such-page", "Not found", "Nothing has a name like this.", hint="Look for it in the lists.")


def _login_needed() -> Problem:
    return Problem("login-needed", "You are not logged in", hint="Log in, or send a token: `Authorization: Bearer …`.")


def _not_from_here() -> Problem:
    detail = "What was sent does not carry the key of your session: it may be old, or come from another site."
    return Problem("not-from-here", "The request was refused", detail, hint="Load the page again and repeat it.")
