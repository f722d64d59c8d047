"""What administrators do on the machine itself, with the server's database and without its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import platformdirs

from towpath.config.server import ServerConfig, load_server_config
from towpath.git import Repository
from towpath.login import Accounts, By, Link, Passwords, Registry, Tokens
from towpath.problems import Problem, ProblemError, has_errors
from towpath.service.outside import Outside
from towpath.service.reading import Reading
from towpath.service.state import STATE_VARIABLE, state_folder
from towpath.stores.audit import AuditLog
from towpath.stores.database import Database
from towpath.stores.state import open_state
from towpath.system import Environment

__all__ = ["CONFIG_VARIABLE", "Administration", "link_address", "open_administration", "server_config", "server_folder"]

CONFIG_VARIABLE = "TOWPATH_CONFIG"


@dataclass(frozen=True)
class Administration:
    """The use cases, over the server's database. `by` is who sits at the machine."""

    config: ServerConfig
    registry: Registry
    by: By

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.registry)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.registry)

    @cached_property
    def passwords(self) -> Passwords:
        return Passwords(self.registry.ids)

    @property
    def log(self) -> AuditLog:
        return AuditLog(self.registry.database)


def link_address(base_url: str, link: Link) -> str:
    """What to open in a browser. The secret stands behind the #: browsers send it to nobody, so it is in no log."""
    return f"{base_url}/login/link#{link.secret}"


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
        hint = f"Give another file with `--config`, or in {CONFIG_VARIABLE}."
        summary = "The server's configuration cannot be read"
        detail = f"{chosen}: {error.strerror}."
        raise ProblemError(Problem("server-configuration-unreadable", summary, detail, hint=hint)) from error
    if has_errors(loaded.problems):
        raise ProblemError(*loaded.problems)
    return loaded.value


def server_folder(config: ServerConfig, outside: Outside, *, has_file: bool) -> Path:
    """Where the server keeps its state on this machine: as asked for (`--state`), else TOWPATH_STATE, else as it is
    configured. Without either: with a configuration the user's state folder, without one that of the repository
    somebody stands in, whose runs it then shows.

    Raises `ProblemError` as `Repository.open` does.
    """
    named = outside.environment.get(STATE_VARIABLE)
    asked = outside.state or (Path(named) if named else None) or (Path(config.state) if config.state else None)
    if asked is not None:
        return asked
    if has_file:
        return platformdirs.user_state_path("towpath", appauthor=False) / "server"
    repository = Repository.open(outside.folder, outside.processes, outside.environment.all())
    settings = Reading(repository, {}).config()
    return state_folder(repository, settings, None, outside.environment)


@contextmanager
def open_administration(outside: Outside, file: Path | None) -> Iterator[Administration]:
    """Raises `ProblemError` as `server_config`, `server_folder` and the database do."""
    config = server_config(file, outside.environment)
    has_file = file is not None or bool(outside.environment.get(CONFIG_VARIABLE))
    database = _database(config, outside, has_file=has_file)
    try:
        registry = Registry(database, outside.ids, outside.clock)
        yield Administration(config, registry, By(f"local:{_user(outside.environment)}"))
    finally:
        database.close()


def _database(config: ServerConfig, outside: Outside, *, has_file: bool) -> Database:
    named = config.database
    if config.database_env is not None:
        named = outside.environment.get(config.database_env)
        if not named:
            hint = "Set it to the database's address, as the server has it."
            detail = f"`database_env` names {config.database_env}, which is not set."
            raise ProblemError(Problem("database-variable-missing", "The database is not named", detail, hint=hint))
    if named is None:
        folder = server_folder(config, outside, has_file=has_file)
        return open_state(folder, outside.ids, outside.clock, outside.environment).database
    database = Database(named if "://" in named else Path(named))
    database.prepare()
    return database


def _user(environment: Environment) -> str:
    return environment.get("USER") or environment.get("LOGNAME") or "unknown"
