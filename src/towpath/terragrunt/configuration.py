"""Evaluates one configuration: a file with the files it includes.

1. The `include` blocks are read first: they see functions alone.
2. `feature` blocks, then `locals`, which see the features and what includes expose.
3. `dependency` blocks of the file and of what it includes are merged; they see locals.
4. Everything else sees the outputs of all dependencies too, in the included files as well.
5. The included bodies are merged under the file's own, the last include first, so that later ones win over earlier.
   What an `autoinclude` adds to a unit comes over all of it.

An included file is evaluated in the context of the file that includes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from towpath.hcl.scope import Call
from towpath.hcl.syntax import ParsedFile
from towpath.hcl.values import Unknown, Value
from towpath.problems import Problem, ProblemError
from towpath.terragrunt.autoinclude import find_autoinclude
from towpath.terragrunt.config import Dependency
from towpath.terragrunt.dependencies import dependencies_of, outputs_of
from towpath.terragrunt.includes import Include, read_includes
from towpath.terragrunt.merging import TEXTS, merge_bodies, merge_dependencies
from towpath.terragrunt.outputs import OutputsUsed, all_used
from towpath.terragrunt.paths import folder_of
from towpath.terragrunt.reader import FileReader, read_values
from towpath.terragrunt.session import Context
from towpath.terragrunt.stack_file import STACK_FILE, StackFile
from towpath.terragrunt.written import Branch, plain

__all__ = ["Configuration", "read_configuration"]


class Configuration:
    """One file with its includes, evaluated part by part."""

    def __init__(self, context: Context, parsed: ParsedFile) -> None:
        context.session.report(*parsed.problems)
        self.includes, self._failed = read_includes(context, parsed)
        self.context = replace(context, includes={include.name: include.file for include in self.includes})
        exposes = bool(self.includes or self._failed)
        self._file = FileReader(
            self.context, parsed, (lambda: self._exposed_early) if exposes else None, self._included_features
        )
        self._autoinclude = find_autoinclude(self.context)
        self._bodies: dict[str, Branch] = {}

    @property
    def locals(self) -> dict[str, Value]:
        return self._file.locals

    @cached_property
    def dependencies(self) -> Mapping[str, Dependency]:
        """The merged `dependency` blocks, by name."""
        blocks: Mapping[str, Branch] = self._file.dependency_blocks
        for include in reversed(self.includes):
            if include.is_merged:
                blocks = merge_dependencies(include.reader.dependency_blocks, blocks, deep=include.is_deep)
        if self._autoinclude is not None:
            blocks = merge_dependencies(blocks, self._autoinclude.dependency_blocks, deep=False)
        used = self._used()
        return {
            name: replace(dependency, outputs_read=_names_read(dependency, used))
            for name, dependency in dependencies_of(blocks, self.context).items()
        }

    @cached_property
    def body(self) -> Branch:
        """The merged body. Every local and flag is evaluated as well, so that what is wrong with one is told even where
        nothing uses it.
        """
        for reader in self._readers():
            _ = reader.features, reader.locals
        body = self._file.body(lambda: self._outputs, self._exposed if self.includes or self._failed else None)
        for include in reversed(self.includes):
            if include.is_merged:
                body = merge_bodies(self._included_body(include), body, deep=include.is_deep)
        if self._autoinclude is not None:
            body = merge_bodies(body, self._autoinclude.body(lambda: self._outputs), deep=False)
        return body

    def _readers(self) -> tuple[FileReader, ...]:
        """Of every file that takes part."""
        added = () if self._autoinclude is None else (self._autoinclude,)
        return (self._file, *(include.reader for include in self.includes), *added)

    def as_value(self) -> dict[str, Value]:
        """What `read_terragrunt_config` gives."""
        outputs = outputs_of(self.dependencies, self.context, None)
        dependency: dict[str, Value] = {
            name: {**_dependency_value(item), **outputs[name]} for name, item in self.dependencies.items()
        }
        return _as_value(self.body, self._file, dependency)

    @cached_property
    def _outputs(self) -> dict[str, Value]:
        return {**outputs_of(self.dependencies, self.context, self._used())}

    def _used(self) -> OutputsUsed:
        """The outputs that something refers to. Who exposes dependencies may be asked for any."""
        if any(include.expose and include.reader.dependency_blocks for include in self.includes):
            return None
        return all_used([reader.dependencies_used for reader in self._readers()])

    def _included_features(self) -> dict[str, Value]:
        merged = [include.reader.features for include in self.includes if include.is_merged]
        return {name: flag for features in merged for name, flag in features.items()}

    def _included_body(self, include: Include) -> Branch:
        """Evaluated once; also where it is exposed early, if no expression in it refers to a dependency."""
        if include.name not in self._bodies:
            self._bodies[include.name] = include.reader.body(lambda: self._outputs_in(include))
        return self._bodies[include.name]

    def _outputs_in(self, include: Include) -> dict[str, Value]:
        """What an included file sees: all merged dependencies, and its own where it is not merged. The unit reads
        outputs of these too, so it depends on them.
        """
        if include.is_merged or not include.reader.dependency_blocks:
            return self._outputs
        own = dependencies_of(include.reader.dependency_blocks, self.context)
        found = {(dependency.name, dependency.path): dependency for dependency in own.values()}
        self.context.session.read_dependencies.update(found)
        return {**outputs_of(own, self.context, None), **self._outputs}

    def _exposed(self) -> Value:
        """The variable `include`, for what sees dependencies."""
        return self._by_label(
            lambda include: _as_value(self._included_body(include), include.reader, self._outputs_in(include))
        )

    @cached_property
    def _exposed_early(self) -> Value:
        """The variable `include`, for locals and `dependency` blocks. They come before the dependencies, so what an
        included file computes with the includer's dependencies is left out.
        """
        return self._by_label(self._early)

    def _by_label(self, exposed: Callable[[Include], Value]) -> Value:
        """What is exposed, by label; a bare include alone is `include` itself. A failed one is unknown, so that what
        needs it is not reported again.
        """
        values: dict[str, Value] = {name: Unknown.of(f"include.{name}") for name in self._failed}
        values.update((include.name, exposed(include)) for include in self.includes if include.expose)
        alone = not self._failed and [include.name for include in self.includes] == [""]
        return values.get("", {}) if alone else values

    def _early(self, include: Include) -> Value:
        own = dependencies_of(include.reader.dependency_blocks, self.context)
        outputs = outputs_of(own, self.context, None)
        if include.reader.dependencies_used == {}:
            return _as_value(self._included_body(include), include.reader, {**outputs})
        body = include.reader.body(lambda: {**outputs}, session=self.context.session.apart())
        return _as_value(body, include.reader, {**outputs})


def _names_read(dependency: Dependency, used: OutputsUsed) -> tuple[str, ...] | None:
    if dependency.skip_outputs or not dependency.enabled:
        return ()
    if used is None:
        return None
    names = used.get(dependency.name, frozenset())
    return None if names is None else tuple(sorted(names))


def _dependency_value(dependency: Dependency) -> dict[str, Value]:
    return {
        "name": dependency.name,
        "config_path": dependency.path,
        "enabled": dependency.enabled,
        "mock_outputs": dependency.mock_outputs,
        "mock_outputs_allowed_terraform_commands": dependency.mock_commands,
    }


def _as_value(body: Branch, reader: FileReader, dependency: dict[str, Value]) -> dict[str, Value]:
    """A configuration as expressions see it. What is not written is empty, as in Terragrunt."""
    values: dict[str, Value] = dict.fromkeys(TEXTS, "")
    values["inputs"] = {}
    values.update((name, plain(item)) for name, item in body.items.items())
    return {**values, "locals": reader.locals, "feature": reader.features, "dependency": dependency}


def read_configuration(context: Context, file: str, call: Call) -> Value:
    """Another configuration, for `read_terragrunt_config`, in a session of its own: it is evaluated as if it stood
    alone, but for the unit that it is read for. Raises `ProblemError` with everything that is wrong in it.
    """
    if file in context.chain:
        way = " → ".join([*context.chain[context.chain.index(file) :], file])
        detail, hint = f"{way}: none of them can be first.", "Move what both need into a file of its own."
        raise ProblemError(
            Problem("read-cycle", "Configurations read each other in a circle", detail, call.place, hint)
        )
    if file.endswith(".values.hcl"):
        return read_values(replace(context, file=file, config_file=file), folder_of(file)) or {}
    session = context.session
    parsed = session.parse(file)
    if parsed is not None and file.rpartition("/")[2] == STACK_FILE:
        return StackFile(Context(session, file, file, chain=(*context.chain, file)), parsed).as_value()
    if parsed is None or not file.endswith(".hcl"):
        detail = (
            f'"{file}" is not a configuration that Towpath can read: only HCL files of units and their parents are.'
        )
        summary = "A configuration is not supported"
        hint = "Read data with file() and jsondecode() or yamldecode()."
        raise ProblemError(Problem("unsupported-configuration", summary, detail, call.place, hint))
    read = Configuration(Context(session, file, file, chain=(*context.chain, file)), parsed)
    value = read.as_value()
    errors = [problem for problem in session.problems if problem.is_error]
    if errors:
        raise ProblemError(*errors)
    named = {(dependency.name, dependency.path): dependency for dependency in read.dependencies.values()}
    session.read_dependencies.update(named)
    return value
