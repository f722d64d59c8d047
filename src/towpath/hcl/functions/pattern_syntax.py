"""Reads a regular expression in the syntax of RE2, which Terraform's functions take, and compiles it.

1. A parser by descent reads alternatives, sequences, repetitions and atoms into a small tree; flags such as `(?i)` are
   applied on the way. What RE2 does not have (looking around, references to groups, possessive repetition) is refused.
2. The tree is compiled into the instructions of `automaton`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from towpath.hcl.functions.automaton import Assert, Assertion, Character, Instruction, Matched, Program, Save, Split
from towpath.hcl.functions.character_classes import PERL, POSIX, CharacterClass, ranges, unicode_class
from towpath.hcl.functions.registry import ArgumentError

__all__ = ["compile_pattern"]

_MOST_REPEATS = 1000
_MOST_INSTRUCTIONS = 20_000
_DEEPEST = 60
_REPEAT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}", re.ASCII)
_GROUP = re.compile(r"\(\?P?<([A-Za-z0-9_]+)>")
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_UNICODE = re.compile(r"\\([pP])(?:\{(\^?[A-Za-z_]+)\}|([A-Z]))")
_CODE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\}|(0[0-7]{0,2}|[1-7][0-7]{1,2}))")
_POSIX_NAME = re.compile(r"\[:(\^?[a-z]+):\]")
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_EDGES = {"A": Assertion.TEXT_START, "z": Assertion.TEXT_END, "b": Assertion.WORD_EDGE, "B": Assertion.NO_WORD_EDGE}


@dataclass(frozen=True, slots=True)
class _Any:
    accepts: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Edge:
    assertion: Assertion


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    index: int
    inner: _Node


@dataclass(frozen=True, slots=True)
class _Repeat:
    inner: _Node
    least: int
    most: int | None
    lazy: bool


_Node = _Any | _Edge | _Sequence | _Choice | _Group | _Repeat


@dataclass(frozen=True, slots=True)
class _Flags:
    fold: bool = False
    lines: bool = False
    dot_newline: bool = False
    ungreedy: bool = False

    def changed(self, letters: str, value: bool) -> _Flags:
        names = {"i": "fold", "m": "lines", "s": "dot_newline", "U": "ungreedy"}
        return replace(self, **{names[letter]: value for letter in letters})


def compile_pattern(text: str) -> Program:
    """The pattern, ready to be matched. Raises `ArgumentError` where it is not one that RE2 takes."""
    parser = _Parser(text)
    tree = parser.whole()
    compiler = _Compiler()
    compiler.add(_Group(0, tree))
    compiler.put(Matched())
    return Program(tuple(compiler.instructions), tuple(parser.names))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._flags = _Flags()
        self.names: list[str | None] = []

    def whole(self) -> _Node:
        tree = self._choice()
        if self._at < len(self._text):
            raise ArgumentError("The pattern has a closing parenthesis too many.")
        return tree

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match:
            self._at = match.end()
        return match

    def _choice(self) -> _Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ArgumentError("The pattern is nested too deeply.")
        options = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            options.append(self._sequence())
        self._depth -= 1
        return options[0] if len(options) == 1 else _Choice(tuple(options))

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._peek() not in ("", "|", ")"):
            parts += self._atoms()
            if parts:
                parts[-1] = self._repeated(parts[-1])
        return _Sequence(tuple(parts))

    # Repetition

    def _repeated(self, atom: _Node) -> _Node:
        limits = self._limits()
        if limits is None:
            return atom
        least, most = limits
        lazy = self._flags.ungreedy
        if self._peek() == "?":
            self._at += 1
            lazy = not lazy
        node = _Repeat(atom, least, most, lazy)
        if self._limits() is not None:
            raise ArgumentError("The pattern repeats a repetition; put the first one in parentheses.")
        if _copies(node) > _MOST_REPEATS:
            raise ArgumentError(f"The pattern repeats more than {_MOST_REPEATS} times.")
        return node

    def _limits(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if (sign := self._peek()) in simple:
            self._at += 1
            return simple[sign]
        match = self._take(_REPEAT)
        if not match:
            return None
        least = int(match[1][:6])
        most = least if not match[2] else int(match[3][:6]) if match[3] else None
        if least > _MOST_REPEATS or (most is not None and not least <= most <= _MOST_REPEATS):
            raise ArgumentError(f'"{match[0]}" is not a number of repetitions that a pattern can have.')
        return least, most

    # Atoms

    def _atoms(self) -> list[_Node]:
        character = self._peek()
        if character in ("*", "+", "?") or _REPEAT.match(self._text, self._at):
            raise ArgumentError(f'The pattern has nothing that "{character}" could repeat.')
        if character == "(":
            return self._group()
        if character == "[":
            return [_Any(self._class())]
        if character == "\\":
            return self._escaped()
        self._at += 1
        if character == "^":
            return [_Edge(Assertion.LINE_START if self._flags.lines else Assertion.TEXT_START)]
        if character == "$":
            return [_Edge(Assertion.LINE_END if self._flags.lines else Assertion.TEXT_END)]
        if character == ".":
            return [_Any(CharacterClass((() if self._flags.dot_newline else (ranges("\n\n"),)), negated=True))]
        return [self._literal(character)]

    def _literal(self, character: str) -> _Node:
        if self._flags.fold:
            return _Any(CharacterClass((ranges(character * 2),), fold=True))
        return _Any(character.__eq__)

    def _group(self) -> list[_Node]:
        before = self._flags
        if match := self._take(_FLAGS):
            self._flags = self._flags.changed(match[1], True).changed(match[2] or "", False)
            if match[3] == ")":
                return []
            return [self._closed(before)]
        if match := self._take(_GROUP):
            self.names.append(match[1])
        elif self._text.startswith("(?", self._at):
            raise ArgumentError(f'The pattern has "{self._text[self._at : self._at + 4]}", which RE2 does not know.')
        else:
            self._at += 1
            self.names.append(None)
        index = len(self.names)
        return [_Group(index, self._closed(before))]

    def _closed(self, before: _Flags) -> _Node:
        inner = self._choice()
        if self._peek() != ")":
            raise ArgumentError("The pattern lacks a closing parenthesis.")
        self._at += 1
        self._flags = before
        return inner

    def _escaped(self) -> list[_Node]:
        kind = self._text[self._at + 1 : self._at + 2]
        if kind in _EDGES and kind:
            self._at += 2
            return [_Edge(_EDGES[kind])]
        if kind == "Q":
            end = self._text.find("\\E", self._at)
            quoted = self._text[self._at + 2 : end if end >= 0 else None]
            self._at = end + 2 if end >= 0 else len(self._text)
            return [self._literal(character) for character in quoted]
        test = self._named_class()
        if test:
            return [_Any(CharacterClass((test,), fold=self._flags.fold))]
        return [self._literal(self._one_escaped())]

    def _named_class(self) -> Callable[[str], bool] | None:
        """A class that stands inside brackets as well: `\\d` and its kin, `\\p{…}`."""
        kind = self._text[self._at + 1 : self._at + 2]
        if kind in PERL:
            self._at += 2
            return PERL[kind]
        match = self._take(_UNICODE)
        return unicode_class(match[2] or match[3], negated=match[1] == "P") if match else None

    def _one_escaped(self) -> str:
        if match := self._take(_CODE):
            code = int(match[3], 8) if match[3] else int(match[1] or match[2], 16)
            if code > 0x10FFFF:
                raise ArgumentError(f'"{match[0]}" is not a character.')
            return chr(code)
        kind = self._text[self._at + 1 : self._at + 2]
        if kind in _CONTROLS or (kind and kind.isascii() and not kind.isalnum()):
            self._at += 2
            return _CONTROLS.get(kind, kind)
        raise ArgumentError(f'The pattern has "\\{kind}", which RE2 does not know.')

    # Classes in brackets

    def _class(self) -> CharacterClass:
        self._at += 1
        negated = self._peek() == "^"
        self._at += negated
        tests: list[Callable[[str], bool]] = []
        first = True
        while first or self._peek() != "]":
            if not self._peek():
                raise ArgumentError("The pattern lacks a closing bracket.")
            tests.append(self._class_member())
            first = False
        self._at += 1
        return CharacterClass(tuple(tests), negated=negated, fold=self._flags.fold)

    def _class_member(self) -> Callable[[str], bool]:
        if match := self._take(_POSIX_NAME):
            if match[1] not in POSIX:
                raise ArgumentError(f'The pattern has the class "{match[0]}", which RE2 does not know.')
            return POSIX[match[1]]
        if self._peek() == "\\" and (test := self._named_class()):
            return test
        low = high = self._class_character()
        if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
            self._at += 1
            high = self._class_character()
        if high < low:
            raise ArgumentError(f'The pattern has the range "{low}-{high}", which is upside down.')
        return ranges(low + high)

    def _class_character(self) -> str:
        if self._peek() == "\\":
            return self._one_escaped()
        self._at += 1
        return self._text[self._at - 1]


def _copies(node: _Node) -> int:
    """How often the innermost repetition is copied in the worst case."""
    if isinstance(node, _Repeat):
        own = max(node.least, node.most or 0, 1)
        return own * _copies(node.inner)
    if isinstance(node, _Group):
        return _copies(node.inner)
    if isinstance(node, _Sequence | _Choice):
        parts = node.parts if isinstance(node, _Sequence) else node.options
        return max((_copies(part) for part in parts), default=1)
    return 1


def _may_be_empty(node: _Node) -> bool:
    if isinstance(node, _Any):
        return False
    if isinstance(node, _Sequence):
        return all(_may_be_empty(part) for part in node.parts)
    if isinstance(node, _Choice):
        return any(_may_be_empty(option) for option in node.options)
    if isinstance(node, _Repeat):
        return node.least == 0 or _may_be_empty(node.inner)
    return _may_be_empty(node.inner) if isinstance(node, _Group) else True


class _Compiler:
    def __init__(self) -> None:
        self.instructions: list[Instruction] = []

    def put(self, instruction: Instruction) -> int:
        """Append the instruction; its place."""
        if len(self.instructions) >= _MOST_INSTRUCTIONS:
            raise ArgumentError("The pattern is too large.")
        self.instructions.append(instruction)
        return len(self.instructions) - 1

    def add(self, node: _Node) -> None:
        if isinstance(node, _Any):
            self.put(Character(node.accepts))
        elif isinstance(node, _Edge):
            self.put(Assert(node.assertion))
        elif isinstance(node, _Sequence):
            for part in node.parts:
                self.add(part)
        elif isinstance(node, _Group):
            self.put(Save(2 * node.index))
            self.add(node.inner)
            self.put(Save(2 * node.index + 1))
        elif isinstance(node, _Choice):
            self._choice(node.options)
        else:
            self._repeat(node)

    def _split(self, first: int, second: int, *, lazy: bool = False) -> Split:
        return Split(second, first) if lazy else Split(first, second)

    def _choice(self, options: tuple[_Node, ...]) -> None:
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

    def _repeat(self, node: _Repeat) -> None:
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

    def _any_times(self, inner: _Node, lazy: bool) -> None:
        fork = self.put(Split(0, 0))
        self.add(inner)
        self.put(Split(fork, fork))
        self.instructions[fork] = self._split(fork + 1, len(self.instructions), lazy=lazy)

    def _once_or_more(self, inner: _Node, lazy: bool) -> None:
        start = len(self.instructions)
        self.add(inner)
        fork = self.put(Split(0, 0))
        self.instructions[fork] = self._split(start, fork + 1, lazy=lazy)

    def _at_most_once(self, add_inner: Callable[[], None], lazy: bool) -> None:
        fork = self.put(Split(0, 0))
        add_inner()
        self.instructions[fork] = self._split(fork + 1, len(self.instructions), lazy=lazy)

    def _up_to(self, inner: _Node, times: int, lazy: bool) -> None:
        forks: list[int] = []
        for _ in range(times):
            forks.append(self.put(Split(0, 0)))
            self.add(inner)
        for fork in forks:
            self.instructions[fork] = self._split(fork + 1, len(self.instructions), lazy=lazy)
