"""Each file is parsed once, whoever asks, at whichever commit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from towpath.hcl.parse import parse
from towpath.hcl.references import Reference, references
from towpath.hcl.syntax import Body, Expression, ParsedFile
from towpath.terragrunt.outputs import OutputsUsed, outputs_used

__all__ = ["ParseCache"]


class ParseCache:
    """Parsed files by path and content, with what can be told of them without evaluating; shared by callers across
    units and commits. The path counts because places name it.
    """

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, bytes], ParsedFile] = {}
        # Nodes are equal when they are the same node, and stay as long as the files above.
        self._references: dict[Expression, tuple[Reference, ...]] = {}
        self._outputs_used: dict[ParsedFile, OutputsUsed] = {}

    def parse(self, content: bytes, path: str) -> ParsedFile:
        """The parsed file, from the cache where it is there."""
        key = (path, hashlib.sha256(content).digest())
        if key not in self._parsed:
            self._parsed[key] = parse(content, path)
        return self._parsed[key]

    def references(self, expression: Expression) -> tuple[Reference, ...]:
        """The references of an expression of a file that this cache parsed."""
        if expression not in self._references:
            self._references[expression] = references(expression)
        return self._references[expression]

    def outputs_used(self, parsed: ParsedFile) -> OutputsUsed:
        """The outputs of dependencies that a file, which this cache parsed, refers to."""
        if parsed not in self._outputs_used:
            self._outputs_used[parsed] = outputs_used(
                reference for expression in _expressions(parsed.body) for reference in references(expression)
            )
        return self._outputs_used[parsed]


def _expressions(body: Body) -> Iterator[Expression]:
    for attribute in body.attributes.values():
        yield attribute.expression
    for block in body.blocks:
        yield from _expressions(block.body)
