"""YAML as Terraform reads and writes it.

Reading: the parser gives events without any meaning of their own; plain scalars get theirs from the rules below, which
are neither quite YAML 1.1 nor 1.2 (`yes` is a bool, `017` is seventeen, a date becomes an RFC 3339 text).
Writing: block style, every string quoted, several lines as a literal block.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal

import yaml
from yaml import events
from yaml.emitter import Emitter

from towpath.hcl.convert import to_string
from towpath.hcl.forms import normal_text
from towpath.hcl.functions.dates import format_time, parse_time
from towpath.hcl.functions.kinds import ANY_OR_NULL, STRING
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.numbers import NumberRangeError, number_text, parse_number
from towpath.hcl.values import SetValue, Value

__all__ = ["YAML"]

_PREFIX = "tag:yaml.org,2002:"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
_FALSE = frozenset(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"))
_OTHER_BASE = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:([Tt ])(\d\d?):(\d\d?):(\d\d?)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_MOST_DEPTH = 60


class _Composer:
    """Makes values of events, one pass; every anchor is remembered once its node is complete."""

    def __init__(self, stream: Iterator[events.Event]) -> None:
        self._stream = stream
        self._anchors: dict[str, Value] = {}
        self._depth = 0

    def document(self) -> Value:
        self._expect(events.StreamStartEvent)
        first = next(self._stream)
        if not isinstance(first, events.DocumentStartEvent):
            raise ArgumentError("It has no YAML document.")
        value = self._node(next(self._stream))
        self._expect(events.DocumentEndEvent)
        if not isinstance(next(self._stream), events.StreamEndEvent):
            raise ArgumentError("It has more than one YAML document.")
        return value

    def _expect(self, kind: type[events.Event]) -> None:
        event = next(self._stream)
        if not isinstance(event, kind):
            raise ArgumentError("It is not a single YAML document.")

    def _node(self, event: events.Event) -> Value:
        if isinstance(event, events.AliasEvent):
            if event.anchor not in self._anchors:
                raise ArgumentError(f'The anchor "{event.anchor}" is not defined before it is used.')
            return self._anchors[event.anchor]
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise ArgumentError("It is nested too deeply.")
        value = self._content(event)
        self._depth -= 1
        anchor: str | None = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = value
        return value

    def _content(self, event: events.Event) -> Value:
        if isinstance(event, events.ScalarEvent):
            return _scalar(event)
        if isinstance(event, events.SequenceStartEvent):
            _check_tag(event.tag, "seq")
            return tuple(self._items(events.SequenceEndEvent))
        if isinstance(event, events.MappingStartEvent):
            _check_tag(event.tag, "map")
            return self._mapping()
        raise ArgumentError("It is not a single YAML document.")

    def _items(self, end: type[events.Event]) -> Iterator[Value]:
        while not isinstance(event := next(self._stream), end):
            yield self._node(event)

    def _mapping(self) -> Value:
        own: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        while not isinstance(event := next(self._stream), events.MappingEndEvent):
            is_merge = isinstance(event, events.ScalarEvent) and event.value == "<<" and _is_plain(event)
            key = "<<" if is_merge else _key(self._node(event))
            value = self._node(next(self._stream))
            if is_merge:
                if not isinstance(value, dict):
                    raise ArgumentError("Only a mapping can be merged into a mapping.")
                merged.update(value)
            else:
                own[key] = value
        return merged | own


def _key(value: Value) -> str:
    if value is None or isinstance(value, dict | tuple | SetValue):
        raise ArgumentError("The key of a mapping must be a string.")
    return str(to_string(value))


def _is_plain(event: events.ScalarEvent) -> bool:
    return event.tag is None and event.implicit[0]


def _check_tag(tag: str | None, kind: str) -> None:
    if tag not in (None, f"{_PREFIX}{kind}"):
        raise ArgumentError(f'The tag "{tag}" is not supported here.')


def _scalar(event: events.ScalarEvent) -> Value:
    text = normal_text(event.value)
    if _is_plain(event):
        return _resolve(text)
    if event.tag is None and event.style in ("|", ">") and not text:
        return None
    if event.tag in (None, f"{_PREFIX}str", f"{_PREFIX}binary"):
        return text
    kind = event.tag.removeprefix(_PREFIX)
    if kind == "null":
        return None
    if event.style and kind in ("int", "float", "bool", "timestamp"):
        return text
    value = _resolve(text)
    if kind in ("int", "float") and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    if (kind == "bool" and isinstance(value, bool)) or (kind == "timestamp" and _timestamp(text)):
        return value
    raise ArgumentError(f'The tag "{event.tag}" is not supported here.')


def _resolve(text: str) -> Value:
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return _number(text)
    if _ENDLESS.fullmatch(text):
        raise ArgumentError(f"The number {text} is not finite.")
    return _timestamp(text) or text


def _number(text: str) -> Value:
    try:
        return parse_number(text)
    except NumberRangeError as error:
        raise ArgumentError(str(error)) from error


def _timestamp(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    # A time after a space has no zone, one after a T always has.
    if match[4] is not None and (match[4] == " ") == (match[8] is not None):
        return None
    year, month, day = (int(match[group]) for group in (1, 2, 3))
    hour, minute, second = (int(match[group] or 0) for group in (5, 6, 7))
    try:
        point, _ = parse_time(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{match[8] or 'Z'}")
    except ArgumentError:
        return None
    return format_time(point)


def _yamldecode(text: str) -> Value:
    # The parser in C is about ten times as fast; both give the same events.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return _Composer(yaml.parse(text, Loader=loader)).document()
    except yaml.MarkedYAMLError as error:
        where = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ArgumentError(f"It is not YAML: {error.problem or 'it cannot be read'}{where}.") from error
    except yaml.YAMLError as error:
        raise ArgumentError("It is not YAML: it has a character that YAML does not allow.") from error


# Writing


class _Emitter(Emitter):
    """Quotes and folds strings the way Terraform does."""

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        self.write_indicator('"', True)
        for position, character in enumerate(text):
            inside = 0 < position < len(text) - 1
            if character == " " and split and inside and self.column > self.best_width and text[position - 1] != " ":
                self.write_indent()
                if text[position + 1] == " ":
                    self._put("\\")
            else:
                self._put(_escape(character))
        self.write_indicator('"', False)

    def check_empty_document(self) -> bool:
        return False  # an empty string needs no mark of where the document begins

    def check_simple_key(self) -> bool:
        is_empty = isinstance(self.event, events.ScalarEvent) and not self.event.value
        return is_empty or super().check_simple_key()

    def write_literal(self, text: str) -> None:
        super().write_literal(text)
        self.open_ended = False

    def _put(self, data: str) -> None:
        self.column += len(data)
        self.stream.write(data)


_SHORT = {
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
    "\x85": "\\N",
    "\u2028": "\\L",
    "\u2029": "\\P",
}


def _escape(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xD7FF or (0xE000 <= code <= 0xFFFD and code != 0xFEFF):
        return character
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _events(value: Value) -> Iterator[events.Event]:
    if isinstance(value, dict):
        yield events.MappingStartEvent(None, None, True, flow_style=not value)
        for key in sorted(value):
            yield from _events(key)
            yield from _events(value[key])
        yield events.MappingEndEvent()
    elif isinstance(value, tuple | SetValue):
        yield events.SequenceStartEvent(None, None, True, flow_style=not len(value))
        for item in value:
            yield from _events(item)
        yield events.SequenceEndEvent()
    elif isinstance(value, str):
        yield events.ScalarEvent(None, None, (False, True), value, style="|" if _fits_block(value) else '"')
    else:
        yield events.ScalarEvent(None, None, (True, False), _plain_text(value))


def _fits_block(text: str) -> bool:
    return "\n" in text and all(character < "\U00010000" for character in text)


def _plain_text(value: Value) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | Decimal):
        return number_text(value)
    raise ArgumentError("Only known values can be encoded.")


def _yamlencode(value: Value) -> Value:
    stream = io.StringIO()
    emitter = _Emitter(stream, allow_unicode=True)
    emitter.emit(events.StreamStartEvent())
    emitter.emit(events.DocumentStartEvent(explicit=False))
    for event in _events(value):
        emitter.emit(event)
    emitter.emit(events.DocumentEndEvent(explicit=False))
    emitter.emit(events.StreamEndEvent())
    return stream.getvalue()


YAML = table(
    (
        define("yamldecode(text)", STRING, run=_yamldecode),
        define("yamlencode(value)", ANY_OR_NULL, run=_yamlencode),
    )
)
