"""From tree-sitter's nodes to expressions.

The grammar is looser than HCL in some ways, which are made up for here: it takes `a ? b : c ? d : e` from the left,
and it ignores line ends, which in HCL end an attribute unless a bracket is open.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Final

from tree_sitter import Node as Tree

from towpath.hcl.grammar import MOST_DEPTH, syntax_error, too_deep
from towpath.hcl.numbers import Number, NumberRangeError, parse_number
from towpath.hcl.read_templates import read_plain, read_template
from towpath.hcl.syntax import (
    AttributeStep,
    Binary,
    Conditional,
    Expression,
    For,
    FunctionCall,
    IndexStep,
    Literal,
    Object,
    ObjectItem,
    Operator,
    SplatStep,
    Step,
    Traversal,
    Tuple,
    Unary,
    Variable,
)
from towpath.hcl.text import SourceText

__all__ = ["ExpressionReader"]

_OPERATORS: Final = {operator.value: operator for operator in Operator}
_KEYWORDS: Final = {"true": True, "false": False}


class ExpressionReader:
    """Reads the expressions of one file. Raises `ProblemError` for what it does not understand."""

    __slots__ = ("_content", "_depth", "_in_brackets", "_readers", "text")

    def __init__(self, text: SourceText) -> None:
        self.text = text
        self._content = text.content
        self._depth = 0
        self._in_brackets = False
        self._readers: dict[str, Callable[[Tree], Expression]] = {
            "expression": self.read,
            "literal_value": self._literal,
            "template_expr": self._template,
            "collection_value": self._collection,
            "variable_expr": self._variable,
            "function_call": self._call,
            "for_expr": self._for,
            "operation": self._operation,
            "conditional": self._conditional,
        }

    def whole(self, node: Tree) -> Expression:
        """The value of an attribute; no bracket is open around it."""
        self._depth = 0
        self._in_brackets = False
        return self.read(node)

    def read(self, node: Tree) -> Expression:
        """The expression that a node of type `expression` holds."""
        children = node.named_children
        if len(children) == 1 and children[0].type != "expression":
            return self._one(children[0])
        return self._term(children, node.start_byte)

    def _bracketed(self, node: Tree) -> Expression:
        """What the node holds, where line ends mean nothing."""
        outer, self._in_brackets = self._in_brackets, True
        result = self.read(node)
        self._in_brackets = outer
        return result

    def _one(self, node: Tree) -> Expression:
        reader = self._readers.get(node.type)
        if reader is None:
            raise syntax_error(self.text, node.start_byte, f"Towpath does not understand this ({node.type}).")
        self._enter(node)
        result = reader(node)
        self._depth -= 1
        return result

    def _enter(self, node: Tree) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise too_deep(self.text, node.start_byte)

    def _check_chain(self, length: int, node: Tree) -> None:
        if length > MOST_DEPTH:
            raise too_deep(self.text, node.start_byte)

    def _term(self, nodes: Sequence[Tree], start: int) -> Expression:
        """A value and the steps taken from it. In parentheses, the value is a node of type `expression` itself."""
        parts = [node for node in nodes if node.type != "comment"]
        if not parts:
            raise syntax_error(self.text, start, "An expression is missing here.")
        first = parts[0]
        root = self._bracketed(first) if first.type == "expression" else self._one(first)
        if len(parts) == 1:
            return root
        self._check_lines(parts)
        self._check_legacy_indices(parts)
        return Traversal(self.text, start, parts[-1].end_byte, root, self._steps(parts[1:]))

    def _check_legacy_indices(self, parts: Sequence[Tree]) -> None:
        """In HCL `1.2` is a number wherever it stands, so that neither `a.1.2` nor `0.1.2` means anything."""
        for node, following in itertools.pairwise(parts):
            numeric = _is_legacy_index(node) or (
                node.type == "literal_value" and node.named_children[0].type == "numeric_lit"
            )
            if numeric and _is_legacy_index(following):
                hint = "Write [1][2] for two indices."
                raise syntax_error(self.text, following.start_byte, "Here stands one decimal point too many.", hint)

    # Steps

    def _steps(self, nodes: Sequence[Tree]) -> tuple[Step, ...]:
        """After `.*` only attributes are taken from each element; an index is taken from the list of results."""
        steps: list[Step] = []
        rest = list(nodes)
        if nodes:
            self._enter(nodes[0])
        while rest:
            node = rest.pop(0)
            if node.type == "splat":
                splat = node.named_children[0]
                inner = splat.named_children
                taken = len(inner) if splat.type == "full_splat" else _attribute_steps(inner)
                if splat.type == "full_splat":
                    # A splat that follows belongs to the elements, too.
                    inner, rest, taken = inner + rest, [], len(inner) + len(rest)
                end = inner[taken - 1].end_byte if taken else splat.children[0].end_byte
                steps.append(SplatStep(self.text, node.start_byte, end, self._steps(inner[:taken])))
                rest = inner[taken:] + rest
                if splat.type == "attr_splat" and rest and self._is_attribute_splat(rest[0]):
                    raise syntax_error(self.text, rest[0].start_byte, "One .* cannot follow another; write [*].")
            else:
                steps.append(self._step(node))
        self._depth -= bool(nodes)
        return tuple(steps)

    def _is_attribute_splat(self, node: Tree) -> bool:
        return node.type == "splat" and node.named_children[0].type == "attr_splat"

    def _step(self, node: Tree) -> Step:
        if node.type == "get_attr":
            name = node.named_children[-1]
            self._check_lines(node.children)
            return AttributeStep(self.text, node.start_byte, node.end_byte, self._slice(name))
        if node.type != "index":
            raise syntax_error(self.text, node.start_byte, f"Towpath does not understand this ({node.type}).")
        inner = node.named_children[0]
        if inner.type == "legacy_index":
            digits = self._slice(inner)[1:].strip()
            key: Expression = Literal(self.text, inner.start_byte + 1, inner.end_byte, int(digits))
        else:
            key = self._bracketed(_expressions(inner)[0])
        return IndexStep(self.text, node.start_byte, node.end_byte, key)

    # Values

    def _literal(self, node: Tree) -> Expression:
        inner = node.named_children[0]
        if inner.type == "string_lit":
            return read_plain(self.text, inner)
        written = self._slice(inner)
        if inner.type == "numeric_lit":
            return Literal(self.text, node.start_byte, node.end_byte, self._number(written, node))
        return Literal(self.text, node.start_byte, node.end_byte, _KEYWORDS.get(written))

    def _number(self, written: str, node: Tree) -> Number:
        try:
            number = parse_number(written)
        except NumberRangeError as error:
            raise syntax_error(self.text, node.start_byte, str(error)) from error
        if number is None:
            raise syntax_error(self.text, node.start_byte, f"{written} is not a number; only decimal digits make one.")
        return number

    def _template(self, node: Tree) -> Expression:
        outer, self._in_brackets = self._in_brackets, True
        result = read_template(self, node.named_children[0])
        self._in_brackets = outer
        return result

    def _variable(self, node: Tree) -> Expression:
        name = self._slice(node)
        if ":" in name:
            raise syntax_error(self.text, node.start_byte, f"{name} is the name of a function, and is not called here.")
        return Variable(self.text, node.start_byte, node.end_byte, name)

    def _call(self, node: Tree) -> Expression:
        self._check_lines(node.children[:2])
        children = [child for child in node.named_children if child.type != "comment"]
        arguments = children[1].named_children if len(children) > 1 else []
        return FunctionCall(
            self.text,
            node.start_byte,
            node.end_byte,
            self._slice(children[0]),
            tuple(self._bracketed(child) for child in arguments if child.type == "expression"),
            any(child.type == "ellipsis" for child in arguments),
        )

    def _collection(self, node: Tree) -> Expression:
        inner = node.named_children[0]
        if inner.type == "tuple":
            items = tuple(self._bracketed(child) for child in inner.named_children if child.type == "expression")
            return Tuple(self.text, node.start_byte, node.end_byte, items)
        outer, self._in_brackets = self._in_brackets, False
        pairs = tuple(self._item(child) for child in inner.named_children if child.type == "object_elem")
        self._in_brackets = outer
        self._check_items(pairs)
        return Object(self.text, node.start_byte, node.end_byte, pairs)

    def _item(self, node: Tree) -> ObjectItem:
        key, value = _expressions(node)
        self._check_lines(node.children)
        return ObjectItem(self.text, node.start_byte, node.end_byte, self._key(key), self.read(value))

    def _key(self, node: Tree) -> Expression:
        """A bare identifier, `true`, `false` or `null` is a name; in parentheses it is an expression."""
        inner = node.named_children
        if self._content[node.start_byte] != 0x28 and inner:
            if len(inner) > 1 and inner[0].type == "variable_expr" and inner[1].type == "get_attr":
                hint = "Put the key in parentheses to use its value, or in quotes to use it as it stands."
                raise syntax_error(self.text, node.start_byte, "The key of an object must not be a bare path.", hint)
            if len(inner) == 1 and (inner[0].type == "variable_expr" or self._is_keyword(inner[0])):
                return Literal(self.text, node.start_byte, node.end_byte, self._slice(node))
        return self.read(node)

    def _is_keyword(self, node: Tree) -> bool:
        return node.type == "literal_value" and node.named_children[0].type in ("bool_lit", "null_lit")

    def _check_items(self, items: Sequence[ObjectItem]) -> None:
        for item, following in itertools.pairwise(items):
            between = self._content[item.end : following.start]
            if not (b"\n" in between or b"," in between or self._content[item.end - 1] == 0x0A):
                hint = "Put a comma or a line end between two items."
                raise syntax_error(self.text, following.start, "The items of an object run into each other here.", hint)

    # Operations

    def _operation(self, node: Tree) -> Expression:
        inner = node.named_children[0]
        if inner.type == "unary_operation":
            operator = _OPERATORS[inner.children[0].type]
            self._check_lines(inner.children[:2])
            operand = self._term(inner.named_children, inner.named_children[0].start_byte)
            return Unary(self.text, node.start_byte, node.end_byte, operator, operand)
        return self._binary(inner)

    def _binary(self, node: Tree) -> Expression:
        """A chain such as `a || b || c` nests on the left; it is walked, not recursed into."""
        chain: list[tuple[Operator, list[Tree], int]] = []
        while True:
            left, operator, right = self._sides(node)
            chain.append((operator, right, node.end_byte))
            self._check_chain(len(chain), node)
            if len(left) != 1 or left[0].type != "operation" or left[0].named_children[0].type != "binary_operation":
                break
            node = left[0].named_children[0]
        start = node.start_byte
        result = self._operand(left, start)
        for operator, right, end in reversed(chain):
            result = Binary(self.text, start, end, operator, result, self._operand(right, right[0].start_byte))
        return result

    def _operand(self, nodes: list[Tree], start: int) -> Expression:
        parts = [node for node in nodes if node.is_named]
        return self._term(parts, start)

    def _sides(self, node: Tree) -> tuple[list[Tree], Operator, list[Tree]]:
        children = [child for child in node.children if child.type != "comment"]
        index = next(index for index, child in enumerate(children) if not child.is_named and child.type in _OPERATORS)
        self._check_lines(children)
        return children[:index], _OPERATORS[children[index].type], children[index + 1 :]

    def _conditional(self, node: Tree) -> Expression:
        """The grammar nests a chain of conditionals in the condition; HCL nests it in the last branch."""
        end = node.end_byte
        branches: list[tuple[Tree, Tree]] = []
        while True:
            condition, yes, no = _expressions(node)
            self._check_lines(node.children)
            branches.append((yes, no))
            self._check_chain(len(branches), node)
            inner = condition.named_children
            if len(inner) != 1 or inner[0].type != "conditional" or self._content[condition.start_byte] == 0x28:
                break
            node = inner[0]
        branches.reverse()
        result = self.read(branches[-1][1])
        conditions = [condition, *(no for _, no in branches[:-1])]
        for test, (yes, _) in zip(reversed(conditions), reversed(branches), strict=True):
            result = Conditional(self.text, test.start_byte, end, self.read(test), self.read(yes), result)
        return result

    # for

    def _for(self, node: Tree) -> Expression:
        outer, self._in_brackets = self._in_brackets, True
        result = self._for_parts(node.named_children[0])
        self._in_brackets = outer
        return result

    def _for_parts(self, node: Tree) -> Expression:
        intro = next(child for child in node.named_children if child.type == "for_intro")
        condition = next((child for child in node.named_children if child.type == "for_cond"), None)
        results = [self.read(child) for child in _expressions(node)]
        names, collection = self.for_names(intro)
        return For(
            self.text,
            node.start_byte,
            node.end_byte,
            names[0] if len(names) > 1 else None,
            names[-1],
            collection,
            results[0] if len(results) > 1 else None,
            results[-1],
            self.read(_expressions(condition)[0]) if condition else None,
            any(child.type == "ellipsis" for child in node.named_children),
        )

    def for_names(self, node: Tree) -> tuple[list[str], Expression]:
        """The variables and the collection of a `for`, here or in a template."""
        names = [self._slice(child) for child in node.named_children if child.type == "identifier"]
        return names, self.read(_expressions(node)[0])

    # Helpers

    def _slice(self, node: Tree) -> str:
        return self._content[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _check_lines(self, nodes: Sequence[Tree]) -> None:
        """Between the parts of one expression no line may end unless a bracket is open."""
        if self._in_brackets:
            return
        for node, following in itertools.pairwise(nodes):
            if self._content.find(b"\n", node.end_byte, following.start_byte) >= 0:
                hint = "Put the whole expression in parentheses to write it on several lines."
                raise syntax_error(
                    self.text, following.start_byte, "The expression goes on after its line's end.", hint
                )


def _expressions(node: Tree) -> list[Tree]:
    return [child for child in node.named_children if child.type == "expression"]


def _is_legacy_index(node: Tree) -> bool:
    return node.type == "index" and node.named_children[0].type == "legacy_index"


def _attribute_steps(nodes: Sequence[Tree]) -> int:
    """How many of the steps, from the first, `.*` takes from each element."""
    for count, node in enumerate(nodes):
        if node.type != "get_attr" and not _is_legacy_index(node):
            return count
    return len(nodes)
