"""Each file is parsed once, whoever asks, at whichever commit."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Final

from towpath.hcl.parse import parse
from towpath.hcl.references import Reference, references
from towpath.hcl.syntax import Body, Expression, ParsedFile
from towpath.terragrunt.outputs import OutputsUsed, outputs_used

__all__ = ["ParseCache"]

_KEPT: Final = 4096
"""Files. What many units include is asked for again and again, so that it stays."""


class ParseCache:
    """Parsed files by path and content, with what can be told of them without evaluating; shared by callers across
    units and commits. The path counts because places name it. The least recently used go when there are more than
    `kept`. Threads may share it.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = Lock()
        self._parsed: OrderedDict[tuple[str, bytes], ParsedFile] = OrderedDict()
        # Nodes are equal when they are the same node, and stay as long as the files above.
        self._references: dict[Expression, tuple[Reference, ...]] = {}
        self._outputs_used: dict[ParsedFile, OutputsUsed] = {}

    def parse(self, content: bytes, path: str) -> ParsedFile:
        """The parsed file, from the cache where it is there."""
        key = (path, hashlib.sha256(content).digest())
        with self._lock:
            if key in self._parsed:
                self._parsed.move_to_end(key)
                return self._parsed[key]
        parsed = parse(content, path)
        with self._lock:
            self._parsed[key] = parsed
            while len(self._parsed) > self._kept:
                self._forget(self._parsed.popitem(last=False)[1])
        return parsed

    def _forget(self, parsed: ParsedFile) -> None:
        self._outputs_used.pop(parsed, None)
        for expression in _expressions(parsed.body):
            self._references.pop(expression, None)

    def references(self, expression: Expression) -> tuple[Reference, ...]:
        """The references of an expression of a file that this cache parsed."""
        found = self._references.get(expression)
        if found is None:
            found = self._references[expression] = references(expression)
        return found

    def outputs_used(self, parsed: ParsedFile) -> OutputsUsed:
        """The outputs of dependencies that a file, which this cache parsed, refers to."""
        try:
            return self._outputs_used[parsed]
        except KeyError:
            found = self._outputs_used[parsed] = _outputs_used(parsed.body)
            return found


def _outputs_used(body: Body) -> OutputsUsed:
    if b"dependency" not in body.text.content:
        return {}
    return outputs_used(reference for expression in _expressions(body) for reference in references(expression))


def _expressions(body: Body) -> Iterator[Expression]:
    for attribute in body.attributes.values():
        yield attribute.expression
    for block in body.blocks:
        yield from _expressions(block.body)
