"""What an expression can see: variables, functions, files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from towpath.hcl.syntax import Expression
from towpath.hcl.values import Unknown, Value
from towpath.problems import Place

__all__ = ["Call", "Evaluates", "Function", "FunctionFiles", "Located", "Scope"]


class FunctionFiles(Protocol):
    """The files that functions may read. The folder that relative paths start from is bound already."""

    def read(self, path: str) -> bytes | None:
        """The content; None where there is no such file."""

    def exists(self, path: str) -> bool: ...

    def fileset(self, path: str, pattern: str) -> tuple[str, ...]:
        """The files below `path` that match, relative to it, sorted."""


class Located(Protocol):
    """What stands somewhere: its place, and its text as it was written."""

    @property
    def place(self) -> Place: ...

    @property
    def source(self) -> str: ...


class Evaluates(Protocol):
    """The evaluator, as its parts and functions see it."""

    def value(self, expression: Expression, scope: Scope) -> Value: ...

    def count(self, steps: int) -> None:
        """Adds steps for what is done without evaluating anything; too many end the evaluation."""

    def noting(self) -> AbstractContextManager[list[Unknown]]:
        """Lists the unknown values that are met from here on."""

    def unnoted(self) -> AbstractContextManager[None]:
        """What is met inside is evaluated for its problems alone, and listed by nobody."""

    def meet(self, value: Value) -> None:
        """Notes a value that was not evaluated by itself, if it is unknown."""


class Call:
    """One call, as a function sees it; `at` is the whole call as it was written, `evaluator` None where nothing is
    counted.
    """

    __slots__ = ("arguments", "at", "evaluator", "name", "scope")

    def __init__(
        self, name: str, arguments: Sequence[Value], at: Located, scope: Scope, evaluator: Evaluates | None = None
    ) -> None:
        self.evaluator = evaluator
        self.name = name
        self.arguments = arguments
        self.at = at
        self.scope = scope

    @property
    def place(self) -> Place:
        return self.at.place

    @property
    def source(self) -> str:
        return self.at.source


Function: TypeAlias = Callable[[Call], Value]


@dataclass(slots=True)
class Scope:
    """The variables may be any mapping: a root may be computed when it is asked for, and asking may raise
    `ProblemError`. `files` is None where functions may read nothing.
    """

    variables: Mapping[str, Value] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    files: FunctionFiles | None = None

    def child(self, variables: Mapping[str, Value]) -> Scope:
        """This scope with `variables` in front."""
        return Scope(_Layered(variables, self.variables), self.functions, self.files)


class _Layered(Mapping[str, Value]):
    """One mapping in front of another; neither is copied, since the outer one may be lazy."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, inner: Mapping[str, Value], outer: Mapping[str, Value]) -> None:
        self._inner = inner
        self._outer = outer

    def __getitem__(self, name: str) -> Value:
        return self._inner[name] if name in self._inner else self._outer[name]

    def __contains__(self, name: object) -> bool:
        return name in self._inner or name in self._outer

    def __iter__(self) -> Iterator[str]:
        yield from self._inner
        yield from (name for name in self._outer if name not in self._inner)

    def __len__(self) -> int:
        return len(set(self._inner) | set(self._outer))
