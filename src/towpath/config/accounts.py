"""The accounts of a repository: what `accounts.json` lists, completed by `towpath.yml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from towpath.config.loading import Loaded, load_listed_accounts
from towpath.config.schema import AccountSettings, ListedAccounts, RoleSettings, TowpathConfig
from towpath.model.accounts import Account
from towpath.problems import Place, Problem, Severity, has_errors

__all__ = ["ACCOUNT_FILES", "Accounts", "load_accounts"]

ACCOUNT_FILES = ("accounts.json", "accounts.yml", "accounts.yaml")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Accounts:
    """The accounts by name, in the order of their names; `paths` maps a pattern of paths to an account's name, in the
    order of `towpath.yml`; `places` tells where each account is defined."""

    by_name: Mapping[str, Account]
    paths: Mapping[str, str]
    places: Mapping[str, Place]
    problems: tuple[Problem, ...] = ()


def load_accounts(read: Callable[[str], bytes | None], config: Loaded[TowpathConfig]) -> Accounts:
    """Reads the first file of `ACCOUNT_FILES` that is there (`read` gives a file of the repository's root) and puts
    the accounts of `towpath.yml` over it, setting by setting.

    Problems: those of the file, `accounts-file-twice`, `account-without-id`, `account-without-order`,
    `account-id-twice`, `unknown-placeholder`, `path-pattern-twice`.
    """
    contents = {file: content for file in ACCOUNT_FILES if (content := read(file)) is not None}
    file, content = next(iter(contents.items()), (ACCOUNT_FILES[0], None))
    listed = load_listed_accounts(content, file)
    problems = [*listed.problems, *([_twice(tuple(contents))] if len(contents) > 1 else [])]
    settings = _together(listed, config)
    paths: dict[str, str] = {}
    for name, (account, place) in settings.items():
        claimed = [pattern for pattern in account.paths if paths.setdefault(pattern, name) != name]
        problems.extend(_pattern_twice(pattern, (paths[pattern], name), place) for pattern in claimed)
    by_name = {}
    for name, (account, place) in sorted(settings.items()):
        by_name[name], found = _account(name, account, config.value.roles, place)
        # Where the list of accounts is broken, an id that is missing is its doing.
        problems.extend(problem for problem in found if not has_errors(listed.problems))
    problems.extend((*_without_order(settings), *_same_id(settings)))
    return Accounts(by_name, paths, {name: place for name, (_, place) in settings.items()}, tuple(problems))


Placed = Mapping[str, tuple[AccountSettings, Place]]


def _together(listed: Loaded[ListedAccounts], config: Loaded[TowpathConfig]) -> Placed:
    both: dict[str, tuple[AccountSettings, Place]] = {
        name: (account, listed.document.place((name,), of_key=True)) for name, account in listed.value.accounts.items()
    }
    for name, account in config.value.accounts.items():
        place = config.document.place(("accounts", name), of_key=True)
        if name in both:
            given = {key: getattr(account, key) for key in account.model_fields_set}
            both[name] = (both[name][0].model_copy(update=given), place)
        else:
            both[name] = (account, place)
    return both


def _account(
    name: str, settings: AccountSettings, roles: RoleSettings, place: Place
) -> tuple[Account, tuple[Problem, ...]]:
    problems: list[Problem] = []

    def role(own: str | None, template: str | None) -> str | None:
        text = own or template
        if text is None:
            return None
        known = {"account_id": settings.id, "account": name}
        for placeholder in _PLACEHOLDER.findall(text):
            if placeholder not in known:
                problems.append(_unknown_placeholder(placeholder, text, place))
                return None
            if known[placeholder] is None:
                problems.append(_without_id(name, text, place))
                return None
        return _PLACEHOLDER.sub(lambda match: str(known[match.group(1)]), text)

    account = Account(
        name=name,
        id=settings.id,
        deploy_order=settings.deploy_order,
        email=settings.email,
        regions=settings.regions,
        plan_role=role(settings.plan_role, roles.plan),
        apply_role=role(settings.apply_role, roles.apply),
    )
    return account, tuple(dict.fromkeys(problems))


def _without_order(settings: Placed) -> list[Problem]:
    """Accounts that would land in the first tier only because nobody said otherwise."""
    missing = [name for name, (account, _) in settings.items() if "deploy_order" not in account.model_fields_set]
    if not missing or len(missing) == len(settings):
        return []
    return [
        Problem(
            "account-without-order",
            "An account has no deploy order while others have one",
            f"{name} gets deploy_order {settings[name][0].deploy_order}, so its units may be applied before those of "
            "other accounts.",
            place=settings[name][1],
            hint=f"Give {name} a deploy_order.",
            severity=Severity.WARNING,
        )
        for name in missing
    ]


def _same_id(settings: Placed) -> Iterator[Problem]:
    """Accounts that are one: on purpose, now and then, but more often a line that was copied."""
    first: dict[str, str] = {}
    for name, (account, place) in settings.items():
        if account.id is None or first.setdefault(account.id, name) == name:
            continue
        other = first[account.id]
        yield Problem(
            "account-id-twice",
            "Two accounts have the same id",
            f"{other} ({_at(settings[other][1])}) and {name} ({_at(place)}) both have the id {account.id}. What is "
            "applied in the one is applied in the other.",
            place=place,
            hint=f"Correct the id of one of them, if {name} is an account of its own.",
            severity=Severity.WARNING,
        )


def _at(place: Place) -> str:
    return place.file if place.line is None else f"{place.file}:{place.line}"


def _twice(files: tuple[str, ...]) -> Problem:
    return Problem(
        "accounts-file-twice",
        "Accounts are listed in more than one file",
        f"There are {' and '.join(files)}. Only {files[0]} was read.",
        place=Place(files[0]),
        hint="Keep one of the files.",
        severity=Severity.WARNING,
    )


def _without_id(name: str, template: str, place: Place) -> Problem:
    return Problem(
        "account-without-id",
        "An account has no id, and its role needs one",
        f"The role of {name} is {template}. Without the account's id it is not known which role to assume.",
        place=place,
        hint=f"Give {name} an id of 12 digits, in quotes.",
    )


def _unknown_placeholder(placeholder: str, template: str, place: Place) -> Problem:
    return Problem(
        "unknown-placeholder",
        "A role holds a placeholder that nothing stands for",
        f"{{{placeholder}}} in {template} is not known.",
        place=place,
        hint="Use {account_id} or {account}.",
    )


def _pattern_twice(pattern: str, names: tuple[str, str], place: Place) -> Problem:
    return Problem(
        "path-pattern-twice",
        "Two accounts claim the same paths",
        f"{names[0]} and {names[1]} both have the pattern {pattern}. Its units go to {names[0]}.",
        place=place,
        hint="Remove the pattern from one of them.",
    )
