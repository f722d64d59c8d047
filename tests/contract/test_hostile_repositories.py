"""Repositories that are made to harm a server which watches them: each costs a bounded time, is planned or told what is
wrong with it, and what comes after it is planned as ever."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from live_repositories import ESTATE
from real_repository import RealRepository
from watched_for_real import Watched, watched

from towpath.git import FakeLink

MAIN = "refs/heads/main"
Files = Mapping[str, str | bytes | FakeLink]
MOST_SECONDS = 60.0
VPC = "dev/us-east-1/vpc/terragrunt.hcl"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefghi", "bcdefghij", strict=True)
)
UNIT = "inputs = {}\n"
DEEP = "/".join(["d"] * 900)
NAMES = ("dev/new\nline", "dev/\x1b[2J", "dev/<img src=x onerror=alert(1)>", "dev/\u202eevil", "-rf", "--upload-pack=x",
         "dev/ ", "dev/a;b|c&d", "dev/$(id)", "dev/%2e%2e%2f", "dev/\\..\\..", "dev/'\"`")  # fmt: skip

HOSTILE: dict[str, Files] = {
    "settings that unfold without end": {"towpath.yml": BOMB},
    "settings nested without end": {"towpath.yml": "x: " + "[" * 100_000},
    "accounts nested without end": {"accounts.json": '{"a":' * 100_000},
    "a unit of fifty megabytes": {"dev/huge/terragrunt.hcl": b"# " + b"x" * 50_000_000 + b"\n" + UNIT.encode()},
    "a file of fifty megabytes that a unit reads": {
        "huge.json": b'"' + b"x" * 50_000_000 + b'"',
        "dev/reads/terragrunt.hcl": 'inputs = { a = jsondecode(file("../../huge.json")) }\n',
    },
    "a unit nested without end": {"dev/deep/terragrunt.hcl": "inputs = { a = " + "[" * 50_000},
    "very deep folders": {f"{DEEP}/terragrunt.hcl": UNIT},
    "very many files": {f"many/{number % 200}/{number}.txt": "x" for number in range(20_000)},
    "names that mean something elsewhere": {f"{name}/terragrunt.hcl": UNIT for name in NAMES},
    "links out of it": {
        "dev/link/terragrunt.hcl": FakeLink("/etc/passwd"),
        "dev/reads/terragrunt.hcl": 'inputs = { a = file("../out/passwd") }\n',
        "dev/out": FakeLink("/etc"),
        "towpath.yml": FakeLink("../../../../../../etc/passwd"),
    },
    "links in a circle": {"dev/a": FakeLink("b"), "dev/b": FakeLink("a"), "towpath.yml": FakeLink("dev/a")},
    "attributes and settings of git": {
        ".gitattributes": "* filter=evil diff=evil merge=evil export-subst\n",
        ".gitconfig": "[core]\n\tfsmonitor = touch /tmp/never\n",
    },
}


def what_came_of(world: Watched) -> str:
    """The problem of the branch, or the words of the run that was begun."""
    head = world.store.heads("").get(MAIN)
    if head is not None and head.problem is not None:
        return f"{head.problem.id} {head.problem.detail}"
    return "\n".join(f"{run.id} {sorted(world.units(run.id))} {run.problems}" for run in world.house.state.runs.runs())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_repository_costs_little_and_stops_nobody(tmp_path: Path, name: str) -> None:
    world = watched(tmp_path, "served/live")
    world.real.commit({**ESTATE, **HOSTILE[name]}, "Hostile")
    begun = time.monotonic()
    world.tick()
    assert time.monotonic() - begun < MOST_SECONDS
    came = what_came_of(world)
    assert came, "it was looked at, and something came of it"
    assert "internal-error" not in came
    assert "root:" not in came
    assert not Path("/tmp/never").exists()
    for run in world.house.state.runs.runs():
        world.house.drive(run.id)
    mended = world.real.commit({**ESTATE, VPC: f"{ESTATE[VPC]!s}\ninputs = {{ mended = true }}\n"}, "Mended")
    world.tick()
    head = world.store.heads("")[MAIN]
    assert (head.commit, head.is_settled, head.problem) == (mended, True, None)
    assert world.house.state.runs.runs()[0].head == mended


@pytest.mark.parametrize(
    "branch", ["feature/--upload-pack=touch", "feature/$(id)", "feature/<b>x", "feature/\u202eevil", "feature/a'b"]
)
def test_a_branch_may_be_called_anything_that_git_allows(tmp_path: Path, branch: str) -> None:
    world = watched(tmp_path, "served/live")
    world.real.commit(ESTATE)
    world.tick()
    made = on_branch(world.real, branch)
    world.tick()
    assert world.house.state.runs.runs()[0].head == made


def on_branch(real: RealRepository, branch: str) -> str:
    real.git("checkout", "--quiet", "-b", branch)
    return real.commit({**ESTATE, VPC: f"{ESTATE[VPC]!s}\ninputs = {{ a = 1 }}\n"}, "A try")
