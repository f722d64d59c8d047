"""YAML (and JSON, which is a part of it) as plain data that knows where each value stands.

Only plain values are made: no tag builds an object. Repeated keys are problems. Documents that are too large, too deep,
or that grow through aliases are refused before they take memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml
from yaml.reader import ReaderError

from towpath.problems import Place, Problem

__all__ = ["Data", "Document", "KeyPath", "read_document"]

Data: TypeAlias = "bool | int | float | str | list[Data] | dict[str, Data] | None"
KeyPath: TypeAlias = tuple[str | int, ...]

_MOST_BYTES = 1024 * 1024
_MOST_NODES = 20_000
_MOST_DEPTH = 40
_TAG = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")


@dataclass(frozen=True)
class Document:
    """The data of one file; `places` tells where each value stands, `keys` where its key does."""

    file: str
    data: Data = None
    places: Mapping[KeyPath, Place] = field(default_factory=dict)
    keys: Mapping[KeyPath, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def place(self, path: KeyPath, *, of_key: bool = False) -> Place:
        """Where the value (or its key) stands; of the nearest thing around it, where it is not in the document."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.file))


def read_document(content: bytes, file: str) -> Document:
    """Reads one document. Problems are `yaml-syntax`, `yaml-too-large`, `yaml-tag` and `duplicate-key`."""
    if len(content) > _MOST_BYTES:
        return Document(file, problems=(_too_large(file),))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = _syntax("The file is not UTF-8 text.", Place(file, line), "Save the file as UTF-8.")
        return Document(file, problems=(problem,))
    if file.endswith(".json"):
        # A tab is white space in JSON, and never part of a text; YAML does not know it as indentation.
        text = text.replace("\t", " ")
    reader = _Reader(file, text.splitlines())
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = None if node is None else reader.read(node, ())
    except yaml.MarkedYAMLError as error:
        return Document(file, problems=(_syntax(_words(error), reader.place(error.problem_mark)),))
    except ReaderError as error:
        problem = _syntax(
            f"The character U+{ord(text[error.position]):04X} may not stand in it.",
            reader.at(text, error.position),
            "Remove it.",
        )
        return Document(file, problems=(problem,))
    except (_TooLargeError, RecursionError):
        return Document(file, problems=(_too_large(file),))
    return Document(file, data, reader.places, reader.keys, tuple(reader.problems))


class _TooLargeError(Exception):
    """The document holds more than a configuration ever does."""


class _Reader:
    """Turns composed nodes into data, with a bound on how many it looks at."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.places: dict[KeyPath, Place] = {}
        self.keys: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []
        self._file = file
        self._lines = lines
        self._nodes = 0

    def place(self, mark: yaml.Mark | None) -> Place:
        if mark is None:
            return Place(self._file)
        source = self._lines[mark.line] if mark.line < len(self._lines) else None
        return Place(self._file, mark.line + 1, mark.column + 1, source)

    def at(self, text: str, position: int) -> Place:
        """The place of a character, counted from the beginning of the text."""
        before = text[:position]
        return Place(self._file, before.count("\n") + 1, position - before.rfind("\n"))

    def read(self, node: yaml.Node, path: KeyPath) -> Data:
        self._nodes += 1
        if self._nodes > _MOST_NODES or len(path) > _MOST_DEPTH:
            raise _TooLargeError
        self.places[path] = self.place(node.start_mark)
        if not node.tag.startswith(_TAG) or node.tag.removeprefix(_TAG).startswith("python"):
            self.problems.append(_tag(node.tag, self.places[path]))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, number)) for number, item in enumerate(node.value)]
        return _scalar(str(node.value), node.tag.removeprefix(_TAG))

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Data]:
        merged: dict[str, Data] = {}
        own: dict[str, Data] = {}
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    data = self.read(source, path)
                    merged = (data if isinstance(data, dict) else {}) | merged
                continue
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(_syntax("A key must be a text.", self.place(key.start_mark), "Write a text."))
                continue
            name = str(key.value)
            if name in own:
                self.problems.append(_duplicate(name, self.place(key.start_mark), self.keys[(*path, name)]))
            self.keys[(*path, name)] = self.place(key.start_mark)
            own[name] = self.read(value, (*path, name))
        return merged | own


def _scalar(text: str, tag: str) -> Data:
    """Numbers with leading zeros stay text: they are account ids, and YAML 1.1 would take them for octal."""
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() in ("yes", "true", "on")
    if tag == "int" and _WHOLE.fullmatch(text):
        return int(text)
    if tag == "float":
        return _float(text)
    return text


def _float(text: str) -> float | str:
    try:
        number = float(text.replace("_", ""))
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _words(error: yaml.MarkedYAMLError) -> str:
    words = " ".join(part.strip() for part in (error.context, error.problem) if part)
    return f"{words[:1].upper()}{words[1:]}."


_LOOK = "Look at the indentation and the quotes of this line and the one above it."
_LOOK_JSON = "Look here and at the end of the line above: a comma, a quote or a bracket may be missing, or too many."


def _syntax(detail: str, place: Place, hint: str | None = None) -> Problem:
    hint = hint or (_LOOK_JSON if place.file.endswith(".json") else _LOOK)
    return Problem("yaml-syntax", "The file cannot be read", detail, place=place, hint=hint)


def _too_large(file: str) -> Problem:
    return Problem(
        "yaml-too-large",
        "The file is too large",
        "It holds more than a configuration ever does, or its aliases multiply. It was not read any further.",
        place=Place(file),
        hint="Write the values out instead of repeating aliases.",
    )


def _tag(tag: Hashable, place: Place) -> Problem:
    return Problem(
        "yaml-tag",
        "A tag is not allowed here",
        f"{tag} would make something other than plain text, numbers, lists and maps.",
        place=place,
        hint="Remove the tag.",
    )


def _duplicate(name: str, place: Place, first: Place) -> Problem:
    return Problem(
        "duplicate-key",
        "A key stands twice",
        f"{name} was already set in line {first.line}. Only one of them can count, and it is not clear which.",
        place=place,
        hint="Remove one of them.",
    )
