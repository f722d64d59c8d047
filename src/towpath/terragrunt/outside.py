"""What cannot be known from the commit alone, behind one interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from towpath.hcl.scope import Call
from towpath.hcl.values import Sensitive, Unknown, Value
from towpath.terragrunt.config import Dependency
from towpath.terragrunt.secret_variables import is_secret
from towpath.terragrunt.source_text import tidy

__all__ = ["Command", "HermeticOutside", "Outside"]


@dataclass(frozen=True, slots=True)
class Command:
    """A command to run for what it prints, without Terragrunt's own flags. `folder` is absolute, below `Files.root`;
    `reuse` says where else what it printed may be given again.
    """

    arguments: tuple[str, ...]
    folder: str
    reuse: Literal["in its folder", "anywhere", "never"] = "in its folder"


class Outside(Protocol):
    """Answers what evaluation asks of the world. Each method may raise `ProblemError`."""

    def env(self, name: str, default: Value, call: Call) -> Value:
        """An environment variable; `default` None: it has none, and a variable that is not set is a problem."""

    def run_cmd(self, command: Command, call: Call) -> Value:
        """What a command prints, without the line's end. A quiet one's is marked sensitive by the caller."""

    def aws(self, what: str, call: Call) -> Value:
        """`account_id`, `account_alias`, `caller_identity_arn` or `caller_identity_user_id`."""

    def sops(self, path: str, call: Call) -> Value:
        """The decrypted text of the file at `path` (from the repository's root), as a sensitive value."""

    def terraform_command(self, call: Call) -> Value: ...

    def terraform_cli_args(self, call: Call) -> Value: ...

    def platform(self, call: Call) -> Value: ...

    def timestamp(self, call: Call) -> Value:
        """The time of this evaluation in UTC, as RFC 3339 has it, to the second; the same however often it is asked."""

    def uuid(self, call: Call) -> Value:
        """A random UUID (version 4), another one each time."""

    def bcrypt(self, text: str, cost: int | None, call: Call) -> Value:
        """The bcrypt hash of the text, with a random salt; `cost` None: the engine's own default."""

    def working_dir(self, call: Call) -> Value:
        """The absolute path of the folder in which the engine runs."""

    def home(self, call: Call) -> Value:
        """The home folder of the user who runs."""

    def dependency_outputs(self, dependency: Dependency) -> Value:
        """The outputs of the unit at `dependency.path`: an object of name to value, or an unknown."""


class HermeticOutside:
    """Knows nothing but the environment variables it was given. No process, no network, no credentials, no guess:
    everything else is unknown, with its source text as the origin.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    def env(self, name: str, default: Value, call: Call) -> Value:
        del default  # To fall back on it would be a guess.
        if name not in self._environment:
            return _unknown(call)
        value = self._environment[name]
        return Sensitive(value) if is_secret(name, value) else value

    def run_cmd(self, command: Command, call: Call) -> Value:
        del command
        return _unknown(call)

    def aws(self, what: str, call: Call) -> Value:
        del what
        return _unknown(call)

    def sops(self, path: str, call: Call) -> Value:
        del path
        return Sensitive(_unknown(call))

    def terraform_command(self, call: Call) -> Value:
        return _unknown(call)

    def terraform_cli_args(self, call: Call) -> Value:
        return _unknown(call)

    def platform(self, call: Call) -> Value:
        return _unknown(call)

    def timestamp(self, call: Call) -> Value:
        return _unknown(call)

    def uuid(self, call: Call) -> Value:
        return _unknown(call)

    def bcrypt(self, text: str, cost: int | None, call: Call) -> Value:
        del text, cost
        return _unknown(call)

    def working_dir(self, call: Call) -> Value:
        return _unknown(call)

    def home(self, call: Call) -> Value:
        return _unknown(call)

    def dependency_outputs(self, dependency: Dependency) -> Value:
        """The path stands in the origin, so that two units behind one name are two values."""
        return Unknown.of(f'dependency.{dependency.name}["{dependency.path}"].outputs', dependency.place)


def _unknown(call: Call) -> Unknown:
    return Unknown.of(tidy(call.source), call.place)
