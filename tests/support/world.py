"""A world for a story: a live repository in git, `towpath` typed in it, and everything it leaves behind in one folder.

    world.write({"dev/app/terragrunt.hcl": …})
    world.push("Add the app")
    outcome = world.towpath("apply", status=0)
    assert outcome.statuses == {"dev/app": "applied"}

`towpath` runs in a child process of its own, with a home inside the test's folder, and `--json`. After every command
that answers with a run, what must hold for every run that is shown is checked (`check_run`); after the story, what must
hold for everything that is kept (`kept_runs`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Outcome", "Typed", "World", "check_run"]

COMMAND_SECONDS = 240
REACHED = frozenset({"applied", "destroyed", "failed"})
DONE = frozenset({"unchanged", "applied", "destroyed", "held", "drifted"})


@dataclass(frozen=True)
class Outcome:
    """How a command ended: exit status, the JSON document it printed, what it said on standard error."""

    words: tuple[str, ...]
    status: int
    document: Any
    stderr: str = field(repr=False)

    @property
    def run(self) -> str:
        """The run's id."""
        return str(self.document["run"])

    @property
    def run_status(self) -> str:
        return str(self.document["status"])

    @property
    def statuses(self) -> dict[str, str]:
        """The status of each unit of the run."""
        return {each["path"]: each["status"] for each in self.document["units"]}

    def unit(self, path: str) -> dict[str, Any]:
        """What the document says about one unit."""
        found: dict[str, Any] = next(each for each in self.document["units"] if each["path"] == path)
        return found

    def exactness(self, path: str) -> str:
        """`exact` or `provisional`: the unit's plan."""
        return str(self.unit(path)["plan"]["exactness"])

    @property
    def said(self) -> str:
        """Everything it said, problems and standard error, to search words in."""
        return json.dumps(self.document, ensure_ascii=False) + self.stderr


class Typed:
    """A command that is still running."""

    def __init__(self, words: tuple[str, ...], process: subprocess.Popen[str]) -> None:
        self._words = words
        self.process = process

    def wait(self, status: int | None = None) -> Outcome:
        """Its outcome. Fails when it ends with another exit status than the one given, or prints no JSON document."""
        try:
            stdout, stderr = self.process.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            stdout, stderr = self.process.communicate()
            raise AssertionError(f"towpath {' '.join(self._words)} did not end:\n{stdout}\n{stderr}") from None
        said = f"towpath {' '.join(self._words)} ended with {self.process.returncode}:\n{stdout}\n{stderr}"
        try:
            document = json.loads(stdout)
        except ValueError:
            raise AssertionError(f"no JSON document. {said}") from None
        assert status is None or self.process.returncode == status, f"expected {status}. {said}"
        outcome = Outcome(self._words, self.process.returncode, document, stderr)
        if isinstance(document, dict) and "run" in document and "units" in document:
            check_run(document)
        return outcome


class World:
    """`folder` is the live repository. `environment` is what `towpath` is started with; a test may change it."""

    def __init__(self, home: Path, name: str = "live") -> None:
        self.home = home
        self.folder = home / name
        self.folder.mkdir(parents=True)
        self.environment = _environment(home)
        self._git("init", "--quiet", "--initial-branch=main")
        for key, value in {"user.name": "Robin Lock", "user.email": "robin@example.com"}.items():
            self._git("config", key, value)

    def write(self, files: Mapping[str, str]) -> None:
        for path, content in files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replaces what must be in the file exactly once."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} contains {old!r} {text.count(old)} times"
        self.write({path: text.replace(old, new)})

    def remove(self, path: str) -> None:
        """A file or a whole folder."""
        target = self.folder / path
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()

    def push(self, message: str) -> str:
        """Commits everything and gives the commit."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "-m", message)
        return self._git("rev-parse", "HEAD").strip()

    def start(self, *words: str) -> Typed:
        """Types a command and does not wait for it."""
        argv = [sys.executable, "-m", "towpath", "-C", str(self.folder), "--json", *words]
        process = subprocess.Popen(
            argv,
            cwd=self.home,
            env=self.environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return Typed(words, process)

    def towpath(self, *words: str, status: int | None = None) -> Outcome:
        """Types a command. Fails when it ends with another exit status than the one given."""
        return self.start(*words).wait(status)

    def apply(self, *words: str) -> Outcome:
        """An apply that succeeds, from what was applied before to the newest commit."""
        return self.towpath("apply", *words, status=0)

    def changes(self, base: str) -> Outcome:
        return self.towpath("changes", base, status=0)

    def approve(self, run: str) -> Outcome:
        """Somebody says yes; the run goes on as far as it can. Gives the run after that."""
        self.towpath("approve", run)
        self.towpath("apply", "--run", run)
        return self.towpath("status", run)

    def status(self, run: str) -> Outcome:
        """The run as it is now."""
        return self.towpath("status", run)

    def spoken(self, *words: str) -> str:
        """What a command prints for a person, standard error as well."""
        argv = [sys.executable, "-m", "towpath", "-C", str(self.folder), *words]
        done = subprocess.run(
            argv, cwd=self.home, env=self.environment, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
        return (done.stdout + done.stderr).decode()

    def add_submodule(self, path: str) -> None:
        """Makes a folder a submodule of another repository, whose files are not here."""
        (self.folder / path).mkdir(parents=True)
        entry = f"160000,{'1' * 40},{path}"
        self._git("update-index", "--add", "--cacheinfo", entry)

    def configure(self, name: str, value: str) -> None:
        """Sets something in the repository's own git configuration."""
        self._git("config", name, value)

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout


def check_run(document: Mapping[str, Any]) -> None:
    """What must hold for every run, whatever happened to it:

    1. A unit is in it once.
    2. Nothing of a later tier was reached when a unit of an earlier one failed.
    3. A unit that was applied or destroyed, or failed at it, was planned exactly.
    4. A run that succeeded has done everything it was to do.
    5. A run that halted has something left to do.
    """
    units = document["units"]
    paths = [each["path"] for each in units]
    assert len(set(paths)) == len(paths), f"a unit twice in one run: {paths}"
    failed = [each["tier"] for each in units if each["status"] == "failed"]
    beyond = [each for each in units if failed and each["tier"] > min(failed) and each["status"] in REACHED]
    assert not beyond, f"reached beyond the failure: {beyond}"
    loose = [each for each in units if each["status"] in ("applied", "destroyed") and not _is_exact(each)]
    assert not loose, f"applied from a plan that was not exact: {loose}"
    if document["status"] == "succeeded":
        assert {each["status"] for each in units} <= DONE, f"succeeded, yet not done: {units}"
    if document["status"] == "halted":
        assert not {each["status"] for each in units} <= DONE, f"halted, yet all is done: {units}"


def _is_exact(each: Mapping[str, Any]) -> bool:
    plan = each["plan"]
    return plan is not None and plan["exactness"] == "exact"


def _environment(home: Path) -> dict[str, str]:
    """Little of the surroundings: where programs are, and a home inside the test's folder."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TMPDIR") if name in os.environ}
    return kept | {
        "HOME": str(home / "home"),
        "XDG_STATE_HOME": str(home / "home" / "state"),
        "XDG_DATA_HOME": str(home / "home" / "data"),
        "XDG_CACHE_HOME": str(home / "home" / "cache"),
        "XDG_CONFIG_HOME": str(home / "home" / "config"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LANG": "C.UTF-8",
        "CHECKPOINT_DISABLE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
