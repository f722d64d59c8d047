"""From a folder with a `terragrunt.stack.hcl` to the units and stacks that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from towpath.hcl.forms import quoted, render
from towpath.hcl.marks import bare_deep
from towpath.hcl.syntax import Body, Expression
from towpath.hcl.values import Value, contains_unknown
from towpath.problems import Place, Problem, ProblemError
from towpath.terragrunt.configuration import read_configuration
from towpath.terragrunt.files import Files
from towpath.terragrunt.outside import Outside
from towpath.terragrunt.parsing import ParseCache
from towpath.terragrunt.paths import join, relative
from towpath.terragrunt.reader import VALUES_FILE
from towpath.terragrunt.session import Commons, Context
from towpath.terragrunt.stack_file import STACK_FILE, Component, StackFile

__all__ = ["StackEvaluation", "evaluate_stack", "lacks_values", "values_text"]

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class StackEvaluation:
    """`problems` are those of the file as a whole: each component has its own. `reads` are all files that took part."""

    components: tuple[Component, ...] = ()
    reads: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def evaluate_stack(folder: str, files: Files, outside: Outside, cache: ParseCache) -> StackEvaluation:
    """What the stack file in a folder asks for. Raises nothing: what is wrong is in `problems`."""
    file = join(folder, STACK_FILE)
    session = Commons(files, outside, cache, read_configuration).session(file)
    components: tuple[Component, ...] = ()
    try:
        parsed = session.parse(file)
        if parsed is not None:
            stack = StackFile(Context(session, file, file, chain=(file,)), parsed)
            components = stack.components()
            # A local that nothing uses may be wrong, too.
            _ = stack.locals
    except ProblemError as error:
        session.report_error(error, Place(files.origin(file)))
    return StackEvaluation(components, frozenset(session.reads), tuple(session.problems))


def lacks_values(folder: str, reads: Iterable[str], files: Files, cache: ParseCache) -> bool:
    """Whether one of the HCL files in `reads` refers to `values`, and nothing in the folder gives them: then these are
    written for a stack to use, and mean nothing where they stand.
    """
    if files.exists(join(folder, VALUES_FILE)):
        return False
    return any(_refers_to_values(file, files, cache) for file in sorted(reads) if file.endswith(".hcl"))


def _refers_to_values(file: str, files: Files, cache: ParseCache) -> bool:
    content = files.read(file)
    if content is None or b"values" not in content:
        return False
    return any(
        reference.root == "values"
        for expression in _expressions(cache.parse(content, files.origin(file)).body)
        for reference in cache.references(expression)
    )


def _expressions(body: Body) -> tuple[Expression, ...]:
    own = tuple(attribute.expression for attribute in body.attributes.values())
    return (*own, *(expression for block in body.blocks for expression in _expressions(block.body)))


def values_text(component: Component, values: Mapping[str, Value], stack_folder: str, folder: str) -> str:
    """What stands in the file of values of a component in `folder`, which the stack in `stack_folder` makes.

    What cannot be known yet, and what is secret, is not written down: the file says how to ask the stack for it.
    Raises `ProblemError` (`wrong-value-name`).
    """
    wrong = next((name for name in values if not _IDENTIFIER.fullmatch(name)), None)
    if wrong is not None:
        raise ProblemError(_wrong_name(component, wrong))
    source = join(relative(stack_folder, folder), STACK_FILE)
    lines = ["# Made by Towpath from the stack file that asks for this folder.\n"]
    for name, value in sorted(values.items()):
        asked = f"read_terragrunt_config({quoted(source)}).{component.kind}[{quoted(component.name)}].values.{name}"
        is_plain = not contains_unknown(value) and not bare_deep(value)[1]
        lines.append(f"{name} = {render(value) if is_plain else asked}\n")
    return "".join(lines)


def _wrong_name(component: Component, name: str) -> Problem:
    return Problem(
        "wrong-value-name",
        "A value has a name that cannot be used",
        f'The values of {component} hold "{name}", which is no name: nothing could refer to it as `values.NAME`.',
        place=component.place,
        hint="Use letters, digits, underscores and dashes, and begin with a letter.",
    )
