"""Reads a regular expression in the syntax of RE2, which Terraform's functions take, into a small tree.

A parser by descent reads alternatives, sequences, repetitions and atoms; flags such as `(?i)` are applied on the way.
What RE2 does not have (looking around, references to groups, possessive repetition) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from towpath.hcl.functions.automaton import Assertion
from towpath.hcl.functions.character_classes import PERL, POSIX, CharacterClass, ranges, unicode_class
from towpath.hcl.functions.registry import ArgumentError

__all__ = ["AnyOf", "Choice", "Edge", "Group", "Node", "Parser", "Repeat", "Sequence"]

_MOST_REPEATS = 1000
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
class AnyOf:
    """One character that the class accepts."""

    accepts: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters."""

    assertion: Assertion


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the options; an earlier one is preferred."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A part whose place in the text is remembered; 0 is the whole."""

    index: int
    inner: Node


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part, so and so often; `most` is None without a limit. Lazy: as seldom as possible."""

    inner: Node
    least: int
    most: int | None
    lazy: bool


Node = AnyOf | Edge | Sequence | Choice | Group | Repeat


@dataclass(frozen=True, slots=True)
class _Flags:
    fold: bool = False
    lines: bool = False
    dot_newline: bool = False
    ungreedy: bool = False

    def changed(self, letters: str, value: bool) -> _Flags:
        names = {"i": "fold", "m": "lines", "s": "dot_newline", "U": "ungreedy"}
        return replace(self, **{names[letter]: value for letter in letters})


class Parser:
    """Reads one pattern. `names` has the name of each group that was read, None for those without."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._flags = _Flags()
        self.names: list[str | None] = []

    def whole(self) -> Node:
        """The tree of the pattern. Raises `ArgumentError` where it is not one that RE2 takes."""
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

    def _choice(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ArgumentError("The pattern is nested too deeply.")
        options = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            options.append(self._sequence())
        self._depth -= 1
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            parts += self._atoms()
            if parts:
                parts[-1] = self._repeated(parts[-1])
        return Sequence(tuple(parts))

    # Repetition

    def _repeated(self, atom: Node) -> Node:
        limits = self._limits()
        if limits is None:
            return atom
        least, most = limits
        lazy = self._flags.ungreedy
        if self._peek() == "?":
            self._at += 1
            lazy = not lazy
        node = Repeat(atom, least, most, lazy)
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

    def _atoms(self) -> list[Node]:
        character = self._peek()
        if character in ("*", "+", "?") or _REPEAT.match(self._text, self._at):
            raise ArgumentError(f'The pattern has nothing that "{character}" could repeat.')
        if character == "(":
            return self._group()
        if character == "[":
            return [AnyOf(self._class())]
        if character == "\\":
            return self._escaped()
        self._at += 1
        if character == "^":
            return [Edge(Assertion.LINE_START if self._flags.lines else Assertion.TEXT_START)]
        if character == "$":
            return [Edge(Assertion.LINE_END if self._flags.lines else Assertion.TEXT_END)]
        if character == ".":
            return [AnyOf(CharacterClass((() if self._flags.dot_newline else (ranges("\n\n"),)), negated=True))]
        return [self._literal(character)]

    def _literal(self, character: str) -> Node:
        if self._flags.fold:
            return AnyOf(CharacterClass((ranges(character * 2),), fold=True))
        return AnyOf(character.__eq__)

    def _group(self) -> list[Node]:
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
        return [Group(index, self._closed(before))]

    def _closed(self, before: _Flags) -> Node:
        inner = self._choice()
        if self._peek() != ")":
            raise ArgumentError("The pattern lacks a closing parenthesis.")
        self._at += 1
        self._flags = before
        return inner

    def _escaped(self) -> list[Node]:
        kind = self._text[self._at + 1 : self._at + 2]
        if kind in _EDGES and kind:
            self._at += 2
            return [Edge(_EDGES[kind])]
        if kind == "Q":
            end = self._text.find("\\E", self._at)
            quoted = self._text[self._at + 2 : end if end >= 0 else None]
            self._at = end + 2 if end >= 0 else len(self._text)
            return [self._literal(character) for character in quoted]
        test = self._named_class()
        if test:
            return [AnyOf(CharacterClass((test,), fold=self._flags.fold))]
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


def _copies(node: Node) -> int:
    """How often the innermost repetition is copied in the worst case."""
    if isinstance(node, Repeat):
        own = max(node.least, node.most or 0, 1)
        return own * _copies(node.inner)
    if isinstance(node, Group):
        return _copies(node.inner)
    if isinstance(node, Sequence | Choice):
        parts = node.parts if isinstance(node, Sequence) else node.options
        return max((_copies(part) for part in parts), default=1)
    return 1
