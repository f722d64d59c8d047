"""A stand-in for Terragrunt 1.x, as far as Towpath uses it: plans and applies one unit with the real engine.

Its command line is taken as strictly as the real one's, and every call is recorded. What a unit's configuration means
it asks Towpath's own evaluation: this is no test of the language. Like the real one it

- takes the repository's top from git, and the outputs of dependencies from their states, or mocks where allowed;
- copies the module below the download folder, generates files there, runs `init` when needed, passes inputs on;
- puts the unit's extra arguments right after the command, runs its hooks, passes over errors that are to be ignored;
- hands an interrupt on to what it started, a moment after the whole group got it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towpath.engines.terraform.commands import extra_arguments, extra_environment
from towpath.engines.terraform.environment import pass_inputs
from towpath.engines.terraform.generated import decide_files, render_backend
from towpath.engines.terraform.hooks import HookCall, after_hooks, before_hooks
from towpath.engines.terraform.source import LocalSource, read_source
from towpath.engines.terraform.state import read_state
from towpath.engines.terraform.working_folder import CopyRules, copy_tree, write_changes
from towpath.hcl.convert import from_json
from towpath.hcl.values import Value
from towpath.model.paths import unit_path
from towpath.system import RandomIds, SystemClock, SystemProcesses
from towpath.system.aws import FakeAws
from towpath.terragrunt import Dependency, ParseCache, UnitConfig, evaluate_unit
from towpath.terragrunt.config import Generate
from towpath.terragrunt.outside_real import RealOutside, Surroundings

FORWARD_SECONDS = 5.0
"""The real one waits 15."""
SWITCHES = ("--non-interactive", "--no-auto-retry", "--tf-forward-stdout")
SETTINGS = ("--log-format", "--working-dir", "--tf-path", "--download-dir")
RECORDED = re.compile(r"^(?:TG_|TERRAGRUNT_|AWS_|TF_|GIT_)")


class RefusalError(Exception):
    """What it ends with, in its own words."""


@dataclass(frozen=True)
class Call:
    """One command line, taken apart."""

    settings: dict[str, str]
    engine: tuple[str, ...]

    @property
    def unit(self) -> Path:
        return Path(self.settings["--working-dir"])

    @property
    def command(self) -> str:
        return self.engine[0]


def main(arguments: Sequence[str], version: str, record: Path) -> int:
    with open(record, "a", encoding="utf-8") as file:
        environment = {name: value for name, value in os.environ.items() if RECORDED.match(name)}
        call = {"argv": list(arguments), "cwd": os.getcwd(), "environment": environment, "pid": os.getpid()}
        file.write(json.dumps(call) + "\n")
    if list(arguments) == ["--version"]:
        sys.stdout.write(f"terragrunt version v{version}\n")
        return 0
    try:
        return Unit(parsed(arguments)).run()
    except RefusalError as refusal:
        sys.stderr.write(f"12:00:00.000 ERROR  {refusal}\n")
        return 1


def parsed(arguments: Sequence[str]) -> Call:
    own, separator, engine = _cut(arguments)
    if own[:1] != ["run"] or not separator or not engine:
        raise RefusalError(f"unknown command: {arguments}")
    settings: dict[str, str] = {}
    for flag in own[1:]:
        name, _, value = flag.partition("=")
        if name in settings or name not in (*SWITCHES, *SETTINGS) or (name in SETTINGS) != bool(value):
            raise RefusalError(f"flag provided but not defined: {flag}")
        settings[name] = value
    return Call(settings, tuple(engine))


def _cut(arguments: Sequence[str]) -> tuple[list[str], bool, list[str]]:
    at = list(arguments).index("--") if "--" in arguments else len(arguments)
    return list(arguments[:at]), at < len(arguments), list(arguments[at + 1 :])


class Files:
    """The repository's folder, for evaluation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = str(folder)

    def read(self, path: str) -> bytes | None:
        return _content(self._folder / path)

    def exists(self, path: str) -> bool:
        return (self._folder / path).exists()

    def is_folder(self, path: str) -> bool:
        return (self._folder / path).is_dir()

    def files_below(self, path: str) -> tuple[str, ...]:
        found = (file for file in (self._folder / path).rglob("*") if file.is_file())
        return tuple(sorted(file.relative_to(self._folder).as_posix() for file in found))

    def origin(self, path: str) -> str:
        return path


class Unit:
    """The unit that a call names."""

    def __init__(self, call: Call) -> None:
        self._call = call
        top = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"], cwd=call.unit, capture_output=True, text=True, check=False
        )
        if top.returncode != 0:
            raise RefusalError(f"git: {top.stderr.strip()}")
        self._root = Path(top.stdout.removesuffix("\n"))
        self._config = self._evaluated(str(call.unit.relative_to(self._root)), call.command)
        self._environment = {**os.environ, **extra_environment(self._config.extra_arguments, (call.command,))}

    def _evaluated(self, unit: str, command: str) -> UnitConfig:
        surroundings = Surroundings(
            root=self._root,
            environment=os.environ,
            processes=SystemProcesses(),
            aws=FakeAws(),
            clock=SystemClock(),
            ids=RandomIds(),
            bcrypt=_no_bcrypt,
            command=command,
        )
        outside = RealOutside(surroundings, self._outputs)
        found = evaluate_unit(unit_path(unit), Files(self._root), outside, ParseCache())
        if found.config is None or any(problem.is_error for problem in found.problems):
            raise RefusalError("; ".join(f"{problem.summary}: {problem.detail}" for problem in found.problems))
        return found.config

    def _outputs(self, dependency: Dependency) -> Value:
        state = self._evaluated(dependency.path, "output").remote_state
        file = Path(str(state.config["path"])) if state else Path()
        snapshot = read_state(file.read_bytes() if file.is_file() else None)
        if not snapshot.is_empty:
            return {name: from_json(output.value) for name, output in snapshot.outputs.items()}
        if dependency.mock_outputs is None or self._call.command not in (dependency.mock_commands or ()):
            raise RefusalError(f"{dependency.path} is a dependency with no outputs")
        return dependency.mock_outputs

    def run(self) -> int:
        folder = self._prepared()
        exclude = self._config.exclude
        if exclude and exclude.if_ is True and exclude.no_run is True and self._call.command in exclude.actions:
            return 0
        if not (folder / ".terraform").is_dir():
            self._around("init", folder, lambda: self._engine(folder, "init", "-no-color"))
        command, *given = self._call.engine
        extra = extra_arguments(self._config.extra_arguments, command, folder)
        kept = [word for word in extra if command == "plan" or not word.startswith("-var")]
        try:
            self._around(command, folder, lambda: self._engine(folder, command, *kept, *given))
        except RefusalError:
            if not self._config.ignores:
                raise
        return 0

    def _prepared(self) -> Path:
        """The module with the unit's files and the generated ones, below the download folder."""
        unit = self._call.unit
        source = read_source(self._config.source if isinstance(self._config.source, str) else None)
        if not isinstance(source, LocalSource | None):
            raise RefusalError(f"cannot download {self._config.source}")
        package = unit / source.folder if source else unit
        names = [hashlib.sha256(os.fsencode(path)).hexdigest()[:27] for path in (unit, package)]
        top = Path(self._call.settings["--download-dir"], *names)
        folder = top / (source.below if source else "")
        copy_tree(package, top, CopyRules())
        copy_tree(unit, folder, CopyRules())
        state = self._config.remote_state
        blocks = list(self._config.generate)
        if state and state.generate:
            blocks.insert(0, Generate("remote_state", state.generate[0], render_backend(state), state.generate[1]))
        changes, _ = decide_files(blocks, lambda path: _content(folder / path))
        write_changes(folder, changes)
        return folder

    def _around(self, command: str, folder: Path, action: Callable[[], None]) -> None:
        for hook in before_hooks(self._config.before_hooks, (command,), folder):
            self._hook(hook, command)
        try:
            action()
        except RefusalError:
            self._after(command, folder, failed=True)
            raise
        self._after(command, folder, failed=False)

    def _after(self, command: str, folder: Path, *, failed: bool) -> None:
        for hook in after_hooks(self._config.after_hooks, (command,), folder):
            if hook.after_failure or not failed:
                self._hook(hook, command)

    def _hook(self, hook: HookCall, command: str) -> None:
        self._start(hook.argv, hook.folder, {"TG_CTX_COMMAND": command, "TG_CTX_HOOK_NAME": hook.name})

    def _engine(self, folder: Path, *words: str) -> None:
        inputs = pass_inputs(self._config.inputs)
        (folder / "nulls.auto.tfvars.json").write_text(json.dumps(dict(inputs.file)), encoding="utf-8")
        self._start((self._call.settings["--tf-path"], *words), folder, dict(inputs.variables))
        if words[0] == "init" and (folder / ".terraform.lock.hcl").is_file():
            shutil.copy(folder / ".terraform.lock.hcl", self._call.unit)

    def _start(self, argv: Sequence[str], folder: Path, variables: dict[str, str]) -> None:
        process = subprocess.Popen(
            list(argv), cwd=folder, env={**variables, **self._environment}, stdin=subprocess.DEVNULL
        )
        timers: list[threading.Timer] = []

        def interrupted(*_: Any) -> None:
            timers.append(threading.Timer(FORWARD_SECONDS, process.send_signal, (signal.SIGINT,)))
            timers[-1].start()

        before = signal.signal(signal.SIGINT, interrupted)
        status = process.wait()
        signal.signal(signal.SIGINT, before)
        for timer in timers:
            timer.cancel()
        if timers or status != 0:
            raise RefusalError(f'Failed to execute "{" ".join(argv)}" in {folder}: exit status {status}')


def _no_bcrypt(text: str, cost: int | None) -> str:
    raise RefusalError(f"bcrypt of {len(text)} characters at {cost}: no test here asks for one")


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
