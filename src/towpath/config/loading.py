"""From the bytes of a file to settings, with every problem at its line."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from towpath.config.document import Data, Document, KeyPath, read_document
from towpath.config.schema import ACCOUNT_ID, ROLE_ARN, WALL_TIME, ListedAccounts, Settings, TowpathConfig
from towpath.problems import Place, Problem, Severity

__all__ = ["Loaded", "load_config", "load_listed_accounts", "validated"]

T_co = TypeVar("T_co", covariant=True)
Model = TypeVar("Model", bound=Settings)

ACCOUNT_DIGITS = 12
_PLAIN = re.compile(r"[0-9]+|true|false")

_WANTED = {
    "model_type": "should be a map of settings",
    "dict_type": "should be a map",
    "tuple_type": "should be a list",
    "string_type": "should be a text",
    "int_type": "should be a whole number",
    "bool_type": "should be true or false",
    "missing": "is missing",
}
"""Pydantic's kinds of mistakes in the words of YAML."""
_WANTED_TEXTS = {
    ACCOUNT_ID: ("should be the 12 digits of an account id", 'Write all 12 digits, in quotes: "123456789012"'),
    ROLE_ARN: (
        "should be the ARN of an IAM role, with an account id or {account_id} in it",
        'Write it as "arn:aws:iam::{account_id}:role/NAME".',
    ),
    WALL_TIME: ("should be a time of the day", 'Write hours and minutes, in quotes: "09:00"'),
}
"""What texts of a form should be, and what to do."""


@dataclass(frozen=True)
class Loaded(Generic[T_co]):
    """What a file said: `value` is complete in any case (the defaults, where the file is broken)."""

    value: T_co
    document: Document
    problems: tuple[Problem, ...] = ()

    def place(self, *path: str | int) -> Place:
        """Where the value of a key stands, or the nearest thing around it."""
        return self.document.place(path)


def load_config(content: bytes | None, file: str = "towpath.yml") -> Loaded[TowpathConfig]:
    """Reads `towpath.yml`; None stands for a file that is not there.

    Problems are those of `read_document`, `unknown-key`, `wrong-value`, and `account-id-padded` as a warning.
    """
    document = read_document(content or b"", file)
    data = {} if document.data is None else document.data
    padded = _pad_ids(data.get("accounts"), ("accounts",), document) if isinstance(data, dict) else []
    return validated(TowpathConfig, data, document, padded)


def load_listed_accounts(content: bytes | None, file: str = "accounts.json") -> Loaded[ListedAccounts]:
    """Reads `accounts.json` or `accounts.yml`: name to `id`, `email`, `deploy_order`, or name to id alone.

    Keys it does not know are passed over: other tools keep theirs there.
    """
    document = read_document(content or b"", file)
    data = {} if document.data is None else document.data
    if isinstance(data, dict):
        data = {name: {"id": item} if isinstance(item, str | int) else item for name, item in data.items()}
    return validated(ListedAccounts, {"accounts": data}, document, _pad_ids(data, (), document), depth=1)


def validated(
    model: type[Model], data: Data, document: Document, warnings: Sequence[Problem] = (), depth: int = 0
) -> Loaded[Model]:
    """The settings that the data gives, with every mistake at its place. `depth` is how many levels of the data the
    document does not have.
    """
    if any(problem.is_error for problem in document.problems):
        return Loaded(model(), document, document.problems)
    problems = (*document.problems, *warnings)
    try:
        return Loaded(model.model_validate(data), document, problems)
    except ValidationError as error:
        found = tuple(_problem(model, details, document, depth) for details in error.errors(include_url=False))
        return Loaded(model(), document, (*problems, *sorted(found, key=_line)))


def _line(problem: Problem) -> int:
    return (problem.place and problem.place.line) or 0


def _pad_ids(accounts: Data, path: KeyPath, document: Document) -> list[Problem]:
    """Makes texts of account ids that were written without quotes; those that lost leading zeros get them back."""
    warnings = []
    for name, account in accounts.items() if isinstance(accounts, dict) else ():
        given = account.get("id") if isinstance(account, dict) else None
        if isinstance(account, dict) and isinstance(given, int) and not isinstance(given, bool) and given >= 0:
            account["id"] = str(given).zfill(ACCOUNT_DIGITS)
            if len(str(given)) < ACCOUNT_DIGITS:
                warnings.append(_padded(name, str(given), document.place((*path, name, "id"))))
    return warnings


def _padded(name: str, given: str, place: Place) -> Problem:
    return Problem(
        "account-id-padded",
        "An account id lost its leading zeros",
        f"The id of {name} is written as the number {given}. An account id has {ACCOUNT_DIGITS} digits; it was read as "
        f"{given.zfill(ACCOUNT_DIGITS)}.",
        place=place,
        hint=f'Write it in quotes: "{given.zfill(ACCOUNT_DIGITS)}"',
        severity=Severity.WARNING,
    )


def _problem(model: type[Settings], details: ErrorDetails, document: Document, depth: int) -> Problem:
    location = tuple(part for part in details["loc"] if part != "[key]")
    path = location[depth:]
    name = ".".join(str(part) for part in path) or "The file"
    if details["type"] == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        return _unknown_key(str(path[-1]), known, path[:-1], document.place(path, of_key=True))
    wanted = _WANTED.get(details["type"]) or details["msg"].removeprefix("Value error, ").removeprefix("Input ")
    hint = _hint_for_value(details)
    if details["type"] == "string_pattern_mismatch":
        wanted, hint = _WANTED_TEXTS[details["ctx"]["pattern"]]
    return Problem(
        "wrong-value",
        "A setting has a value that does not fit",
        f"{name} {wanted}.",
        place=document.place(path),
        hint=hint or f"`{model.schema_command}` tells what every setting may be.",
    )


def _hint_for_value(details: ErrorDetails) -> str | None:
    given = details.get("input")
    if details["type"] == "string_type" and isinstance(given, bool | int | float):
        return f'Write it in quotes: "{str(given).lower() if isinstance(given, bool) else given}"'
    if details["type"] == "literal_error" and isinstance(given, str):
        expected = str(details.get("ctx", {}).get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
        return _did_you_mean(given, expected)
    if details["type"] in ("int_type", "bool_type") and isinstance(given, str) and _PLAIN.fullmatch(given):
        return f"Write it without quotes: {given}"
    if details["type"] == "tuple_type" and isinstance(given, str):
        return f"Write a list: [{given}]"
    return None


def _unknown_key(name: str, known: tuple[str, ...], around: KeyPath, place: Place) -> Problem:
    where = f"{'.'.join(str(part) for part in around)} has" if around else "The file has"
    return Problem(
        "unknown-key",
        "There is no such setting",
        f"{where} no setting {name}.",
        place=place,
        hint=_did_you_mean(name, known) or f"Known here: {', '.join(known)}.",
    )


def _did_you_mean(name: str, known: Sequence[str]) -> str | None:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else None


def _known_keys(model: type[BaseModel], location: KeyPath) -> tuple[str, ...]:
    """The keys that may stand at a location of the document."""
    current: Any = model
    for part in location:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = _inner(current.model_fields[str(part)].annotation)
        else:
            choices = typing.get_args(current)
            # Of a map what its values are, of a list what its items are.
            current = _inner(choices[0] if typing.get_origin(current) is tuple else choices[-1])
    if not (isinstance(current, type) and issubclass(current, BaseModel)):
        return ()
    return tuple(field.alias or name for name, field in current.model_fields.items())


def _inner(annotation: Any) -> Any:
    """The type itself, of one that may also be None or carries notes."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _inner(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return _inner(next(choice for choice in typing.get_args(annotation) if choice is not type(None)))
    return annotation
