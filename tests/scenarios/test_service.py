"""The service from a push to the last environment: pushed, watched, planned, approved by somebody else, applied.

The real `towpath serve` and `towpath worker`, a real repository, the real Terraform; on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator

import pytest
from local_live import LocalLive
from patience import until
from postgres_server import PostgresServer, postgres_server
from served import SETTLES_SECONDS, Server, Talker, newest_run, served_by, settled
from world import World

KEY = "a" * 64
GATE = "gates:\n  prod: {approvals: 1, not_author: true}\n"


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


@pytest.fixture
def live(world: World) -> LocalLive:
    live = LocalLive(world, {"dev": 1, "prod": 2})
    world.write({"towpath.yml": GATE})
    for account in ("dev", "prod"):
        live.unit(f"{account}/app", '"one"')
    world.push("One")
    return live


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, live: LocalLive) -> Iterator[Server]:
    database = None
    if request.param == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        database = postgres.url(postgres.new_database(prepared=False))
        live.world.environment["TOWPATH_KEY"] = KEY
    with served_by(live.world, database) as running:
        yield running


def made(live: LocalLive) -> list[str]:
    """What was made in dev, oldest first."""
    return [line for line in live.journal() if line.startswith("made dev")]


def test_a_push_goes_to_prod_when_somebody_else_said_yes(live: LocalLive, server: Server) -> None:
    author, approver = server.person("robin@example.com", "approver"), server.person("ada@example.com", "approver")
    run = newest_run(author, 0)
    waiting = settled(author, run, "waiting")
    assert {unit["path"]: unit["status"] for unit in waiting["units"]} == {"dev/app": "applied", "prod/app": "planned"}
    assert live.journal() == ["made dev/app one"]

    refused = author.post(f"/runs/{run}/approve", {"environment": "prod"})
    assert refused.status_code == 403, refused.text
    agreed = approver.post(f"/runs/{run}/approve", {"environment": "prod", "reason": "Looks right."})
    assert agreed.status_code == 200, agreed.text
    settled(author, run, "succeeded")
    assert live.journal() == ["made dev/app one", "made prod/app one"]
    audited = server.person("grace@example.com", "viewer").get("/audit")["entries"]
    said = next(entry for entry in audited if entry["action"] == "run-approved")
    assert (said["who"], said["detail"]["reason"]) == ("ada@example.com", "Looks right.")
    assert set(said["detail"]["plans"]) == {"prod/app"}


def test_everything_is_done_from_the_command_line_of_another_machine(live: LocalLive, server: Server) -> None:
    author, approver = server.token("robin@example.com", "operator"), server.token("ada@example.com", "operator")
    first = newest_run(server.person("grace@example.com", "viewer"), 0)
    settled(server.talkers[0], first, "waiting")
    assert server.type(author, "resume", first).returncode == 1, "it waits for a person"
    assert "approver-not-allowed" in server.type(author, "approve", first).stderr, "they wrote a commit in it"
    agreed = server.type(approver, "approve", first[:6], "--environment", "prod", "--reason", "Looks right.")
    assert agreed.returncode == 0, agreed.stderr
    settled(server.talkers[0], first, "succeeded")
    assert live.journal() == ["made dev/app one", "made prod/app one"]

    nothing = server.type(author, "apply")
    assert (nothing.returncode, nothing.stdout.split(":")[0]) == (0, "Nothing to do"), nothing.stderr
    planned = server.type(author, "plan", "dev/app")
    assert planned.returncode == 0, planned.stderr
    assert "planning" in planned.stderr
    assert "unchanged" in planned.stdout
    listed = json.loads(server.type(author, "runs", "--json").stdout)["runs"]
    newest = listed[0]
    assert (newest["kind"], newest["status"], newest["author"]) == ("plan", "succeeded", "robin@example.com")
    logs = server.type(author, "logs", newest["run"], "dev/app")
    assert "No changes" in logs.stdout, logs.stderr
    assert author not in planned.stdout + planned.stderr + server.log("serve.log")


def test_what_comes_while_a_run_is_on_waits_and_is_merged_into_the_next(live: LocalLive, server: Server) -> None:
    operator, second = second_push(live, server, "wait")
    first = operator.runs()[1]["run"]
    assert until((live.notes / "traps/dev/app/busy").exists, SETTLES_SECONDS)
    for value in ("three", "four"):
        live.unit("dev/app", f'"{value}"')
        live.world.push(value)
    live.remove_trap("dev/app", "wait")
    third = newest_run(operator, 2)
    assert operator.run(third)["status"] in ("running", "waiting")
    settled(operator, third, "waiting")
    assert {operator.run(run)["status"] for run in (first, second)} == {"superseded"}
    assert made(live) == ["made dev/app one", "made dev/app two", "made dev/app four"]
    assert len(operator.runs()) == 3


def second_push(live: LocalLive, server: Server, trap: str) -> tuple[Talker, str]:
    """The first run waits for its approval; then comes a commit whose apply meets a trap. Somebody who may do much, and
    the new run.
    """
    operator = server.person("ada@example.com", "operator")
    settled(operator, newest_run(operator, 0), "waiting")
    live.set_trap("dev/app", trap)
    live.unit("dev/app", '"two"')
    live.world.push("Two")
    return operator, newest_run(operator, 1)


def test_a_failure_halts_and_is_resumed(live: LocalLive, server: Server) -> None:
    operator, run = second_push(live, server, "fail")
    halted = settled(operator, run, "halted")
    assert {unit["path"]: unit["status"] for unit in halted["units"]} == {"dev/app": "failed", "prod/app": "pending"}
    live.remove_trap("dev/app")
    assert operator.post(f"/runs/{halted['run']}/resume").status_code == 200
    settled(operator, halted["run"], "waiting")


def test_asked_to_stop_it_finishes_what_it_applies(live: LocalLive, server: Server) -> None:
    operator, run = second_push(live, server, "wait")
    assert until((live.notes / "traps/dev/app/busy").exists, SETTLES_SECONDS)
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    assert until(lambda: '"stopping"' in server.log("serve.log"), 20)
    live.remove_trap("dev/app", "wait")
    assert server.process.wait(60) == 0, server.log("serve.log")
    assert made(live) == ["made dev/app one", "made dev/app two"]

    server.start()
    settled(operator, run, "waiting")
    assert made(live) == ["made dev/app one", "made dev/app two"], "it goes on from there"


def test_a_worker_takes_over_from_a_server_that_was_killed(live: LocalLive, postgres: PostgresServer) -> None:
    live.world.environment["TOWPATH_KEY"] = KEY
    database = postgres.url(postgres.new_database(prepared=False))
    with served_by(live.world, database) as server:
        operator, run = second_push(live, server, "wait")
        assert until((live.notes / "traps/dev/app/busy").exists, SETTLES_SECONDS)
        worker = server.start_worker()
        assert server.process is not None
        server.process.kill()
        server.process.wait(10)
        live.remove_trap("dev/app", "wait")
        taken_over = until(lambda: '"worker-lost"' in server.log("worker-0.log"), SETTLES_SECONDS)
        assert taken_over, server.log("worker-0.log")
        server.start()
        settled(operator, run, "waiting", "halted")
        assert worker.poll() is None
        assert made(live).count("made dev/app two") <= 1


def test_a_remote_that_never_answers_keeps_nobody_from_stopping(live: LocalLive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        repository = {"name": "live", "url": f"http://127.0.0.1:{silent.getsockname()[1]}/live.git"}
        with served_by(live.world, others={"repositories": [repository]}) as server:
            connection, _ = silent.accept()
            with connection:
                begun = time.monotonic()
                assert server.stop() == 0
    assert time.monotonic() - begun < 20, server.log("serve.log")
