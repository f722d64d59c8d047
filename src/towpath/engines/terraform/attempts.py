"""One step of work on a unit: attempted until it goes well, fails for good, or is called off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from towpath.engines.terraform.failures import DEFAULT_RETRYABLE, Failure, classify, failure_problem
from towpath.engines.terraform.patterns import any_found
from towpath.model.commands import Cancellation, CommandResult, LogSink
from towpath.problems import Problem
from towpath.terragrunt.config import UnitConfig

__all__ = ["Console", "Done", "attempted"]

_DEFAULT_ATTEMPTS = 3
_DEFAULT_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Console:
    """To where the engine's output goes, and what may stop it."""

    log: LogSink
    cancellation: Cancellation


@dataclass(frozen=True, slots=True)
class Done:
    """How one step ended: well, interrupted, or with a problem; `failure` tells which kind."""

    stdout: bytes = field(default=b"", repr=False)
    problem: Problem | None = None
    failure: Failure | None = None
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        return self.problem is None and not self.interrupted


def attempted(config: UnitConfig | None, console: Console, name: str, run: Callable[[], CommandResult]) -> Done:
    """Runs until it goes well, fails for good, or its attempts are used up. `config` says what may be retried besides
    what is known to go away by itself.
    """
    attempt, failed = 1, Done()
    while True:
        result = run()
        if result.interrupted:
            return Done(interrupted=True)
        if result.ok:
            return Done(result.stdout)
        last, failed = failed, _failed(name, result)
        if attempt > 1 and failed.failure is Failure.STALE:
            # The attempt before changed something: that it failed is the news, not that its plan is used up.
            return last
        pause = _pause(config, result.tail, attempt)
        if pause is None:
            return failed
        attempt += 1
        console.log.line(f"towpath: {name} failed in a way that may pass; attempt {attempt} in {pause:g} s")
        if console.cancellation.wait(0, pause) > 0:
            return Done(interrupted=True)


def _failed(name: str, result: CommandResult) -> Done:
    problem = failure_problem(name, result.status, result.tail)
    return Done(result.tail.encode(), problem, classify(result.tail))


def _pause(config: UnitConfig | None, output: str, attempt: int) -> float | None:
    """Seconds to wait before the next attempt; None when there is none."""
    if classify(output) in (Failure.STALE, Failure.LOCKED):
        return None
    for retry in config.retries if config else ():
        if any_found(retry.retryable_errors, output):
            return float(retry.sleep_interval_sec) if attempt < retry.max_attempts else None
    if any_found(DEFAULT_RETRYABLE, output):
        return _DEFAULT_PAUSE if attempt < _DEFAULT_ATTEMPTS else None
    return None
