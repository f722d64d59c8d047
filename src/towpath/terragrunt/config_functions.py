"""Terragrunt's functions that read other configurations, merge values and compare versions."""

from __future__ import annotations

import json

from towpath.hcl.evaluate import evaluate
from towpath.hcl.functions.encoding import encode_json
from towpath.hcl.functions.kinds import MAP, PARTS_OR_NULL, RAW, STRING
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.scope import Call, Scope
from towpath.hcl.values import Unknown, Value, unmark
from towpath.problems import Problem, ProblemError
from towpath.terragrunt.paths import join
from towpath.terragrunt.session import MISSING_FILE_HINT, Context, context_of
from towpath.terragrunt.versions import satisfies
from towpath.terragrunt.written import Leaf, deep_merge, plain

__all__ = ["CONFIG_FUNCTIONS"]

_UNIT_FILE = "terragrunt.hcl"


def _read_terragrunt_config(call: Call, path: Value, *default: Value) -> Value:
    """Relative paths start from the folder of the configuration that reads; a folder stands for the file in it."""
    bare, _ = unmark(path)
    if isinstance(bare, Unknown):
        return path
    if not isinstance(bare, str):
        raise ArgumentError("The path must be a string.")
    context = context_of(call)
    file = context.inside(bare, call)
    files = context.session.files
    if files.is_folder(file):
        file = join(file, _UNIT_FILE)
    if files.exists(file):
        return context.session.read_configuration(context, file, call)
    if default:
        return default[0]
    raise _not_found(call, file)


def _not_found(call: Call, file: str) -> ProblemError:
    return ProblemError(
        Problem(
            "file-not-found", "A file is not there", f'{call.name} is to read "{file}".', call.place, MISSING_FILE_HINT
        )
    )


def _read_tfvars_file(call: Call, path: str) -> Value:
    """The variables as JSON text, as Terragrunt gives them."""
    context = context_of(call)
    file = context.inside(path, call)
    content = context.session.files.read(file)
    if content is None:
        raise _not_found(call, file)
    context.session.reads.add(file)
    return _json(file, content) if file.endswith("json") else encode_json(_tfvars(context, content, file))


def _json(file: str, content: bytes) -> str:
    """The text of a JSON file as it is written."""
    try:
        text = content.decode()
        variables = json.loads(text)
    except ValueError as error:
        raise ArgumentError(f'"{file}" is not JSON: {error}.') from error
    if not isinstance(variables, dict):
        raise ArgumentError(f'"{file}" holds no object of variables.')
    return text


def _tfvars(context: Context, content: bytes, file: str) -> dict[str, Value]:
    parsed = context.session.cache.parse(content, file)
    if parsed.problems:
        raise ProblemError(*parsed.problems)
    if parsed.body.blocks:
        block = parsed.body.blocks[0]
        detail = "A file of variables holds attributes alone."
        hint = "Take the block out."
        raise ProblemError(Problem("unknown-block", "A block is not known", detail, block.place, hint))
    return {name: evaluate(attribute.expression, Scope()) for name, attribute in parsed.body.attributes.items()}


def _deep_merge(*maps: Value) -> Value:
    merged: Value = {}
    for value in maps:
        if value is not None:
            merged = plain(deep_merge(Leaf(merged), Leaf(MAP.convert(value))))
    return merged


def _constraint_check(version: str, constraint: str) -> Value:
    try:
        return satisfies(version, constraint)
    except ValueError as error:
        raise ArgumentError(str(error)) from error


CONFIG_FUNCTIONS = table(
    (
        define(
            "read_terragrunt_config(path, default...)",
            RAW,
            RAW,
            run=_read_terragrunt_config,
            least=1,
            most=2,
            wants_call=True,
            measured=True,
        ),
        define("read_tfvars_file(path)", STRING, run=_read_tfvars_file, wants_call=True),
        define("deep_merge(maps...)", PARTS_OR_NULL, run=_deep_merge, least=0),
        define("constraint_check(version, constraint)", STRING, STRING, run=_constraint_check),
    )
)
