"""From bytes to the syntax tree."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Final

from tree_sitter import Node as Tree
from tree_sitter import Parser

from towpath.hcl.grammar import LANGUAGE, MOST_DEPTH, syntax_error, syntax_problem, too_deep
from towpath.hcl.read_expressions import ExpressionReader
from towpath.hcl.read_templates import read_plain
from towpath.hcl.recovery import Mended, first_problem, mend
from towpath.hcl.syntax import Attribute, Block, Body, Expression, Literal, ParsedFile, Template, TemplateWrap
from towpath.hcl.text import SourceText
from towpath.problems import Place, Problem, ProblemError

__all__ = ["parse", "parse_expression", "parse_template"]

_LARGEST: Final = 8 * 1024 * 1024
_BEFORE: Final = b"expression = (\n"
_AFTER: Final = b"\n)\n"


def parse(content: bytes, file: str) -> ParsedFile:
    """Read a file. What is wrong in it is in `problems`; what could be read nevertheless is in `body`."""
    text = SourceText(content, file)
    if len(content) > _LARGEST:
        detail = f"The file has {len(content)} bytes; at most {_LARGEST} are read."
        summary = "Something is larger than Towpath evaluates"
        hint = "Move data out of it, into files that are read."
        problem = Problem("value-too-large", summary, detail, Place(file), hint)
        return ParsedFile(file, Body(text, 0, 0, {}, ()), (problem,))
    mended = _tree(text)
    reader = _BodyReader(text, list(mended.problems))
    body = reader.body(mended.tree)
    return ParsedFile(file, body, tuple(reader.problems))


def parse_expression(text: str, file: str = "<expression>") -> Expression:
    """Read one expression, which may take several lines. Raises `ProblemError`."""
    source = SourceText(_BEFORE + text.encode() + _AFTER, file, lines_before=1)
    tree, problem = first_problem(source, source.content, len(_BEFORE), len(source.content) - len(_AFTER))
    if problem is not None:
        raise ProblemError(problem)
    items = _items(tree)
    inner = items[0].named_children[-1] if len(items) == 1 and items[0].type == "attribute" else None
    # The parentheses put around the text must be the ones that close at its end.
    if inner is None or [child.type for child in inner.children if child.type != "comment"] != ["(", "expression", ")"]:
        raise syntax_error(source, len(_BEFORE), "This is not one expression.")
    return ExpressionReader(source).whole(inner)


def parse_template(text: str, file: str) -> Expression:
    """Read a whole text as a template, as `templatefile` does: sequences count, backslashes do not. Raises
    `ProblemError`.
    """
    lines = {line.strip() for line in text.splitlines()}
    marker = next(marker for marker in map("TEMPLATE{}".format, itertools.count()) if marker not in lines)
    ends_a_line = text.endswith("\n") or not text
    content = f"template = <<{marker}\n{text}{'' if ends_a_line else chr(10)}{marker}\n"
    source = SourceText(content.encode(), file, lines_before=1)
    mended = _tree(source)
    if mended.problems:
        raise ProblemError(*(_inside(problem, file) for problem in mended.problems))
    items = _items(mended.tree)
    if len(items) != 1 or items[0].type != "attribute":
        raise syntax_error(source, content.index("\n") + 1, "This is not a template.")
    expression = ExpressionReader(source).whole(items[0].named_children[-1])
    return expression if ends_a_line else _without_last_line_end(expression)


def _inside(problem: Problem, file: str) -> Problem:
    """The problem, placed at the start of the text where it was placed on the line in front."""
    before = problem.place is None or not problem.place.line
    return replace(problem, place=Place(file, 1, 1)) if before else problem


def _without_last_line_end(expression: Expression) -> Expression:
    """The line end that was put at the end of a text without one, unless the template itself has taken it off."""
    parts = expression.parts if isinstance(expression, Template) else (expression,)
    last = parts[-1] if parts else None
    if not isinstance(last, Literal) or not isinstance(last.value, str) or not last.value.endswith("\n"):
        return expression
    kept = replace(last, value=last.value[:-1])
    if len(parts) == 1:
        return kept
    rest = parts[:-1] if not kept.value else (*parts[:-1], kept)
    if len(rest) == 1:
        return TemplateWrap(expression.text, expression.start, expression.end, rest[0])
    return Template(expression.text, expression.start, expression.end, rest)


def _tree(text: SourceText) -> Mended:
    parser = Parser(LANGUAGE)
    # A heredoc that ends with the file needs its line end.
    content = text.content if text.content.endswith(b"\n") else text.content + b"\n"
    tree = parser.parse(content).root_node
    problems = _encoding_problems(text)
    if not tree.has_error:
        return Mended(tree, problems)
    mended = mend(text, content)
    return Mended(mended.tree, problems + mended.problems)


def _encoding_problems(text: SourceText) -> tuple[Problem, ...]:
    if text.content.isascii():
        return ()
    try:
        text.content.decode()
    except UnicodeDecodeError as error:
        return (syntax_problem(text, error.start, "The file is not UTF-8 from here on."),)
    return ()


def _items(root: Tree) -> list[Tree]:
    bodies = [child for child in root.named_children if child.type == "body"]
    return [node for body in bodies for node in body.named_children if node.type in ("attribute", "block")]


class _BodyReader:
    """Collects what a file holds and what is wrong with it."""

    def __init__(self, text: SourceText, problems: list[Problem]) -> None:
        self.problems = problems
        self._text = text
        self._expressions = ExpressionReader(text)

    def body(self, node: Tree, depth: int = 0) -> Body:
        """The body below a file or block."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        items = _items(node)
        for item in items:
            try:
                if item.type == "block":
                    blocks.append(self._block(item, depth))
                else:
                    self._add(self._attribute(item), attributes)
            except ProblemError as error:
                self.problems.extend(error.problems)
            except RecursionError:
                # The caller stands deep in the stack already.
                self.problems.extend(too_deep(self._text, item.start_byte).problems)
        self._check_lines(items)
        return Body(self._text, node.start_byte, node.end_byte, attributes, tuple(blocks))

    def _attribute(self, node: Tree) -> Attribute:
        name, *_, expression = [child for child in node.named_children if child.type != "comment"]
        if self._text.content.find(b"\n", name.end_byte, expression.start_byte) >= 0:
            detail = "The name of an attribute, the = and the beginning of its value must stand on one line."
            raise syntax_error(self._text, name.start_byte, detail)
        return Attribute(
            self._text, node.start_byte, node.end_byte, self._slice(name), self._expressions.whole(expression)
        )

    def _add(self, attribute: Attribute, attributes: dict[str, Attribute]) -> None:
        first = attributes.setdefault(attribute.name, attribute)
        if first is not attribute:
            detail = f'"{attribute.name}" is given here and on line {first.place.line}, and only one value can count.'
            summary = "An attribute is given twice"
            self.problems.append(
                Problem("duplicate-attribute", summary, detail, attribute.place, "Remove one of them.")
            )

    def _block(self, node: Tree, depth: int) -> Block:
        if depth >= MOST_DEPTH:
            raise too_deep(self._text, node.start_byte)
        children = node.named_children
        start = next(child for child in children if child.type == "block_start")
        self._check_block(node, start)
        labels = [child for child in children[1:] if child.start_byte < start.start_byte and child.type != "comment"]
        return Block(
            self._text,
            node.start_byte,
            node.end_byte,
            self._slice(children[0]),
            tuple(self._label(label) for label in labels),
            self.body(node, depth + 1),
        )

    def _label(self, node: Tree) -> str:
        if node.type == "identifier":
            return self._slice(node)
        label = str(read_plain(self._text, node).value)
        if "${" in label or "%{" in label:
            hint = "Write the label as plain text."
            raise syntax_error(self._text, node.start_byte, "A label cannot be computed.", hint)
        return label

    def _check_lines(self, items: list[Tree]) -> None:
        for item, following in itertools.pairwise(items):
            if self._text.content.find(b"\n", item.end_byte, following.start_byte) < 0:
                detail = "Two attributes or blocks share a line here."
                hint = "Begin each of them on a line of its own."
                self.problems.append(syntax_problem(self._text, following.start_byte, detail, hint))

    def _check_block(self, node: Tree, start: Tree) -> None:
        """A block either holds one attribute between its braces, or these stand on other lines than its items."""
        find = self._text.content.find
        if find(b"\n", node.start_byte, start.start_byte) >= 0:
            raise syntax_error(self._text, start.start_byte, "The { of a block must stand on the line of its type.")
        items = _items(node)
        if not items:
            return
        starts_apart = find(b"\n", start.end_byte, items[0].start_byte) >= 0
        ends_apart = find(b"\n", items[-1].end_byte, node.end_byte - 1) >= 0
        is_alone = len(items) == 1 and items[0].type == "attribute"
        if not (starts_apart and ends_apart) and not (is_alone and not starts_apart and not ends_apart):
            detail = "A block of several lines has its braces on other lines than what is in it."
            self.problems.append(syntax_problem(self._text, node.start_byte, detail, "Begin a line after the {."))

    def _slice(self, node: Tree) -> str:
        return self._text.text(node.start_byte, node.end_byte)
