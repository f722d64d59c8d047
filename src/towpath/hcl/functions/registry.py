"""How a function is declared: its signature as text, the kind of each parameter, and a Python function of few lines.

`define("join(separator, lists...)", STRING, STRINGS, run=join, least=1)` makes a `Function` that

1. checks the number of arguments against the signature;
2. takes sensitive marks off and puts them back on the result;
3. answers with an unknown of merged origins where an argument is unknown;
4. refuses null where the kind does not allow it, and converts each argument to its kind;
5. calls `run`, and turns an `ArgumentError` or a `ConversionError` into a problem with the argument and the place;
6. refuses arguments and results that are larger than Towpath evaluates. A function whose result may be much larger than
   its arguments asks `must_fit` before it makes it.

Kinds differ in how much of the unknown and sensitive they leave to `run`: most see whole, plain values; `PARTS` may
hold unknown and sensitive values deeper down; `RAW` is what was written, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from towpath.hcl.convert import ConversionError
from towpath.hcl.forms import normal_text
from towpath.hcl.marks import bare_deep, marked, unknowns
from towpath.hcl.scope import Call, Function
from towpath.hcl.size import LONGEST_TEXT, MOST_VALUES, Survey, check_size, larger_than_evaluated
from towpath.hcl.values import Unknown, Value, unmark
from towpath.problems import Problem, ProblemError

__all__ = ["ArgumentError", "Kind", "Sees", "define", "must_fit", "table", "wrong"]


class ArgumentError(ValueError):
    """What is wrong with the arguments, in a full sentence without its place, which the registry adds."""


class Sees(Enum):
    """How much of unknown and sensitive values a function wants to see itself."""

    NOTHING = "nothing"
    PARTS = "parts"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a parameter takes. `convert` raises `ConversionError` or `ArgumentError`."""

    convert: Callable[[Value], Any]
    null: bool = False
    sees: Sees = Sees.NOTHING
    fits: type | None = None
    """What is of this type needs no conversion."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An argument ready for `run`, or the unknowns that stand in its way."""

    value: Any
    sensitive: bool = False
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Defined:
    """A function of the library: called with a `Call`, as the evaluator does."""

    name: str
    signature: str
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    variadic: bool
    least: int
    most: int | None
    run: Callable[..., Value]
    wants_call: bool
    measured: bool

    def __call__(self, call: Call) -> Value:
        self._check_count(call)
        survey = Survey(call.arguments)
        if survey.too_large:
            raise larger_than_evaluated(call)
        if survey.steps and call.evaluator is not None:
            call.evaluator.count(survey.steps)
        if survey.is_plain:
            return self._run(
                call, [self._ready(index, argument, call) for index, argument in enumerate(call.arguments)]
            )
        prepared = [self._prepare(index, argument, call) for index, argument in enumerate(call.arguments)]
        sensitive = any(argument.sensitive for argument in prepared)
        unknown = [item for argument in prepared for item in argument.unknown]
        result: Value
        if unknown:
            result = unknown[0].merged(*unknown[1:])
        else:
            result = self._run(call, [argument.value for argument in prepared])
        return marked(result, sensitive)

    def _run(self, call: Call, arguments: list[Any]) -> Value:
        try:
            result = self.run(call, *arguments) if self.wants_call else self.run(*arguments)
        except (ArgumentError, ConversionError) as error:
            raise wrong(call, str(error), self.signature) from error
        if isinstance(result, str):
            # What several texts were put together to may be another one in normal form.
            result = normal_text(result)
        if not self.measured:
            steps = check_size(result, call)
            if steps and call.evaluator is not None:
                call.evaluator.count(steps)
        return result

    def _check_count(self, call: Call) -> None:
        count = len(call.arguments)
        if count < self.least:
            raise wrong(call, f"{self.name} takes {self._takes()}, and here are {count}.", self.signature)
        if self.most is not None and count > self.most:
            raise wrong(call, f"{self.name} takes {self._takes()}, and here are {count}.", self.signature)

    def _takes(self) -> str:
        if self.most is None:
            return f"{_count(self.least)} or more"
        return _count(self.least) if self.most == self.least else f"{self.least} to {_count(self.most)}"

    def _ready(self, index: int, argument: Value, call: Call) -> Any:
        position = min(index, len(self.kinds) - 1)
        kind = self.kinds[position]
        if type(argument) is kind.fits or kind.sees is Sees.EVERYTHING:
            return argument
        return self._convert(argument, kind, self.names[position], call)

    def _prepare(self, index: int, argument: Value, call: Call) -> _Prepared:
        position = min(index, len(self.kinds) - 1)
        kind = self.kinds[position]
        if kind.sees is Sees.EVERYTHING:
            return _Prepared(argument)
        bare, sensitive = unmark(argument)
        if kind.sees is Sees.NOTHING:
            bare, deep = bare_deep(bare)
            sensitive = sensitive or deep
            found = tuple(unknowns(bare))
        else:
            found = (bare,) if isinstance(bare, Unknown) else ()
        if found:
            return _Prepared(None, sensitive, found)
        return _Prepared(self._convert(bare, kind, self.names[position], call), sensitive)

    def _convert(self, value: Value, kind: Kind, name: str, call: Call) -> Any:
        if value is None:
            if kind.null:
                return None
            raise wrong(call, f"The argument {name!r} of {self.name} is null, which it must not be.", self.signature)
        try:
            return kind.convert(value)
        except (ArgumentError, ConversionError) as error:
            raise wrong(call, f"The argument {name!r} of {self.name} does not fit: {error}", self.signature) from error


def define(
    signature: str,
    *kinds: Kind,
    run: Callable[..., Value],
    least: int | None = None,
    most: int | None = None,
    wants_call: bool = False,
    measured: bool = False,
) -> Defined:
    """Declare a function. A signature that ends in `...` takes any number of arguments of its last kind, `least` and
    `most` count all arguments. With `wants_call`, `run` gets the `Call` before its arguments.
    `measured`: the size of what it gives was checked where that was made.
    """
    name, _, inside = signature.removesuffix(")").partition("(")
    names = tuple(part.strip().removesuffix("...") for part in inside.split(",") if part.strip())
    variadic = inside.endswith("...")
    fixed = len(kinds) - 1 if variadic else len(kinds)
    return Defined(
        name=name,
        signature=signature,
        names=names,
        kinds=kinds,
        variadic=variadic,
        least=fixed if least is None else least,
        most=most if variadic else fixed,
        run=run,
        wants_call=wants_call,
        measured=measured,
    )


def table(functions: Iterable[Defined]) -> dict[str, Function]:
    """The functions by name."""
    return {function.name: function for function in functions}


def must_fit(*, characters: int = 0, values: int = 0) -> None:
    """Raises `ArgumentError` when a result of so many characters or values would be larger than Towpath evaluates."""
    if characters > LONGEST_TEXT or values > MOST_VALUES:
        raise ArgumentError(f"The result would have more than {LONGEST_TEXT} characters or {MOST_VALUES} values.")


def wrong(call: Call, detail: str, hint: str | None = None) -> ProblemError:
    """The problem of a call whose arguments do not fit."""
    usage = f"Use it as {hint}." if hint else None
    return ProblemError(
        Problem("wrong-arguments", "The arguments of a function do not fit", detail, place=call.place, hint=usage)
    )


def _count(number: int) -> str:
    return "1 argument" if number == 1 else f"{number} arguments"
