"""One unit as evaluated, as JSON and as text with the origin of each value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from towpath.changes import attribute_path
from towpath.hcl.convert import render, to_json
from towpath.hcl.values import Unknown, Value, unmark
from towpath.live import Live, Unit
from towpath.problems import Place
from towpath.views.tables import Line, Span, Style, line
from towpath.views.text import width
from towpath.views.units import unit_json

__all__ = ["show_json", "show_lines"]

_COMMENT_COLUMN = 64
_DEEPEST = 6


def show_json(live: Live, unit: Unit) -> dict[str, Any]:
    values = unit.config.as_values() if unit.config else None
    provenance = unit.config.provenance if unit.config else {}
    return {
        "commit": live.commit,
        "unit": unit_json(unit),
        "values": to_json(dict(values)) if values is not None else None,
        "provenance": {attribute: _place_json(place) for attribute, place in sorted(provenance.items())},
        "dependents": list(live.dependents(unit.path)),
        "problems": [problem.as_json() for problem in unit.problems],
    }


def _place_json(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}


def show_lines(live: Live, unit: Unit) -> tuple[Line, ...]:
    """What the unit is, then its configuration in the language, each value with the place where it was written."""
    return (*_facts(live, unit), line(), *_configuration(unit))


def _facts(live: Live, unit: Unit) -> Iterator[Line]:
    account = f"{unit.account.name} ({unit.account.id or 'no id'})" if unit.account else "none"
    facts = {
        "unit": unit.path,
        "kind": unit.kind.value,
        "account": account,
        "region": unit.region or "unknown",
        "tier": str(unit.tier),
        "layer": unit.layer,
        "source": unit.source,
        "depends on": ", ".join(unit.dependencies),
        "needed by": ", ".join(live.dependents(unit.path)),
        "reads": ", ".join(sorted(unit.shared_reads)),
        "protected": "yes" if unit.protected else None,
        "fingerprint": unit.fingerprint,
    }
    for name, value in facts.items():
        if value:
            yield line(Span(f"{name:<13}", Style.FAINT), Span(value, Style.NAME if name == "unit" else Style.PLAIN))


def _configuration(unit: Unit) -> Iterable[Line]:
    if unit.config is None:
        why = "It could not be evaluated." if unit.problems else "It has no configuration of Terragrunt."
        return (line(Span(why, Style.FAINT)),)
    return _object_lines((), unit.config.as_values(), unit.config.provenance, "")


def _object_lines(
    path: tuple[str, ...], values: Mapping[str, Value], provenance: Mapping[str, Place], indent: str
) -> Iterator[Line]:
    for key, value in values.items():
        inner = (*path, key)
        bare, sensitive = unmark(value)
        name = attribute_path((key,)) if not indent else _key(key)
        if isinstance(bare, dict) and bare and not sensitive and len(inner) < _DEEPEST:
            yield _with_place(f"{indent}{name} = {{", provenance.get(attribute_path(inner)))
            yield from _object_lines(inner, bare, provenance, indent + "  ")
            yield line(f"{indent}}}")
        else:
            yield from _value_lines(f"{indent}{name} = ", value, provenance.get(attribute_path(inner)))


def _key(key: str) -> str:
    written = attribute_path((key,))
    return written.strip("[]")


def _value_lines(lead: str, value: Value, place: Place | None) -> Iterator[Line]:
    text = _shown(value)
    first, *rest = text.split("\n")
    yield _with_place(lead + first, place)
    margin = " " * (len(lead) - len(lead.lstrip()))
    for other in rest:
        yield line(margin + other)


def _shown(value: Value) -> str:
    """HCL where the value is known and may be shown; a remark in brackets where not."""
    bare, sensitive = unmark(value)
    if isinstance(bare, Unknown):
        return str(to_json(bare))
    if sensitive:
        return "(sensitive)"
    if isinstance(value, str) and value.endswith("\n") and not any(mark in value for mark in ("${", "%{", "EOT")):
        return f"<<EOT\n{value}EOT"
    return render(_described(value))


def _described(value: Value) -> Value:
    """The value with what is unknown or sensitive in it replaced by a remark."""
    if isinstance(value, dict):
        return {key: _described(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_described(inner) for inner in value)
    bare, sensitive = unmark(value)
    if isinstance(bare, Unknown):
        return str(to_json(bare))
    return "(sensitive)" if sensitive else value


def _with_place(text: str, place: Place | None) -> Line:
    if place is None:
        return line(text)
    gap = " " * max(2, _COMMENT_COLUMN - width(text))
    where = f"{place.file}:{place.line}" if place.line is not None else place.file
    return line(text, gap, Span(f"# {where}", Style.FAINT))
