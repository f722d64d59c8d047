"""The rules of access, and in words why somebody may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from towpath.config.globs import Globs
from towpath.model.paths import UnitPath
from towpath.model.people import Caller, Grant, Person, Role, Scopes
from towpath.problems import Problem

__all__ = ["Act", "Place", "may", "may_in_part", "why_not"]


class Act(StrEnum):
    """What somebody wants to do. `OPERATE`: apply, resume, cancel, roll back."""

    SEE = "see"
    PLAN = "plan"
    APPROVE = "approve"
    OPERATE = "operate"
    ADMINISTER = "administer"

    @property
    def role(self) -> Role:
        """The least role that may."""
        return list(Role)[list(Act).index(self)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where: all repositories (None), one, an environment of it, a unit in that environment."""

    repository: str | None = None
    environment: str | None = None
    unit: UnitPath | None = None

    def __str__(self) -> str:
        if self.repository is None:
            return "all repositories"
        inside = f"the repository {self.repository}" if self.repository else "the repository"
        return " in ".join(part for part in (self.unit, self.environment, inside) if part)


def may(caller: Caller, act: Act, place: Place) -> bool:
    """Whether the caller may do it in the whole of the place."""
    return _allowed(caller, act, place, _covers)


def may_in_part(caller: Caller, act: Act, place: Place) -> bool:
    """Whether the caller may do it somewhere in the place."""
    return _allowed(caller, act, place, _touches)


def why_not(caller: Caller, act: Act, place: Place) -> Problem | None:
    """What stands against it, None when the caller may."""
    if may(caller, act, place):
        return None
    person = caller.person
    if not person.active:
        detail = f"The account {person.email} is disabled."
        return Problem("account-disabled", "The account is disabled", detail, hint="Ask an administrator to enable it.")
    summary = "You may not do this here"
    needs = f"To {act} in {place} takes the role {act.role}"
    if caller.scopes is not None and _by_person(caller, act, place, _covers):
        return Problem(
            "not-allowed",
            summary,
            f"{needs}; {person.email} has it, and the token does not let it through ({_words(caller.scopes)}).",
            hint="Use a token with wider scopes.",
        )
    best = _best(caller, place)
    return Problem(
        "not-allowed",
        summary,
        f"{needs}; {person.email} {f'has {best}' if best else 'has no role'} there.",
        hint=f"Ask an administrator to grant {act.role} in `roles` of the server's configuration.",
    )


_Fits = Callable[[tuple[str, ...], str | None], bool]
"""Whether patterns (none: all) hold for a part of a place, None being the whole of what it could be."""


def _allowed(caller: Caller, act: Act, place: Place, fits: _Fits) -> bool:
    return (
        caller.person.active
        and (caller.scopes is None or _let_through(caller.scopes, act, place, fits))
        and _by_person(caller, act, place, fits)
    )


def _by_person(caller: Caller, act: Act, place: Place, fits: _Fits) -> bool:
    return any(role.includes(act.role) for role in _roles(caller, place, fits))


def _roles(caller: Caller, place: Place, fits: _Fits) -> Iterator[Role]:
    if caller.person.role is not None:
        yield caller.person.role
    yield from (
        grant.role for grant in caller.grants if _is_for(grant, caller.person) and _holds_at(grant, place, fits)
    )


def _is_for(grant: Grant, person: Person) -> bool:
    if not grant.people and not grant.groups:
        return True
    by_name = bool(grant.people) and _globs(tuple(one.lower() for one in grant.people)).fits(person.email)
    return by_name or (bool(grant.groups) and any(_globs(grant.groups).fits(group) for group in person.groups))


def _holds_at(grant: Grant, place: Place, fits: _Fits) -> bool:
    return (
        fits(grant.repositories, place.repository)
        and fits(grant.environments, place.environment)
        and fits(grant.paths, place.unit)
    )


def _let_through(scopes: Scopes, act: Act, place: Place, fits: _Fits) -> bool:
    return (
        scopes.role.includes(act.role)
        and fits(scopes.repositories, place.repository)
        and fits(scopes.environments, place.environment)
    )


def _covers(patterns: tuple[str, ...], part: str | None) -> bool:
    if not patterns or "**" in patterns:
        return True
    return part is not None and _globs(patterns).fits(part)


def _touches(patterns: tuple[str, ...], part: str | None) -> bool:
    return part is None or _covers(patterns, part)


@lru_cache(maxsize=512)
def _globs(patterns: tuple[str, ...]) -> Globs:
    return Globs(patterns)


def _best(caller: Caller, place: Place) -> Role | None:
    """The highest role that the person has in the whole of the place."""
    had = list(_roles(caller, place, _covers))
    return next((role for role in reversed(Role) if role in had), None)


def _words(scopes: Scopes) -> str:
    parts = [f"at most {scopes.role}"]
    for name, patterns in (("repositories", scopes.repositories), ("environments", scopes.environments)):
        if patterns:
            parts.append(f"in {name} {', '.join(patterns)}")
    return ", ".join(parts)
