"""What `towpath doctor` looks at: each part that planning and applying need, and what to do about what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from towpath.config import Loaded, TowpathConfig, load_config
from towpath.engines.choosing import engines_of
from towpath.git import Repository
from towpath.problems import ProblemError
from towpath.service.outside import Outside
from towpath.service.reading import Reading
from towpath.service.state import state_folder
from towpath.stores import open_state
from towpath.system.aws import Aws, BotoAws

__all__ = ["Finding", "Verdict", "examine"]


class Verdict(StrEnum):
    """`missing` stops plans and applies; `attention` may be as it should."""

    OK = "ok"
    ATTENTION = "attention"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: what was found in one line, and what to do if that is not enough."""

    part: str
    verdict: Verdict
    detail: str
    hint: str | None = None

    def as_json(self) -> dict[str, str | None]:
        return {"part": self.part, "verdict": self.verdict.value, "detail": self.detail, "hint": self.hint}


def examine(outside: Outside, aws: Aws | None = None, repository: Repository | None = None) -> Iterator[Finding]:
    """Looks at one part after the other; each finding is ready before the next part is looked at. `aws` None: the real
    one; `repository` None: the one that the folder is in.
    """
    yield _part("git", lambda: _git(outside))
    try:
        reading = _reading(outside, repository)
        live = reading.live()
    except ProblemError as error:
        yield _finding("repository", error, Verdict.MISSING)
        settings = load_config(None)
    else:
        errors = sum(problem.is_error for problem in live.problems)
        counts = f"{_count(len(live.units), 'unit')}, {_count(len(live.accounts), 'account')}"
        detail = f"{reading.repository.folder}: {counts}"
        if errors:
            hint = "`towpath units` shows them."
            yield Finding("repository", Verdict.ATTENTION, f"{detail}, {_count(errors, 'problem')}", hint)
        else:
            yield Finding("repository", Verdict.OK, detail)
        settings = reading.settings()
        yield _part("state", lambda: _state(outside, reading, live.config))
    yield _part("engine", lambda: _engine(outside, settings))
    yield _part("credentials", lambda: _credentials(aws or BotoAws(outside.clock)), Verdict.ATTENTION)


def _reading(outside: Outside, repository: Repository | None) -> Reading:
    if repository is not None:
        return Reading(repository, outside.environment.all())
    return Reading.open(outside.folder, outside.processes, outside.environment, outside.workers)


def _part(name: str, look: Callable[[], str], otherwise: Verdict = Verdict.MISSING) -> Finding:
    try:
        return Finding(name, Verdict.OK, look())
    except ProblemError as error:
        return _finding(name, error, otherwise)


def _finding(name: str, error: ProblemError, verdict: Verdict) -> Finding:
    problem = error.problems[0]
    return Finding(name, verdict, f"{problem.summary}. {problem.detail}".strip(), problem.hint)


def _git(outside: Outside) -> str:
    said = outside.processes.run(["git", "--version"], timeout=60)
    return said.stdout.decode("utf-8", "replace").strip()


def _state(outside: Outside, reading: Reading, config: TowpathConfig) -> str:
    folder = state_folder(reading.repository, config, outside.state, outside.environment)
    open_state(folder, outside.ids, outside.clock, outside.environment).close()
    return str(folder)


def _engine(outside: Outside, settings: Loaded[TowpathConfig]) -> str:
    found = engines_of(settings, outside.processes)
    return ", runs ".join(f"{engine.name} {engine.version} ({engine.path})" for engine in found)


def _credentials(aws: Aws) -> str:
    identity = aws.identity()
    return f"{identity.arn} (account {identity.account})"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
