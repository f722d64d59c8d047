"""Work that only computes, shared among the processors of this machine."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    # Loading it takes longer than most commands have work for.
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["ForkedWorkers", "InThisProcess", "Workers"]

_T = TypeVar("_T")
_R = TypeVar("_R")

_WORTH_A_PROCESS: Final = 200
"""Pieces. Below twice as many, starting a process takes longer than it saves."""


class Workers(Protocol):
    """`share` gives what `work` makes of each piece, in their order. `work` reads what the caller has and changes
    nothing that anybody else sees; what it gives can be pickled."""

    def share(self, work: Callable[[_T], _R], pieces: Sequence[_T]) -> list[_R]: ...


class InThisProcess:
    """One piece after the other, here."""

    def share(self, work: Callable[[_T], _R], pieces: Sequence[_T]) -> list[_R]:
        return [work(piece) for piece in pieces]


class ForkedWorkers:
    """Copies of this process, one for each further processor, which see what it has without its being sent to them.

    A process with other threads is not copied, since their locks would stay locked in the copy: there everything is
    done here. The same goes for a share whose process ends before its time.
    """

    def __init__(self, processors: int | None = None, threads: Callable[[], int] = threading.active_count) -> None:
        self._processors = processors or len(os.sched_getaffinity(0))
        self._threads = threads

    def share(self, work: Callable[[_T], _R], pieces: Sequence[_T]) -> list[_R]:
        count = min(self._processors, len(pieces) // _WORTH_A_PROCESS)
        if count < 2 or self._threads() > 1:
            return InThisProcess().share(work, pieces)
        # Neighbours are alike: dealt out in turn, the shares take about as long as each other.
        shares = [pieces[start::count] for start in range(count)]
        gc.collect()
        gc.freeze()  # the copies do not touch, and so do not copy, what is there already
        helpers = [_Helper(work, share) for share in shares[1:]]
        try:
            done: list[list[_R]] = [InThisProcess().share(work, shares[0])]
            done.extend(helper.result() for helper in helpers)
        finally:
            for helper in helpers:
                helper.end()
            gc.unfreeze()
        return [done[index % count][index // count] for index in range(len(pieces))]


class _Helper(Generic[_T, _R]):
    """One copy of this process, at work on one share."""

    def __init__(self, work: Callable[[_T], _R], share: Sequence[_T]) -> None:
        import multiprocessing

        context = multiprocessing.get_context("fork")
        self._work, self._share = work, share
        self._connection, sender = context.Pipe(duplex=False)
        self._process: BaseProcess = context.Process(target=_serve, args=(work, share, sender), daemon=True)
        self._process.start()
        sender.close()

    def result(self) -> list[_R]:
        try:
            found: list[_R] = self._connection.recv()
        except EOFError:
            return InThisProcess().share(self._work, self._share)
        return found

    def end(self) -> None:
        self._connection.close()
        if self._process.is_alive():
            self._process.terminate()
        self._process.join()


def _serve(work: Callable[[_T], _R], share: Sequence[_T], sender: Connection) -> None:
    """In the copy. Ctrl-C is for the process that was started by hand, which ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        sender.send(InThisProcess().share(work, share))
