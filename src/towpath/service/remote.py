"""A server somewhere else, asked over its interface for programs.

1. Its address is given; its token stands in the environment, never among the arguments, which others on the machine can
   read. Both go over https, or stay on this machine.
2. What the server says is wrong is raised as the problems it names. Whatever else answers at the address is told from a
   server of Towpath's.
3. Documents are handed on as they came: a newer server may say more.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from towpath.model.events import Event, EventKind
from towpath.model.paths import UnitPath
from towpath.model.plans import (
    AttributeChange,
    Exactness,
    OutputChange,
    Plan,
    PlanBinding,
    ResourceAction,
    ResourceChange,
)
from towpath.problems import Problem, ProblemError
from towpath.system import Environment
from towpath.system.http import Http, HttpAnswer, HttpxHttp

__all__ = ["TOKEN_VARIABLE", "RemoteServer", "plan_of", "problem_of"]

TOKEN_VARIABLE = "TOWPATH_TOKEN"  # noqa: S105  # the variable's name
_PREFIX = "/api/v1"
_SECONDS = 60.0
_MOST_BYTES = 64 * 1024 * 1024
_PAGE = 100
_LOOPBACK = frozenset(["localhost", "127.0.0.1", "::1"])


class RemoteServer:
    """Raises `ProblemError` everywhere: `host-unreachable`, `not-a-server`, and what the server answers."""

    def __init__(self, url: str, token: str, http: Http) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._http = http

    @staticmethod
    def open(url: str, environment: Environment, http: Http | None = None) -> RemoteServer:
        """Raises `server-address-invalid`, `token-missing`."""
        _require_private(url)
        token = environment.get(TOKEN_VARIABLE)
        if not token:
            hint = f"Make one on the server's account page, and put it into {TOKEN_VARIABLE}."
            raise ProblemError(Problem("token-missing", "There is no token", f"{url} asks who you are.", hint=hint))
        return RemoteServer(url, token, http or HttpxHttp(_SECONDS, _MOST_BYTES))

    def repositories(self) -> Sequence[str]:
        return tuple(self._get("/repositories")["repositories"])

    def runs(self, most: int, repository: str | None = None, text: str = "") -> Sequence[Mapping[str, Any]]:
        """The newest ones first."""
        found: list[Mapping[str, Any]] = []
        before: int | None = None
        while len(found) < most:
            asked = {"repository": repository or "", "text": text, **({"before": before} if before is not None else {})}
            page = self._get(f"/runs?{urlencode(asked)}")
            found += page["runs"]
            before = page["older"]
            if before is None:
                break
        return found[:most]

    def run(self, name: str) -> Mapping[str, Any]:
        """By its id, or the beginning of it where that is unambiguous."""
        try:
            return self._run(name)
        except ProblemError:
            alike = {run["run"] for run in self.runs(_PAGE, text=name) if run["run"].startswith(name)} if name else ()
            if len(alike) != 1:
                raise
            return self._run(next(iter(alike)))

    def _run(self, run: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._get(f"/runs/{quote(run, safe='')}")
        return found

    def plan(self, run: str, unit: str) -> Plan | None:
        """The plan that the run has of the unit now."""
        document = self._get(f"/runs/{quote(run, safe='')}/units/{_quoted(unit)}")
        return plan_of(unit, document["plan"]) if document["plan"] is not None else None

    def log(self, run: str, unit: str) -> Sequence[str]:
        answer = self._answered(self._http.get(*self._request(f"/runs/{quote(run, safe='')}/logs/{_quoted(unit)}")))
        return answer.body.decode("utf-8", "replace").splitlines()

    def events(self, run: str, after: int) -> Sequence[Event]:
        """What happened after that sequence. Kinds that this version does not know are left out."""
        document = self._get(f"/runs/{quote(run, safe='')}/events?after={after}")
        return tuple(_events(run, document["events"]))

    def start(self, kind: str, repository: str | None, units: Sequence[str]) -> Mapping[str, Any]:
        """What came of it: the run and its status, the commit, the problems."""
        asked = {"kind": kind, "repository": repository, "units": list(units)}
        started: Mapping[str, Any] = self._post("/runs", asked)
        return started

    def decide(self, run: str, deed: str, said: Mapping[str, Any] | None = None) -> str:
        """`deed` is the last part of the operation's address. Returns the run that it was done to, or that was made."""
        made: str = self._post(f"/runs/{quote(run, safe='')}/{deed}", said)["run"]
        return made

    def _get(self, path: str) -> Any:
        return self._document(self._http.get(*self._request(path)))

    def _post(self, path: str, document: Mapping[str, Any] | None) -> Any:
        url, headers = self._request(path)
        headers["Content-Type"] = "application/json"
        return self._document(self._http.post(url, json.dumps(document or {}), headers))

    def _request(self, path: str) -> tuple[str, dict[str, str]]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        return f"{self.url}{_PREFIX}{path}", headers

    def _document(self, answer: HttpAnswer) -> Any:
        try:
            return json.loads(self._answered(answer).body)
        except ValueError as error:
            raise ProblemError(_no_server(self.url, answer.status)) from error

    def _answered(self, answer: HttpAnswer) -> HttpAnswer:
        if answer.status == 200:
            return answer
        problems: tuple[Problem, ...] = ()
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            problems = tuple(problem_of(document) for document in json.loads(answer.body)["problems"])
        raise ProblemError(*(problems or (_no_server(self.url, answer.status),)))


def _require_private(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    is_private = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not host or not is_private or parts.username or parts.query or parts.fragment:
        detail = "A server is asked over `https://`, so that nobody reads along; over `http://` only on this machine."
        hint = "Correct `--server`, or TOWPATH_SERVER. A token does not belong into it."
        raise ProblemError(Problem("server-address-invalid", "The server's address is not valid", detail, hint=hint))


def _quoted(unit: str) -> str:
    return "" if unit == "." else quote(unit, safe="/", errors="surrogateescape")


def _events(run: str, documents: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    for one in documents:
        if one["kind"] in {kind.value for kind in EventKind}:
            unit = UnitPath(one["unit"]) if one["unit"] is not None else None
            at = datetime.datetime.fromisoformat(one["at"])
            yield Event(one["sequence"], run, at, EventKind(one["kind"]), unit, one["data"])


def problem_of(document: Mapping[str, Any]) -> Problem:
    """A problem as documents hold it."""
    place = [document["file"], document.get("line"), document.get("column")] if document.get("file") else None
    said = [document["id"], document["summary"], document.get("detail") or "", place]
    return Problem.of_row([*said, document.get("hint"), document.get("unit"), document.get("severity", "error")])


def _no_server(url: str, status: int) -> Problem:
    detail = f"What answers at {url} (status {status}) does not answer as a server of Towpath does."
    return Problem("not-a-server", "There is no server at this address", detail, hint="Correct the address.")


def plan_of(unit: str, document: Mapping[str, Any]) -> Plan:
    """A plan as the interface for programs gives it."""
    binding = PlanBinding(
        unit=UnitPath(unit),
        commit=document["commit"],
        fingerprint=document["fingerprint"],
        state_lineage=None,
        state_serial=document["state_serial"],
        engine=document["engine"],
        engine_version=document["engine_version"],
        digest=document["digest"],
    )
    resources = tuple(
        ResourceChange(
            one["address"], one["type"], ResourceAction(one["action"]),
            tuple(AttributeChange(**attribute) for attribute in one["attributes"]),
        )
        for one in document["resources"]
    )  # fmt: skip
    outputs = tuple(OutputChange(**{**one, "action": ResourceAction(one["action"])}) for one in document["outputs"])
    return Plan(binding, Exactness(document["exactness"]), resources, outputs)
