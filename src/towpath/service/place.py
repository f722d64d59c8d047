"""Where a server keeps what it must not lose: its configuration, a folder of this machine, a database."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from towpath.config.server import ServerConfig, load_server_config
from towpath.problems import Problem, ProblemError, has_errors
from towpath.service.outside import Outside
from towpath.stores import State, open_database_state, open_state
from towpath.system import Environment

__all__ = ["CONFIG_VARIABLE", "database_url", "open_kept_in", "server_config", "server_folder"]

CONFIG_VARIABLE = "TOWPATH_CONFIG"


def server_config(file: Path | None, environment: Environment) -> ServerConfig:
    """The server's configuration: of the file, else of the one that TOWPATH_CONFIG names, else the defaults.

    Raises `ProblemError` with `server-configuration-unreadable`, or what is wrong in the file.
    """
    named = environment.get(CONFIG_VARIABLE)
    chosen = file or (Path(named) if named else None)
    if chosen is None:
        return ServerConfig()
    try:
        loaded = load_server_config(chosen.read_bytes(), str(chosen))
    except OSError as error:
        raise ProblemError(_unreadable(f"{chosen}: {error.strerror}.")) from error
    if has_errors(loaded.problems):
        raise ProblemError(*loaded.problems)
    return loaded.value


def server_folder(outside: Outside, config: ServerConfig) -> Path:
    """As configured, else as asked for (`--state`), else in the user's state folder. An SQLite database is in it."""
    if config.state:
        return Path(config.state)
    return outside.state or platformdirs.user_state_path("towpath", appauthor=False) / "server"


def database_url(outside: Outside, config: ServerConfig) -> str | None:
    """The address of a PostgreSQL database; None for SQLite, in the server's folder.

    Raises `ProblemError` with `database-url-missing`.
    """
    if config.database_env is None:
        return config.database
    given = outside.environment.get(config.database_env)
    if not given:
        raise ProblemError(_no_address(config.database_env))
    return given


def open_kept_in(folder: Path, outside: Outside, config: ServerConfig) -> State:
    """All that the server keeps: in the folder itself (SQLite), or in its PostgreSQL database, where the folder is for
    what only this process needs. Raises `ProblemError` as `database_url` and the stores do.
    """
    url, doors = database_url(outside, config), (outside.ids, outside.clock, outside.environment)
    return open_state(folder, *doors) if url is None else open_database_state(url, folder, *doors)


def _unreadable(detail: str) -> Problem:
    return Problem(
        "server-configuration-unreadable",
        "The server's configuration cannot be read",
        detail,
        hint=f"Give another file with `--config`, or in {CONFIG_VARIABLE}.",
    )


def _no_address(variable: str) -> Problem:
    detail = f"The variable {variable} is not set."
    hint = "Put the database's whole address into it: postgresql://USER:PASSWORD@HOST/NAME."
    return Problem("database-url-missing", "The address of the database is missing", detail, hint=hint)
