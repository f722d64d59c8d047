"""The guard: a small process between a worker and the engine it starts. Run as a script, never imported by the worker.

The script is the post that guards come from: it waits on a socket for what is to be guarded, and forks one guard for
each, which takes a millisecond where starting Python takes thirty. It ends with its worker; its guards live on.
A guard keeps these rules:

1. It starts the engine in a process group of its own and takes in whatever the engine leaves behind (subreaper).
2. It listens to the worker on a pipe: `deadline SECONDS` (boot time until which the worker counts as alive),
   `stop` (end politely), `kill`.
3. The pipe is closed (the worker died), or the deadline passed (the worker is stuck): as if told `stop`.
4. `stop` sends SIGINT to the group, once, since engines take a second one as a kill; after the grace comes SIGKILL.
5. The worker reads what the engine prints. The guard holds the same ends of those pipes, and once the worker is dead
   reads on and throws away: an engine that writes to nobody would die of SIGPIPE in the middle of its clean stop, with
   its state not stored and its lock not freed.
6. It holds a lock of its worker's making for as long as it lives, and passes it on to nobody: so others see that an
   engine is still being stopped after the worker has died.
7. When the engine has ended, what is left of its group is told to end, then killed. Only when every process is gone
   does the guard report `exited STATUS CAUSE` and end.

It imports as little as it can, so that it starts in tens of milliseconds, and it knows nothing of the product.
Usage: guard.py SOCKET_FD; `Request` has what comes through the socket.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
import struct
import sys
import time

POLL_SECONDS = 1.0
"""Longest sleep: boot time goes on while the machine sleeps, waiting does not."""
LEFTOVER_SECONDS = 1.0
"""What the engine leaves behind has this long between SIGTERM and SIGKILL."""

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

NOT_STARTED = 127

HEADER = struct.Struct("!Q")
"""How many bytes the request has."""
HANDLES = 8


def boot_time() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Orders:
    """What the worker has said so far. `stop` and `kill` never go back; `cause` says who asked first."""

    def __init__(self) -> None:
        self.deadline: float | None = None
        self.stop = False
        self.kill = False
        self.cause = "-"
        self._rest = b""

    def read(self, chunk: bytes) -> None:
        """Takes what came through the pipe; nothing means that the worker is gone."""
        if not chunk:
            self.ask_stop("worker-gone")
            return
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._obey(line.split())

    def _obey(self, words: list[bytes]) -> None:
        if words[:1] == [b"deadline"] and len(words) == 2:
            self.deadline = float(words[1])
        elif words == [b"stop"]:
            self.ask_stop("asked")
        elif words == [b"kill"]:
            self.ask_stop("asked")
            self.kill = True

    def ask_stop(self, cause: str) -> None:
        if not self.stop:
            self.stop = True
            self.cause = cause

    def look_at_clock(self, now: float) -> None:
        if self.deadline is not None and now >= self.deadline:
            self.ask_stop("deadline")


class Request:
    """What is to be guarded: a header with the length comes with eight handles (orders, reports, the reading ends of
    both outputs, the lock, then the engine's standard input, output and errors); then, each ended by a NUL: the seconds
    of grace, the folder, how many words the command has, these words, and the environment as `NAME=VALUE`.
    """

    def __init__(self, handles: list[int], content: bytes) -> None:
        self.control, self.report, output, errors, self.lock, *self.standard = handles
        self.outputs = [output, errors]
        grace, self.folder, count, *texts = content.split(b"\0")[:-1]
        self.grace = float(grace)
        self.argv = texts[: int(count)]
        self.environment = dict(text.split(b"=", 1) for text in texts[int(count) :])


class Guard:
    """Watches one engine until nothing of it is left."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.control = request.control
        self.report = request.report
        self.outputs = request.outputs
        self.grace = request.grace
        self.orders = Orders()
        self.child = 0
        self.status: int | None = None
        self.kill_at: float | None = None
        self.term_sent = False

    def run(self) -> int:
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        wake, wake_end = os.pipe()
        for end in (wake, wake_end):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake_end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self.orders.ask_stop("asked"))
        for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(ignored, signal.SIG_IGN)
        if not self.start():
            return NOT_STARTED
        self.watch(wake)
        os.close(self.request.lock)
        self.tell(f"exited {self.status} {self.orders.cause}")
        return 0

    def start(self) -> bool:
        """Forks the engine; learns through a pipe whether the program could be executed."""
        failed, failed_end = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            become(self.request, failed_end)
        os.close(failed_end)
        forget_standard_streams()
        reason = os.read(failed, 32)
        os.close(failed)
        if reason:
            os.waitpid(self.child, 0)
            os.close(self.request.lock)
            self.tell(f"failed {int(reason)}")
            return False
        self.tell(f"started {self.child}")
        return True

    def watch(self, wake: int) -> None:
        control_open = True
        while self.reap():
            now = boot_time()
            self.orders.look_at_clock(now)
            self.act(now)
            watched = [wake, self.control] if control_open else [wake, *self.outputs]
            ready, _, _ = select.select(watched, [], [], self.patience(now))
            if wake in ready:
                os.read(wake, 4096)
            if self.control in ready:
                chunk = os.read(self.control, 4096)
                control_open = bool(chunk)
                self.orders.read(chunk)
            self.throw_away(ready)

    def throw_away(self, ready: list[int]) -> None:
        """Reads what nobody else reads any more."""
        for output in [end for end in self.outputs if end in ready]:
            if not os.read(output, 65536):
                self.outputs.remove(output)

    def reap(self) -> bool:
        """Takes in every process that has ended; whether any is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.child:
                self.status = os.waitstatus_to_exitcode(status)
                self.kill_at = None

    def act(self, now: float) -> None:
        if self.status is not None:
            self.clear_leftovers(now)
        elif self.orders.kill or (self.kill_at is not None and now >= self.kill_at):
            self.signal_group(signal.SIGKILL)
        elif self.orders.stop and self.kill_at is None:
            self.signal_group(signal.SIGINT)
            self.kill_at = now + self.grace

    def clear_leftovers(self, now: float) -> None:
        """The engine has ended: what it left behind may not go on."""
        if self.kill_at is None and not self.orders.kill:
            self.kill_at = now + LEFTOVER_SECONDS
            self.signal_all(signal.SIGTERM)
        elif self.orders.kill or (self.kill_at is not None and now >= self.kill_at):
            self.signal_all(signal.SIGKILL)

    def signal_all(self, number: int) -> None:
        self.signal_group(number)
        for pid in children_of(os.getpid()):
            send(pid, number)

    def signal_group(self, number: int) -> None:
        send(-self.child, number)

    def patience(self, now: float) -> float:
        """How long to wait for news. Leftovers that were killed may have children which come to us a moment later."""
        moments = [moment for moment in (self.kill_at, self.orders.deadline) if moment is not None]
        nearest = min((moment - now for moment in moments if moment > now), default=POLL_SECONDS)
        dying = self.orders.kill or (self.kill_at is not None and now >= self.kill_at)
        return 0.02 if dying else min(POLL_SECONDS, nearest)

    def tell(self, line: str) -> None:
        """Writes to the worker, which may be gone."""
        try:
            os.write(self.report, line.encode() + b"\n")
        except OSError:
            self.orders.ask_stop("worker-gone")


def become(request: Request, failed_end: int) -> None:
    """In the forked child: a group of its own, signals as a program expects them, then the program itself.

    If the guard itself is killed, the engine is asked to end (SIGTERM is a polite stop to Terraform and OpenTofu).
    """
    try:
        os.setpgid(0, 0)
        os.chdir(request.folder)
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.execvpe(request.argv[0], request.argv, request.environment)  # noqa: S606  # a list of arguments and no shell is the point
    except OSError as error:
        os.write(failed_end, str(error.errno).encode())
    finally:
        os._exit(NOT_STARTED)


def forget_standard_streams() -> None:
    """They belong to the engine: a reader of its output must see the end when the engine ends."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)


def prctl(option: int, value: int) -> None:
    """Linux only; elsewhere the process group alone must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def children_of(parent: int) -> list[int]:
    """Process ids whose parent is `parent`, from /proc; empty where there is none."""
    names = os.listdir("/proc") if os.path.isdir("/proc") else []
    return [int(name) for name in names if name.isdigit() and parent_of(name) == parent]


def parent_of(pid: str) -> int | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The program's name stands in parentheses and may itself contain spaces and parentheses.
            return int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return None


def send(target: int, number: int) -> None:
    """Signals a process, or a group (its number negated), that may be gone already."""
    try:
        os.kill(target, number)
    except (ProcessLookupError, PermissionError):
        return


def receive(requests: socket.socket) -> Request | None:
    """The next request; None when the worker is gone."""
    header, handles, _, _ = socket.recv_fds(requests, HEADER.size, HANDLES)
    if not header:
        return None
    (length,) = HEADER.unpack(header)
    content = bytearray()
    while len(content) < length:
        chunk = requests.recv(length - len(content))
        if not chunk:
            return None
        content += chunk
    return Request(handles, bytes(content))


def guard(request: Request) -> int:
    """In a forked process: a session of its own, and the engine's standard streams, which it passes on."""
    os.setsid()
    for stream, handle in enumerate(request.standard):
        os.dup2(handle, stream)
        os.close(handle)
    for handle in (request.control, request.report, request.lock, *request.outputs):
        os.set_inheritable(handle, False)
    return Guard(request).run()


def main() -> None:
    requests = socket.socket(fileno=int(sys.argv[1]))
    requests.set_inheritable(False)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while (request := receive(requests)) is not None:
        if os.fork() == 0:
            requests.close()
            try:
                os._exit(guard(request))
            finally:
                os._exit(NOT_STARTED)
        for handle in (request.control, request.report, request.lock, *request.outputs, *request.standard):
            os.close(handle)


if __name__ == "__main__":
    main()
