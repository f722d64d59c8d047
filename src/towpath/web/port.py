"""What the pages need of the layers below, as narrow ports; `service` implements them, tests as they like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from towpath.live import Live
from towpath.model.audit import AuditEntry
from towpath.model.events import Event
from towpath.model.listing import PastUnitRun, RunsPage, RunsRequest
from towpath.model.paths import UnitPath
from towpath.model.people import Caller
from towpath.runs import Answer
from towpath.service.acting import Started
from towpath.service.beginning import Wanted
from towpath.service.login import Login
from towpath.service.seeing import LogPart, SeenRun, SeenUnitRun, Standing
from towpath.system import Clock
from towpath.web.callers import Callers, Nobody

__all__ = ["Acting", "Following", "Measuring", "Seeing", "Services"]


class Seeing(Protocol):
    """Looks, and changes nothing. Raises `ProblemError`: `no-such-run`, `unit-not-in-run`, `no-such-repository`, and as
    the stores and git do. Access is not looked at here: whoever asks says for whom.
    """

    def repositories(self) -> tuple[str, ...]:
        """Their names, sorted."""
        ...

    def listed(self, request: RunsRequest) -> RunsPage: ...

    def run(self, run: str) -> SeenRun: ...

    def unit_run(self, run: str, unit: UnitPath) -> SeenUnitRun: ...

    def log_end(self, run: str, unit: UnitPath) -> LogPart:
        """The last lines of the log, some thousands at most."""
        ...

    def log_after(self, run: str, unit: UnitPath, after: int) -> LogPart:
        """What comes after that place; a part of it where that is much. Asking costs little when there is nothing."""
        ...

    def log_whole(self, run: str, unit: UnitPath) -> Iterator[str]:
        """Every line, without its end."""
        ...

    def live(self, repository: str) -> Live:
        """The head of the deploy branch, as far as it was seen."""
        ...

    def standing(self, repository: str) -> Standing: ...

    def history(self, repository: str, unit: UnitPath, before: int | None = None) -> tuple[PastUnitRun, ...]:
        """What runs did to the unit, newest first; `before` is the ordinal of the last one that was seen."""
        ...

    def audit(self, before: int | None, text: str) -> tuple[AuditEntry, ...]:
        """The newest entries, newest first; `before` is the sequence of the last one that was seen."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """The server's effective configuration, as JSON has it. Secrets are not in it."""
        ...


class Following(Protocol):
    """What happens, in order, in all runs of the database."""

    def last(self) -> int:
        """The sequence of the last event; 0 before the first."""
        ...

    def after(self, sequence: int, most: int) -> tuple[Event, ...]: ...

    def of_run(self, run: str, sequence: int) -> tuple[Event, ...]:
        """Those of one run alone."""
        ...


class Acting(Protocol):
    """What people decide. Looks at access itself, and writes down who did it.

    Raises `ProblemError`: `not-allowed`, `no-such-run`, and as the use cases of runs do.
    """

    def start(self, caller: Caller, repository: str, wanted: Wanted) -> Started:
        """Begins a run by hand. Raises besides: `no-such-repository`, `nothing-seen`, `unknown-branch`,
        `only-the-deploy-branch`, `unknown-unit`, `branch-moved`, `run-at-work`.
        """
        ...

    def answer(self, caller: Caller, run: str, answer: Answer) -> None:
        """Says yes or no at one gate."""
        ...

    def resume(self, caller: Caller, run: str) -> None: ...

    def cancel(self, caller: Caller, run: str) -> None: ...

    def apply(self, caller: Caller, run: str) -> None:
        """Applies the plans of a plan run."""
        ...

    def plan_again(self, caller: Caller, run: str) -> str:
        """A new run of what this one was about, at the newest commit. Returns its id."""
        ...

    def thaw(self, caller: Caller, run: str, reason: str) -> None:
        """Lets a run go on although its environments are frozen."""
        ...

    def roll_back(self, caller: Caller, run: str) -> str:
        """A run that plans what this one applied against what stood there before. Returns its id."""
        ...


class Measuring(Protocol):
    """What machines ask. Raises `ProblemError` when the database cannot be asked."""

    def text(self) -> bytes:
        """Figures in Prometheus' text form."""
        ...

    def is_ready(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the application is given. `base_url` is where people reach it; `login` None: nobody can log in;
    `measures` None: nothing is measured.
    """

    seeing: Seeing
    following: Following
    acting: Acting
    clock: Clock
    callers: Callers = field(default_factory=Nobody)
    base_url: str = "http://127.0.0.1:8080"
    login: Login | None = None
    measures: Measuring | None = None
