"""Functions of regular expressions, and `replace`.

Terraform's expressions are RE2's, matched in linear time; so are these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import re2

from towpath.hcl.functions.kinds import STRING
from towpath.hcl.functions.registry import ArgumentError, define, must_fit, table
from towpath.hcl.scope import Call
from towpath.hcl.values import Value

__all__ = ["PATTERNS"]

_MOST_MEMORY = 8 << 20
"""Bytes that one compiled expression may take; a larger one is refused."""
_STEPS_OF_A_MATCH = 4
_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    return options


def compile_pattern(pattern: str) -> re2._Regexp:
    """Raises `ArgumentError` when it is no regular expression, or too large a one."""
    try:
        return re2.compile(pattern, _options())
    except re2.error as error:
        said = error.args[0] if error.args else ""
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ArgumentError(f"The pattern is not a regular expression: {reason}.") from error


def _find_all(call: Call, pattern: re2._Regexp, text: str) -> Iterator[re2._Match]:
    """Every match; an empty one right behind another does not count (as in Go's package `regexp`)."""
    end = -1
    for number, match in enumerate(pattern.finditer(text)):
        must_fit(values=number)
        if call.evaluator is not None:
            call.evaluator.count(_STEPS_OF_A_MATCH)
        if match.end() > match.start() or match.start() != end:
            yield match
        end = match.end()


def _with_equal_groups(pattern: str) -> re2._Regexp:
    compiled = compile_pattern(pattern)
    if 0 < len(compiled.groupindex) < compiled.groups:
        raise ArgumentError("The groups of the pattern must either all have names or all have none.")
    return compiled


def _result(match: re2._Match) -> Value:
    names = match.re.groupindex
    if names:
        return {name: match.group(index) for name, index in names.items()}
    groups: tuple[Value, ...] = match.groups()
    return groups or str(match.group(0))


def _regex(pattern: str, text: str) -> Value:
    match = _with_equal_groups(pattern).search(text)
    if match is None:
        raise ArgumentError("The pattern is not found in the text.")
    return _result(match)


def _regexall(call: Call, pattern: str, text: str) -> Value:
    return tuple(_result(match) for match in _find_all(call, _with_equal_groups(pattern), text))


def _replace(call: Call, text: str, part: str, replacement: str) -> Value:
    if len(part) > 1 and part.startswith("/") and part.endswith("/"):
        return _replace_pattern(call, text, compile_pattern(part[1:-1]), replacement)
    must_fit(characters=len(text) + text.count(part) * len(replacement))
    return text.replace(part, replacement)


def _replace_pattern(call: Call, text: str, pattern: re2._Regexp, replacement: str) -> Value:
    parts: list[str] = []
    position, length = 0, len(text)
    for match in _find_all(call, pattern, text):
        expanded = _REFERENCE.sub(partial(_referred, match), replacement)
        length += len(expanded)
        must_fit(characters=length)
        parts += [text[position : match.start()], expanded]
        position = match.end()
    return "".join(parts) + text[position:]


def _referred(match: re2._Match, found: re.Match[str]) -> str:
    if found[1]:
        return "$"
    name = found[2] or found[3]
    if name.isdecimal() and (name == "0" or not name.startswith("0")):
        return (match.group(int(name)) or "") if int(name) <= match.re.groups else ""
    return (match.group(name) or "") if name in match.re.groupindex else ""


PATTERNS = table(
    (
        define("regex(pattern, text)", STRING, STRING, run=_regex),
        define("regexall(pattern, text)", STRING, STRING, run=_regexall, wants_call=True),
        define("replace(text, part, replacement)", STRING, STRING, STRING, run=_replace, wants_call=True),
    )
)
