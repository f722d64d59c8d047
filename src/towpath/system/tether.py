"""Runs a server for as long as the process that started it lives. Run as a file; needs the standard library only.

`python tether.py GRACE LOG PROGRAM [ARGUMENT…]`, with pipes on standard input and output:

1. Starts the program in a session of its own, its output appended to LOG, and writes its process id on one line.
2. The line `release` on standard input: ends, and leaves the program running.
3. End of standard input, because the starter closed it or is dead: stops the program's whole group, kindly at
   first, and by force after GRACE seconds.
4. The program ends by itself: ends as well, with its exit status.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence

__all__ = ["RELEASE", "main"]

RELEASE = b"release\n"
LOOK_SECONDS = 0.5
"""How often to look whether the program has ended by itself; the pipe wakes the tether at once."""


def main(arguments: Sequence[str]) -> int:
    """Starts the program and holds it. Returns the exit status of the tether."""
    grace, log, *program = arguments
    try:
        with open(log, "ab") as output:
            server = subprocess.Popen(
                program, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
    except OSError as error:
        sys.stdout.write(f"error {error.strerror}\n")
        sys.stdout.flush()
        return 1
    sys.stdout.write(f"{server.pid}\n")
    sys.stdout.flush()
    return _hold(server, float(grace))


def _hold(server: subprocess.Popen[bytes], grace: float) -> int:
    pipe = sys.stdin.fileno()
    while server.poll() is None:
        readable, _, _ = select.select([pipe], [], [], LOOK_SECONDS)
        if readable:
            if os.read(pipe, len(RELEASE)) == RELEASE:
                return 0
            _stop(server, grace)
    return server.returncode


def _stop(server: subprocess.Popen[bytes], grace: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(grace)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
