"""Who sends a request, by what it brings."""

from __future__ import annotations

from towpath.login import form_key
from towpath.service.login import Login
from towpath.web.callers import Credentials, Visit
from towpath.web.login.cookies import Cookies

__all__ = ["KnownPeople"]


class KnownPeople:
    """People with a session or a token. Implements `web.callers.Callers`."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._cookies = Cookies(is_https=login.is_https)

    def find(self, credentials: Credentials) -> Visit | None:
        """By the token alone where there is one: who sends one means it."""
        if credentials.authorization:
            kind, _, token = credentials.authorization.partition(" ")
            caller = self._login.tokens.caller(token.strip(), credentials.address) if kind.lower() == "bearer" else None
            return Visit(caller) if caller is not None else None
        secret = self._cookies.session(credentials.cookies)
        caller = self._login.sessions.caller(secret, credentials.address) if secret else None
        return Visit(caller, form_key(secret)) if caller is not None and secret else None
