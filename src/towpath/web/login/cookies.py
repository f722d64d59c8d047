"""The cookies of logging in."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.responses import Response

__all__ = ["Begun", "Cookies"]

_SESSION: Final = "towpath"
_BEFORE: Final = "towpath-before"
_OIDC: Final = "towpath-oidc"
_LOGIN_SECONDS: Final = 600
"""How long somebody may take at the login provider."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that was begun at the provider: what was remembered for it, and where to go after it."""

    remembered: str = field(repr=False)
    target: str


class Cookies:
    """Their names, how they are set and read. With https no other host and no plain connection can set them."""

    def __init__(self, *, is_https: bool) -> None:
        self._is_https = is_https
        self._prefix = "__Host-" if is_https else ""

    def session(self, cookies: Mapping[str, str]) -> str | None:
        """The secret of the session."""
        return cookies.get(self._prefix + _SESSION)

    def begin_session(self, response: Response, secret: str, seconds: int) -> None:
        self._set(response, _SESSION, secret, seconds)
        self._drop(response, _BEFORE)

    def end_session(self, response: Response) -> None:
        self._drop(response, _SESSION)

    def before(self, cookies: Mapping[str, str]) -> str | None:
        """The secret of somebody who has not logged in yet, to which the form is bound."""
        return cookies.get(self._prefix + _BEFORE)

    def set_before(self, response: Response, secret: str) -> None:
        self._set(response, _BEFORE, secret, None)

    def begun(self, cookies: Mapping[str, str]) -> Begun | None:
        """The login that was begun at the provider."""
        remembered, _, target = cookies.get(self._prefix + _OIDC, "").partition(".")
        try:
            # Its padding, which cookies do not take as it is, was left out.
            return Begun(remembered, base64.urlsafe_b64decode(f"{target}==").decode()) if remembered else None
        except ValueError:
            return None

    def begin_oidc(self, response: Response, begun: Begun) -> None:
        target = base64.urlsafe_b64encode(begun.target.encode()).decode().rstrip("=")
        self._set(response, _OIDC, f"{begun.remembered}.{target}", _LOGIN_SECONDS)

    def end_oidc(self, response: Response) -> None:
        self._drop(response, _OIDC)

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            self._prefix + name, value, seconds, path="/", secure=self._is_https, httponly=True, samesite="lax"
        )

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(self._prefix + name, "/", secure=self._is_https, httponly=True, samesite="lax")
