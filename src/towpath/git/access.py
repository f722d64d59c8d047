"""How a remote repository is reached: what git is told for it, so that nothing else than it is.

Secrets go to git through the environment of its process alone: never on a command line, in a file or in an address.
"""

from __future__ import annotations

import base64
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from towpath.git.remotes import RemoteAddress, RemoteKind

__all__ = ["REMOTE", "RemoteAccess"]

REMOTE: Final = "origin"
_PASSED_ON = (
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"),
)
"""What of the caller's environment tells the way through its network."""
_PROTOCOLS = {RemoteKind.HTTP: "https", RemoteKind.SSH: "ssh", RemoteKind.FOLDER: "file"}
_SETTINGS: Final = {
    # Objects that are broken, or made to confuse, do not come in; a few old mistakes of other tools are harmless.
    "transfer.fsckObjects": "true",
    "fetch.fsck.zeroPaddedFilemode": "ignore",
    "fetch.fsck.badTimezone": "ignore",
    "fetch.fsck.missingSpaceBeforeDate": "ignore",
    # A redirect could lead anywhere, with the token.
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "30",
    "protocol.version": "2",
    "transfer.bundleURI": "false",
    "transfer.credentialsInUrl": "die",
    "fetch.recurseSubmodules": "false",
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "gc.autoDetach": "false",
    "gc.pruneExpire": "never",
    "maintenance.auto": "false",
    # Nobody is asked for a name or a password, and no helper hands one out.
    "credential.helper": "",
    "core.askPass": "",
    f"remote.{REMOTE}.promisor": "true",
    f"remote.{REMOTE}.partialclonefilter": "blob:none",
}
_SSH = {
    "BatchMode": "yes",
    "StrictHostKeyChecking": "yes",
    "PasswordAuthentication": "no",
    "KbdInteractiveAuthentication": "no",
    "ForwardAgent": "no",
    "ClearAllForwardings": "yes",
    "PermitLocalCommand": "no",
    "ControlMaster": "no",
    "ControlPath": "none",
    "ServerAliveInterval": "15",
    "ServerAliveCountMax": "2",
}


@dataclass(frozen=True, slots=True)
class RemoteAccess:
    """The address with what opens it. `token` gives the token as it is now, None where none is needed; it goes with
    `user` (basic) or alone (bearer). `ssh_key` and `known_hosts` are files, None for the user's own. `seconds` is how
    long a connection may take to come about.
    """

    address: RemoteAddress
    token: Callable[[], str | None] = field(default=lambda: None, repr=False)
    user: str = "x-access-token"
    scheme: Literal["basic", "bearer"] = "basic"
    ssh_key: str | None = None
    known_hosts: str | None = None
    seconds: int = 20

    def settings(self) -> dict[str, str]:
        """Git's settings for commands that reach the remote; they hold the token."""
        found = {f"remote.{REMOTE}.url": self.address.text, **_SETTINGS}
        if self.address.kind is RemoteKind.HTTP and (token := self.token()):
            # Only what is asked of this very host carries it.
            found[f"http.{self.address.origin}/.extraHeader"] = f"Authorization: {self._authorization(token)}"
        return found

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """What these commands get beside what all git commands get; `given` is the caller's environment."""
        found = {name: given[name] for name in _PASSED_ON if name in given}
        protocol = _PROTOCOLS[self.address.kind]
        found["GIT_ALLOW_PROTOCOL"] = "http" if self.address.text.startswith("http:") else protocol
        if self.address.kind is RemoteKind.SSH:
            found |= {"GIT_SSH_COMMAND": self._ssh(), "GIT_SSH_VARIANT": "ssh"}
            if self.ssh_key is None and "SSH_AUTH_SOCK" in given:
                found["SSH_AUTH_SOCK"] = given["SSH_AUTH_SOCK"]
        return found

    def _authorization(self, token: str) -> str:
        if self.scheme == "bearer":
            return f"Bearer {token}"
        return "Basic " + base64.b64encode(f"{self.user}:{token}".encode()).decode("ascii")

    def _ssh(self) -> str:
        options = {**_SSH, "ConnectTimeout": str(self.seconds)}
        if self.known_hosts is not None:
            options |= {"UserKnownHostsFile": f'"{self.known_hosts}"', "GlobalKnownHostsFile": "none"}
        words = ["ssh"]
        if self.ssh_key is not None:
            options |= {"IdentitiesOnly": "yes", "IdentityAgent": "none"}
            words += ["-i", self.ssh_key]
        return shlex.join([*words, *(f"-o{name}={value}" for name, value in options.items())])
