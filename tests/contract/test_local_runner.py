"""The laws of `model.commands.Runner`, on real processes."""

from __future__ import annotations

import base64
import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from patience import until
from watched_work import LogLines, Switch

from towpath.model.commands import Command
from towpath.problems import ProblemError
from towpath.runners import LocalRunner
from towpath.system.guarded import SystemGuardedProcesses


class FixedLease:
    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def deadline(self) -> float | None:
        return self._deadline


def turn_after(log: LogLines, switch: Switch, *steps: tuple[str, int]) -> None:
    """In the background: waits for each line, then turns the switch."""

    def follow() -> None:
        for line, level in steps:
            log.wait_for_line(line)
            switch.turn(level)

    threading.Thread(target=follow).start()


def boot_time() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def command(*argv: str, folder: Path, grace: float = 10.0, **more: object) -> Command:
    return Command(argv, folder, dict(os.environ), interrupt_grace=grace, **more)  # type: ignore[arg-type]  # test data


def shell(script: str, folder: Path, grace: float = 10.0, **more: object) -> Command:
    return command("/bin/sh", "-c", script, folder=folder, grace=grace, **more)


def runner(folder: Path, lease: FixedLease | None = None) -> LocalRunner:
    return LocalRunner(SystemGuardedProcesses(folder / "engines"), lease)


def is_gone(pid: int, patience: float = 10.0) -> bool:
    def gone() -> bool:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        return state == "Z"

    return until(gone, patience)


def is_locked(file: Path) -> bool:
    """Whether whoever wants the file for itself is refused."""
    with file.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_lines_of_both_streams_reach_the_log(tmp_path: Path) -> None:
    log = LogLines()
    result = runner(tmp_path).run(shell("echo one; echo two >&2; printf three", tmp_path), log, Switch())
    assert result.ok
    assert sorted(log.lines) == ["one", "three", "two"]
    assert "two" in result.tail


def test_the_exit_status_is_the_programs(tmp_path: Path) -> None:
    assert runner(tmp_path).run(shell("exit 7", tmp_path), LogLines(), Switch()).status == 7
    assert runner(tmp_path).run(shell("kill -9 $$", tmp_path), LogLines(), Switch()).status == -signal.SIGKILL


def test_captured_output_is_not_logged(tmp_path: Path) -> None:
    log = LogLines()
    result = runner(tmp_path).run(
        shell("cat; echo warning >&2", tmp_path, capture=True, stdin=b"\x00secret\xff"), log, Switch()
    )
    assert result.stdout == b"\x00secret\xff"
    assert log.lines == ["warning"]


def test_much_input_and_output(tmp_path: Path) -> None:
    content = b"x" * 3_000_000
    result = runner(tmp_path).run(command("cat", folder=tmp_path, capture=True, stdin=content), LogLines(), Switch())
    assert result.stdout == content


def test_a_program_that_reads_no_input_ends_well(tmp_path: Path) -> None:
    assert runner(tmp_path).run(shell("exit 0", tmp_path, stdin=b"y" * 1_000_000), LogLines(), Switch()).ok


class FullLog:
    def line(self, text: str) -> None:
        raise OSError(errno.ENOSPC, f"no room for {text}")


def test_a_program_does_not_die_of_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    script = "trap '' PIPE; for i in $(seq 20000); do echo line $i || exit 1; done; touch done"
    with pytest.raises(OSError, match=r"no room for line 1$"):
        runner(tmp_path).run(shell(script, tmp_path), FullLog(), Switch())
    assert (tmp_path / "done").exists()


def test_only_the_given_environment_is_seen(tmp_path: Path) -> None:
    given = Command(("/usr/bin/env",), tmp_path, {"ONLY": "this"}, capture=True)
    seen = runner(tmp_path).run(given, LogLines(), Switch()).stdout.decode().splitlines()
    # Python adds LC_CTYPE to its own environment when no locale is set, and the guard is a Python.
    assert [line for line in seen if not line.startswith("LC_CTYPE=")] == ["ONLY=this"]


def test_secrets_reach_neither_log_nor_tail(tmp_path: Path) -> None:
    secret = "s3cr3t/with+signs and\nasecondline"
    script = textwrap.dedent(
        """
        import base64, json, os, sys, urllib.parse
        secret = os.environ["SECRET"]
        print("plain", secret)
        print("json", json.dumps({"a": secret}))
        print("base64", base64.b64encode(b"user:" + secret.encode()).decode())
        print("url", urllib.parse.quote(secret, safe=""))
        half = len(secret) // 3
        sys.stdout.write("split " + secret[:half]); sys.stdout.flush()
        sys.stdout.write(secret[half:] + "\\n"); sys.stdout.flush()
        sys.exit(secret)
        """
    )
    log = LogLines()
    environment = {**os.environ, "SECRET": secret}
    made = Command((sys.executable, "-c", script), tmp_path, environment, secrets=(secret,))
    result = runner(tmp_path).run(made, log, Switch())
    shown = "\n".join(log.lines) + result.tail
    assert "plain (redacted)" in shown
    assert "s3cr3t" not in shown
    assert "asecondline" not in shown
    assert base64.b64encode(secret.encode()).decode()[4:20] not in shown


def test_a_missing_program_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        runner(tmp_path).run(command("no-such-program-here", folder=tmp_path), LogLines(), Switch())
    assert raised.value.problems[0].id == "executable-not-found"


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        runner(tmp_path).run(command("true", folder=tmp_path / "not here"), LogLines(), Switch())
    assert raised.value.problems[0].id == "cannot-start"


def test_the_first_cancellation_asks_politely(tmp_path: Path) -> None:
    log, switch = LogLines(), Switch()
    script = "trap 'echo cleaning; exit 3' INT; echo ready; while :; do sleep 0.05; done"
    turn_after(log, switch, ("ready", 1))
    result = runner(tmp_path).run(shell(script, tmp_path), log, switch)
    assert (result.status, result.interrupted, result.ok) == (3, True, False)
    assert "cleaning" in log.lines


def test_the_second_cancellation_kills(tmp_path: Path) -> None:
    log, switch = LogLines(), Switch()
    script = "trap 'echo no' INT; echo ready; while :; do sleep 0.05; done"
    turn_after(log, switch, ("ready", 1), ("no", 2))
    result = runner(tmp_path).run(shell(script, tmp_path, grace=60), log, switch)
    assert (result.status, result.interrupted) == (-signal.SIGKILL, True)


def test_after_the_grace_comes_the_kill(tmp_path: Path) -> None:
    log, switch = LogLines(), Switch()
    script = "trap '' INT; echo ready; while :; do sleep 0.05; done"
    turn_after(log, switch, ("ready", 1))
    result = runner(tmp_path).run(shell(script, tmp_path, grace=0.3), log, switch)
    assert (result.status, result.interrupted) == (-signal.SIGKILL, True)


def test_what_was_cancelled_before_does_not_start(tmp_path: Path) -> None:
    result = runner(tmp_path).run(shell("touch started", tmp_path), LogLines(), Switch(1))
    assert result.interrupted
    assert not (tmp_path / "started").exists()


def test_what_the_program_leaves_behind_is_gone_when_it_returns(tmp_path: Path) -> None:
    log = LogLines()
    script = (
        "import os, subprocess, sys\n"
        "for own_session in (False, True):\n"
        "    left = subprocess.Popen(['sleep', '600'], start_new_session=own_session)\n"
        "    print(left.pid)\n"
    )
    result = runner(tmp_path).run(command(sys.executable, "-c", script, folder=tmp_path), log, Switch())
    assert result.ok
    assert len(log.lines) == 2
    assert all(is_gone(int(pid), patience=0) for pid in log.lines)


def test_a_deadline_that_passed_stops_it(tmp_path: Path) -> None:
    log = LogLines()
    made = runner(tmp_path, FixedLease(boot_time() + 0.5))
    script = "trap 'echo cleaning; exit 3' INT; while :; do sleep 0.05; done"
    result = made.run(shell(script, tmp_path), log, Switch())
    assert (result.status, result.interrupted) == (3, True)


WORKER = """
import os, sys
from pathlib import Path
from towpath.model.commands import Command
from towpath.runners import LocalRunner
from towpath.system.guarded import SystemGuardedProcesses
class Show:
    def line(self, text): print(text, flush=True)
class Never:
    def level(self): return 0
    def wait(self, level, seconds):
        import time; time.sleep(seconds); return 0
command = Command(("/bin/sh", "-c", sys.argv[1]), Path("."), dict(os.environ), interrupt_grace=0.5)
LocalRunner(SystemGuardedProcesses(Path("engines"))).run(command, Show(), Never())
"""


@pytest.mark.parametrize(
    ("trap", "says"),
    [
        ("trap 'touch cleaned; exit 0' INT;", True),
        (
            "trap 'for i in $(seq 3000); do echo not heard by anybody, but said; done; touch cleaned; exit 0' INT;",
            True,
        ),
        ("trap '' INT;", False),
    ],
    ids=["stops politely", "has much to say first", "must be killed"],
)
def test_a_killed_worker_leaves_nothing_running(tmp_path: Path, trap: str, says: bool) -> None:
    script = f"{trap} sleep 600 & echo $$ $!; while :; do sleep 0.05; done"
    worker = subprocess.Popen([sys.executable, "-c", WORKER, script], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    with worker:
        assert worker.stdout is not None
        shell_pid, sleep_pid = map(int, worker.stdout.readline().split())
        worker.kill()
    assert is_gone(shell_pid)
    assert is_gone(sleep_pid)
    assert (tmp_path / "cleaned").exists() is says


def test_others_see_that_an_engine_is_still_being_stopped_after_its_worker_died(tmp_path: Path) -> None:
    script = "trap '' INT; echo $$; while [ ! -e end ]; do sleep 0.05; done; sleep 600 &"
    argv = [sys.executable, "-c", WORKER.replace("interrupt_grace=0.5", "interrupt_grace=60"), script]
    worker = subprocess.Popen(argv, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    with worker:
        assert worker.stdout is not None
        shell_pid = int(worker.stdout.readline())
        worker.kill()
    assert is_locked(tmp_path / "engines")
    assert not is_gone(shell_pid, patience=0)
    (tmp_path / "end").touch()
    assert is_gone(shell_pid)
    assert until(lambda: not is_locked(tmp_path / "engines")), "what the engine left behind went, and the lock stands"


def test_a_killed_guard_leaves_nothing_running(tmp_path: Path) -> None:
    log = LogLines()

    def kill_guard() -> None:
        log.wait_for_line("ready")
        shell_pid = next(line for line in log.lines if line.isdigit())
        stat = Path(f"/proc/{shell_pid}/stat").read_text(encoding="utf-8")
        os.kill(int(stat.rpartition(")")[2].split()[1]), signal.SIGKILL)

    threading.Thread(target=kill_guard).start()
    result = runner(tmp_path).run(shell("echo $$; echo ready; exec sleep 600", tmp_path), log, Switch())
    assert result.interrupted
    assert is_gone(int(log.lines[0]))


def test_many_at_once_leave_nothing_open(tmp_path: Path) -> None:
    made = runner(tmp_path)
    made.run(shell("true", tmp_path), LogLines(), Switch())
    before = len(os.listdir("/proc/self/fd"))
    logs = [LogLines() for _ in range(20)]
    threads = [
        threading.Thread(target=made.run, args=(shell(f"echo {n}", tmp_path), log, Switch()))
        for n, log in enumerate(logs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [log.lines for log in logs] == [[str(n)] for n in range(20)]
    assert len(os.listdir("/proc/self/fd")) <= before, "what an earlier test left may be closed meanwhile"


PAUSED_WORKER = """
import os, sys, time
from pathlib import Path
from towpath.model.commands import Command
from towpath.runners import LocalRunner
from towpath.system import SystemClock
from towpath.system.guarded import SystemGuardedProcesses
class Show:
    def line(self, text): print(text, flush=True)
class Calm:
    def level(self): return 0
    def wait(self, level, seconds): time.sleep(min(seconds, 0.1)); return 0
class Lease:
    def deadline(self): return SystemClock().steady() + 1.0
command = Command(("/bin/sh", "-c", sys.argv[1]), Path("."), dict(os.environ), interrupt_grace=0.5)
result = LocalRunner(SystemGuardedProcesses(Path("engines")), Lease()).run(command, Show(), Calm())
print("interrupted" if result.interrupted else "undisturbed", flush=True)
"""


def test_a_paused_worker_finds_its_work_stopped_when_it_wakes_up(tmp_path: Path) -> None:
    script = "trap 'exit 0' INT; echo $$; while :; do sleep 0.05; done"
    argv = [sys.executable, "-c", PAUSED_WORKER, script]
    worker = subprocess.Popen(argv, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    with worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        # As long as the lease is renewed, its end never comes.
        assert not is_gone(pid, patience=2)
        worker.send_signal(signal.SIGSTOP)
        assert is_gone(pid)
        worker.send_signal(signal.SIGCONT)
        assert worker.stdout.readline() == "interrupted\n"
