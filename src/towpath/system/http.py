"""Requests to other hosts: short ones, whose answers are small and fit into memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from towpath.problems import Problem, ProblemError

__all__ = ["FakeHttp", "Http", "HttpAnswer", "HttpxHttp"]

_HOST = re.compile(r"\w+://(?:[^/?#]*@)?(?P<host>[^/?#]+)")
MOST_BYTES = 1024 * 1024
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a host answered, whatever its status. `retry_after`: when to ask again, in its words (RFC 9110, 10.2.3)."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None


class Http(Protocol):
    """Redirects are not followed: whoever is asked answers, and nobody else.

    Raises `ProblemError` with `host-unreachable` when there is no answer, or none of a sensible size, in time.
    """

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer: ...

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> HttpAnswer: ...


class HttpxHttp:
    """Over the network, with certificates checked. Threads may share it."""

    def __init__(
        self,
        seconds: float = SECONDS,
        most_bytes: int = MOST_BYTES,
        *,
        by_proxy: bool = True,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Without `by_proxy` no proxy that the environment names is used: for hosts of this machine. With a `transport`
        that alone is used.
        """
        # Requests are rare: no connection is kept open between them.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(
            timeout=seconds, follow_redirects=False, limits=limits, trust_env=by_proxy, transport=transport
        )
        self._most = most_bytes

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        return self._ask("GET", url, None, headers or {})

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> HttpAnswer:
        return self._ask("POST", url, body, headers)

    def _ask(self, method: str, url: str, body: str | None, headers: Mapping[str, str]) -> HttpAnswer:
        try:
            with self._client.stream(method, url, content=body, headers=dict(headers)) as response:
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > self._most:
                        raise ProblemError(_unreachable(url, f"the answer is larger than {self._most} bytes"))
                return HttpAnswer(response.status_code, content, response.headers.get("Retry-After"))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProblemError(_unreachable(url, str(error) or type(error).__name__)) from error


def _unreachable(url: str, reason: str) -> Problem:
    host = _HOST.match(url)
    return Problem(
        "host-unreachable",
        "A host does not answer",
        f"{host['host'] if host else 'The address'}: {reason}.",
        hint="Look at the address, and whether this machine may reach it (proxies are set by HTTPS_PROXY).",
    )


class FakeHttp:
    """Answers what was scripted, each once and in order for an address; anything else fails the test."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self._answers: dict[str, list[HttpAnswer]] = {}

    def script(self, url: str, *answers: HttpAnswer) -> None:
        self._answers.setdefault(url, []).extend(answers)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        del headers
        return self._next(url, "")

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> HttpAnswer:
        del headers
        return self._next(url, body)

    def _next(self, url: str, body: str) -> HttpAnswer:
        self.asked.append((url, body))
        if not self._answers.get(url):
            raise AssertionError(f"a request nobody scripted: {url}")
        return self._answers[url].pop(0)
