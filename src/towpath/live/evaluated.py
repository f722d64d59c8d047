"""What is kept of one folder's evaluation: little enough to hold ten thousand of them, and to store them.

The evaluated configuration itself is dropped; whoever wants it has the folder evaluated once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from towpath.git import Tree
from towpath.hcl.convert import canonical
from towpath.hcl.exact import exact_text
from towpath.hcl.values import Unknown, Value, unmark
from towpath.live.candidates import Standing, standing_of
from towpath.live.discovery import configuration_of, folder_of
from towpath.live.graph import Edge
from towpath.live.named_files import named_files
from towpath.live.sources import shown_source
from towpath.live.states import StatePlace, has_backend, state_place
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem, ProblemError
from towpath.terragrunt import Evaluation, UnitConfig

__all__ = ["Evaluated", "Outline", "Source", "Upstream", "declared", "evaluated", "not_made"]


@dataclass(frozen=True, slots=True)
class Upstream:
    """A `dependency` block: its name, the unit it points to, the file that says so, and whether outputs are read."""

    name: str
    path: UnitPath
    file: str
    reads_outputs: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """What others ask of a configuration without its values.

    `excluded_actions` are those of its `exclude` block, where its condition holds; `skip`: it leaves itself out
    whatever is done. `has_backend`: it says where its state is; `state` is that place, None where not all of it is
    known.
    """

    upstreams: tuple[Upstream, ...] = ()
    prevent_destroy: bool = False
    skip: bool = False
    excluded_actions: tuple[str, ...] = ()
    excludes_dependencies: bool = False
    has_backend: bool = False
    state: StatePlace | None = None

    @staticmethod
    def of(config: UnitConfig) -> Outline:
        exclude = config.exclude
        return Outline(
            upstreams=tuple(
                Upstream(item.name, item.path, item.place.file, item.enabled and not item.skip_outputs)
                for item in config.dependencies
            ),
            prevent_destroy=config.prevent_destroy,
            skip=_is_true(config.skip),
            excluded_actions=_excluded_actions(config),
            excludes_dependencies=exclude is not None and _is_true(exclude.exclude_dependencies),
            has_backend=has_backend(config),
            state=state_place(config),
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A module source as evaluated. `text` is None where it cannot be known, and `shown` says why."""

    text: str | None
    shown: str
    place: Place


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The evaluation of one folder, which may turn out to be no unit. `outline` is None where it could not be
    evaluated, or where there is nothing to evaluate.

    `values` holds the evaluated configuration exactly (`hcl.exact`), `digest` is the hash of what decides in it.
    `edges` are the dependencies in both forms. `named` are files that the configuration names for the engine. As long
    as the paths of `looked_at` and everything in the folders of `listed` stay as they are, so does all of this.
    """

    standing: Standing
    outline: Outline | None = None
    source: Source | None = None
    values: str = "{}"
    digest: str = ""
    edges: tuple[Edge, ...] = ()
    reads: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    looked_at: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()


def evaluated(path: UnitPath, evaluation: Evaluation, tree: Tree, *, holds_terraform: bool) -> Evaluated:
    """What is kept of an evaluation; `holds_terraform` tells that the folder has Terraform files of its own."""
    config = evaluation.config
    seen = evaluation.seen
    kept = Evaluated(
        standing=standing_of(path, config, tree, holds_terraform=holds_terraform),
        edges=tuple(Edge(target, place) for target, place in evaluation.dependency_paths),
        reads=tuple(sorted(evaluation.reads)),
        problems=evaluation.problems,
        looked_at=frozenset(seen.looked_at),
        # Whether the folder holds Terraform files may have decided what it is.
        listed=frozenset((*seen.listed, folder_of(path))),
    )
    kept = kept if config is None else _with_config(kept, config, tree)
    return _through_links(kept, tree) if tree.has_links else kept


def _through_links(kept: Evaluated, tree: Tree) -> Evaluated:
    """What was seen through a symbolic link was seen where it leads, too."""
    return replace(
        kept,
        looked_at=kept.looked_at | frozenset(_resolved(tree, kept.looked_at)),
        listed=kept.listed | frozenset(_resolved(tree, kept.listed)),
    )


def _resolved(tree: Tree, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        with suppress(ProblemError):
            yield tree.resolve(path)


def _with_config(kept: Evaluated, config: UnitConfig, tree: Tree) -> Evaluated:
    named = named_files(tree, config)
    values = config.as_values()
    return replace(
        kept,
        outline=Outline.of(config),
        source=_source(config),
        values=exact_text(values),
        digest=hashlib.sha256(canonical(values).encode("utf-8", "surrogatepass")).hexdigest(),
        named=named.found,
        looked_at=kept.looked_at | named.looked_at,
    )


def declared(edges: tuple[Edge, ...]) -> Evaluated:
    """A plain Terraform root module, of which nothing is known but its dependencies."""
    return Evaluated(Standing.UNIT, edges=edges)


def not_made(problems: tuple[Problem, ...]) -> Evaluated:
    """A unit that a stack asks for and that could not be made. Any change may mend it."""
    return Evaluated(Standing.UNIT, problems=problems, listed=frozenset([""]))


def _source(config: UnitConfig) -> Source | None:
    source = config.source
    if not source:
        return None
    place = config.place_of("terraform", "source") or Place(configuration_of(config.unit))
    if isinstance(source, Unknown):
        return Source(None, " ".join(origin.source for origin in source.origins), place)
    return Source(source, shown_source(config.unit, source), place)


def _is_true(value: Value) -> bool:
    return unmark(value)[0] is True


def _excluded_actions(config: UnitConfig) -> tuple[str, ...]:
    exclude = config.exclude
    if exclude is None or not _is_true(exclude.if_):
        return ()
    return tuple(action.lower() for action in exclude.actions)
