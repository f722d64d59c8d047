"""A real PostgreSQL, started from the machine's own binaries: on a Unix socket and on loopback, quick and forgetful."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from towpath.stores.database import Database

__all__ = ["PostgresServer", "postgres_server"]

_USER = "towpath"
_PASSWORD = "only-for-tests"
_NOBODY = pwd.getpwnam("nobody")
_PREPARED = "prepared"
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_wal_size": "64MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
    "logging_collector": "off",
    "lc_messages": "C",
}


class PostgresServer:
    """One server with its folder. Whoever made it is its parent: it ends with that process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = _binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self.port = _free_port()

    def initialise(self) -> None:
        """Makes the server's own folder. As root, everything runs as the user that may do least."""
        password = self._folder / "password"
        password.write_text(_PASSWORD)
        if os.geteuid() == 0:
            for path in (self._folder, password):
                os.chown(path, _NOBODY.pw_uid, _NOBODY.pw_gid)
        command = [
            *_as_user(),
            f"{self._bin}/initdb",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            f"--username={_USER}",
        ]
        command += ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}"]
        subprocess.run([*command, f"{self._folder}/data"], check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        """Returns when it takes connections."""
        settings = {**_SETTINGS, "port": str(self.port), "unix_socket_directories": str(self._folder)}
        command = [*_as_user(), "--pdeathsig", "QUIT", f"{self._bin}/postgres", "-D", f"{self._folder}/data"]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/")
        self._process = process
        ready = threading.Event()
        said: list[str] = []
        threading.Thread(target=self._listen, args=(process, said, ready), daemon=True).start()
        assert ready.wait(120), "PostgreSQL does not say that it is ready"
        assert process.poll() is None, "\n".join(said)

    def _listen(self, process: subprocess.Popen[bytes], said: list[str], ready: threading.Event) -> None:
        assert process.stderr is not None
        with process.stderr as stream:
            for line in stream:
                said.append(line.decode(errors="replace").rstrip())
                if b"ready to accept connections" in line:
                    ready.set()
        ready.set()

    def fill_disk(self) -> None:
        """Nothing more can be written where it keeps its files, which must be a place of its own (`disk_bytes`)."""
        with contextlib.suppress(OSError), (self._folder / "filling").open("wb") as filling:
            while True:
                filling.write(bytes(64 * 1024))
                filling.flush()

    def make_room(self) -> None:
        """Frees the disk again, and starts it where it had to give up meanwhile."""
        (self._folder / "filling").unlink(missing_ok=True)
        if self._process is not None and self._process.poll() is not None:
            self.start()

    def stop(self) -> None:
        """As a machine that is switched off: connections break, nothing is finished."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(60)
            self._process = None

    def url(self, database: str, *, user: str = _USER, password: str | None = None) -> str:
        """Through the Unix socket, or with a password (right or wrong) over loopback."""
        if password is None:
            return f"postgresql://{user}@/{database}?host={self._folder}&port={self.port}"
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    @property
    def password(self) -> str:
        return _PASSWORD

    def new_database(self, *, prepared: bool = True) -> str:
        """The name of a new database, empty or as Towpath makes one."""
        self._made += 1
        name = f"test_{self._made}"
        template = f"TEMPLATE {self._prepared()}" if prepared else ""
        self.execute(f"CREATE DATABASE {name} {template}")
        return name

    def drop_database(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _prepared(self) -> str:
        if not self.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_PREPARED,)):
            self.execute(f"CREATE DATABASE {_PREPARED}")
            database = Database(self.url(_PREPARED))
            database.prepare()
            database.close()
        return _PREPARED

    def execute(self, statement: str, values: tuple[Any, ...] = (), database: str = "postgres") -> list[Any]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            found = connection.execute(statement.encode(), values or None)
            return found.fetchall() if found.description else []


@contextlib.contextmanager
def postgres_server(disk_bytes: int | None = None) -> Iterator[PostgresServer]:
    """A running server; it and its folder are gone afterwards. With `disk_bytes` it has a small disk of its own, which
    takes root to make.
    """
    # Paths of sockets are short, and the folders that pytest makes are closed to the server's user.
    with tempfile.TemporaryDirectory(prefix="towpath-pg-") as folder, _disk(folder, disk_bytes):
        server = PostgresServer(Path(folder))
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def _disk(folder: str, size: int | None) -> Iterator[None]:
    if size is None:
        yield
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def _binaries() -> Path:
    found = shutil.which("postgres")
    if found is not None:
        return Path(found).resolve().parent
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    assert newest, "these tests need PostgreSQL: install it (Debian: `apt-get install postgresql`)"
    return newest[-1].parent


def _as_user() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return ["setpriv"]
    return ["setpriv", f"--reuid={_NOBODY.pw_uid}", f"--regid={_NOBODY.pw_gid}", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
