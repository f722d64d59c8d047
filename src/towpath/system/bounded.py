"""Processes that talk to somebody who is not trusted: bounded in time, in what they print and in what they write.

Such a process leads a process group of its own. When it goes beyond a bound, the whole group is killed, so that no
helper it started goes on.
"""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from towpath.problems import Problem, ProblemError
from towpath.system.processes import ProcessResult, SystemProcesses, cannot_start

__all__ = ["Bounded", "Bounds"]

_PIECE = 65536
_LOOK_SECONDS = 0.5
"""How soon somebody who gives up is heard."""
_MOST_COMPLAINTS = 64 * 1024
"""Bytes of standard error that are kept; what comes after them is dropped."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`seconds` is the time-out where none is asked for; `output` bounds what a process prints on standard output and
    `file` each file it writes, in bytes."""

    seconds: float = 600
    output: int = 256 * 1024 * 1024
    file: int = 4 * 1024 * 1024 * 1024


class Bounded:
    """The machine's processes, within bounds.

    Raises `ProblemError` as `Processes` says, and `output-too-large`. A process whose file grew too large is ended by
    the system with SIGXFSZ.
    """

    def __init__(self, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self._given_up = threading.Event()

    def give_up(self) -> None:
        """Ends what is at work, and whatever is begun later: whoever waits for it hears of `process-given-up` soon."""
        self._given_up.set()

    def which(self, name: str) -> str | None:
        return SystemProcesses().which(name)

    def run(
        self,
        argv: Sequence[str],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        timeout: float | None = None,
    ) -> ProcessResult:
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(
                list(argv), cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        except OSError as error:
            raise ProblemError(cannot_start(f"{argv[0]}: {error.strerror}.")) from error
        with process:
            try:
                # It may be over already; then nothing can grow any more.
                with contextlib.suppress(ProcessLookupError):
                    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (self.bounds.file, self.bounds.file))
                talk = _Talk(process, self.bounds.output, stdin, self._given_up)
                talk.hold(timeout or self.bounds.seconds)
                status = process.wait()
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
        return ProcessResult(status, bytes(talk.stdout), bytes(talk.stderr))


@dataclass
class _Talk:
    """What is written to a process and read from it, until it has closed both its outputs."""

    process: subprocess.Popen[bytes]
    most: int
    stdin: bytes
    given_up: threading.Event
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)

    def hold(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            self._listen(selector)
            while selector.get_map():
                ready = selector.select(min(_LOOK_SECONDS, deadline - time.monotonic()))
                if time.monotonic() >= deadline:
                    raise ProblemError(_took_too_long(self._program, seconds))
                if self.given_up.is_set():
                    raise ProblemError(_given_up(self._program))
                for key, _ in ready:
                    if not key.data(key.fd):
                        selector.unregister(key.fileobj)
                        key.fileobj.close()  # type: ignore[union-attr]  # the streams registered below

    def _listen(self, selector: selectors.BaseSelector) -> None:
        for stream, step, event in (
            (self.process.stdin, self._write, selectors.EVENT_WRITE),
            (self.process.stdout, self._read, selectors.EVENT_READ),
            (self.process.stderr, self._complain, selectors.EVENT_READ),
        ):
            opened = _opened(stream)
            os.set_blocking(opened.fileno(), False)
            selector.register(opened, event, step)

    def _write(self, descriptor: int) -> bool:
        try:
            self.stdin = self.stdin[os.write(descriptor, self.stdin[:_PIECE]) :] if self.stdin else b""
        except BrokenPipeError:
            self.stdin = b""
        return bool(self.stdin)

    def _read(self, descriptor: int) -> bool:
        piece = os.read(descriptor, _PIECE)
        self.stdout += piece
        if len(self.stdout) > self.most:
            raise ProblemError(_too_much(self._program, self.most))
        return bool(piece)

    def _complain(self, descriptor: int) -> bool:
        piece = os.read(descriptor, _PIECE)
        self.stderr += piece[: max(0, _MOST_COMPLAINTS - len(self.stderr))]
        return bool(piece)

    @property
    def _program(self) -> str:
        arguments = self.process.args
        return str(arguments[0]) if isinstance(arguments, list) else str(arguments)


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the process was started without a pipe")
    return stream


def _took_too_long(program: str, seconds: float) -> Problem:
    detail = f"{program} did not end within {seconds:g} seconds and was killed."
    hint = "Type it yourself to see what it waits for."
    return Problem("process-timeout", "A program took too long", detail, hint=hint)


def _given_up(program: str) -> Problem:
    detail = f"{program} was ended, since nobody waits for it any more."
    return Problem("process-given-up", "A program was given up", detail, hint="It is tried again when work goes on.")


def _too_much(program: str, most: int) -> Problem:
    detail = f"{program} printed more than {most // 1024} KiB and was killed."
    hint = "Look at what it was asked about: no repository that can be worked with is that large."
    return Problem("output-too-large", "A program printed too much", detail, hint=hint)
