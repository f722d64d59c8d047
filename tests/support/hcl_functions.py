"""Calls functions of the language the way the evaluator does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from towpath.hcl.functions import standard_functions
from towpath.hcl.scope import Call, Scope
from towpath.hcl.values import Value
from towpath.problems import Place, Problem, ProblemError

PLACE = Place("unit/terragrunt.hcl", 3, 7, "")


@dataclass(frozen=True)
class Spot:
    """Where a call stands, and how it is written."""

    place: Place
    source: str


class DictFunctionFiles:
    """Files from a mapping of path to content."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)

    def exists(self, path: str) -> bool:
        return path in self._files or any(file.startswith(f"{path}/") for file in self._files)

    def fileset(self, path: str, pattern: str) -> tuple[str, ...]:
        below = [file.removeprefix(f"{path}/") for file in self._files if file.startswith(f"{path}/")]
        return tuple(sorted(file for file in below if fnmatchcase(file, pattern)))


def call(name: str, *arguments: Value, files: Mapping[str, bytes] | None = None) -> Value:
    """The result of a function of the standard library."""
    functions = standard_functions()
    scope = Scope({}, functions, None if files is None else DictFunctionFiles(files))
    return functions[name](Call(name, arguments, Spot(PLACE, f"{name}(…)"), scope))


def refusal(name: str, *arguments: Value, files: Mapping[str, bytes] | None = None) -> Problem:
    """The problem that a call with these arguments ends in."""
    try:
        result = call(name, *arguments, files=files)
    except ProblemError as error:
        return error.problems[0]
    raise AssertionError(f"{name} took the arguments and gave {result!r}")
