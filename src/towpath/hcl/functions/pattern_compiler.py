"""Compiles the tree of a regular expression into the instructions of `automaton`."""

from __future__ import annotations

from collections.abc import Callable

from towpath.hcl.functions.automaton import Assert, Character, Instruction, Matched, Program, Save, Split
from towpath.hcl.functions.pattern_syntax import AnyOf, Choice, Edge, Group, Node, Parser, Repeat, Sequence
from towpath.hcl.functions.registry import ArgumentError

__all__ = ["compile_pattern"]

_MOST_INSTRUCTIONS = 20_000


def compile_pattern(text: str) -> Program:
    """The pattern, ready to be matched. Raises `ArgumentError` where it is not one that RE2 takes."""
    parser = Parser(text)
    tree = parser.whole()
    compiler = _Compiler()
    compiler.add(Group(0, tree))
    compiler.put(Matched())
    return Program(tuple(compiler.instructions), tuple(parser.names))


def _may_be_empty(node: Node) -> bool:
    if isinstance(node, AnyOf):
        return False
    if isinstance(node, Sequence):
        return all(_may_be_empty(part) for part in node.parts)
    if isinstance(node, Choice):
        return any(_may_be_empty(option) for option in node.options)
    if isinstance(node, Repeat):
        return node.least == 0 or _may_be_empty(node.inner)
    return _may_be_empty(node.inner) if isinstance(node, Group) else True


class _Compiler:
    def __init__(self) -> None:
        self.instructions: list[Instruction] = []

    def put(self, instruction: Instruction) -> int:
        """Append the instruction; its place."""
        if len(self.instructions) >= _MOST_INSTRUCTIONS:
            raise ArgumentError("The pattern is too large.")
        self.instructions.append(instruction)
        return len(self.instructions) - 1

    def add(self, node: Node) -> None:
        if isinstance(node, AnyOf):
            self.put(Character(node.accepts))
        elif isinstance(node, Edge):
            self.put(Assert(node.assertion))
        elif isinstance(node, Sequence):
            for part in node.parts:
                self.add(part)
        elif isinstance(node, Group):
            self.put(Save(2 * node.index))
            self.add(node.inner)
            self.put(Save(2 * node.index + 1))
        elif isinstance(node, Choice):
            self._choice(node.options)
        else:
            self._repeat(node)

    def _split(self, first: int, second: int, *, lazy: bool = False) -> Split:
        return Split(second, first) if lazy else Split(first, second)

    def _choice(self, options: tuple[Node, ...]) -> None:
        ends: list[int] = []
        for option in options[:-1]:
            fork = self.put(Split(0, 0))
            self.add(option)
            ends.append(self.put(Split(0, 0)))
            self.instructions[fork] = Split(fork + 1, len(self.instructions))
        self.add(options[-1])
        after = len(self.instructions)
        for end in ends:
            self.instructions[end] = Split(after, after)

    def _repeat(self, node: Repeat) -> None:
        if node.most is None:
            for _ in range(node.least - 1):
                self.add(node.inner)
            if node.least:
                self._once_or_more(node.inner, node.lazy)
            elif _may_be_empty(node.inner):
                # A repetition of something that may be empty must try it once, as Go does.
                self._at_most_once(lambda: self._once_or_more(node.inner, node.lazy), node.lazy)
            else:
                self._any_times(node.inner, node.lazy)
            return
        for _ in range(node.least):
            self.add(node.inner)
        self._up_to(node.inner, node.most - node.least, node.lazy)

    def _any_times(self, inner: Node, lazy: bool) -> None:
        fork = self.put(Split(0, 0))
        self.add(inner)
        self.put(Split(fork, fork))
        self.instructions[fork] = self._split(fork + 1, len(self.instructions), lazy=lazy)

    def _once_or_more(self, inner: Node, lazy: bool) -> None:
        start = len(self.instructions)
        self.add(inner)
        fork = self.put(Split(0, 0))
        self.instructions[fork] = self._split(start, fork + 1, lazy=lazy)

    def _at_most_once(self, add_inner: Callable[[], None], lazy: bool) -> None:
        fork = self.put(Split(0, 0))
        add_inner()
        self.instructions[fork] = self._split(fork + 1, len(self.instructions), lazy=lazy)

    def _up_to(self, inner: Node, times: int, lazy: bool) -> None:
        forks: list[int] = []
        for _ in range(times):
            forks.append(self.put(Split(0, 0)))
            self.add(inner)
        for fork in forks:
            self.instructions[fork] = self._split(fork + 1, len(self.instructions), lazy=lazy)
