"""The parts of a server process, each in a thread of its own, that end together."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from towpath.model.commands import Cancellation
from towpath.problems import Problem, ProblemError
from towpath.service.journal import Journal

__all__ = ["Part", "run_parts"]

Part = Callable[[Cancellation], None]
"""Works until it is asked to stop."""
_LOOK_SECONDS = 0.5


class _Stop:
    """Asked for by people, or because a part failed."""

    def __init__(self, asked: Cancellation) -> None:
        self._asked = asked
        self._failed = False

    def fail(self) -> None:
        self._failed = True

    def level(self) -> int:
        return max(self._asked.level(), int(self._failed))

    def wait(self, level: int, seconds: float) -> int:
        return self.level() if self.level() > level else max(self._asked.wait(level, seconds), int(self._failed))


def run_parts(parts: Mapping[str, Part], asked: Cancellation, journal: Journal) -> None:
    """Blocks until all have ended. One that ends before it is asked to makes the others stop; then it raises
    `ProblemError` with `part-failed`.
    """
    stop = _Stop(asked)
    failed: list[str] = []
    with ThreadPoolExecutor(len(parts), thread_name_prefix="towpath") as threads:
        running = {threads.submit(part, stop): name for name, part in parts.items()}
        while running:
            done, _ = wait(running, _LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                if _ended_badly(name, future, journal) or stop.level() == 0:
                    failed.append(name)
                    stop.fail()
    if failed:
        raise ProblemError(_failed(failed))


def _ended_badly(name: str, future: Future[None], journal: Journal) -> bool:
    error = future.exception()
    if isinstance(error, ProblemError):
        for problem in error.problems:
            journal.problem(problem, part=name)
    elif error is not None:
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        journal.note("defect", part=name, traceback="".join(lines))
    return error is not None


def _failed(names: list[str]) -> Problem:
    detail = f"{', '.join(names)} ended without being asked to."
    return Problem("part-failed", "A part of the server failed", detail, hint="The lines before say why.")
