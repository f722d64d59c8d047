"""Watching real repositories: through a mirror, with the live repository evaluated and a run's rows written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from git_server import git_server
from live_repositories import ESTATE
from watched_for_real import watched

from towpath.config.server import RepositorySettings, ServerConfig
from towpath.git import FakeLink
from towpath.model.runs import RunKind, RunStatus
from towpath.model.watching import Outcome
from towpath.service.mirrored import surroundings_for
from towpath.service.secrets import without_secrets
from towpath.system import FakeEnvironment

MAIN = "refs/heads/main"
Files = Mapping[str, str | bytes | FakeLink]


def test_from_a_push_to_a_run_and_on(tmp_path: Path) -> None:
    world = watched(tmp_path, "served/live")
    first = world.real.commit(ESTATE, "The estate")
    world.tick()
    (run,) = world.house.state.runs.runs()
    assert (run.head, run.kind, run.author) == (first, RunKind.APPLY, "ada@example.com")
    assert [commit.subject for commit in run.commits] == ["The estate"]
    everything = world.units(run.id)
    assert "dev/us-east-1/vpc" in everything
    world.house.drive(run.id)
    assert set(world.house.state.ledger.entries()) == everything
    compared = world.live.drift(first, ("**/vpc",), ("dev",)).walk
    assert compared is not None
    assert [(step.unit, step.commit) for step in compared.steps()] == [("dev/us-east-1/vpc", first)]
    changed = {
        **ESTATE,
        "dev/us-east-1/vpc/terragrunt.hcl": f"{ESTATE['dev/us-east-1/vpc/terragrunt.hcl']!s}\ninputs = {{ a = 1 }}\n",
    }
    second = world.real.commit(changed, "One unit")
    world.tick()
    newer = world.house.state.runs.runs()[0]
    assert (newer.head, world.units(newer.id)) == (second, {"dev/us-east-1/vpc"})
    world.real.commit({**changed, "README.md": "words"}, "Words alone")
    world.house.drive(newer.id)
    world.tick()
    assert len(world.house.state.runs.runs()) == 2
    assert [arrival.outcome for arrival in world.store.arrivals("")] == [
        Outcome.NOTHING,
        Outcome.CARRIED,
        Outcome.CARRIED,
    ]


def test_a_branch_is_planned_and_a_broken_commit_told(tmp_path: Path) -> None:
    world = watched(tmp_path, "served/live")
    world.real.commit(ESTATE)
    world.tick()
    world.house.drive(world.house.state.runs.runs()[0].id)
    world.real.git("checkout", "--quiet", "-b", "feature/x")
    changed = str(ESTATE["dev/us-east-1/vpc/terragrunt.hcl"]) + "\ninputs = { a = 1 }\n"
    feature = world.real.commit({**ESTATE, "dev/us-east-1/vpc/terragrunt.hcl": changed}, "A try")
    world.real.git("checkout", "--quiet", "main")
    world.real.commit({**ESTATE, "accounts.json": "{"}, "A slip")
    world.tick()
    run = world.house.state.runs.runs()[0]
    assert (run.kind, run.head, run.branch, run.status) == (
        RunKind.PLAN,
        feature,
        "refs/heads/feature/x",
        RunStatus.RUNNING,
    )
    assert world.units(run.id) == {"dev/us-east-1/vpc"}
    problem = world.store.heads("")[MAIN].problem
    assert problem is not None
    assert problem.place is not None
    assert problem.place.file == "accounts.json"
    assert world.store.arrivals("")[0].outcome is Outcome.BROKEN


def test_a_server_that_asks_for_a_token(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with git_server(tmp_path / "served") as server:
        token = server.ask_for_basic()
        world = watched(tmp_path, f"{server.url}/live/.git", token)
        world.real.commit(ESTATE)
        world.tick()
        assert len(world.house.state.runs.runs()) == 1
        server.ask_for_basic(token="another")
        world.real.commit({**ESTATE, "dev/new.txt": "x"})
        world.tick()
    (watch,) = world.store.watches()
    assert watch.problem is not None
    assert watch.problem.id == "remote-refused"
    assert len(world.house.state.runs.runs()) == 1


def test_a_token_that_is_not_there_is_told(tmp_path: Path) -> None:
    world = watched(tmp_path, "https://git.example.com/live", token=" ")
    world.tick()
    (watch,) = world.store.watches()
    assert watch.problem is not None
    assert (watch.problem.id, "LIVE_TOKEN" in watch.problem.detail) == ("token-missing", True)


def test_a_repository_cannot_ask_for_the_servers_secrets() -> None:
    config = ServerConfig(
        database_env="DB", repositories=(RepositorySettings(name="a", url="https://h/a", token_env="TOKEN"),)
    )
    environment = FakeEnvironment({"DB": "1", "TOKEN": "2", "TOWPATH_KEY": "3", "TF_VAR_region": "4"})
    shown = without_secrets(config, environment)
    assert shown.all() == {"TF_VAR_region": "4"}
    assert (shown.get("DB"), shown.get("TF_VAR_region")) == (None, "4")


@pytest.mark.parametrize(
    ("cache", "variables", "expected"),
    [
        ("cache", {}, "/etc/towpath/cache/mirrors"),
        ("/var/cache", {}, "/var/cache/mirrors"),
        (None, {"TOWPATH_CACHE": "/tmp/cache"}, "/tmp/cache/mirrors"),
    ],
)
def test_where_mirrors_are(cache: str | None, variables: dict[str, str], expected: str) -> None:
    config = ServerConfig(cache=cache)
    found = surroundings_for(config, Path("/etc/towpath"), FakeEnvironment(variables))
    assert found.mirrors == Path(expected)
