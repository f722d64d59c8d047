"""What one unit evaluates to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from towpath.hcl.values import Sensitive, SetValue, Unknown, Value
from towpath.model.paths import UnitPath
from towpath.problems import Place

__all__ = [
    "Dependency",
    "Exclude",
    "ExtraArguments",
    "Generate",
    "Hook",
    "Ignore",
    "MockMerge",
    "RemoteState",
    "Retry",
    "UnitConfig",
]

MockMerge = Literal["no_merge", "shallow", "deep_map_only"]


@dataclass(frozen=True)
class ExtraArguments:
    """Arguments and variables that some commands of the engine get."""

    name: str
    commands: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    required_var_files: tuple[str, ...] = ()
    optional_var_files: tuple[str, ...] = ()
    env_vars: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Hook:
    """A command that runs before, after or on an error of some commands of the engine. `on_errors` are regular
    expressions, of error hooks only; `working_dir` None is the default folder.
    """

    name: str
    commands: tuple[str, ...] = ()
    execute: tuple[str, ...] = ()
    working_dir: str | None = None
    run_on_error: bool = False
    on_errors: tuple[str, ...] = ()
    suppress_stdout: bool = False
    if_: bool = True


@dataclass(frozen=True)
class RemoteState:
    """Where the unit keeps its state. `generate` is the path of the generated file and what to do when it exists."""

    backend: str
    config: dict[str, Value] = field(default_factory=dict, repr=False)
    generate: tuple[str, str] | None = None
    disable_init: bool = False
    encryption: dict[str, Value] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Generate:
    """A file written beside the module's own before the engine runs."""

    name: str
    path: str
    contents: str = field(default="", repr=False)
    if_exists: str = "error"
    if_disabled: str = "skip"
    comment_prefix: str = "# "
    disable_signature: bool = False
    disable: bool = False


@dataclass(frozen=True)
class Dependency:
    """Another unit whose outputs this one may read as `dependency.NAME.outputs`.

    `mock_outputs` None: there are none, or they are unknown as a whole, and then `mocks_unknown` is that unknown.
    `mock_commands` None: they are allowed for every command. `outputs_read` are
    the names of the outputs that the configuration refers to, sorted; None: it may read any.
    """

    name: str
    path: UnitPath
    place: Place
    mock_outputs: dict[str, Value] | None = field(default=None, repr=False)
    mocks_unknown: Unknown | None = None
    mock_commands: tuple[str, ...] | None = None
    mock_merge: MockMerge = "no_merge"
    skip_outputs: bool = False
    enabled: bool = True
    outputs_read: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Exclude:
    """Which actions leave the unit out, and whether its dependencies are left out with it."""

    if_: Value = False
    actions: tuple[str, ...] = ()
    exclude_dependencies: Value = False
    no_run: Value = False


@dataclass(frozen=True)
class Retry:
    """Errors, as regular expressions, after which a command is tried again; the pause is in seconds."""

    name: str
    retryable_errors: tuple[str, ...] = ()
    max_attempts: int = 3
    sleep_interval_sec: int = 5


@dataclass(frozen=True)
class Ignore:
    """Errors, as regular expressions (with a leading `!`: not these), that do not make the unit fail."""

    name: str
    ignorable_errors: tuple[str, ...] = ()
    message: str = ""
    signals: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class UnitConfig:
    """One unit's evaluated configuration, included files merged.

    The typed parts are for whoever runs the unit. `values` is the same as one nested value with the keys of the
    language; what is unknown or sensitive stands there exactly. A typed text that holds something unknown reads
    "(unknown: …)", so run nothing of a configuration whose `unknowns()` is not empty.

    `source` is `terraform.source` as evaluated: a relative one is meant from the unit's folder. `provenance` maps
    dotted attribute paths of `as_values()` to the place where the value was written.
    """

    unit: UnitPath
    source: str | Unknown | None = None
    extra_arguments: tuple[ExtraArguments, ...] = ()
    before_hooks: tuple[Hook, ...] = ()
    after_hooks: tuple[Hook, ...] = ()
    error_hooks: tuple[Hook, ...] = ()
    include_in_copy: tuple[str, ...] = ()
    exclude_from_copy: tuple[str, ...] = ()
    copy_terraform_lock_file: bool = True
    remote_state: RemoteState | None = None
    generate: tuple[Generate, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    dependency_paths: tuple[tuple[UnitPath, Place], ...] = ()
    inputs: dict[str, Value] = field(default_factory=dict, repr=False)
    prevent_destroy: bool = False
    iam_role: Value = None
    iam_assume_role_duration: Value = None
    iam_assume_role_session_name: Value = None
    iam_web_identity_token: Value = None
    exclude: Exclude | None = None
    retries: tuple[Retry, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    skip: Value = False
    terraform_binary: str | None = None
    terraform_version_constraint: str | None = None
    terragrunt_version_constraint: str | None = None
    download_dir: str | None = None
    locals: dict[str, Value] = field(default_factory=dict, repr=False)
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    provenance: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def as_values(self) -> dict[str, Value]:
        """Everything that decides what applying does, as one nested value with the keys of the language.

        Not in it: locals, mock outputs, the order of units (`dependencies`), and what changes only how the work goes
        (`errors`, `download_dir`, Terragrunt's own version, `engine`, `catalog`).
        """
        return {"inputs": self.inputs, **self.values}

    def place_of(self, *keys: str) -> Place | None:
        """Where the value that these keys of `as_values()` lead to was written."""
        return self.provenance.get(".".join(keys))

    def unknowns(self) -> Mapping[str, Unknown]:
        """The dotted paths in `as_values()` whose values cannot be known without running something."""
        return dict(_unknowns("", self.as_values()))

    def all_dependency_paths(self) -> tuple[UnitPath, ...]:
        """Both forms of dependencies, sorted, each once; a disabled `dependency` does not count."""
        named = {dependency.path for dependency in self.dependencies if dependency.enabled}
        return tuple(sorted(named | {path for path, _ in self.dependency_paths}))


def _unknowns(path: str, value: Value) -> Iterator[tuple[str, Unknown]]:
    if isinstance(value, Sensitive):
        yield from _unknowns(path, value.value)
    elif isinstance(value, Unknown):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unknowns(f"{path}.{key}" if path else key, item)
    elif isinstance(value, tuple | SetValue):
        for index, item in enumerate(value):
            yield from _unknowns(f"{path}[{index}]", item)
