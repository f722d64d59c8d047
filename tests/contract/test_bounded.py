"""Processes that are not trusted, within bounds."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from towpath.problems import ProblemError
from towpath.system.bounded import Bounded, Bounds


def shell(command: str, bounds: Bounds | None = None, stdin: bytes = b"", timeout: float | None = None) -> bytes:
    return Bounded(bounds).run(["sh", "-c", command], stdin=stdin, timeout=timeout).stdout


def problem_of(command: str, bounds: Bounds | None = None, timeout: float | None = None) -> str:
    with pytest.raises(ProblemError) as caught:
        shell(command, bounds, timeout=timeout)
    return caught.value.problems[0].id


def test_input_and_output_of_any_size_pass() -> None:
    content = bytes(range(256)) * 20_000
    assert shell("cat", stdin=content) == content
    assert shell("exec 0<&-; echo done", stdin=content) == b"done\n"


def test_status_output_and_complaints_are_told() -> None:
    result = Bounded().run(["sh", "-c", "echo out; echo err >&2; exit 3"], environment={"PATH": "/bin:/usr/bin"})
    assert (result.status, result.stdout, result.stderr) == (3, b"out\n", b"err\n")


def test_a_process_that_takes_too_long_is_killed_with_its_helpers(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    assert problem_of(f"mkfifo {fifo}; (read line < {fifo}; touch {tmp_path}/alive) & wait", timeout=0.3) == (
        "process-timeout"
    )
    # Nobody reads any more: opening the pipe for writing without waiting is refused.
    opened = Bounded().run(["dd", f"of={fifo}", "oflag=nonblock", "if=/dev/null"])
    assert b"No such device" in opened.stderr
    assert not (tmp_path / "alive").exists()


def test_what_nobody_waits_for_any_more_is_ended() -> None:
    bounded = Bounded()
    threading.Timer(0.2, bounded.give_up).start()
    begun = time.monotonic()
    with pytest.raises(ProblemError) as error:
        bounded.run(["sleep", "600"])
    assert error.value.problems[0].id == "process-given-up"
    assert time.monotonic() - begun < 10


def test_a_process_that_prints_too_much_is_killed() -> None:
    assert problem_of("yes", Bounds(output=100_000)) == "output-too-large"


def test_complaints_without_end_are_dropped() -> None:
    result = Bounded().run(["sh", "-c", "yes | head -c 300000 >&2"])
    assert result.ok
    assert len(result.stderr) == 64 * 1024


def test_a_file_that_grows_too_large_ends_the_process(tmp_path: Path) -> None:
    # It waits for its input to end, so that the bound is there before it begins.
    command = ["sh", "-c", f"read line; exec dd if=/dev/zero of={tmp_path / 'file'} bs=1000 count=1000 2>/dev/null"]
    result = Bounded(Bounds(file=10_000)).run(command, stdin=b"go\n")
    assert -result.status == signal.SIGXFSZ
    assert (tmp_path / "file").stat().st_size == 10_000


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(ProblemError) as caught:
        Bounded().run(["no-such-program"])
    assert caught.value.problems[0].id == "cannot-start"
