"""A real `towpath serve` over a live repository, and people who talk to it through its interface for programs."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from patience import until
from world import World

__all__ = ["SETTLES_SECONDS", "Server", "Talker", "newest_run", "served_by", "settled"]

STARTS_SECONDS = 60.0
SETTLES_SECONDS = 90.0


class Talker:
    """One person with a token."""

    def __init__(self, base: str, token: str) -> None:
        self._client = httpx.Client(base_url=f"{base}/api/v1", headers={"authorization": f"Bearer {token}"}, timeout=30)

    def get(self, path: str) -> Any:
        answer = self._client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, document: Mapping[str, Any] | None = None) -> httpx.Response:
        return self._client.post(path, json=document or {})

    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/runs")["runs"]
        return found

    def run(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/runs/{run}")
        return found

    def close(self) -> None:
        self._client.close()


class Server:
    """`config` is the server's configuration, in a folder outside of the repository. `others` are settings that take
    the place of these.
    """

    def __init__(self, world: World, database: str | None = None, others: Mapping[str, Any] | None = None) -> None:
        self.world = world
        self.folder = world.home / "server"
        self.folder.mkdir()
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.config = self.folder / "server.yml"
        settings: dict[str, Any] = {
            "repositories": [{"name": "live", "url": str(world.folder), "interval": 5}],
            "state": str(self.folder / "state"),
            "cache": str(self.folder / "cache"),
            "listen": f"127.0.0.1:{self.port}",
            "lease": 5,
            "grace": 5,
        }
        if database is not None:
            settings["database"] = database
        settings |= others or {}
        # JSON is YAML.
        self.config.write_text(json.dumps(settings), encoding="utf-8")
        self.process: subprocess.Popen[str] | None = None
        self.others: list[subprocess.Popen[str]] = []
        self.talkers: list[Talker] = []

    def start(self) -> None:
        self.process = self._towpath("serve", "serve.log")
        assert until(self._answers, STARTS_SECONDS, 0.1), self.log("serve.log")

    def start_worker(self) -> subprocess.Popen[str]:
        """A process beside it."""
        worker = self._towpath("worker", f"worker-{len(self.others)}.log")
        self.others.append(worker)
        return worker

    def stop(self) -> int:
        """As a service manager does: politely. Returns the exit status of `towpath serve`."""
        for process in (*self.others, *([self.process] if self.process else [])):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.others:
            process.wait(60)
        return self.process.wait(60) if self.process is not None else 0

    def log(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def person(self, email: str, role: str) -> Talker:
        """Somebody with an account of this role, and a token that takes nothing away from it."""
        self.talkers.append(Talker(self.base, self.token(email, role)))
        return self.talkers[-1]

    def token(self, email: str, role: str) -> str:
        self._admin("user", "add", email, "--role", role)
        secret: str = self._admin("token", "create", email, "tests", "--role", role)["secret"]
        return secret

    def type(self, token: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command that is typed somewhere else, about this server."""
        environment = {**self.world.environment, "TOWPATH_TOKEN": token, "TOWPATH_SERVER": self.base}
        command = [sys.executable, "-m", "towpath", *words]
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=120
        )

    def password(self, email: str, password: str) -> None:
        """What they type to log in from now on."""
        self._admin("user", "password", email, said=f"{password}\n{password}\n")

    def _admin(self, *words: str, said: str = "") -> dict[str, Any]:
        command = [sys.executable, "-m", "towpath", "admin", "--config", str(self.config), *words, "--json"]
        done = subprocess.run(
            command, env=self.world.environment, cwd="/", capture_output=True, text=True, check=False, input=said
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def _towpath(self, command: str, log: str) -> subprocess.Popen[str]:
        with (self.folder / log).open("w") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "towpath", command, "--config", str(self.config)],
                env=self.world.environment,
                cwd=self.folder,
                stdout=said,
                stderr=said,
                text=True,
            )

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log("serve.log")
        try:
            return httpx.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def served_by(world: World, database: str | None = None, others: Mapping[str, Any] | None = None) -> Iterator[Server]:
    server = Server(world, database, others)
    server.start()
    try:
        yield server
    finally:
        for talker in server.talkers:
            talker.close()
        for process in (*server.others, *([server.process] if server.process else [])):
            if process.poll() is None:
                process.kill()
                process.wait(10)


def settled(talker: Talker, run: str, *statuses: str) -> dict[str, Any]:
    """The run, as soon as it has one of these statuses."""
    found: dict[str, Any] = {}

    def has_settled() -> bool:
        nonlocal found
        found = talker.run(run)
        return found["status"] in statuses

    assert until(has_settled, SETTLES_SECONDS, 0.2), found
    return found


def newest_run(talker: Talker, after: int) -> str:
    """The id of the run that comes when there are already so many."""
    assert until(lambda: len(talker.runs()) > after, SETTLES_SECONDS, 0.2), "no run came"
    newest: str = talker.runs()[0]["run"]
    return newest


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
