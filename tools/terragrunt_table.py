"""The table of what Terragrunt's reference says and of what Towpath makes of it: one case a rule.

`tests/conformance/terragrunt` holds a file per topic. A case has

- `id`, and `about`: the blocks, attributes (with dots) and functions it speaks of
- `rule`: the rule in a sentence; `from`: the paragraph of the reference, or the part of its source, named in words
- `verdict`: `supported`; `differs` (Towpath does something else, `note` says how and why); `refused` (Towpath reports a
  problem, `note` says why)
- `files`, and `unit` where that is not `dev/app`; or `expression`, which becomes an input of the unit
- what is expected of detection: `value` of the expression, `values` (paths of keys), `config` (attributes of the
  configuration), `dependencies`, `reads`, `problems` (`id file:line`)
- what is expected of a run: `adds` (arguments to commands of the engine), `hooks`, `generated` (files), `variables`
- `environment`: the listed variables; `answers`: what the outside answers when a unit is planned

`tests/conformance/test_terragrunt_documented.py` evaluates every case; `docs/reference/terragrunt.md` is made of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

__all__ = ["EXPECTATIONS", "VERDICTS", "Case", "Topic", "read_topics"]

TABLES = Path(__file__).parent.parent / "tests" / "conformance" / "terragrunt"
VERDICTS = ("supported", "differs", "refused")
EXPECTATIONS = ("values", "config", "dependencies", "reads", "problems", "adds", "hooks", "generated", "variables")
_UNIT = "dev/app"


@dataclass(frozen=True)
class Case:
    """One rule. Expectations that are None are not looked at."""

    id: str
    about: tuple[str, ...]
    rule: str
    source: str
    verdict: str
    note: str = ""
    unit: str = _UNIT
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] | None = None
    values: Mapping[str, Any] | None = None
    config: Mapping[str, Any] | None = None
    dependencies: list[str] | None = None
    reads: list[str] | None = None
    problems: list[str] | None = None
    adds: Mapping[str, list[str]] | None = None
    hooks: Mapping[str, list[str]] | None = None
    generated: Mapping[str, Any] | None = None
    variables: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Topic:
    """A file of the table."""

    name: str
    title: str
    intro: str
    cases: tuple[Case, ...]


def read_topics() -> tuple[Topic, ...]:
    """All topics in the order of their files. Raises `ValueError` for a case that is not in the form above."""
    topics = tuple(_topic(path) for path in sorted(TABLES.glob("*.yml")))
    seen: set[str] = set()
    for case in (case for topic in topics for case in topic.cases):
        if case.id in seen:
            raise ValueError(f"{case.id} stands twice")
        seen.add(case.id)
    return topics


def _topic(path: Path) -> Topic:
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    cases = tuple(_case(path.stem, entry) for entry in written["cases"])
    return Topic(path.stem, written["title"], written.get("intro", ""), cases)


def _case(topic: str, entry: dict[str, Any]) -> Case:
    given = dict(entry)
    given["source"] = given.pop("from", "")
    about = given.get("about", [])
    given["about"] = tuple(about if isinstance(about, list) else [about])
    if "expression" in given:
        given.setdefault("files", {})
        file = f"{given.get('unit', _UNIT)}/terragrunt.hcl"
        written = given["files"].get(file, "")
        given["files"] = {**given["files"], file: f"{written}inputs = {{ it = {given.pop('expression').strip()} }}\n"}
        if "value" in given:
            given["values"] = {"inputs.it": given.pop("value")}
    for complaint in _complaints(given):
        raise ValueError(f"{topic}: {given.get('id', '?')}: {complaint}")
    return Case(**given)


def _complaints(given: Mapping[str, Any]) -> Iterator[str]:
    unknown = given.keys() - {field.name for field in fields(Case)}
    if unknown:
        yield f"unknown keys {sorted(unknown)}"
    yield from (
        f"{key} is missing" for key in ("id", "about", "rule", "source", "verdict", "files") if not given.get(key)
    )
    if given.get("verdict") not in VERDICTS:
        yield f"the verdict is one of {VERDICTS}"
    if (given.get("verdict") == "supported") == bool(given.get("note")):
        yield "what differs or is refused, and nothing else, needs a note"
    if not any(key in given for key in EXPECTATIONS):
        yield "nothing is expected"
    if given.get("verdict") == "refused" and not given.get("problems"):
        yield "what is refused is a problem"
