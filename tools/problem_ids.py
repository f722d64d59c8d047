"""Finds every problem that the code can report, by reading the code.

1. Wherever `Problem(id, summary, …)` is called, both are looked for: as texts, or as names that the function around the
   call gives texts to.
2. A summary out of a table (`_SUMMARIES[kind]`) stands for every row of the table of that module.
3. An id that the function around the call was given is looked for where the module calls that function.
4. An id like `Failure.STALE.value` is looked up in the enumeration. A problem made of another (`problem.id`) is not one
   of its own.

Any other way is an error, so that no problem is missing from the reference in silence.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["found_problems", "problems_without_hint"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def found_problems(source: Path) -> Iterator[tuple[str, str, str]]:
    """Package, id and summary of each problem below the folder of a package. Raises `ValueError`."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(source.rglob("*.py"))}
    members = {name: value for tree in trees.values() for name, value in _members(tree)}
    for path, tree in trees.items():
        package = path.relative_to(source).parts[0].removesuffix(".py")
        for id_, summary in _Module(tree, members, path.relative_to(source).as_posix()).problems():
            yield package, id_, summary


def problems_without_hint(source: Path) -> Iterator[str]:
    """Where a problem is made that does not say what to do: file and line."""
    for path in sorted(source.rglob("*.py")):
        for call in _Module(ast.parse(path.read_text(encoding="utf-8")), {}, path.name).calls("Problem"):
            hint = _argument(call, 4, "hint")
            if isinstance(hint, ast.Constant) and not hint.value:
                yield f"{path.relative_to(source).as_posix()}:{call.lineno}"


def _members(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """`Failure.STALE` and its text, for all classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for name, value in _assigned(node.body):
                if isinstance(value, ast.Constant):
                    yield f"{node.name}.{name}", str(value.value)


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(statement, ast.AnnAssign):
            target = statement.target
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr):
            yield target.id, value


@dataclass(frozen=True)
class _Module:
    tree: ast.Module
    members: Mapping[str, str]
    name: str

    def problems(self) -> Iterator[tuple[str, str]]:
        functions = [node for node in ast.walk(self.tree) if isinstance(node, Function)]
        around = {id(inner): function for function in functions for inner in ast.walk(function)}
        for call in self.calls("Problem"):
            id_, summary = _argument(call, 0, "id"), _argument(call, 1, "summary")
            yield from self._pairs(id_, summary, around.get(id(call)), call.lineno)

    def _pairs(
        self, id_: ast.expr, summary: ast.expr, function: Function | None, line: int
    ) -> Iterator[tuple[str, str]]:
        if isinstance(id_, ast.Attribute) and id_.attr == "id":
            return
        if isinstance(summary, ast.Subscript):
            yield from self._table(ast.unparse(summary.value))
            return
        ids, summaries = self._texts(id_, function), self._texts(summary, function)
        if ids and summaries:
            yield from ((one, other) for one in ids for other in summaries)
            return
        given = list(self._given(id_, summary, function))
        if not given:
            raise ValueError(f"{self.name}:{line}: nobody can tell which problem this is: {ast.unparse(id_)}")
        yield from given

    def _texts(self, node: ast.expr, function: Function | None) -> list[str]:
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        member = self.members.get(ast.unparse(node).removesuffix(".value"))
        if member is not None:
            return [member]
        if isinstance(node, ast.Name) and function is not None:
            statements = [inner for inner in ast.walk(function) if isinstance(inner, ast.stmt)]
            values = [value for name, value in _assigned(statements) if name == node.id]
            return [text for value in values for text in self._texts(value, None)]
        return []

    def _table(self, name: str) -> Iterator[tuple[str, str]]:
        table = dict(_assigned(self.tree.body)).get(name)
        if not isinstance(table, ast.Dict):
            raise ValueError(f"{self.name}: {name} is not a table of this module")
        for key, value in zip(table.keys, table.values, strict=True):
            if key is not None:
                yield from ((one, other) for one in self._texts(key, None) for other in self._texts(value, None))

    def _given(self, id_: ast.expr, summary: ast.expr, function: Function | None) -> Iterator[tuple[str, str]]:
        """What the module gives to the parameters of the function around the call."""
        if function is None:
            return
        parameters = [parameter.arg for parameter in (*function.args.args, *function.args.kwonlyargs)]
        for call in self.calls(function.name):
            bound = {name: _argument(call, position, name) for position, name in enumerate(parameters)}
            ids = self._texts(bound.get(ast.unparse(id_), id_), function)
            summaries = self._texts(bound.get(ast.unparse(summary), summary), function)
            yield from ((one, other) for one in ids for other in summaries)

    def calls(self, name: str) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def _argument(call: ast.Call, position: int, name: str) -> ast.expr:
    """The argument, or a constant without a text where it is left out."""
    if position < len(call.args):
        return call.args[position]
    return next((word.value for word in call.keywords if word.arg == name), ast.Constant(""))
