"""What routes have in common: the services, the templates, and looking only at what the caller may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from towpath.live import Live
from towpath.model.listing import MOST_PAST, PastUnitRun
from towpath.model.paths import UnitPath
from towpath.model.people import Caller
from towpath.problems import ProblemError
from towpath.service.allowed import may_see_unit, sees
from towpath.service.seeing import SeenRun, SeenUnitRun, Standing
from towpath.web.errors import not_found
from towpath.web.port import Services
from towpath.web.templates import Pages

__all__ = [
    "Rendering",
    "SeenHistory",
    "Serving",
    "chosen_repository",
    "look_at_history",
    "look_at_run",
    "look_at_unit",
    "seen_repositories",
]

_ABSENT = frozenset(["no-such-run", "unit-not-in-run", "no-such-repository"])


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


Serving = Annotated[Services, Depends(_services)]
Rendering = Annotated[Pages, Depends(_pages)]


def seen_repositories(services: Services, caller: Caller) -> tuple[str, ...]:
    """The repositories of which the caller may see something."""
    return tuple(name for name in services.seeing.repositories() if sees(caller, name))


def chosen_repository(services: Services, caller: Caller, asked: str | None) -> str:
    """The repository that was asked for, else the first. Raises `ProblemError` where the caller may see none."""
    known = seen_repositories(services, caller)
    if asked is None and known:
        return known[0]
    if asked is None or asked not in known:
        raise not_found()
    return asked


def look_at_run(services: Services, caller: Caller, run: str) -> SeenRun:
    """Raises the same `ProblemError` for a run that is not there and for one that is not for the caller."""
    try:
        seen = services.seeing.run(run)
    except ProblemError as error:
        raise _hidden(error) from error
    if not sees(caller, seen.repository):
        raise not_found()
    return seen


def look_at_unit(services: Services, caller: Caller, run: str, unit: UnitPath) -> SeenUnitRun:
    """The same of one unit's part of a run: with its plan, it is for fewer people."""
    try:
        seen = services.seeing.unit_run(run, unit)
    except ProblemError as error:
        raise _hidden(error) from error
    if not may_see_unit(caller, seen.repository, unit, seen.row.account):
        raise not_found()
    return seen


@dataclass(frozen=True, slots=True)
class SeenHistory:
    """One unit of a repository. `older` is what to ask for as `before` to see more; None at the end."""

    unit: UnitPath
    live: Live
    standing: Standing
    past: tuple[PastUnitRun, ...]
    older: int | None


def look_at_history(
    services: Services, caller: Caller, repository: str, unit: UnitPath, before: int | None
) -> SeenHistory:
    """Raises the same `ProblemError` for a unit that never was and for one that is not for the caller."""
    live, standing = services.seeing.live(repository), services.seeing.standing(repository)
    past = services.seeing.history(repository, unit, before)
    known, latest = live.units.get(unit), standing.latest.get(unit)
    if known is None and unit not in standing.ledger and not past and before is None:
        raise not_found()
    account = known.account.name if known and known.account else latest.unit.account if latest else None
    if not may_see_unit(caller, repository, unit, account):
        raise not_found()
    return SeenHistory(unit, live, standing, past, past[-1].ordinal if len(past) == MOST_PAST else None)


def _hidden(error: ProblemError) -> ProblemError:
    absent = all(problem.id in _ABSENT for problem in error.problems)
    return not_found() if absent else error
