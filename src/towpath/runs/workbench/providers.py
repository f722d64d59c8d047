"""Providers are large: one copy of each is shared by all units.

1. Where the user's own CLI configuration says where providers come from (a mirror, a cache), nothing is added to it.
2. Otherwise the engine is given a cache folder of Towpath's. Two `init`s may not write to one cache at the same time,
   so they take turns, across threads and processes.
3. Terragrunt is given a folder for its own cache instead.
"""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from towpath.engines.terraform.binary import EngineBinary
from towpath.engines.terraform.environment import shares_a_mirror
from towpath.model.commands import Cancellation
from towpath.runs.workbench.tools import InterruptedWorkError

__all__ = ["ProviderCache"]

_LOOK_AGAIN_SECONDS = 0.1
_CONFIGURATIONS = (".tofurc", ".terraformrc", ".config/opentofu/tofurc")


class ProviderCache:
    """The cache, if one is needed. `environment` is that of Towpath itself."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._threads = threading.Lock()
        self.is_needed = not shares_a_mirror(_cli_configuration(environment))

    def variables(self) -> dict[str, str]:
        """What the engine must be told. Without the second one, a unit that has no lock file fetches all again."""
        if not self.is_needed:
            return {}
        self._folder.mkdir(parents=True, exist_ok=True)
        return {"TF_PLUGIN_CACHE_DIR": str(self._folder), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}

    def terragrunt_variables(self, engine: EngineBinary) -> dict[str, str]:
        """What Terragrunt must be told, which takes no turns: it keeps a cache that many may use at once. For OpenTofu
        it does so by itself.
        """
        if not self.is_needed:
            return {}
        folder = {"TG_PROVIDER_CACHE_DIR": str(self._folder.with_name("terragrunt-providers"))}
        return {**folder, "TG_PROVIDER_CACHE": "true"} if engine.name == "terraform" else folder

    @contextlib.contextmanager
    def turn(self, cancellation: Cancellation) -> Iterator[None]:
        """Waits for this unit's turn to `init`. Raises `InterruptedWorkError`."""
        if not self.is_needed:
            yield
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._turn_of_thread(cancellation), open(self._folder / ".turn", "wb") as file:
            while not _locked(file.fileno()):
                if cancellation.wait(0, _LOOK_AGAIN_SECONDS) > 0:
                    raise InterruptedWorkError
            yield

    @contextlib.contextmanager
    def _turn_of_thread(self, cancellation: Cancellation) -> Iterator[None]:
        """Threads hand the turn over at once; processes have to look for it."""
        while not self._threads.acquire(timeout=_LOOK_AGAIN_SECONDS):
            if cancellation.wait(0, 0) > 0:
                raise InterruptedWorkError
        try:
            yield
        finally:
            self._threads.release()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _cli_configuration(environment: Mapping[str, str]) -> str:
    named = environment.get("TF_CLI_CONFIG_FILE")
    home = Path(environment.get("HOME") or "/")
    for file in [Path(named)] if named else [home / name for name in _CONFIGURATIONS]:
        if file.is_file():
            return file.read_text(encoding="utf-8", errors="replace")
    return ""
