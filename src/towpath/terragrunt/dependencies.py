"""Makes dependencies of `dependency` blocks, and what `dependency.NAME.outputs` gives."""

from __future__ import annotations

from collections.abc import Mapping

from towpath.hcl.values import Unknown, Value, unmark
from towpath.model.paths import UnitPath, unit_path
from towpath.problems import Place, Problem, ProblemError
from towpath.terragrunt.config import Dependency, MockMerge
from towpath.terragrunt.outputs import OutputsUsed
from towpath.terragrunt.paths import folder_of
from towpath.terragrunt.session import Context
from towpath.terragrunt.written import Branch, Written, attribute_path, plain

__all__ = ["dependencies_of", "outputs_of", "place_of", "resolve_unit"]

_MERGES: Mapping[str, MockMerge] = {"no_merge": "no_merge", "shallow": "shallow", "deep_map_only": "deep_map_only"}


def dependencies_of(blocks: Mapping[str, Branch], context: Context) -> dict[str, Dependency]:
    """The dependencies by name; one whose path cannot be made out is reported and left out."""
    found: dict[str, Dependency] = {}
    for name, block in blocks.items():
        dependency = _dependency(name, block, context)
        if dependency is not None:
            found[name] = dependency
    return found


def _dependency(name: str, block: Branch, context: Context) -> Dependency | None:
    values = {key: plain(item) for key, item in block.items.items()}
    place = place_of(block.items.get("config_path", block), context)
    enabled = unmark(values.get("enabled"))[0] is not False
    given = values.get("config_path")
    if not enabled and _leads_nowhere(given):
        path = unit_path(context.folder)
    else:
        resolved = resolve_unit(given, f"dependency.{name}.config_path", place, context)
        if resolved is None:
            return None
        path = resolved
    mocks = unmark(values.get("mock_outputs"))[0]
    return Dependency(
        name=name,
        path=path,
        place=place,
        mock_outputs=mocks if isinstance(mocks, dict) else None,
        mocks_unknown=mocks if isinstance(mocks, Unknown) else None,
        mock_commands=_commands(values.get("mock_outputs_allowed_terraform_commands")),
        mock_merge=_merge(values),
        skip_outputs=unmark(values.get("skip_outputs"))[0] is True,
        enabled=enabled,
    )


def _leads_nowhere(config_path: Value) -> bool:
    """The path of a disabled dependency may be empty or unknown: nobody goes there."""
    bare, _ = unmark(config_path)
    return bare == "" or isinstance(bare, Unknown)


def place_of(written: Written, context: Context) -> Place:
    return written.node.place if written.node is not None else Place(context.file)


def resolve_unit(written: Value, name: str, place: Place, context: Context) -> UnitPath | None:
    """The unit that a path means; relative ones start from the configuration's folder. None where that is a problem."""
    value, _ = unmark(written)
    session = context.session
    if isinstance(value, Unknown):
        session.report(_unknown_path(value, name, place))
        return None
    if not isinstance(value, str) or not value:
        if written is not None:
            detail = f"`{name}` is empty."
            hint = "Give the path of a unit, relative to this one's folder."
            session.report(Problem("missing-attribute", "An attribute is missing", detail, place, hint))
        return None
    try:
        inside = context.inside(value, place)
        names_file = inside.endswith(".hcl") and not session.files.is_folder(inside)
    except ProblemError as error:
        session.report_error(error, place)
        return None
    return unit_path(folder_of(inside) if names_file else inside)


def _unknown_path(value: Unknown, name: str, place: Place) -> Problem:
    sources = ", ".join(sorted({origin.source for origin in value.origins}))
    detail = f"`{name}` comes from {sources}, which cannot be known without running something. The order needs it."
    hint = "Write the path down, or list an environment variable under `environment` in towpath.yml."
    return Problem("unknown-dependency-path", "A dependency's path cannot be known", detail, place, hint)


def _commands(value: Value) -> tuple[str, ...] | None:
    """None where all are allowed; an empty list allows all of them too."""
    bare, _ = unmark(value)
    if not isinstance(bare, tuple) or not bare:
        return None
    return tuple(item for item in bare if isinstance(item, str))


def _merge(values: Mapping[str, Value]) -> MockMerge:
    strategy = unmark(values.get("mock_outputs_merge_strategy_with_state"))[0]
    if isinstance(strategy, str):
        return _MERGES.get(strategy, "no_merge")
    return "shallow" if unmark(values.get("mock_outputs_merge_with_state"))[0] is True else "no_merge"


def outputs_of(
    dependencies: Mapping[str, Dependency], context: Context, used: OutputsUsed
) -> dict[str, dict[str, Value]]:
    """The variable `dependency`: an object with `outputs` for each name. Outputs are asked for only where they are
    used; a dependency that is disabled or skips outputs has its mocks, or none.
    """
    return {
        name: {"outputs": _outputs(dependency, context, None if used is None else used[name])}
        for name, dependency in dependencies.items()
        if used is None or name in used
    }


def _outputs(dependency: Dependency, context: Context, used: frozenset[str] | None) -> Value:
    if dependency.skip_outputs or not dependency.enabled:
        return dependency.mocks_unknown or dependency.mock_outputs or {}
    try:
        outputs = context.session.outside.dependency_outputs(dependency)
    except ProblemError as error:
        context.session.report_error(error, dependency.place)
        return Unknown.of(f"dependency.{dependency.name}.outputs", dependency.place)
    if used is None or not isinstance(outputs, Unknown):
        return outputs
    # Where every use names an output, each of them is an unknown of its own name.
    return {name: _part(outputs, name) for name in sorted(used)}


def _part(outputs: Unknown, name: str) -> Unknown:
    parts = [Unknown.of(attribute_path(origin.source, name), origin.place) for origin in outputs.origins]
    return Unknown().merged(*parts)
