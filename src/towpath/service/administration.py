"""What administrators do on the machine itself, with the server's database and without its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from towpath.config.server import ServerConfig
from towpath.login import Accounts, By, Link, Passwords, Registry, Tokens
from towpath.service.outside import Outside
from towpath.service.place import database_url, open_kept_in, server_config, server_folder
from towpath.stores.audit import AuditLog
from towpath.stores.database import Database
from towpath.stores.state import State
from towpath.system import Environment

__all__ = ["Administration", "link_address", "open_administration", "open_kept"]


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


@contextmanager
def open_administration(outside: Outside, file: Path | None) -> Iterator[Administration]:
    """Raises `ProblemError` as `server_config` and the database do."""
    config = server_config(file, outside.environment)
    with closing(_database(outside, config)) as database:
        registry = Registry(database, outside.ids, outside.clock)
        yield Administration(config, registry, By(f"local:{_user(outside.environment)}"))


@contextmanager
def open_kept(outside: Outside, file: Path | None) -> Iterator[State]:
    """All that the server keeps. Raises `ProblemError` as `server_config` and the stores do."""
    config = server_config(file, outside.environment)
    folder = server_folder(outside, config)
    own = folder if database_url(outside, config) is None else folder / "admin"
    with closing(open_kept_in(own, outside, config)) as state:
        yield state


def _database(outside: Outside, config: ServerConfig) -> Database:
    url = database_url(outside, config)
    if url is None:
        return open_kept_in(server_folder(outside, config), outside, config).database
    database = Database(url)
    database.prepare()
    return database


def _user(environment: Environment) -> str:
    return environment.get("USER") or environment.get("LOGNAME") or "unknown"
