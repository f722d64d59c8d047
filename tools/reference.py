"""Writes the reference pages from the code: the commands, the keys of towpath.yml and of the server's file, the
problems; and the one on Terragrunt's language from the table of the conformance tests.

The pages go to `docs/reference/` and are committed, so that they can be read without building anything; `--check`
writes nothing and exits with 1 when a page is no longer what the code says.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from problem_ids import found_problems
from terragrunt_page import terragrunt_page
from towpath.cli.main import cli as program
from towpath.config import json_schema
from towpath.config.server import server_json_schema

PAGES = Path(__file__).parent.parent / "docs" / "reference"
SOURCE = Path(__file__).parent.parent / "src" / "towpath"
WIDTH = 100
GENERATED = "<!-- Written by `make docs` from the code: change it there. -->\n"


def commands_page() -> str:
    """Every command with its usage, arguments and options, as `--help` prints them."""
    context = click.Context(program, info_name="towpath")
    return "\n".join([GENERATED, "# Commands\n", _help(program, context), *_inside(program, context, "##")])


def _inside(group: click.Group, context: click.Context, heading: str) -> Iterator[str]:
    """The commands of a group, and those of the groups among them."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield f"{heading} {inner.command_path}\n"
        yield _help(command, inner)
        if isinstance(command, click.Group):
            yield from _inside(command, inner, f"{heading}#")


def _help(command: click.Command, context: click.Context) -> str:
    context.terminal_width = WIDTH
    text = command.get_help(context)
    return f"```text\n{text}\n```\n"


def configuration_page(title: str, command: str, schema: Mapping[str, Any]) -> str:
    """Every key of a file with its type, default and meaning; `command` prints its JSON Schema."""
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    parts = [GENERATED, f"# {title}\n", schema.get("description", ""), ""]
    parts.append(f"`{command}` prints the JSON Schema of this file, for editors.\n")
    parts.extend(_keys(schema, definitions, ""))
    return "\n".join(parts)


def _keys(schema: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str) -> Iterator[str]:
    rows = [(f"{prefix}{name}", _resolved(part, definitions)) for name, part in schema.get("properties", {}).items()]
    if prefix:
        yield f"## `{prefix.rstrip('.')}`\n"
    yield "| key | type | default | meaning |\n|---|---|---|---|"
    for name, part in rows:
        default = json.dumps(part["default"], ensure_ascii=False) if part.get("default") is not None else ""
        whole = _long_form(part, definitions)
        if whole.get("properties"):
            default = ""
        meaning = " ".join(str(part.get("description") or whole.get("description", "")).split())
        yield f"| `{name}` | {_type(part, definitions)} | {f'`{default}`' if default else ''} | {meaning} |"
    yield ""
    for name, part in rows:
        listed = part.get("items") if part.get("type") == "array" else None
        inner = _long_form(_resolved(listed or part.get("additionalProperties") or part, definitions), definitions)
        if inner.get("properties"):
            key = f"{name}.NAME." if part.get("additionalProperties") else f"{name}[]." if listed else f"{name}."
            yield from _keys(inner, definitions, key)


def _resolved(part: Any, definitions: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(part, dict):
        return {}
    reference = part.get("$ref") or next((one["$ref"] for one in part.get("allOf", ()) if "$ref" in one), None)
    if reference is None:
        return part
    return {**definitions[reference.rsplit("/", 1)[-1]], **{key: part[key] for key in part if key != "$ref"}}


def _long_form(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a key that may also be given as one word: what it says at length."""
    forms = (_resolved(one, definitions) for one in part.get("anyOf", ()))
    return next((form for form in forms if form.get("properties")), part)


def _type(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "enum" in part:
        return " or ".join(f"`{value}`" for value in part["enum"])
    if "anyOf" in part:
        return " or ".join(_type(_resolved(one, definitions), definitions) for one in part["anyOf"])
    if part.get("type") == "array":
        return f"list of {_type(_resolved(part.get('items'), definitions), definitions)}"
    if part.get("additionalProperties"):
        return f"map of {_type(_resolved(part['additionalProperties'], definitions), definitions)}"
    return str(part.get("type", "anything"))


def problems_page() -> str:
    """Every problem id with its summary and the packages that report it. Raises `ValueError` for one that is built in a
    way that `problem_ids` does not see through."""
    found: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for package, id_, summary in found_problems(SOURCE):
        found[id_][0].add(summary)
        found[id_][1].add(package)
    lines = [GENERATED, "# Problems\n", "Each problem has an id and a summary that are always the same words.\n"]
    lines.append("| id | summary | reported by |\n|---|---|---|")
    for id_, (summaries, packages) in sorted(found.items()):
        lines.append(
            f"| `{id_}` | {'; '.join(sorted(summaries))} | {', '.join(f'`{name}`' for name in sorted(packages))} |"
        )
    return "\n".join(lines) + "\n"


def _written(page: Path) -> str | None:
    return page.read_text(encoding="utf-8") if page.exists() else None


def main(arguments: list[str]) -> int:
    pages = {
        "commands.md": commands_page(),
        "towpath-yml.md": configuration_page("towpath.yml", "towpath schema", json_schema()),
        "server.md": configuration_page("The server", "towpath schema --server", server_json_schema()),
        "problems.md": problems_page(),
        "terragrunt.md": f"{GENERATED}\n{terragrunt_page()}",
    }
    if "--check" in arguments:
        stale = [name for name, text in pages.items() if _written(PAGES / name) != text]
        print("\n".join(f"docs/reference/{name} is not what the code says: run `make docs`" for name in stale))
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
