"""A `towpath serve` of the demo's own: where it listens, what it is configured to, and how it is talked to."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from towpath.demo.ground import DemoTools
from towpath.demo.stage import Narrator, StoryError, expect
from towpath.problems import Problem, ProblemError
from towpath.system.http import HttpAnswer
from towpath.system.servers import Server

__all__ = ["Service", "free_port", "serving", "write_config"]

HOST = "127.0.0.1"
PORTS = range(8080, 8100)
START_SECONDS = 60.0
DRAIN_SECONDS = 60.0
"""What is applied when the demo ends may take so long to finish."""
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 900.0
OK = 200
T = TypeVar("T")


def free_port(tools: DemoTools) -> int:
    """The first port that nobody listens at. Raises `ProblemError` with `demo-ports-taken`."""
    for port in PORTS:
        with contextlib.suppress(ProblemError):
            tools.listen(HOST, port).close()
            return port
    detail = f"At {HOST}, something listens at every port from {PORTS[0]} to {PORTS[-1]}."
    hint = "End one of the programs that listen there."
    raise ProblemError(Problem("demo-ports-taken", "There is no free port for the demo", detail, hint=hint))


def write_config(folder: Path, port: int, repositories: Mapping[str, Path], drift: Mapping[str, Any]) -> Path:
    """Writes the server's configuration into the folder. `drift` is its one schedule."""
    settings = {
        "listen": f"{HOST}:{port}",
        "state": str(folder / "server"),
        "cache": str(folder / "cache"),
        "repositories": [{"name": name, "url": str(where), "interval": 5} for name, where in repositories.items()],
        "schedules": [dict(drift)],
    }
    file = folder / "server.yml"
    # JSON is YAML.
    file.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    return file


class Service:
    """The server that runs, and what one person says to it over its interface for programs."""

    def __init__(self, base: str, tools: DemoTools, server: Server, log: Path) -> None:
        self.base = base
        self.log = log
        self.token = ""
        self._tools = tools
        self._server = server

    def running(self) -> bool:
        return self._server.running()

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()

    def stay(self) -> None:
        """Returns when the server has ended."""
        while self.running():
            self._tools.clock.sleep(LOOK_SECONDS)

    def is_ready(self) -> bool:
        try:
            return self._tools.http.get(f"{self.base}/readyz").status == OK
        except ProblemError:
            return False

    def page(self, run: Mapping[str, Any]) -> str:
        """Where people look at a run."""
        return f"{self.base}/runs/{run['run']}"

    def runs(self, repository: str) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = self._get(f"/runs?repository={repository}")["runs"]
        return found

    def settled(self, repository: str, commit: str, status: str) -> dict[str, Any]:
        """The run of a commit, as soon as it stands so."""

        def look() -> dict[str, Any] | None:
            applying = (run["run"] for run in self.runs(repository) if run["kind"] == "apply" and run["head"] == commit)
            run = next(applying, None)
            if run is None:
                return None
            document: dict[str, Any] = self._get(f"/runs/{run}")
            now = document["status"]
            reached = now == status
            expect(reached or now in ("running", "waiting"), f"the run of {repository} is {status}", document)
            return document if reached else None

        return self.wait(f"the run of {repository} is {status}", look)

    def drifted(self, repository: str) -> Sequence[str]:
        """The paths of units that are not as they were applied."""
        return [each["path"] for each in self._get(f"/estate?repository={repository}")["units"] if each["drift"]]

    def approve(self, run: Mapping[str, Any], environment: str, reason: str) -> None:
        said = json.dumps({"environment": environment, "reason": reason})
        headers = {**self._headers(), "content-type": "application/json"}
        self._read(self._tools.http.post(f"{self.base}/api/v1/runs/{run['run']}/approve", said, headers))

    def wait(self, what: str, look: Callable[[], T | None]) -> T:
        """What `look` finds at last. Raises `StoryError` when that takes too long, or the server is gone."""
        deadline = self._tools.clock.steady() + PATIENCE_SECONDS
        while (found := look()) is None:
            expect(self.running(), "the server runs", self.last_words())
            expect(self._tools.clock.steady() < deadline, f"{what} within {PATIENCE_SECONDS:.0f} s")
            self._tools.clock.sleep(LOOK_SECONDS)
        return found

    def _get(self, path: str) -> Any:
        try:
            return self._read(self._tools.http.get(f"{self.base}/api/v1{path}", self._headers()))
        except ProblemError as error:
            raise StoryError(f"the server answers; instead: {error}") from error

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def _read(self, answer: HttpAnswer) -> Any:
        expect(answer.status == OK, "the server does what it is asked", answer.body.decode(errors="replace")[-1000:])
        return json.loads(answer.body)


@contextlib.contextmanager
def serving(
    tools: DemoTools, narrator: Narrator, config: Path, base: str, environment: Mapping[str, str]
) -> Iterator[Service]:
    """A server that answers. At the end it may finish what it applies.

    Raises `ProblemError` with `demo-server-not-started`.
    """
    log = config.with_name("server.log")
    log.touch()
    argv = (sys.executable, "-m", "towpath", "serve", "--config", str(config))
    server = tools.servers.start(argv, log=log, environment=environment, grace=DRAIN_SECONDS)
    service = Service(base, tools, server, log)
    try:
        _wait_until_ready(service, tools)
        yield service
    except KeyboardInterrupt:
        narrator.say("Stopping. The server first finishes what it applies; Ctrl-C again does not wait for that.")
        raise
    finally:
        server.stop()


def _wait_until_ready(service: Service, tools: DemoTools) -> None:
    deadline = tools.clock.steady() + START_SECONDS
    while not service.is_ready():
        if not service.running() or tools.clock.steady() > deadline:
            detail = f"It said: {service.last_words()}"
            hint = "Mend what it says, then start the demo again; nothing was begun."
            raise ProblemError(Problem("demo-server-not-started", "The demo's server did not start", detail, hint=hint))
        tools.clock.sleep(LOOK_SECONDS)
