"""Where Towpath keeps its own state: outside the repository, one folder per clone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import platformdirs

from towpath.config import TowpathConfig
from towpath.git import Repository
from towpath.problems import Problem, ProblemError
from towpath.system import Environment

__all__ = ["STATE_VARIABLE", "state_folder"]

STATE_VARIABLE = "TOWPATH_STATE"


def state_folder(repository: Repository, config: TowpathConfig, asked: Path | None, environment: Environment) -> Path:
    """The state folder: as asked for (`--state`), else `TOWPATH_STATE`, else `state` in `towpath.yml` (relative to the
    repository), else a folder for this clone below the user's state folder (XDG). It need not exist yet.

    Raises `ProblemError` (`state-in-repository`).
    """
    folder = _chosen(repository, config, asked, environment)
    if folder.resolve() == repository.folder.resolve():
        raise ProblemError(_in_repository(folder))
    return folder


def _chosen(repository: Repository, config: TowpathConfig, asked: Path | None, environment: Environment) -> Path:
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


def _in_repository(folder: Path) -> Problem:
    """State holds plans, logs and a key: it must not end up in a commit."""
    detail = f"{folder} is the repository itself."
    hint = "Choose another folder with `--state`, TOWPATH_STATE or `state` in towpath.yml."
    return Problem("state-in-repository", "The state folder is the repository", detail, hint=hint)
