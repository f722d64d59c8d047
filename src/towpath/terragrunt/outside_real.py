"""What lies outside of a commit, asked for real: when a unit is planned or applied, never in detection."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from towpath.hcl.functions.dates import format_time
from towpath.hcl.functions.hashes import random_uuid
from towpath.hcl.scope import Call
from towpath.hcl.values import Sensitive, Unknown, Value
from towpath.problems import Place, Problem, ProblemError
from towpath.system.aws import Aws, AwsCredentials
from towpath.system.clock import Clock
from towpath.system.ids import Ids
from towpath.system.processes import Processes
from towpath.terragrunt.config import Dependency
from towpath.terragrunt.outside import Command
from towpath.terragrunt.secret_variables import environment_secrets
from towpath.terragrunt.source_text import tidy

__all__ = ["RealOutside", "Surroundings"]

_COMMAND_SECONDS = 600.0
_PLATFORMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a unit is evaluated. `root` is the folder in which the repository stands; `environment` is what commands
    get, the unit's `credentials` in it; `command` is the engine's command that the evaluation is for. `bcrypt` makes a
    hash of a text at a cost, or at the default one.
    """

    root: Path
    environment: Mapping[str, str] = field(repr=False)
    processes: Processes
    aws: Aws
    clock: Clock
    ids: Ids
    bcrypt: Callable[[str, int | None], str]
    credentials: AwsCredentials | None = None
    command: str = "plan"


class RealOutside:
    """Answers from the machine, AWS and the states of other units. For one evaluation: answers are kept.

    `secrets` grows by what was seen that must not be shown. Where the engine will run depends on the unit's source, and
    so on an evaluation: `asked_where` says that something wanted to know it, and once `working_folder` is set, another
    evaluation finds it out.
    """

    def __init__(self, surroundings: Surroundings, outputs: Callable[[Dependency], Value]) -> None:
        self._at = surroundings
        self._outputs = outputs
        self._ran: dict[tuple[str | None, tuple[str, ...]], str] = {}
        self._time = surroundings.clock.now()
        self.working_folder: Path | None = None
        self.asked_where = False
        self.secrets: list[str] = list(surroundings.credentials.secrets()) if surroundings.credentials else []

    def env(self, name: str, default: Value, call: Call) -> Value:
        value = self._at.environment.get(name)
        if value is None:
            if default is None:
                detail = f"{call.source} has no default, and {name} is not set where Towpath runs."
                hint = f"Set {name}, or give get_env a second argument to fall back on."
                raise ProblemError(
                    Problem("environment-missing", "An environment variable is not set", detail, call.place, hint)
                )
            return default
        self.secrets.extend(environment_secrets({name: value}))
        return value

    def run_cmd(self, command: Command, call: Call) -> Value:
        key = (None if command.reuse == "anywhere" else command.folder, command.arguments)
        if command.reuse == "never" or key not in self._ran:
            printed = self._run(command.arguments, Path(command.folder), call.place)
            self._ran[key] = _text(printed, command.arguments[0], call.place).removesuffix("\n")
        return self._ran[key]

    def aws(self, what: str, call: Call) -> Value:
        try:
            if what == "account_alias":
                return self._at.aws.account_alias(self._at.credentials)
            caller = self._at.aws.identity(self._at.credentials)
        except ProblemError as error:
            raise ProblemError(*(_placed(problem, call.place) for problem in error.problems)) from None
        return {
            "account_id": caller.account,
            "caller_identity_arn": caller.arn,
            "caller_identity_user_id": caller.user_id,
        }[what]

    def sops(self, path: str, call: Call) -> Value:
        argv = ("sops", "--decrypt", str(self._at.root / path))
        text = _text(self._run(argv, self._at.root, call.place, secret=True), "sops", call.place)
        self.secrets.extend(_long_lines(text))
        return Sensitive(text)

    def terraform_command(self, call: Call) -> Value:
        del call
        return self._at.command

    def terraform_cli_args(self, call: Call) -> Value:
        del call
        return (self._at.command,)

    def platform(self, call: Call) -> Value:
        del call
        return _PLATFORMS.get(sys.platform, sys.platform)

    def timestamp(self, call: Call) -> Value:
        del call
        return format_time(self._time)

    def uuid(self, call: Call) -> Value:
        del call
        return random_uuid(self._at.ids.key(16))

    def bcrypt(self, text: str, cost: int | None, call: Call) -> Value:
        try:
            return self._at.bcrypt(text, cost)
        except ProblemError as error:
            raise ProblemError(*(_placed(problem, call.place) for problem in error.problems)) from None

    def working_dir(self, call: Call) -> Value:
        self.asked_where = True
        return str(self.working_folder) if self.working_folder else Unknown.of(tidy(call.source), call.place)

    def home(self, call: Call) -> Value:
        return self.env("HOME", None, call)

    def dependency_outputs(self, dependency: Dependency) -> Value:
        return self._outputs(dependency)

    def _run(self, argv: tuple[str, ...], folder: Path, place: Place, *, secret: bool = False) -> bytes:
        try:
            result = self._at.processes.run(
                argv, folder=folder, environment=self._at.environment, timeout=_COMMAND_SECONDS
            )
        except ProblemError as error:
            raise ProblemError(*(_placed(problem, place) for problem in error.problems)) from None
        if not result.ok:
            said = "" if secret else self._redacted(_last_line(result.stderr))
            detail = f"{argv[0]} ended with status {result.status}{f': {said}' if said else '.'}"
            raise ProblemError(_command_failed(detail, place))
        return result.stdout

    def _redacted(self, text: str) -> str:
        for known in self.secrets:
            text = text.replace(known, "(redacted)")
        return text


def _text(printed: bytes, program: str, place: Place) -> str:
    try:
        return printed.decode()
    except UnicodeDecodeError:
        detail = f"What {program} printed is not text in UTF-8, and so cannot be a value."
        raise ProblemError(_command_failed(detail, place)) from None


def _command_failed(detail: str, place: Place) -> Problem:
    hint = "Type the command yourself, in the unit's folder, and mend what it says."
    return Problem("command-failed", "A command of the configuration failed", detail, place, hint)


def _placed(problem: Problem, place: Place) -> Problem:
    return Problem(
        problem.id,
        problem.summary,
        problem.detail,
        problem.place or place,
        problem.hint,
        problem.unit,
        problem.severity,
    )


def _last_line(content: bytes) -> str:
    lines = content.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def _long_lines(text: str) -> Iterator[str]:
    """The values in a decrypted file: what stands after the last `:` or `=` of a line, and lines that have none."""
    for line in text.splitlines():
        value = line.replace("=", ":").partition(":")[2] or line
        value = value.strip().strip("\"',")
        if len(value) >= 4:
            yield value
