"""From a unit's folder to what it evaluates to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from towpath.hcl.marks import unknowns
from towpath.hcl.values import SetValue, Unknown, Value, unmark
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem, ProblemError, has_errors
from towpath.terragrunt import typed
from towpath.terragrunt.config import Dependency, UnitConfig
from towpath.terragrunt.configuration import Configuration, read_configuration
from towpath.terragrunt.dependencies import place_of, resolve_unit
from towpath.terragrunt.files import Files
from towpath.terragrunt.outside import Outside
from towpath.terragrunt.parsing import ParseCache
from towpath.terragrunt.paths import join
from towpath.terragrunt.session import Commons, Context, Session
from towpath.terragrunt.watching import Seen
from towpath.terragrunt.written import Branch, Leaf, Provenance, Written, as_branch, plain

__all__ = ["Evaluation", "Evaluator", "evaluate_unit"]

_NO_EFFECT = frozenset(
    (
        "catalog",
        "dependencies",
        "download_dir",
        "engine",
        "errors",
        "retry_max_attempts",
        "retry_sleep_interval_sec",
        "retryable_errors",
        "terragrunt_version_constraint",
    )
)
"""What changes how the work goes, not what comes of it."""


@dataclass(frozen=True)
class Evaluation:
    """`config` is None where something is wrong; `reads` are the repository's files that took part, the unit's own
    configuration among them; `dependency_paths` are both forms of dependencies with their places, and are there even
    without a `config`, as far as they could be made out. As long as all that was `seen` stays as it is, so does this.
    """

    config: UnitConfig | None
    reads: frozenset[str]
    problems: tuple[Problem, ...] = ()
    dependency_paths: tuple[tuple[UnitPath, Place], ...] = ()
    seen: Seen = field(default_factory=Seen)


class Evaluator:
    """Evaluates units of one set of files. What is the same for all of them is done once."""

    def __init__(self, files: Files, outside: Outside, cache: ParseCache) -> None:
        self._commons = Commons(files, outside, cache, read_configuration)

    def evaluate(self, unit: UnitPath, filename: str = "terragrunt.hcl") -> Evaluation:
        """What the unit evaluates to. Raises nothing: what is wrong is in `problems`."""
        file = join("" if unit == "." else unit, filename)
        session = self._commons.session(file)
        try:
            return _evaluate(unit, file, session)
        except ProblemError as error:
            session.report_error(error, Place(file))
            return _done(session, unit, None, ())


def evaluate_unit(
    unit: UnitPath, files: Files, outside: Outside, cache: ParseCache, filename: str = "terragrunt.hcl"
) -> Evaluation:
    """What one unit evaluates to, on its own."""
    return Evaluator(files, outside, cache).evaluate(unit, filename)


def _evaluate(unit: UnitPath, file: str, session: Session) -> Evaluation:
    parsed = session.parse(file)
    if parsed is None:
        detail, hint = f'There is no "{file}".', "Add it; if it is a link, let it point to a file of the repository."
        session.report(Problem("file-not-found", "A file is not there", detail, Place(file), hint))
        return _done(session, unit, None, ())
    configuration = Configuration(Context(session, file, file, chain=(file,)), parsed)
    locals_ = configuration.locals
    dependencies = tuple(configuration.dependencies.values())
    body = configuration.body
    listed = _listed(body, configuration.context)
    every = (*dependencies, *_read_elsewhere(body, session, dependencies))
    config = _config(unit, body, locals_, every, listed)
    return _done(session, unit, config, _paths(every, listed))


def _read_elsewhere(body: Branch, session: Session, own: Iterable[Dependency]) -> Iterator[Dependency]:
    """The dependencies of files that were read or only exposed, as far as their outputs went into the unit's values."""
    if not session.read_dependencies:
        return
    places = {origin.place for unknown in unknowns(plain(body)) for origin in unknown.origins}
    known = {(dependency.name, dependency.path) for dependency in own}
    for key, dependency in session.read_dependencies.items():
        if key not in known and dependency.place in places:
            yield dependency


def _done(
    session: Session, unit: UnitPath, config: UnitConfig | None, paths: tuple[tuple[UnitPath, Place], ...]
) -> Evaluation:
    problems = tuple(problem.in_unit(unit) for problem in session.problems)
    config = None if has_errors(problems) else config
    return Evaluation(config, frozenset(session.reads), problems, paths, session.files.seen)


def _paths(
    dependencies: Iterable[Dependency], listed: Iterable[tuple[UnitPath, Place]]
) -> tuple[tuple[UnitPath, Place], ...]:
    """Each unit once, at the first place that names it."""
    named = ((dependency.path, dependency.place) for dependency in dependencies if dependency.enabled)
    found: dict[UnitPath, Place] = {}
    for path, place in (*named, *listed):
        found.setdefault(path, place)
    return tuple(found.items())


def _listed(body: Branch, context: Context) -> tuple[tuple[UnitPath, Place], ...]:
    """The paths of the `dependencies` block."""
    block = as_branch(body.items["dependencies"]) if "dependencies" in body.items else None
    written = block.items.get("paths") if block else None
    if written is None:
        return ()
    place = place_of(written, context)
    value, _ = unmark(plain(written))
    items: tuple[Value, ...] = (value,) if isinstance(value, Unknown) else ()
    if isinstance(value, tuple | SetValue):
        items = tuple(value)
    found = (resolve_unit(item, "dependencies.paths", place, context) for item in items)
    return tuple((path, place) for path in found if path is not None)


def _config(
    unit: UnitPath,
    body: Branch,
    locals_: dict[str, Value],
    dependencies: tuple[Dependency, ...],
    listed: tuple[tuple[UnitPath, Place], ...],
) -> UnitConfig:
    written = _deciding(body, dependencies)
    everything = {name: plain(item) for name, item in body.items.items()}
    terraform = typed.mapping(everything.get("terraform"))
    source, _ = unmark(terraform.get("source"))
    return UnitConfig(
        unit=unit,
        source=source if isinstance(source, str | Unknown) else None,
        extra_arguments=typed.extra_arguments_of(terraform),
        before_hooks=typed.hooks_of(terraform, "before_hook"),
        after_hooks=typed.hooks_of(terraform, "after_hook"),
        error_hooks=typed.hooks_of(terraform, "error_hook"),
        include_in_copy=typed.texts(terraform.get("include_in_copy")),
        exclude_from_copy=typed.texts(terraform.get("exclude_from_copy")),
        copy_terraform_lock_file=typed.flag(terraform.get("copy_terraform_lock_file"), default=True),
        remote_state=typed.remote_state_of(everything.get("remote_state")),
        generate=typed.generate_of(everything.get("generate")),
        dependencies=dependencies,
        dependency_paths=listed,
        inputs=typed.mapping(everything.get("inputs")),
        prevent_destroy=_is_protected(everything.get("prevent_destroy")),
        iam_role=everything.get("iam_role"),
        iam_assume_role_duration=everything.get("iam_assume_role_duration"),
        iam_assume_role_session_name=everything.get("iam_assume_role_session_name"),
        iam_web_identity_token=everything.get("iam_web_identity_token"),
        exclude=typed.exclude_of(everything.get("exclude")),
        retries=typed.retries_of(everything),
        ignores=typed.ignores_of(everything),
        skip=everything.get("skip", False),
        terraform_binary=typed.text(everything.get("terraform_binary")),
        terraform_version_constraint=typed.text(everything.get("terraform_version_constraint")),
        terragrunt_version_constraint=typed.text(everything.get("terragrunt_version_constraint")),
        download_dir=typed.text(everything.get("download_dir")),
        locals=locals_,
        values=MappingProxyType({name: plain(item) for name, item in written.items.items()}),
        provenance=Provenance(written),
    )


def _is_protected(value: Value) -> bool:
    """Where it cannot be known whether a unit may be destroyed, it may not."""
    bare, _ = unmark(value)
    return isinstance(bare, Unknown) or bare is True


def _deciding(body: Branch, dependencies: Iterable[Dependency]) -> Branch:
    """The part of the body that decides what applying does."""
    items = {name: item for name, item in body.items.items() if name not in _NO_EFFECT}
    if "terraform" in items:
        items["terraform"] = _with_orders(items["terraform"])
    mocked = {
        dependency.name: Leaf(_mocks(dependency)) for dependency in dependencies if dependency.mock_merge != "no_merge"
    }
    if mocked:
        items["dependency"] = Branch(mocked)
    return Branch(items, body.node)


def _mocks(dependency: Dependency) -> Value:
    """Mocks that are merged with real outputs decide what applying does."""
    return {
        "mock_outputs": dependency.mocks_unknown or dependency.mock_outputs,
        "mock_outputs_merge_strategy_with_state": dependency.mock_merge,
    }


def _with_orders(terraform: Written) -> Written:
    """Hooks and extra arguments take effect in their order, which an object does not have: it is written down where
    it is not the alphabet's.
    """
    branch = as_branch(terraform)
    if branch is None:
        return terraform
    items = dict(branch.items)
    for kind in ("extra_arguments", "before_hook", "after_hook", "error_hook"):
        names = list(_names(branch.items.get(kind)))
        if names != sorted(names):
            items[f"{kind}_order"] = Leaf(tuple(names), branch.node)
    return Branch(items, branch.node)


def _names(written: Written | None) -> Mapping[str, Written]:
    branch = as_branch(written) if written is not None else None
    return branch.items if branch else {}
