"""Functions of regular expressions, and `replace`."""

from __future__ import annotations

import re
from functools import partial

from towpath.hcl.functions.automaton import Match, Program
from towpath.hcl.functions.kinds import STRING
from towpath.hcl.functions.pattern_compiler import compile_pattern
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.values import Value

__all__ = ["PATTERNS"]

_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


def _program(pattern: str) -> Program:
    program = compile_pattern(pattern)
    if len({name is None for name in program.names}) > 1:
        raise ArgumentError("The groups of the pattern must either all have names or all have none.")
    return program


def _result(program: Program, match: Match) -> Value:
    groups: list[Value] = [match.group(index + 1) for index in range(len(program.names))]
    if not groups:
        return match.group(0)
    names = [name for name in program.names if name is not None]
    return dict(zip(names, groups, strict=True)) if names else tuple(groups)


def _regex(pattern: str, text: str) -> Value:
    program = _program(pattern)
    match = program.search(text)
    if match is None:
        raise ArgumentError("The pattern is not found in the text.")
    return _result(program, match)


def _regexall(pattern: str, text: str) -> Value:
    program = _program(pattern)
    return tuple(_result(program, match) for match in program.find_all(text))


def _replace(text: str, part: str, replacement: str) -> Value:
    if len(part) > 1 and part.startswith("/") and part.endswith("/"):
        return _replace_pattern(text, compile_pattern(part[1:-1]), replacement)
    return text.replace(part, replacement)


def _replace_pattern(text: str, program: Program, replacement: str) -> Value:
    parts: list[str] = []
    position = 0
    for match in program.find_all(text):
        start, end = match.span(0)
        expanded = _REFERENCE.sub(partial(_referred, program, match), replacement)
        parts += [text[position:start], expanded]
        position = end
    return "".join(parts) + text[position:]


def _referred(program: Program, match: Match, found: re.Match[str]) -> str:
    if found[1]:
        return "$"
    name = found[2] or found[3]
    if name.isdecimal() and (name == "0" or not name.startswith("0")):
        return (match.group(int(name)) or "") if int(name) <= len(program.names) else ""
    return (match.group(program.names.index(name) + 1) or "") if name in program.names else ""


PATTERNS = table(
    (
        define("regex(pattern, text)", STRING, STRING, run=_regex),
        define("regexall(pattern, text)", STRING, STRING, run=_regexall),
        define("replace(text, part, replacement)", STRING, STRING, STRING, run=_replace),
    )
)
