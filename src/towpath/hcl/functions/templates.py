"""Templates that stand in files or in strings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from towpath.hcl.convert import kind_name, to_string
from towpath.hcl.evaluate import evaluate
from towpath.hcl.functions.files import read_text
from towpath.hcl.functions.kinds import PARTS, STRING
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.parse import parse_template
from towpath.hcl.scope import Call, Scope
from towpath.hcl.values import Value

__all__ = ["TEMPLATES"]

_CHARACTERS_OF_A_STEP = 8
_NAME = re.compile(r"[^\W\d][\w-]*")


def _variables(value: Value) -> Mapping[str, Value]:
    if not isinstance(value, dict):
        raise ArgumentError(f"The variables of a template must be a map or object, not {kind_name(value)}.")
    for name in value:
        if not _NAME.fullmatch(name):
            raise ArgumentError(f'"{name}" cannot be the name of a variable in a template.')
    return value


def _render(call: Call, text: str, file: str, variables: Value) -> Value:
    # A template sees its own variables only, and no template may lead to another.
    functions = {name: function for name, function in call.scope.functions.items() if name != call.name}
    scope = Scope(_variables(variables), functions, call.scope.files)
    template = parse_template(text, file)
    if call.evaluator is None:
        return evaluate(template, scope)
    # Reading it is work as well, and its own work is that of the expression it is called in.
    call.evaluator.count(len(text) // _CHARACTERS_OF_A_STEP)
    return call.evaluator.value(template, scope)


def _templatefile(call: Call, path: str, variables: Value) -> Value:
    return _render(call, read_text(call, path), path, variables)


def _templatestring(call: Call, template: str, variables: Value) -> Value:
    return to_string(_render(call, template, call.place.file, variables))


TEMPLATES = table(
    (
        define("templatefile(path, variables)", STRING, PARTS, run=_templatefile, wants_call=True),
        define("templatestring(template, variables)", STRING, PARTS, run=_templatestring, wants_call=True),
    )
)
