"""What a login provider publishes of itself: its addresses and its keys, asked for once and kept for a while."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from towpath.problems import Problem, ProblemError
from towpath.system import Clock
from towpath.system.http import Http, HttpAnswer

__all__ = ["Provider", "ProviderAddresses"]

_DISCOVERY = "/.well-known/openid-configuration"
_KEPT_SECONDS = 3600.0
_KEYS_AGAIN_SECONDS = 5.0
"""Keys are not asked for more often, whatever tokens name: strangers could make us ask."""
_FAILED_SECONDS = 5.0
"""A provider that has just failed is not asked again: strangers could make all threads wait for it."""
_TURN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class ProviderAddresses:
    """Where the provider is asked what. `algorithms` are those it signs with; `methods` how it lets clients show their
    secret; `names_itself`: it says in each answer who it is (RFC 9207).
    """

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    algorithms: tuple[str, ...]
    methods: tuple[str, ...]
    names_itself: bool


class Provider:
    """One provider. Threads may share it. Raises `ProblemError` with `provider-unreachable` or `provider-unusable`."""

    def __init__(self, issuer: str, http: Http, clock: Clock) -> None:
        self.issuer = issuer
        self._http = http
        self._clock = clock
        self._lock = Lock()
        self._addresses: tuple[float, ProviderAddresses] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._failed: tuple[float, tuple[Problem, ...]] | None = None

    def addresses(self) -> ProviderAddresses:
        kept = self._addresses
        if kept is not None and self._age(kept[0]) < _KEPT_SECONDS:
            return kept[1]
        with self._turn():
            return self._addresses_now()

    def keys(self, *, lacking: bool = False) -> KeySet:
        """Its public keys. `lacking`: one is missing among those that were given before."""
        lasts, kept = _KEYS_AGAIN_SECONDS if lacking else _KEPT_SECONDS, self._keys
        if kept is not None and self._age(kept[0]) < lasts:
            return kept[1]
        with self._turn():
            kept = self._keys
            if kept is not None and self._age(kept[0]) < lasts:
                return kept[1]
            said = self.get(self._addresses_now().keys)
            try:
                keys = KeySet.import_key_set({"keys": list(said["keys"])})
            except (JoseError, KeyError, TypeError, ValueError) as error:
                raise ProblemError(_unusable(self.issuer, "its keys cannot be read")) from error
            self._keys = (self._clock.steady(), keys)
            return keys

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One asks at a time, and for all."""
        if not self._lock.acquire(timeout=_TURN_SECONDS):
            raise ProblemError(_unreachable(self.issuer, "Others wait for its answer already."))
        try:
            if self._failed is not None and self._age(self._failed[0]) < _FAILED_SECONDS:
                raise ProblemError(*self._failed[1])
            try:
                yield
            except ProblemError as error:
                self._failed = (self._clock.steady(), error.problems)
                raise
        finally:
            self._lock.release()

    def _age(self, moment: float) -> float:
        return self._clock.steady() - moment

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        answer = _answered(self.issuer, lambda: self._http.get(url, headers))
        return self._said(url, answer)

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> HttpAnswer:
        return _answered(self.issuer, lambda: self._http.post(url, body, headers))

    def _said(self, url: str, answer: HttpAnswer) -> dict[str, Any]:
        if answer.status != 200:
            raise ProblemError(_unusable(self.issuer, f"{urlsplit(url).path} answers with status {answer.status}"))
        try:
            said = json.loads(answer.body)
        except ValueError as error:
            raise ProblemError(_unusable(self.issuer, f"{urlsplit(url).path} does not answer in JSON")) from error
        if not isinstance(said, dict):
            raise ProblemError(_unusable(self.issuer, f"{urlsplit(url).path} does not answer with a map"))
        return said

    def _addresses_now(self) -> ProviderAddresses:
        kept = self._addresses
        if kept is None or self._age(kept[0]) >= _KEPT_SECONDS:
            kept = (self._clock.steady(), self._discovered(self.get(self.issuer.rstrip("/") + _DISCOVERY)))
            self._addresses = kept
        return kept[1]

    def _discovered(self, said: Mapping[str, Any]) -> ProviderAddresses:
        if said.get("issuer") != self.issuer:
            raise ProblemError(_unusable(self.issuer, "it says that its issuer is another"))
        return ProviderAddresses(
            authorization=self._address(said, "authorization_endpoint"),
            token=self._address(said, "token_endpoint"),
            keys=self._address(said, "jwks_uri"),
            userinfo=self._address(said, "userinfo_endpoint") if said.get("userinfo_endpoint") else None,
            algorithms=_texts(said.get("id_token_signing_alg_values_supported"), ("RS256",)),
            methods=_texts(said.get("token_endpoint_auth_methods_supported"), ("client_secret_basic",)),
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, said: Mapping[str, Any], key: str) -> str:
        """Encrypted, unless the provider itself is a plain one on this machine, and so is this address."""
        url = said.get(key)
        parts = urlsplit(url) if isinstance(url, str) else None
        own = urlsplit(self.issuer)
        plain = parts is not None and own.scheme == "http" and (parts.scheme, parts.hostname) == ("http", own.hostname)
        if parts is None or not isinstance(url, str) or not parts.hostname or (parts.scheme != "https" and not plain):
            raise ProblemError(_unusable(self.issuer, f"its {key} is not an https address"))
        return url


def _answered(issuer: str, ask: Callable[[], HttpAnswer]) -> HttpAnswer:
    """What the provider answers. Raises `ProblemError` with `provider-unreachable` when it does not."""
    try:
        return ask()
    except ProblemError as error:
        raise ProblemError(_unreachable(issuer, error.problems[0].detail)) from error


def _unreachable(issuer: str, reason: str) -> Problem:
    detail = f"{issuer} cannot be asked about who logs in. {reason}"
    hint = "Try again later. Who has a password here can log in with it."
    return Problem("provider-unreachable", "The login provider does not answer", detail, hint=hint)


def _texts(said: object, default: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(one) for one in said) if isinstance(said, list) else default


def _unusable(issuer: str, reason: str) -> Problem:
    return Problem(
        "provider-unusable",
        "The login provider cannot be used",
        f"{issuer}: {reason}.",
        hint="Compare `login.oidc` of the server's configuration with what the provider publishes.",
    )
