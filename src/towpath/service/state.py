"""Where Towpath keeps its own state: outside the repository, one folder per clone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import platformdirs

from towpath.config import TowpathConfig
from towpath.git import Repository
from towpath.system import Environment

__all__ = ["STATE_VARIABLE", "state_folder"]

STATE_VARIABLE = "TOWPATH_STATE"


def state_folder(repository: Repository, config: TowpathConfig, asked: Path | None, environment: Environment) -> Path:
    """The state folder: as asked for (`--state`), else `TOWPATH_STATE`, else `state` in `towpath.yml` (relative to the
    repository), else a folder for this clone below the user's state folder (XDG). It need not exist yet.
    """
    if asked is not None:
        return asked
    named = environment.get(STATE_VARIABLE)
    if named:
        return Path(named)
    if config.state is not None:
        return repository.folder / Path(config.state).expanduser()
    folder = repository.folder.resolve()
    clone = hashlib.sha256(bytes(folder)).hexdigest()[:12]
    return platformdirs.user_state_path("towpath", appauthor=False) / f"{folder.name}-{clone}"
