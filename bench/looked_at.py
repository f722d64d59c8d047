"""A real server over a database in which much has happened: pages, streams of events, lists."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlalchemy import text

from bench.figures import Figure
from bench.instant_worker import KEY, REPOSITORY
from bench.measuring import TOWPATH, megabytes
from bench.repositories import commit
from towpath.model.events import Event, EventKind
from towpath.model.paths import UnitPath
from towpath.stores import State

__all__ = ["looked_at"]

_PAGES = 60
_LOGS = 5
_STREAMS = 200
_EVENTS = 20
_RUNS = 100_000
_LISTS = 20


def looked_at(state: State, url: str, folder: Path) -> Iterator[Figure]:
    """`state` has a run of many units, at rest."""
    with _server(url, folder) as (pid, base, token):
        headers = {"authorization": f"Bearer {token}"}
        run = state.runs.runs()[0].id
        with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
            with _logs_that_stream(state, run):
                page = _times(client, f"/runs/{run}", _PAGES)
            yield Figure(
                "a page of 1,000 units, logs streaming: p50", statistics.median(page), "what was promised", 0.3
            )
            yield Figure("the same: p95", _p95(page), "what was promised", 0.3, at_most=1)
            delays = asyncio.run(_streamed(state, base, headers, run))
            yield Figure(f"an event to {_STREAMS} streams: p50", statistics.median(delays), "between two looks", 0.4)
            yield Figure("the same: p99", sorted(delays)[int(len(delays) * 0.99)], "between two looks", 0.4)
            yield Figure("the server's memory after that", megabytes(pid), "an idle server may have", 250.0, unit="MB")
            _many_runs(state, run)
            for name, asked in _lists().items():
                times = _times(client, f"/runs?{asked}", _LISTS)
                yield Figure(f"{_RUNS:,} runs, {name}: p95", _p95(times), "a page may take", 0.3, at_most=1)


@contextmanager
def _server(url: str, folder: Path) -> Iterator[tuple[int, str, str]]:
    """Its process, address, and a token. It has nothing to do: its own repository has no units."""
    live = folder / "live"
    live.mkdir()
    commit(live, {"towpath.yml": "units: {terraform: ['units/*']}\n"}, "Nothing")
    port = _free_port()
    config = folder / "server.yml"
    settings = {
        "repositories": [{"name": REPOSITORY, "url": str(live), "branch": "main", "interval": 3600}],
        "database": url,
        "state": str(folder / "state"),
        "cache": str(folder / "cache"),
        "listen": f"127.0.0.1:{port}",
    }
    config.write_text(json.dumps(settings), encoding="utf-8")
    environment = {**os.environ, "TOWPATH_KEY": KEY}
    admin = [*TOWPATH, "admin", "--config", str(config)]
    user = ["user", "add", "bench@example.com", "--role", "admin"]
    subprocess.run([*admin, *user], env=environment, check=True, capture_output=True)
    made = ["token", "create", "bench@example.com", "bench", "--role", "admin", "--json"]
    said = json.loads(subprocess.run([*admin, *made], env=environment, check=True, capture_output=True).stdout)
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen([*TOWPATH, "serve", "--config", str(config)], env=environment, stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base, server)
        yield server.pid, base, said["secret"]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _wait_for(base: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            if httpx.get(f"{base}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)  # it starts
    raise RuntimeError("the server does not start")


def _times(client: httpx.Client, address: str, times: int) -> list[float]:
    """Seconds of each request, the first two left out: what they load stays."""
    found = []
    for _ in range(times + 2):
        begun = time.perf_counter()
        answer = client.get(address)
        found.append(time.perf_counter() - begun)
        answer.raise_for_status()
    return found[2:]


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


@contextmanager
def _logs_that_stream(state: State, run: str) -> Iterator[None]:
    """Some units print two hundred lines a second each."""
    ended = threading.Event()
    units = list(_units_of(state, run))[:_LOGS]

    def write(unit: UnitPath) -> None:
        log = state.logs.open(run, unit)
        while not ended.wait(0.05):
            for number in range(10):
                log.line(f"\x1b[32maws_s3_bucket.it[{number}]: Still creating…\x1b[0m [10s elapsed]")
        log.close()

    writers = [threading.Thread(target=write, args=(unit,)) for unit in units]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        ended.set()
        for writer in writers:
            writer.join()


def _units_of(state: State, run: str) -> Iterator[UnitPath]:
    snapshot = state.runs.snapshot(run)
    yield from sorted(snapshot.units) if snapshot is not None else ()


async def _streamed(state: State, base: str, headers: dict[str, str], run: str) -> list[float]:
    """Seconds until each of many streams has an event, over several events."""
    sent: dict[int, float] = {}
    delays: list[float] = []
    joined = asyncio.Semaphore(0)
    limits = httpx.Limits(max_connections=None)

    async def follow(client: httpx.AsyncClient) -> None:
        got = 0
        async with client.stream("GET", f"{base}/runs/{run}/events") as answer:
            answer.raise_for_status()
            joined.release()
            async for line in answer.aiter_lines():
                number = _number_in(line)
                if number is not None:
                    delays.append(time.perf_counter() - sent[number])
                    got += 1
                    if got == _EVENTS:
                        return

    async with httpx.AsyncClient(headers=headers, timeout=60, limits=limits) as client:
        followers = [asyncio.create_task(follow(client)) for _ in range(_STREAMS)]
        for _ in followers:
            await joined.acquire()
        await asyncio.sleep(1)  # each has joined the one reader
        for number in range(_EVENTS):
            sent[number] = time.perf_counter()
            await asyncio.to_thread(_tell, state, run, number)
            await asyncio.sleep(0.3 + number % 5 / 20)  # at no fixed place between two looks
        await asyncio.wait_for(asyncio.gather(*followers), 60)
    return delays


def _tell(state: State, run: str, number: int) -> None:
    data = {"detail": f"number-{number}."}
    with state.runs.transaction() as transaction:
        transaction.append([Event(0, run, state.clock.now(), EventKind.LOCK_WAIT, UnitPath("bench"), data)])


def _number_in(line: str) -> int | None:
    _, found, rest = line.partition("number-")
    return int(rest.partition(".")[0]) if found else None


def _many_runs(state: State, run: str) -> None:
    """Copies of a run, each with two units of it."""
    statements = (
        """INSERT INTO runs (id, ordinal, status, version, body, repository, finished_at, author)
           SELECT 'many-' || n, 1000 + n, CASE n % 50 WHEN 0 THEN 'halted' ELSE 'succeeded' END, 1,
                  replace(r.body, r.id, 'many-' || n), r.repository, r.finished_at, 'author-' || n % 40 || '@e.com'
           FROM runs r, generate_series(1, :many) n WHERE r.id = :run""",
        """INSERT INTO run_texts (ordinal, text)
           SELECT 1000 + n, 'many-' || n || ' ' || md5(n::text) || ' change number ' || n
           FROM generate_series(1, :many) n""",
        """INSERT INTO units (run, unit, status, body, tier, account, joined)
           SELECT 'many-' || n, u.unit, u.status, u.body, u.tier, u.account, u.joined
           FROM (SELECT * FROM units WHERE run = :run ORDER BY unit LIMIT 2) u, generate_series(1, :many) n""",
    )
    with state.database.transaction(unhurried=True) as connection:
        for statement in statements:
            asked = {"many": _RUNS, **({"run": run} if ":run" in statement else {})}
            connection.execute(text(statement), asked)
    with state.database.appending() as connection:
        connection.execute(text("ANALYZE runs, run_texts, units"))


def _lists() -> dict[str, str]:
    return {
        "no filter": "",
        "one status": "status=halted",
        "one author": "author=author-7@e.com",
        "a word many have": "text=change",
        "a word one has": f"text={_RUNS // 2 + 17}",
        "a word none has": "text=nowhere-to-be-found",
        "an old page": "before=2000",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
