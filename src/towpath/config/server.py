"""The configuration of `towpath serve` and `towpath worker`: one YAML file, with every default in its one place.

It names secrets and never holds them: `*_env` is the name of a variable, `*_file` and `ssh_key` are files.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from towpath.config.calendar import Cron, Duration, Moment, Zone, moment
from towpath.config.document import KeyPath, read_document
from towpath.config.loading import Loaded, validated
from towpath.config.login import GrantSettings, LoginSettings
from towpath.config.notifying import NotificationSettings
from towpath.config.schema import Settings, Texts
from towpath.git.remotes import RemoteKind, check_branch, parse_remote
from towpath.problems import Place, Problem

__all__ = [
    "ConcurrencySettings",
    "FreezeSettings",
    "RepositorySettings",
    "RetentionSettings",
    "ScheduleSettings",
    "ServerConfig",
    "check_listen",
    "load_server_config",
    "server_json_schema",
]

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LISTEN = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_MOST_PORT = 65535
_SHORTEST_INTERVAL = 5


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("should be a short name of small letters, digits, dots and dashes")
    return text


def _variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text):
        raise ValueError("should be the name of an environment variable; the secret itself may not stand here")
    return text


def _remote(text: str) -> str:
    parse_remote(text)
    return text


def check_listen(text: str) -> str:
    """An address and a port. Raises `ValueError` for anything else."""
    found = _LISTEN.fullmatch(text)
    if found is None or int(found["port"]) > _MOST_PORT:
        raise ValueError("should be an address and a port, such as 127.0.0.1:8080")
    return text


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValueError("should be a network or an address, such as 10.0.0.0/8 or 192.0.2.7") from error


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        plain = parts.port is None or parts.port > 0
    except ValueError:
        plain = False
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("should be the address people type, such as https://towpath.example.com")
    if parts.query or parts.fragment:
        raise ValueError("should be an address without ? and #")
    return text.rstrip("/")


def _database(text: str) -> str:
    try:
        parts = urlsplit(text)
        password = parts.password
    except ValueError as error:
        raise ValueError(
            "should be an address such as postgresql://host/name; an SQLite database is in `state`"
        ) from error
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("should be an address such as postgresql://host/name; an SQLite database is in `state`")
    if password is not None or "password=" in parts.query:
        raise ValueError(
            "should not hold a password: put the whole address into a variable, and name it `database_env`"
        )
    return text


Name = Annotated[str, AfterValidator(_name)]
Variable = Annotated[str, AfterValidator(_variable)]
Remote = Annotated[str, AfterValidator(_remote)]
Branch = Annotated[str, AfterValidator(check_branch)]
Network = Annotated[str, AfterValidator(_network)]
Positive = Annotated[int, Field(ge=1)]


class RepositorySettings(Settings):
    """One live repository to watch."""

    name: Name = Field(description="What it is called in pages and commands; its runs are kept under this name.")
    url: Remote = Field(description="https or ssh address, or a folder of this machine.")
    branch: Branch = Field("main", description="The deploy branch: what comes there is planned and applied.")
    branches: Texts = Field((), description="Patterns of other branches; what comes there is planned only.")
    tags: Texts = Field((), description="Patterns of tags to plan. Default: tags are seen and start nothing.")
    interval: Duration = Field(60, description="Time between two looks; longer when nothing happens for long.")
    user: str = Field("x-access-token", description="The user name that goes with the token.")
    token_env: Variable | None = Field(None, description="The variable that holds the token, for https.")
    token_file: str | None = Field(None, description="The file that holds the token, for https.")
    token_as: Literal["basic", "bearer"] = Field("basic", description="How the host wants the token.")
    ssh_key: str | None = Field(None, description="The file with the private key, for ssh.")
    known_hosts: str | None = Field(
        None, description="The file with the keys of hosts, for ssh. Default: the user's own."
    )

    @model_validator(mode="after")
    def _fitting(self) -> RepositorySettings:
        kind = parse_remote(self.url).kind
        token = self.token_env or self.token_file
        if self.token_env and self.token_file:
            raise ValueError("has both token_env and token_file")
        if token and kind is not RemoteKind.HTTP:
            raise ValueError("has a token, which is for https addresses only")
        if (self.ssh_key or self.known_hosts) and kind is not RemoteKind.SSH:
            raise ValueError("has a key for ssh, and its address is not one of ssh")
        if self.interval < _SHORTEST_INTERVAL:
            raise ValueError(f"has an interval below {_SHORTEST_INTERVAL} seconds")
        return self


class ScheduleSettings(Settings):
    """When units are compared with what is there in the cloud, although no commit came."""

    name: Name = Field(description="What it is called in pages.")
    cron: Cron = Field(description="Five fields, as in crontab: minute, hour, day, month, day of the week.")
    time_zone: Zone = Field("UTC", description="The zone that the expression's hours are of.")
    repositories: Texts = Field((), description="Patterns of the names of repositories. Default: all.")
    accounts: Texts = Field((), description="Patterns of the names of accounts. Default: all.")
    units: Texts = Field((), description="Patterns of the paths of units. Default: all.")


class FreezeSettings(Settings):
    """A time in which nothing is applied. Plans are made, gates may be passed, and runs wait for its end."""

    name: Name = Field(description="What it is called in pages.")
    since: Moment = Field(alias="from", description="When it begins, such as 2026-12-23T18:00.")
    until: Moment = Field(description="When it ends.")
    time_zone: Zone = Field("UTC", description="The zone that both are of.")
    repositories: Texts = Field((), description="Patterns of the names of repositories. Default: all.")
    environments: Texts = Field((), description="Patterns of the names of environments. Default: all.")
    reason: str = Field("", description="What people are told.")

    @model_validator(mode="after")
    def _ends_later(self) -> FreezeSettings:
        if self.begins >= self.ends:
            raise ValueError("ends before it begins")
        return self

    @property
    def begins(self) -> datetime.datetime:
        return moment(self.since, self.time_zone)

    @property
    def ends(self) -> datetime.datetime:
        return moment(self.until, self.time_zone)


class ConcurrencySettings(Settings):
    """How much is worked on at once, by all workers together."""

    total: Positive = Field(16, description="Units, over all accounts.")
    per_account: Positive = Field(4, description="Units of one account.")


class RetentionSettings(Settings):
    """How long is kept what nobody needs any more. The ledger and the audit log are kept for ever."""

    runs: Duration = Field(400 * 86400, description="Runs that have ended, with their plans and events.")
    logs: Duration = Field(90 * 86400, description="Logs of runs that have ended.")


class ServerConfig(Settings):
    """The configuration of `towpath serve` and `towpath worker`. Everything has a default; an empty file is valid.
    Spans of time are whole numbers of seconds, or numbers with s, m, h, d or w, such as 90s or 30d.
    """

    schema_command: ClassVar[str] = "towpath schema --server"

    database: Annotated[str, AfterValidator(_database)] | None = Field(
        None, description="postgresql://USER@HOST/NAME. Default: an SQLite database in `state`."
    )
    database_env: Variable | None = Field(
        None, description="The variable that holds the database's address, where it has a password."
    )
    state: str | None = Field(
        None, description="Folder for what this machine keeps: key, plans, logs. Default: in the user's state folder."
    )
    cache: str | None = Field(
        None, description="Folder for copies of repositories, which may be lost. Default: in the user's cache folder."
    )
    listen: Annotated[str, AfterValidator(check_listen)] = Field(
        "127.0.0.1:8080", description="Address and port to listen at."
    )
    base_url: Annotated[str, AfterValidator(_base_url)] | None = Field(
        None, description="Where people reach it, for links and log-in. Default: http:// and `listen`."
    )
    proxies: Annotated[tuple[Network, ...], Field(strict=False)] = Field(
        (), description="Networks, such as 10.0.0.0/8, of proxies that are believed when they say who asks."
    )
    repositories: Annotated[tuple[RepositorySettings, ...], Field(strict=False)] = Field(
        (), description="The live repositories to watch. Default: the one of the current folder."
    )
    login: LoginSettings = LoginSettings()
    roles: Annotated[tuple[GrantSettings, ...], Field(strict=False)] = Field(
        (), description="Who may do what where; what several say adds up. Default: what accounts themselves have."
    )
    schedules: Annotated[tuple[ScheduleSettings, ...], Field(strict=False)] = Field(
        (), description="When to look for drift."
    )
    freezes: Annotated[tuple[FreezeSettings, ...], Field(strict=False)] = Field(
        (), description="When nothing is applied."
    )
    concurrency: ConcurrencySettings = ConcurrencySettings()
    lease: Annotated[Duration, Field(ge=5)] = Field(90, description="How long a worker counts as alive unheard.")
    grace: Annotated[Duration, Field(ge=5)] = Field(60, description="How much longer until others take over from it.")
    retention: RetentionSettings = RetentionSettings()
    notifications: NotificationSettings = NotificationSettings()

    @model_validator(mode="after")
    def _one_database(self) -> ServerConfig:
        if self.database is not None and self.database_env is not None:
            raise ValueError("has both database and database_env")
        return self

    @property
    def url(self) -> str:
        """Where people reach it, without a slash at the end."""
        return self.base_url or f"http://{self.listen}"


def load_server_config(content: bytes | None, file: str) -> Loaded[ServerConfig]:
    """Reads the file; None stands for one that is not there.

    Problems are those of `read_document`, `unknown-key`, `wrong-value` and `name-twice`.
    """
    document = read_document(content or b"", file)
    data = {} if document.data is None else document.data
    loaded = validated(ServerConfig, data, document)
    return Loaded(loaded.value, document, (*loaded.problems, *_twice(loaded)))


def _twice(loaded: Loaded[ServerConfig]) -> Iterator[Problem]:
    config = loaded.value
    yield from _same("repositories", config.repositories, lambda item: item.name, loaded.place)
    yield from _same("schedules", config.schedules, lambda item: item.name, loaded.place)
    yield from _same("freezes", config.freezes, lambda item: item.name, loaded.place)
    told = config.notifications.destinations
    yield from _same("destinations", told, lambda item: item.name, lambda *path: loaded.place("notifications", *path))


Item = TypeVar("Item")


def _same(
    key: str, items: Sequence[Item], name_of: Callable[[Item], Hashable], place: Callable[..., Place]
) -> Iterator[Problem]:
    first: dict[Hashable, int] = {}
    for number, item in enumerate(items):
        name = name_of(item)
        if first.setdefault(name, number) != number:
            where: KeyPath = (key, number, "name")
            detail = f"{key}.{first[name]} and {key}.{number} are both called {name}."
            hint = "Give one of them another name."
            yield Problem("name-twice", "Two things have the same name", detail, place=place(*where), hint=hint)


def server_json_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for editors."""
    schema = ServerConfig.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Towpath's server"}
