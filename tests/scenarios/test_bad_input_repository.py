"""Somebody stands in the wrong place, or names what is not there; names that nobody would give a file."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from bad_input import only_problem, place_of, printed_as
from world import Outcome, World

UNIT = "inputs = {}\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Reading needs no engine."""
    return World(tmp_path)


def units(world: World, *paths: str) -> str:
    """Commits units with nothing in them."""
    for path in paths:
        world.write({f"{path}/terragrunt.hcl": UNIT, f"{path}/main.tf": 'variable "a" {\n  default = 1\n}\n'})
    return world.push(f"Units: {len(paths)}")


def listed(outcome: Outcome) -> list[str]:
    return [each["path"] for each in outcome.document["units"]]


def git(world: World, *words: str) -> None:
    subprocess.run(["git", *words], cwd=world.folder, env=world.environment, check=True, capture_output=True)


def test_not_a_git_repository(world: World) -> None:
    shutil.rmtree(world.folder / ".git")
    for command in (("units",), ("plan",)):
        problem = only_problem(world.towpath(*command, status=2), "not-a-repository")
        assert str(world.folder) in problem["detail"]
        assert "-C" in problem["hint"]
    assert "error[not-a-repository]: This is not a git repository" in printed_as(world, "units")


def test_a_repository_without_commits(world: World) -> None:
    for command in (("units",), ("apply",)):
        problem = only_problem(world.towpath(*command, status=2), "unknown-commit")
        assert (problem["detail"], "git commit" in problem["hint"]) == ("The repository has no commits yet.", True)


@pytest.mark.parametrize("revision", ["nowhere", "HEAD~1", "", "--help", "0" * 40, "a..b"])
def test_an_unknown_commit(world: World, revision: str) -> None:
    units(world, "app")
    problem = only_problem(world.towpath("changes", "--", revision, status=2), "unknown-commit")
    assert problem["detail"] == f"`{revision}` names no commit of this repository."
    assert "git fetch" in problem["hint"]


def test_every_command_that_takes_a_commit_refuses_an_unknown_one(world: World) -> None:
    units(world, "app")
    for command in (("plan", "--since", "nowhere"), ("apply", "--since", "nowhere"), ("units", "--at", "nowhere")):
        only_problem(world.towpath(*command, status=2), "unknown-commit")


def test_a_shallow_clone_that_lacks_the_base(world: World) -> None:
    base = units(world, "app")
    units(world, "app", "other")
    whole = world.folder
    world.folder = world.home / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", whole.as_uri(), world.folder], env=world.environment, check=True)
    assert listed(world.towpath("units", status=0)) == ["app", "other"]
    for command in (("changes", base), ("changes", "HEAD~1"), ("apply", "--since", base)):
        problem = only_problem(world.towpath(*command, status=2), "unknown-commit")
        assert "shallow: older commits were left out" in problem["detail"]
        assert "git fetch --unshallow" in problem["hint"]
    git(world, "fetch", "-q", "--unshallow")
    assert listed(world.changes(base)) == ["other"]


def test_a_detached_head_and_a_bare_repository_are_read_as_any_other(world: World) -> None:
    base = units(world, "app")
    units(world, "app", "other")
    git(world, "checkout", "-q", "--detach")
    assert listed(world.changes(base)) == ["other"]
    git(world, "clone", "-q", "--bare", ".", str(world.home / "bare"))
    world.folder = world.home / "bare"
    assert listed(world.changes(base)) == ["other"]


def test_a_commit_without_units_says_so(world: World) -> None:
    world.write({"README.md": "Nothing yet\n"})
    world.push("Nothing yet")
    assert listed(world.towpath("units", status=0)) == []
    assert "0 units" in printed_as(world, "units")
    assert "Nothing to do" in printed_as(world, "apply")


def test_a_program_path_without_git(world: World) -> None:
    units(world, "app")
    world.environment["PATH"] = str(world.home)
    problem = only_problem(world.towpath("units", status=1), "executable-not-found")
    assert (problem["detail"].startswith("git was not found"), problem["hint"]) == (
        True,
        "Install git, or put it on PATH.",
    )


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        ("dev", "Name the units in it: dev/app, dev/net"),
        ("dev/ap", "Did you mean dev/app"),
        ("DEV/APP", "Did you mean dev/app"),
        ("net", "Did you mean dev/net"),
        ("dev/app/terragrunt.hcl", "Did you mean dev/app"),
        ("fresh", "commit it first"),
        ("", "`towpath units` lists every unit."),
        ("/", "`towpath units` lists every unit."),
        ("../../elsewhere", "`towpath units` lists every unit."),
    ],
)
def test_a_unit_that_is_not_there(world: World, named: str, hint: str) -> None:
    units(world, "dev/app", "dev/net")
    world.write({"fresh/terragrunt.hcl": UNIT})
    problem = only_problem(world.towpath("show", "--", named, status=2), "unknown-unit")
    assert problem["detail"].startswith(f"`{named}` names no unit")
    assert hint in problem["hint"]


def test_every_command_that_takes_a_unit_refuses_an_unknown_one(world: World) -> None:
    units(world, "dev/app")
    for command in ("plan", "apply", "destroy"):
        assert "dev/app" in only_problem(world.towpath(command, "dev/ap", status=2), "unknown-unit")["hint"]


ODD = {
    "new line": "dev/new\nline",
    "tab": "dev/tab\there",
    "escape": "dev/\x1b[31mred",
    "quotes": 'dev/it\'s "quoted"',
    "back slash": "dev/back\\slash",
    "option": "-C",
    "pattern": "dev/[a]*",
    "last": "dev/ends in a blank ",
}


def test_names_with_newlines_and_worse_are_names(world: World) -> None:
    base = units(world, *ODD.values())
    assert listed(world.towpath("units", status=0)) == sorted(ODD.values())
    before = {each["path"]: each["fingerprint"] for each in world.towpath("units").document["units"]}
    world.write({"dev/new\nline/a\nfile.txt": "one\n", "dev/tab\there/terragrunt.hcl": "inputs = { a = uper(1) }\n"})
    world.push("One gets a file, one breaks")
    after = world.towpath("units", status=2)
    differing = {each["path"] for each in after.document["units"] if before[each["path"]] != each["fingerprint"]}
    assert differing == {"dev/new\nline", "dev/tab\there"}
    problem = only_problem(after, "unknown-function", "dev/tab\there")
    assert place_of(problem) == ("dev/tab\there/terragrunt.hcl", 1, 16)
    changed = world.towpath("changes", base, status=2).document["units"]
    assert [(each["path"], each["reasons"][0]["file"]) for each in changed if each["action"] == "apply"] == [
        ("dev/new\nline", "dev/new\nline/a\nfile.txt")
    ]
    lines = world.spoken("units").splitlines()
    assert any(line.endswith(r"dev/new\nline") for line in lines)
    assert r"  --> dev/tab\there/terragrunt.hcl:1:16" in lines


def test_a_unit_whose_path_is_not_utf_8_is_refused(world: World) -> None:
    base = units(world, "app")
    latin = os.fsdecode(b"dev/caf\xe9")
    units(world, "app", latin)
    for command in (("units",), ("changes", base)):
        outcome = world.towpath(*command, status=2)
        problem = only_problem(outcome, "path-not-utf-8")
        assert (problem["file"], problem["unit"]) == (r"dev/caf\xe9", r"dev/caf\xe9")
        assert "git mv" in problem["hint"]
    assert [each["action"] for each in outcome.document["units"]] == ["none"]


def test_a_file_whose_name_is_not_utf_8_is_one_of_its_units_files(world: World) -> None:
    base = units(world, "app")
    (world.folder / "app" / os.fsdecode(b"caf\xe9.txt")).write_text("one\n")
    world.push("A file from long ago")
    (changed,) = world.changes(base).document["units"]
    assert changed["reasons"][0]["file"] == r"app/caf\xe9.txt"
    assert listed(world.changes(base)) == ["app"]


def started(world: World, *words: str) -> subprocess.Popen[bytes]:
    argv: Sequence[str] = [sys.executable, "-m", "towpath", "-C", str(world.folder), *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(argv, env=world.environment, stdout=pipe, stderr=pipe, start_new_session=True)


def test_interrupting_while_the_repository_is_read(world: World) -> None:
    """git is held up in the middle; Ctrl-C reaches everything at the terminal."""
    units(world, "app")
    programs = world.home / "programs"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\necho > "{world.home}/asked"\nexec sleep 60\n')
    (programs / "git").chmod(0o755)
    os.mkfifo(world.home / "asked")
    world.environment["PATH"] = f"{programs}{os.pathsep}{world.environment['PATH']}"
    process = started(world, "--json", "units")
    (world.home / "asked").read_text()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b'"id": "interrupted"' in out
    assert b"Traceback" not in err


def typed(world: World, line: str) -> subprocess.CompletedProcess[bytes]:
    """What a line of shell leads to, in which `towpath` is the program."""
    program = f'"{sys.executable}" -m towpath -C "{world.folder}"'
    argv = ["bash", "-o", "pipefail", "-c", line.replace("towpath", program)]
    done = subprocess.run(argv, env=world.environment, capture_output=True, timeout=120, check=False)
    assert b"Traceback" not in done.stdout + done.stderr
    return done


def test_whoever_reads_the_output_may_go(world: World) -> None:
    units(world, *(f"dev/app-{number}" for number in range(40)))
    for words, first in (("units", b"TIER"), ("units --json", b"{")):
        done = typed(world, f"towpath {words} | head -n 1")
        assert (done.returncode, done.stdout[: len(first)]) == (0, first)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_standard_streams_may_be_closed(world: World, closed: str) -> None:
    units(world, "app")
    assert typed(world, f"towpath units {closed}").returncode == 0
    assert typed(world, f"towpath --json show nothing {closed}").returncode == 2


def test_a_result_that_cannot_be_written_is_a_failure(world: World) -> None:
    units(world, "app")
    done = typed(world, "towpath --json units > /dev/full")
    assert done.returncode == 1
    assert b"error[output-not-written]" in done.stderr
    assert b"hint: Make room" in done.stderr
