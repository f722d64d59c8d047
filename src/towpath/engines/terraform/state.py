"""What a state file says: lineage, serial, outputs."""

from __future__ import annotations

import hmac
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from towpath.problems import Problem, ProblemError

__all__ = [
    "Output",
    "StateMark",
    "StateSnapshot",
    "digest_outputs",
    "exact_json",
    "mark_of_plan_file",
    "read_outputs",
    "read_state",
]


@dataclass(frozen=True, slots=True)
class StateMark:
    """Which state this is. Both are None where there is no state yet."""

    lineage: str | None = None
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One output. `value` is JSON with exact numbers (`int`, `Decimal`)."""

    value: Any = field(repr=False)
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class StateSnapshot:
    """A state at one moment; `is_empty` tells that nothing is deployed and no output stands in it."""

    mark: StateMark = StateMark()
    outputs: Mapping[str, Output] = field(default_factory=dict)
    is_empty: bool = True


def read_state(content: bytes | None) -> StateSnapshot:
    """A state file of version 4; nothing, or only blanks, is no state. Raises `ProblemError` (`state-unreadable`)."""
    if content is None or not content.strip():
        return StateSnapshot()
    try:
        data = json.loads(content, parse_float=Decimal)
        mark = StateMark(data["lineage"] or None, data["serial"]) if data["lineage"] else StateMark()
        outputs = _outputs(data.get("outputs") or {})
    except (ValueError, KeyError, TypeError, AttributeError):
        detail = "It is no state that Terraform 0.12 or later, or OpenTofu, has written; or it is encrypted."
        hint = "Let the engine that wrote it turn it into a newer form, or switch its encryption off."
        raise ProblemError(Problem("state-unreadable", "A state cannot be read", detail, hint=hint)) from None
    return StateSnapshot(mark, outputs, is_empty=not data.get("resources") and not outputs)


def read_outputs(content: bytes) -> Mapping[str, Output]:
    """What `output -json` printed."""
    return _outputs(json.loads(content, parse_float=Decimal))


def _outputs(data: Mapping[str, Any]) -> Mapping[str, Output]:
    return {name: Output(item.get("value"), bool(item.get("sensitive"))) for name, item in sorted(data.items())}


def mark_of_plan_file(content: bytes) -> StateMark:
    """Which state a plan file was made from. It is a zip whose member `tfstate` is the state it would change."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            return read_state(members.read("tfstate")).mark
    except (zipfile.BadZipFile, KeyError):
        detail = "It is not a plan as Terraform and OpenTofu save it, or it is encrypted by the engine."
        hint = "Switch the engine's encryption of plans off; Towpath encrypts them itself."
        raise ProblemError(Problem("plan-unreadable", "A plan file cannot be read", detail, hint=hint)) from None


def digest_outputs(outputs: Mapping[str, Output], key: bytes) -> dict[str, str]:
    """Each output's `hmac-sha256:` of its canonical JSON: sorted keys, no blanks, exact numbers. Without the key nobody
    can try out what a short secret is.
    """
    return {
        name: "hmac-sha256:" + hmac.digest(key, exact_json(output.value).encode(), "sha256").hex()
        for name, output in outputs.items()
    }


def exact_json(value: Any) -> str:
    """Canonical JSON of JSON data with exact numbers, which `json.dumps` alone would round or refuse."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(k)}:{exact_json(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(exact_json(item) for item in value) + "]"
    return json.dumps(value)
