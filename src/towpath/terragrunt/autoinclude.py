"""What is added to a unit from outside of its own configuration: `autoinclude` of the stack that makes it.

1. Beside a unit that a stack makes and adds to, there is a file that says which block of which stack file does. The
   block is evaluated where it is written: it sees what the stack sees, and the unit's dependencies. So places and
   what is read are those of the stack file, and what cannot be known yet is unknown.
2. A `terragrunt.autoinclude.hcl` that Terragrunt wrote and somebody committed is evaluated as part of the unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from towpath.hcl.forms import quoted
from towpath.hcl.references import references
from towpath.hcl.scope import Scope
from towpath.hcl.syntax import Body, Expression, Literal, ParsedFile
from towpath.hcl.values import Value
from towpath.terragrunt.outputs import OutputsUsed, outputs_used
from towpath.terragrunt.paths import join, relative
from towpath.terragrunt.reader import FileReader
from towpath.terragrunt.session import Context
from towpath.terragrunt.stack_file import STACK_FILE, StackFile

__all__ = ["AUTOINCLUDE_FILES", "POINTER_FILE", "find_autoinclude", "pointer_text"]

_UNIT_FILE = "terragrunt.hcl"
_WRITTEN_FILE = "terragrunt.autoinclude.hcl"
POINTER_FILE = "towpath.autoinclude.hcl"
"""Beside a unit: which block adds to it."""
AUTOINCLUDE_FILES = (_WRITTEN_FILE, POINTER_FILE)


def pointer_text(unit: str, stack_folder: str, folder: str) -> str:
    """What stands in the pointer file of a unit in `folder` that the stack in `stack_folder` makes."""
    stack = join(relative(stack_folder, folder), STACK_FILE)
    return f"# Made by Towpath.\nstack = {quoted(stack)}\nunit  = {quoted(unit)}\n"


def find_autoinclude(context: Context) -> FileReader | None:
    """What is added to the configuration of a context, which sees the dependencies of the whole."""
    if context.config_file.rpartition("/")[2] != _UNIT_FILE:
        return None
    files = context.session.files
    if files.exists(pointer := join(context.folder, POINTER_FILE)):
        return _in_stack(context, pointer)
    if not files.exists(written := join(context.folder, _WRITTEN_FILE)):
        return None
    parsed = context.session.parse(written)
    if parsed is None:
        return None
    context.session.report(*parsed.problems)
    return FileReader(replace(context, file=written), parsed)


def _in_stack(context: Context, pointer: str) -> FileReader | None:
    session = context.session
    said = _literals(session.cache.parse(session.files.read(pointer) or b"", pointer))
    file = context.inside(said.get("stack", STACK_FILE), None)
    parsed = session.parse(file)
    if parsed is None:
        return None
    # What is wrong with the stack is told of the stack.
    stack = StackFile(Context(session.apart(), file, file, chain=(file,)), parsed)
    body = stack.autoinclude(said.get("unit", ""))
    return None if body is None else _BlockReader(Context(session, file, file, chain=(file,)), body, stack)


def _literals(parsed: ParsedFile) -> Mapping[str, str]:
    found = ((name, attribute.expression) for name, attribute in parsed.body.attributes.items())
    return {name: str(expression.value) for name, expression in found if isinstance(expression, Literal)}


class _BlockReader(FileReader):
    """Reads a block of a stack file as if it were a configuration in the stack's folder."""

    def __init__(self, context: Context, body: Body, stack: StackFile) -> None:
        super().__init__(context, ParsedFile(context.file, body, ()))
        self._stack = stack

    def scope(self, roots: Mapping[str, Callable[[], Value]] | None = None) -> Scope:
        return super().scope({**self._stack.roots(), **(roots or {})})

    @cached_property
    def locals(self) -> dict[str, Value]:
        return self._stack.locals

    @property
    def dependencies_used(self) -> OutputsUsed:
        return outputs_used(found for expression in _expressions(self.parsed.body) for found in references(expression))


def _expressions(body: Body) -> Iterator[Expression]:
    yield from (attribute.expression for attribute in body.attributes.values())
    for block in body.blocks:
        yield from _expressions(block.body)
