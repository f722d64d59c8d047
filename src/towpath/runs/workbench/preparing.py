"""Makes an evaluated unit ready for the engine.

1. The engine is chosen by `towpath.yml` at the unit's commit, and by what the unit itself asks for.
2. The module is put into the unit's working folder, the unit's own files over it, generated files over those.
3. The backend is settled. State that the engine would keep in a folder which does not last (the checkout, the working
   folder) is kept in the repository's own folder instead, where Terragrunt would have it.
4. Inputs become variables; credentials go into the environment, and nowhere else.

A unit that Terragrunt is to plan and apply is handed over instead (`handing_over`): all this is Terragrunt's to do.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from towpath.engines.choosing import Choices, choices
from towpath.engines.engine import Engine
from towpath.engines.terraform.backend import OVERRIDE_FILE, local_override
from towpath.engines.terraform.binary import EngineBinary
from towpath.engines.terraform.commands import extra_environment
from towpath.engines.terraform.engine import Console, TerraformEngine, Workspace
from towpath.engines.terraform.environment import Inputs, engine_environment, pass_inputs
from towpath.engines.terraform.generated import (
    FileChange,
    backend_settings,
    decide_files,
    render_backend,
    render_settings,
)
from towpath.engines.terraform.patterns import broken_patterns
from towpath.engines.terraform.source import LocalSource, RemoteSource, read_source
from towpath.engines.terraform.state import exact_json
from towpath.engines.terraform.working_folder import (
    CopyRules,
    copy_tree,
    make_private,
    mirror_unit,
    overlay_unit,
    write_changes,
    write_private,
)
from towpath.engines.terragrunt import TerragruntEngine, find_terragrunt
from towpath.hcl.values import Unknown
from towpath.problems import Place, Problem, ProblemError
from towpath.runs.workbench.backends import lasting_settings, lasting_state
from towpath.runs.workbench.evaluating import EvaluatedUnit
from towpath.runs.workbench.handing_over import hand_over
from towpath.runs.workbench.leftovers import remove_working_folder, rescue_state
from towpath.runs.workbench.modules import ModuleFiles, files_of, local_modules, read_module
from towpath.runs.workbench.phases import Phases
from towpath.runs.workbench.providers import ProviderCache
from towpath.runs.workbench.sensitive import declared_secrets
from towpath.runs.workbench.sources import SourceRequest, fetch_source
from towpath.runs.workbench.tools import Tools, links_folder, unit_folder_name, working_folder
from towpath.terragrunt.autoinclude import AUTOINCLUDE_FILES
from towpath.terragrunt.config import Generate, RemoteState, UnitConfig

__all__ = ["Prepared", "Preparer"]

_BACKEND_FILE = "towpath.tfbackend"
_INPUTS_FILE = "towpath-inputs.auto.tfvars.json"
_CONFIGURES_TOWPATH = (
    "terragrunt.hcl",
    "terragrunt.hcl.json",
    "terragrunt.stack.hcl",
    "terragrunt.values.hcl",
    *AUTOINCLUDE_FILES,
)


AnyEngine = TypeVar("AnyEngine", bound=Engine, covariant=True)


@dataclass(frozen=True, slots=True)
class Prepared(Generic[AnyEngine]):
    """A unit ready to be worked on; `passing` are folders that do not last: state kept there would be lost."""

    workspace: Workspace
    engine: AnyEngine
    passing: tuple[Path, ...]


class Preparer:
    """Prepares units. A working folder is removed whatever happens: inputs, plans and states hold secrets."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.providers = ProviderCache(tools.state / "providers", tools.environment)

    @contextlib.contextmanager
    def prepared(self, evaluated: EvaluatedUnit, console: Console) -> Iterator[Prepared[Engine]]:
        """Everything the engine needs. Raises `ProblemError` with what keeps it from being started, or
        `InterruptedWorkError`.
        """
        root = working_folder(self._tools.state, evaluated.request.run, evaluated.unit)
        make_private(root)
        try:
            yield self._prepare(evaluated, root, console)
        except ProblemError as error:
            rescued = rescue_state(self._tools.state, root)
            raise ProblemError(*error.problems, *([_rescued(rescued)] if rescued else ())) from None
        finally:
            remove_working_folder(self._tools.state, root)

    @contextlib.contextmanager
    def prepared_for_looking(self, evaluated: EvaluatedUnit, console: Console) -> Iterator[Prepared[TerraformEngine]]:
        """No more than the backend, so that the engine can be asked about the state: no providers, no inputs. In a
        folder of its own, since the unit itself may be worked on at the same time.
        """
        parent = self._tools.state / "work" / evaluated.request.run
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        root = Path(tempfile.mkdtemp(prefix=f"look-{unit_folder_name(evaluated.unit)}-", dir=parent))
        try:
            yield self._prepare_for_looking(evaluated, root, console)
        finally:
            shutil.rmtree(root, ignore_errors=True)

    def _prepare(self, evaluated: EvaluatedUnit, root: Path, console: Console) -> Prepared[Engine]:
        _must_be_readable(evaluated.config)
        wanted = _wanted(evaluated)
        if wanted.terragrunt is None or evaluated.config is None:
            return self._prepare_here(evaluated, root, console)
        terragrunt = find_terragrunt(wanted.terragrunt, self._tools.asking)
        engine = TerragruntEngine(terragrunt, self._found(evaluated), self._tools.runner, root)
        workspace = hand_over(evaluated, engine.binary, self._tools, self.providers)
        return Prepared(workspace, engine, (root, evaluated.checkout.folder))

    def _prepare_here(self, evaluated: EvaluatedUnit, root: Path, console: Console) -> Prepared[TerraformEngine]:
        _must_be_usable(evaluated.config)
        inputs = pass_inputs(evaluated.config.inputs) if evaluated.config else Inputs()
        prepared = self._place(evaluated, root, inputs, console, hooks=True)
        if evaluated.told_folder not in (None, prepared.workspace.folder):
            raise ProblemError(_elsewhere(evaluated))
        folder = prepared.workspace.folder
        module = read_module(files_of(folder))
        backend = self._settle_backend(evaluated, folder, module)
        _write_inputs(folder, inputs.in_file(module.variables, module.verbatim, prepared.workspace.environment))
        secrets = (*evaluated.secrets, *declared_secrets(inputs, module, prepared.workspace.environment))
        return replace(prepared, workspace=replace(prepared.workspace, backend=backend, secrets=secrets))

    def _prepare_for_looking(self, evaluated: EvaluatedUnit, root: Path, console: Console) -> Prepared[TerraformEngine]:
        folder = root / "look"
        folder.mkdir()
        state = evaluated.config.remote_state if evaluated.config else None
        options: tuple[str, ...] = ()
        prepared = self._bare(evaluated, root, Inputs())
        if state is not None:
            write_private(folder / "backend.tf", render_backend(self._lasting(state, evaluated)).encode())
        else:
            placed = self._place(evaluated, root / "module", Inputs(), console, hooks=False).workspace.folder
            module = read_module(files_of(placed))
            if module.backend is not None:
                name, code = module.backend.code
                write_private(folder / name, code.encode())
            options = self._settle_backend(evaluated, folder, module)
        return replace(prepared, workspace=replace(prepared.workspace, folder=folder, backend=options))

    def _bare(self, evaluated: EvaluatedUnit, root: Path, inputs: Inputs) -> Prepared[TerraformEngine]:
        """With an engine and an environment, and nothing in its folder yet."""
        engine = TerraformEngine(self._found(evaluated), self._tools.runner)
        workspace = Workspace(
            folder=root,
            environment=self._environment(evaluated, inputs),
            secrets=evaluated.secrets,
            config=evaluated.config,
            lock_timeout=evaluated.checkout.config.lock_timeout,
        )
        return Prepared(workspace, engine, (root,))

    def _found(self, evaluated: EvaluatedUnit) -> EngineBinary:
        return self._tools.find_engine(_wanted(evaluated).engine, self._tools.asking)

    def _place(
        self, evaluated: EvaluatedUnit, root: Path, inputs: Inputs, console: Console, *, hooks: bool
    ) -> Prepared[TerraformEngine]:
        """With the module and the generated files in place."""
        prepared = self._bare(evaluated, root, inputs)
        own = replace(prepared.workspace, folder=evaluated.checkout.unit_folder(evaluated.unit))
        phases = Phases(prepared.engine, own if hooks else replace(own, config=None), console)
        phases.after_reading()
        folder = self._place_module(evaluated, prepared, phases)
        write_changes(folder, self._generated(evaluated, folder))
        return replace(prepared, workspace=replace(prepared.workspace, folder=folder))

    def _environment(self, evaluated: EvaluatedUnit, inputs: Inputs) -> dict[str, str]:
        config = evaluated.config
        credentials = evaluated.credentials.variables() if evaluated.credentials else {}
        commands = ("init", evaluated.request.command)
        extra = extra_environment(config.extra_arguments, commands) if config else {}
        own = engine_environment(self._tools.environment, credentials, inputs.variables, extra)
        return {**own, **self.providers.variables()}

    def _place_module(self, evaluated: EvaluatedUnit, prepared: Prepared[TerraformEngine], phases: Phases) -> Path:
        """Puts the module and the unit's own files into the working folder; returns where the engine runs."""
        root = prepared.workspace.folder
        rules = _rules(evaluated.config)
        source = read_source(*_source(evaluated.config))
        if source is None:
            phases.fetching(lambda: root)
            left_out = CopyRules(rules.include, (*rules.exclude, *_CONFIGURES_TOWPATH), rules.lock_file)
            unit = "" if evaluated.unit == "." else evaluated.unit
            modules = local_modules(evaluated.checkout.folder, unit)
            folders = {**dict.fromkeys(modules, CopyRules()), unit: left_out}
            links = links_folder(self._tools.state, evaluated.request.run)
            mirror_unit(evaluated.checkout.folder, folders, root, links)
            return root / unit
        folder = phases.fetching(lambda: self._fetch(source, evaluated, prepared, phases.console))
        overlay_unit(evaluated.checkout.unit_folder(evaluated.unit), folder, rules, _CONFIGURES_TOWPATH)
        return folder

    def _fetch(
        self,
        source: LocalSource | RemoteSource,
        evaluated: EvaluatedUnit,
        prepared: Prepared[TerraformEngine],
        console: Console,
    ) -> Path:
        """Puts the module into the working folder. Raises `ProblemError`."""
        root = prepared.workspace.folder
        if isinstance(source, LocalSource):
            package, below = evaluated.checkout.unit_folder(evaluated.unit) / source.folder, source.below
            _must_stay_inside(source, evaluated)
        else:
            request = SourceRequest(source, self._tools.state / "sources", evaluated.request.run, prepared.workspace)
            fetched = fetch_source(request, prepared.engine, console)
            package, below = fetched.package, fetched.below
        copy_tree(package, root, CopyRules(exclude=_rules(evaluated.config).exclude))
        folder = root / below
        if not folder.is_dir():
            detail = f"The source has no folder {below!r}, which stands after its `//`."
            hint = "Correct what stands after the `//`, or the version."
            raise ProblemError(Problem("source-not-found", "A module's folder does not exist", detail, hint=hint))
        return folder

    def _generated(self, evaluated: EvaluatedUnit, folder: Path) -> tuple[FileChange, ...]:
        """The files that the unit generates, the backend's first. Raises `ProblemError` (`generated-file-exists`)."""
        if evaluated.config is None:
            return ()
        blocks = list(evaluated.config.generate)
        state = evaluated.config.remote_state
        if state is not None and state.generate is not None:
            path, if_exists = state.generate
            contents = render_backend(self._lasting(state, evaluated))
            blocks.insert(0, Generate("remote_state", path, contents, if_exists))
        changes, problems = decide_files(blocks, lambda path: _read(folder / path))
        if problems:
            raise ProblemError(*(problem.in_unit(evaluated.unit) for problem in problems))
        return changes

    def _lasting(self, state: RemoteState, evaluated: EvaluatedUnit) -> RemoteState:
        return lasting_state(state, evaluated, self._tools.commits.folder)

    def _settle_backend(self, evaluated: EvaluatedUnit, folder: Path, module: ModuleFiles) -> tuple[str, ...]:
        """Writes what the backend needs; returns options for `init`."""
        state = evaluated.config.remote_state if evaluated.config else None
        home = self._tools.commits.folder
        if state is None:
            if module.backend_type in (None, "local"):
                settings = lasting_settings(evaluated, home, module.backend_path)
                write_private(folder / OVERRIDE_FILE, local_override(settings))
            return ()
        if state.generate is not None:
            return ()
        if module.backend_type != state.backend:
            raise ProblemError(_no_backend_block(state, module))
        rendered = render_settings(backend_settings(self._lasting(state, evaluated)))
        write_private(folder / _BACKEND_FILE, rendered.encode())
        return (f"-backend-config={_BACKEND_FILE}",)


def _elsewhere(evaluated: EvaluatedUnit) -> Problem:
    detail = (
        f"{evaluated.unit} asks where the engine runs (`get_working_dir`). What its source says after `//` tells that, "
        "but the registry keeps the module in another folder of its package."
    )
    hint = "Name the module's repository and folder as the source instead."
    return Problem("working-folder-unknown", "Where the engine runs cannot be known", detail, hint=hint)


def _rescued(place: Path) -> Problem:
    detail = f"The engine changed something and could not store the state where it belongs. It is in {place} now."
    hint = "Push it before anything else is planned: `terraform state push FILE` in the unit's folder."
    return Problem("state-not-stored", "A state was not stored", detail, hint=hint)


def _source(config: UnitConfig | None) -> tuple[str | None, Place | None]:
    if config is None or config.source is None:
        return None, None
    place = config.provenance.get("terraform.source")
    if isinstance(config.source, Unknown):
        raise ProblemError(_unknown("terraform.source", config.source, place))
    return config.source, place


def _rules(config: UnitConfig | None) -> CopyRules:
    if config is None:
        return CopyRules()
    return CopyRules(config.include_in_copy, config.exclude_from_copy, config.copy_terraform_lock_file)


def _must_stay_inside(source: LocalSource, evaluated: EvaluatedUnit) -> None:
    """A relative path that climbs out of the checkout would lead to somewhere among Towpath's own folders; an absolute
    one is meant as it is written.
    """
    package = Path(os.path.normpath(evaluated.checkout.unit_folder(evaluated.unit) / source.folder))
    if not source.folder.startswith("/") and not package.is_relative_to(evaluated.checkout.folder):
        detail = f"The source of {evaluated.unit} leads out of the repository."
        hint = "Give a path inside the repository, or a source that can be fetched."
        raise ProblemError(Problem("source-not-found", "A module's folder does not exist", detail, hint=hint))


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _wanted(evaluated: EvaluatedUnit) -> Choices:
    return choices(evaluated.checkout.config.engine, evaluated.unit, evaluated.config)


def _must_be_readable(config: UnitConfig | None) -> None:
    """Raises `ProblemError` (`encryption-not-supported`): a state that cannot be read says nothing about a plan."""
    if config and config.remote_state and config.remote_state.encryption:
        raise ProblemError(_encrypted(config))


def _must_be_usable(config: UnitConfig | None) -> None:
    """Raises `ProblemError` with everything that keeps the configuration from being used."""
    if config is None:
        return
    problems = [*broken_patterns(config)]
    for attribute, value in config.unknowns().items():
        problems.append(_unknown(attribute, value, config.provenance.get(attribute)))
    if problems:
        raise ProblemError(*problems)


def _write_inputs(folder: Path, inputs: Mapping[str, object]) -> None:
    if inputs:
        write_private(folder / _INPUTS_FILE, exact_json(inputs).encode())


def _unknown(attribute: str, value: Unknown, place: Place | None) -> Problem:
    sources = ", ".join(sorted({origin.source for origin in value.origins})) or "something"
    place = place or next((origin.place for origin in value.origins if origin.place), None)
    detail = f"{attribute} depends on {sources}, which could not be found out."
    hint = "Give it where Towpath runs, then resume the run; or write a value that does not depend on it."
    return Problem("value-unknown", "A value is not known", detail, place, hint)


def _encrypted(config: UnitConfig) -> Problem:
    detail = "`remote_state` asks for the state to be encrypted by the engine, which Towpath cannot set up yet."
    hint = "Leave `encryption` out, and let the backend encrypt (`encrypt = true` of S3)."
    place = config.provenance.get("remote_state.encryption")
    return Problem("encryption-not-supported", "The engine's own encryption is not supported", detail, place, hint)


def _no_backend_block(state: RemoteState, module: ModuleFiles) -> Problem:
    has = f"a backend {module.backend_type!r}" if module.backend else "no backend"
    detail = f"`remote_state` configures a backend {state.backend!r}, but the module's code declares {has}."
    hint = (
        f'Add `backend "{state.backend}" {{}}` to the module, or let `remote_state` generate it (`generate = {{…}}`).'
    )
    return Problem("backend-block-missing", "The module declares no such backend", detail, hint=hint)
