"""The typed parts of a configuration, from its merged values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from towpath.hcl.forms import unknown_text
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value, unmark
from towpath.terragrunt.config import Exclude, ExtraArguments, Generate, Hook, Ignore, RemoteState, Retry

__all__ = [
    "exclude_of",
    "extra_arguments_of",
    "flag",
    "generate_of",
    "hooks_of",
    "ignores_of",
    "mapping",
    "remote_state_of",
    "retries_of",
    "text",
    "texts",
]

_ATTEMPTS = 3
_PAUSE = 5


def text(value: Value) -> str | None:
    """A text as the engine gets it. What is unknown reads as a remark, which nothing may be run with."""
    bare, _ = unmark(value)
    if bare is None:
        return None
    return unknown_text(bare) if isinstance(bare, Unknown) else str(bare)


def texts(value: Value) -> tuple[str, ...]:
    """The texts of a list; of a list that is unknown, one remark."""
    bare, _ = unmark(value)
    if isinstance(bare, Unknown):
        return (unknown_text(bare),)
    items = tuple(bare) if isinstance(bare, tuple | SetValue) else ()
    return tuple(text(item) or "" for item in items)


def flag(value: Value, default: bool = False) -> bool:
    bare, _ = unmark(value)
    return bare if isinstance(bare, bool) else default


def mapping(value: Value) -> dict[str, Value]:
    """An object's entries; those of a sensitive object are sensitive. Anything else has none."""
    bare, sensitive = unmark(value)
    if not isinstance(bare, dict):
        return {}
    if not sensitive:
        return bare
    return {key: item if isinstance(item, Sensitive) else Sensitive(item) for key, item in bare.items()}


def _number(value: Value, default: int) -> int:
    bare, _ = unmark(value)
    return int(bare) if isinstance(bare, int | Decimal) and not isinstance(bare, bool) else default


def _blocks(value: Value) -> dict[str, dict[str, Value]]:
    return {name: mapping(block) for name, block in mapping(value).items()}


def extra_arguments_of(terraform: Mapping[str, Value]) -> tuple[ExtraArguments, ...]:
    return tuple(
        ExtraArguments(
            name=name,
            commands=texts(block.get("commands")),
            arguments=texts(block.get("arguments")),
            required_var_files=texts(block.get("required_var_files")),
            optional_var_files=texts(block.get("optional_var_files")),
            env_vars={key: text(item) or "" for key, item in mapping(block.get("env_vars")).items()},
        )
        for name, block in _blocks(terraform.get("extra_arguments")).items()
    )


def hooks_of(terraform: Mapping[str, Value], kind: str) -> tuple[Hook, ...]:
    """`kind` is the type of the block: `before_hook`, `after_hook`, `error_hook`."""
    return tuple(
        Hook(
            name=name,
            commands=texts(block.get("commands")),
            execute=texts(block.get("execute")),
            working_dir=text(block.get("working_dir")),
            run_on_error=flag(block.get("run_on_error")),
            on_errors=texts(block.get("on_errors")),
            suppress_stdout=flag(block.get("suppress_stdout")),
            if_=flag(block.get("if"), default=True),
        )
        for name, block in _blocks(terraform.get(kind)).items()
    )


def remote_state_of(value: Value) -> RemoteState | None:
    block = mapping(value)
    if not block:
        return None
    generate = mapping(block.get("generate"))
    path, if_exists = text(generate.get("path")), text(generate.get("if_exists"))
    encryption = mapping(block.get("encryption"))
    return RemoteState(
        backend=text(block.get("backend")) or "",
        config=mapping(block.get("config")),
        generate=(path, if_exists or "error") if path else None,
        disable_init=flag(block.get("disable_init")),
        encryption=encryption or None,
    )


def generate_of(value: Value) -> tuple[Generate, ...]:
    return tuple(
        Generate(
            name=name,
            path=text(block.get("path")) or "",
            contents=text(block.get("contents")) or "",
            if_exists=text(block.get("if_exists")) or "error",
            if_disabled=text(block.get("if_disabled")) or "skip",
            comment_prefix=_or_default(text(block.get("comment_prefix")), "# "),
            disable_signature=flag(block.get("disable_signature")),
            disable=flag(block.get("disable")),
        )
        for name, block in _blocks(value).items()
    )


def _or_default(value: str | None, default: str) -> str:
    return default if value is None else value


def exclude_of(value: Value) -> Exclude | None:
    block = mapping(value)
    if not block:
        return None
    return Exclude(
        if_=block.get("if", False),
        actions=texts(block.get("actions")),
        exclude_dependencies=block.get("exclude_dependencies", False),
        no_run=block.get("no_run", False),
    )


def retries_of(values: Mapping[str, Any]) -> tuple[Retry, ...]:
    """The `retry` blocks of `errors`, then the three attributes of old, which are one more."""
    blocks = _blocks(mapping(values.get("errors")).get("retry"))
    if "retryable_errors" in values:
        old = {
            "retryable_errors": values["retryable_errors"],
            "max_attempts": values.get("retry_max_attempts"),
            "sleep_interval_sec": values.get("retry_sleep_interval_sec"),
        }
        blocks = {**blocks, "retryable_errors": old}
    return tuple(
        Retry(
            name=name,
            retryable_errors=texts(block.get("retryable_errors")),
            max_attempts=_number(block.get("max_attempts"), _ATTEMPTS),
            sleep_interval_sec=_number(block.get("sleep_interval_sec"), _PAUSE),
        )
        for name, block in blocks.items()
    )


def ignores_of(values: Mapping[str, Any]) -> tuple[Ignore, ...]:
    return tuple(
        Ignore(
            name=name,
            ignorable_errors=texts(block.get("ignorable_errors")),
            message=text(block.get("message")) or "",
            signals=mapping(block.get("signals")),
        )
        for name, block in _blocks(mapping(values.get("errors")).get("ignore")).items()
    )
