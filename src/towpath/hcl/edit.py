"""Changing a literal in a file; every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from towpath.hcl.evaluate import evaluate
from towpath.hcl.forms import canonical, render
from towpath.hcl.parse import parse
from towpath.hcl.scope import Scope
from towpath.hcl.syntax import Attribute, Block, Body, Expression, Literal, Object, Tuple, Unary
from towpath.hcl.values import Value
from towpath.problems import Place, Problem, ProblemError

__all__ = ["set_attribute"]


def set_attribute(content: bytes, path: Sequence[str], value: Value, file: str = "") -> bytes:
    """The file with `value` at `path`: types and labels of blocks, then the name of an attribute, then keys of nested
    objects, as in ("locals", "image", "tag"). Raises `ProblemError`: `attribute-not-found`, `not-a-literal` where
    the value is computed, or the file's own problems when it cannot be read. The value must be known.
    """
    parsed = parse(content, file)
    if parsed.problems:
        raise ProblemError(*parsed.problems)
    found = next(_in_body(parsed.body, tuple(path)), None)
    if found is None:
        raise _problem(
            "attribute-not-found", "There is no such attribute", f"The file has no {_words(path)}.", Place(file)
        )
    if not _is_literal(found):
        detail = f"{_words(path)} is computed, so it cannot be set to a value: {found.source}"
        raise _problem("not-a-literal", "Only a literal can be set", detail, found.place)
    if canonical(evaluate(found, Scope())) == canonical(value):
        return content
    return content[: found.start] + _written(value, content, found.start) + content[found.end :]


def _words(path: Sequence[str]) -> str:
    return ".".join(path)


def _problem(kind: str, summary: str, detail: str, place: Place) -> ProblemError:
    hint = "Write a plain value there by hand first; after that it can be set."
    return ProblemError(Problem(kind, summary, detail, place=place, hint=hint))


def _in_body(body: Body, path: tuple[str, ...]) -> Iterator[Expression]:
    """What the path leads to, in every block that has it; the first counts."""
    if not path:
        return
    attribute: Attribute | None = body.attributes.get(path[0])
    if attribute is not None:
        yield from _in_expression(attribute.expression, path[1:])
    for block in body.blocks_of(path[0]):
        if _labels_match(block, path):
            yield from _in_body(block.body, path[1 + len(block.labels) :])


def _labels_match(block: Block, path: tuple[str, ...]) -> bool:
    return path[1 : 1 + len(block.labels)] == block.labels


def _in_expression(expression: Expression, path: tuple[str, ...]) -> Iterator[Expression]:
    """The last of several items of one key counts, as in evaluation. What is computed leads nowhere further."""
    if not path or (not isinstance(expression, Object) and not _is_literal(expression)):
        yield expression
    elif isinstance(expression, Object):
        for item in reversed(expression.items):
            if isinstance(item.key, Literal) and item.key.value == path[0]:
                yield from _in_expression(item.value, path[1:])


def _is_literal(expression: Expression) -> bool:
    if isinstance(expression, Unary):
        return isinstance(expression.operand, Literal)
    if isinstance(expression, Tuple):
        return all(map(_is_literal, expression.items))
    if isinstance(expression, Object):
        return all(_is_literal(item.key) and _is_literal(item.value) for item in expression.items)
    return isinstance(expression, Literal)


def _written(value: Value, content: bytes, offset: int) -> bytes:
    """The value as text, its further lines indented as the line it begins on, and ended as the file's first is."""
    line = content[content.rfind(b"\n", 0, offset) + 1 : offset]
    indent = line[: len(line) - len(line.lstrip())].decode("utf-8", "replace")
    line_end = "\r\n" if content[: content.find(b"\n") + 1].endswith(b"\r\n") else "\n"
    return render(value).replace("\n", line_end + indent).encode()
