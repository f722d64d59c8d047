"""A real SSH server on loopback, where the machine has one (Debian: openssh-server)."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SSHD", "SshServer", "ssh_server"]

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@dataclass(frozen=True)
class SshServer:
    """`key` opens it, `other_key` does not; `known_hosts` holds its key."""

    port: int
    key: Path
    other_key: Path
    known_hosts: Path

    def url(self, folder: Path) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{folder}"


@contextmanager
def ssh_server(folder: Path) -> Iterator[SshServer]:
    """Keeps its keys in the folder, and ends with the block."""
    folder.mkdir()
    keys = {name: _key(folder / name) for name in ("host", "user", "other")}
    authorized = folder / "authorized_keys"
    authorized.write_bytes(keys["user"].with_suffix(".pub").read_bytes())
    if os.geteuid() == 0:
        # What the service of the system makes: an empty place for the part without rights.
        Path("/run/sshd").mkdir(exist_ok=True)
    port = _free_port()
    options = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": keys["host"],
        "AuthorizedKeysFile": authorized,
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "UsePAM": "no",
        "StrictModes": "no",
        "PidFile": "none",
    }
    config = folder / "sshd_config"
    config.write_text("".join(f'{name} "{value}"\n' for name, value in options.items()))
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {keys['host'].with_suffix('.pub').read_text()}")
    command = [SSHD or "sshd", "-D", "-e", "-f", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            assert "listening" in said, said
            yield SshServer(port, keys["user"], keys["other"], known)
        finally:
            process.terminate()


def _key(file: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    return file


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
