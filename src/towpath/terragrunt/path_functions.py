"""Terragrunt's functions of paths. Absolute paths lie below `Files.root`, whatever machine this is."""

from __future__ import annotations

import posixpath

from towpath.hcl.functions.files import clean_path
from towpath.hcl.functions.kinds import STRING
from towpath.hcl.functions.registry import define, table
from towpath.hcl.scope import Call
from towpath.hcl.values import Value
from towpath.problems import Problem, ProblemError
from towpath.terragrunt.globs import marking_matcher
from towpath.terragrunt.paths import folder_of, relative
from towpath.terragrunt.session import Context, context_of

__all__ = ["PATH_FUNCTIONS"]

_DEFAULT_FILE = "terragrunt.hcl"


def _find_in_parent_folders(call: Call, name: str = "", *fallback: str) -> Value:
    """Searches from the folder above the configuration's up to the repository's root, never above it."""
    context = context_of(call)
    wanted = name or _DEFAULT_FILE
    found = context.session.find_above(context.folder, wanted, lambda folder: context.inside(wanted, call, folder))
    if found is not None:
        return context.absolute(found)
    if fallback:
        return fallback[0]
    raise ProblemError(
        Problem(
            "parent-not-found",
            "Nothing of that name is in a parent folder",
            f'No folder above "{context.folder or "."}" holds "{wanted}", up to the root of the repository.',
            call.place,
            "Give a second argument to fall back on, or correct the name.",
        )
    )


def _included_folder(call: Call, label: tuple[str, ...]) -> str | None:
    """The folder of the include that a function speaks of; None where there is no include."""
    context = context_of(call)
    if context.included is not None:
        return folder_of(context.included)
    includes = context.includes
    if len(includes) <= 1:
        return folder_of(next(iter(includes.values()))) if includes else None
    if label and label[0] in includes:
        return folder_of(includes[label[0]])
    known = ", ".join(f'"{name}"' for name in includes)
    said = f'there is none of the label "{label[0]}"' if label else "it does not say which one it means"
    detail = f"This file has the includes {known}, and {said}."
    hint = f"Name one of them: {call.name}({next(iter(f'{chr(34)}{name}{chr(34)}' for name in includes))})"
    raise ProblemError(Problem("unknown-include", "An include is not known", detail, call.place, hint))


def _path_relative_to_include(call: Call, *label: str) -> Value:
    included = _included_folder(call, label)
    return "." if included is None else relative(context_of(call).folder, included)


def _path_relative_from_include(call: Call, *label: str) -> Value:
    included = _included_folder(call, label)
    return "." if included is None else relative(included, context_of(call).folder)


def _get_parent_terragrunt_dir(call: Call, *label: str) -> Value:
    context = context_of(call)
    included = _included_folder(call, label)
    return context.absolute(context.folder if included is None else included)


def _get_terragrunt_dir(call: Call) -> Value:
    context = context_of(call)
    return context.absolute(context.folder)


def _get_original_terragrunt_dir(call: Call) -> Value:
    context = context_of(call)
    return context.absolute(context.session.original_folder())


def _get_repo_root(call: Call) -> Value:
    return context_of(call).root


def _get_path_from_repo_root(call: Call) -> Value:
    return relative(context_of(call).folder, "")


def _get_path_to_repo_root(call: Call) -> Value:
    return relative("", context_of(call).folder)


def _abspath(call: Call, path: str) -> Value:
    """Terragrunt is started in the unit's folder, and that is what relative paths start from."""
    context = context_of(call)
    return clean_path(posixpath.join(context.absolute(folder_of(context.session.unit_file)), path))


def _mark_as_read(call: Call, path: str) -> Value:
    context = context_of(call)
    inside = context.inside(path, call)
    if context.session.files.exists(inside):
        context.session.reads.update(_files_at(context, inside))
    return path


def _files_at(context: Context, path: str) -> tuple[str, ...]:
    files = context.session.files
    return files.files_below(path) if files.is_folder(path) else (path,)


def _mark_glob_as_read(call: Call, pattern: str) -> Value:
    context = context_of(call)
    # A pattern is a path but for the segments with wildcards in them, which normalising leaves as they are.
    inside = context.inside(pattern, call)
    folder = folder_of(inside.partition("*")[0].partition("{")[0].partition("[")[0].partition("?")[0])
    matches = marking_matcher(inside)
    found = [file for file in context.session.files.files_below(folder) if matches(file)]
    context.session.reads.update(found)
    return tuple(context.absolute(file) for file in sorted(found))


PATH_FUNCTIONS = table(
    (
        define(
            "find_in_parent_folders(name, fallback...)",
            STRING,
            STRING,
            run=_find_in_parent_folders,
            least=0,
            most=2,
            wants_call=True,
        ),
        define(
            "path_relative_to_include(label...)",
            STRING,
            run=_path_relative_to_include,
            least=0,
            most=1,
            wants_call=True,
        ),
        define(
            "path_relative_from_include(label...)",
            STRING,
            run=_path_relative_from_include,
            least=0,
            most=1,
            wants_call=True,
        ),
        define(
            "get_parent_terragrunt_dir(label...)",
            STRING,
            run=_get_parent_terragrunt_dir,
            least=0,
            most=1,
            wants_call=True,
        ),
        define("get_terragrunt_dir()", run=_get_terragrunt_dir, wants_call=True),
        define("get_original_terragrunt_dir()", run=_get_original_terragrunt_dir, wants_call=True),
        define("get_repo_root()", run=_get_repo_root, wants_call=True),
        define("get_path_from_repo_root()", run=_get_path_from_repo_root, wants_call=True),
        define("get_path_to_repo_root()", run=_get_path_to_repo_root, wants_call=True),
        define("abspath(path)", STRING, run=_abspath, wants_call=True),
        define("mark_as_read(path)", STRING, run=_mark_as_read, wants_call=True),
        define("mark_glob_as_read(pattern)", STRING, run=_mark_glob_as_read, wants_call=True),
    )
)
