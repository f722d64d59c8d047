"""Child processes that share the terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from towpath.system.foreground import SystemForeground, Terminated, raising_on_terminate

CALLER = """
import pathlib, sys
from towpath.system.foreground import SystemForeground, raising_on_terminate
child = '''
import os, signal, time
signal.signal(signal.SIGINT, lambda *_: (os.write(1, b"stopping cleanly\\\\n"), os._exit(0)))
os.write(1, b"working\\\\n")
time.sleep(300)
'''
try:
    with raising_on_terminate():
        SystemForeground().run([sys.executable, "-c", child], folder=pathlib.Path("."), environment={})
except KeyboardInterrupt:
    print("cleared up", flush=True)
"""


def test_it_gives_the_exit_status_and_the_folder_and_the_environment(tmp_path: Path) -> None:
    script = "import os, sys; open('seen', 'w').write(os.environ['COLOUR']); sys.exit(3)"
    status = SystemForeground().run([sys.executable, "-c", script], folder=tmp_path, environment={"COLOUR": "red"})
    assert status == 3
    assert (tmp_path / "seen").read_text() == "red"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_child_may_finish_before_the_caller_goes_on(number: signal.Signals) -> None:
    caller = subprocess.Popen(
        [sys.executable, "-u", "-c", CALLER], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with caller:
        assert caller.stdout is not None
        assert caller.stdout.readline() == "working\n"
        if number is signal.SIGINT:
            os.killpg(caller.pid, number)  # as a terminal does
        else:
            caller.send_signal(number)
        rest = caller.stdout.read()
    assert rest == "stopping cleanly\ncleared up\n"
    assert caller.returncode == 0


def test_termination_is_raised_within_only() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Terminated), raising_on_terminate():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
