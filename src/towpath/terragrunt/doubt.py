"""Makes what is unknown name everything it was computed from.

An unknown value swallows what it is computed with: of `"${get_env("X")}-${local.region}"` nothing remains but the
variable. A change of `local.region` would then not show. So an unknown that an expression computes gets a second
origin: the expression with the values of what it refers to, and the contents of the files it read. Values that are
long or sensitive enter as a digest. And a part of something unknown (`dependency.vpc.outputs.id`) names the part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from towpath.hcl.convert import canonical
from towpath.hcl.references import Reference, references
from towpath.hcl.scope import Scope
from towpath.hcl.syntax import Expression, FunctionCall, Literal, Object, TemplateWrap, Traversal, Tuple, Variable
from towpath.hcl.values import Origin, Sensitive, SetValue, Unknown, Value, contains_unknown, unmark
from towpath.problems import ProblemError
from towpath.terragrunt.source_text import tidy

__all__ = ["with_doubt"]

_LONGEST = 60

FilesRead = Sequence[tuple[str, str]]
"""Path and digest of the content."""


def with_doubt(value: Value, expression: Expression, scope: Scope, files: FilesRead = ()) -> Value:
    """The value; each unknown in it that the expression computed has an origin that says with what."""
    if not contains_unknown(value):
        return value
    if isinstance(expression, Object) and isinstance(value, dict):
        parts = {str(item.key.value): item.value for item in expression.items if isinstance(item.key, Literal)}
        return {
            key: with_doubt(item, parts[key], scope, files)
            if key in parts
            else _doubted(item, expression, scope, files)
            for key, item in value.items()
        }
    if isinstance(expression, Tuple) and isinstance(value, tuple) and len(expression.items) == len(value):
        return tuple(with_doubt(item, part, scope, files) for item, part in zip(value, expression.items, strict=True))
    return _doubted(value, expression, scope, files)


def _doubted(value: Value, expression: Expression, scope: Scope, files: FilesRead) -> Value:
    if isinstance(expression, TemplateWrap):
        return _doubted(value, expression.expression, scope, files)
    if isinstance(expression, Traversal) and isinstance(expression.root, Variable):
        return _with_steps(value, expression, scope)
    if _hands_on(expression):
        return value
    source = tidy(expression.source)
    computed_with = [*_known_values(expression, scope), *(f"{file} = {digest[:12]}" for file, digest in files)]
    if computed_with:
        source += f" with {', '.join(computed_with)}"
    return _with_origin(value, Origin(source, expression.place))


def _hands_on(expression: Expression) -> bool:
    """Whether the expression gives what it refers to as it is. What is unknown in a configuration that was read says
    already what it was computed with.
    """
    if isinstance(expression, FunctionCall):
        return expression.name == "read_terragrunt_config"
    return isinstance(expression, Variable)


def _with_steps(value: Value, expression: Traversal, scope: Scope) -> Value:
    """Of something unknown, one part is not the same as another: the steps taken from it join the origins."""
    unknown, sensitive = unmark(value)
    if not isinstance(unknown, Unknown):
        return value
    reference = references(expression)[0]
    taken = _steps_known(reference, scope)
    if len(reference.path) < len(expression.steps):
        return _with_origin(value, Origin(tidy(expression.source), expression.place))
    steps = "".join(f".{step}" if isinstance(step, str) else f"[{step}]" for step in reference.path[taken:])
    origins = (replace(origin, source=_grouped(origin.source, steps)) for origin in unknown.origins)
    stepped: Value = Unknown().merged(*(Unknown((origin,)) for origin in origins))
    return Sensitive(stepped) if sensitive else stepped


def _grouped(source: str, steps: str) -> str:
    return f"({source}){steps}" if steps and " " in source else source + steps


def _steps_known(reference: Reference, scope: Scope) -> int:
    """How many steps can be taken before what is unknown begins."""
    value = scope.variables[reference.root]
    for taken, step in enumerate(reference.path):
        found = _step(unmark(value)[0], step)
        if found is None:
            return taken
        value = found[0]
    return len(reference.path)


def _known_values(expression: Expression, scope: Scope) -> Iterable[str]:
    seen = set()
    for reference in references(expression):
        name = ".".join((reference.root, *map(str, reference.path)))
        found = _look_up(reference, scope)
        if found is None or name in seen:
            continue
        seen.add(name)
        yield f"{name} = {_short(found[0])}"


def _look_up(reference: Reference, scope: Scope) -> tuple[Value] | None:
    """The value that is referred to, or the nearest thing around it; None where there is nothing or it is unknown."""
    try:
        value = scope.variables[reference.root]
    except (KeyError, ProblemError):
        return None
    for step in reference.path:
        bare, marked = unmark(value)
        found = _step(bare, step)
        if found is None:
            break
        value = Sensitive(found[0]) if marked and not isinstance(found[0], Sensitive) else found[0]
    return None if isinstance(unmark(value)[0], Unknown) else (value,)


def _step(value: Value, step: str | int) -> tuple[Value] | None:
    if isinstance(value, dict) and isinstance(step, str):
        return (value[step],) if step in value else None
    if isinstance(value, tuple) and isinstance(step, int):
        return (value[step],) if 0 <= step < len(value) else None
    return None


def _short(value: Value) -> str:
    text = canonical(value)
    if len(text) <= _LONGEST and not _contains_sensitive(value):
        return text
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _contains_sensitive(value: Value) -> bool:
    if isinstance(value, dict):
        return any(_contains_sensitive(item) for item in value.values())
    if isinstance(value, tuple | SetValue):
        return any(_contains_sensitive(item) for item in value)
    return isinstance(value, Sensitive)


def _with_origin(value: Value, origin: Origin) -> Value:
    if isinstance(value, Unknown):
        same = any(known.source == origin.source for known in value.origins)
        return value if same else value.merged(Unknown((origin,)))
    if isinstance(value, Sensitive):
        inner = _with_origin(value.value, origin)
        return inner if isinstance(inner, Sensitive) else Sensitive(inner)
    if isinstance(value, dict):
        return {key: _with_origin(item, origin) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_with_origin(item, origin) for item in value)
    return value
