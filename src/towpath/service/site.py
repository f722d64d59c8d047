"""What pages and the interface for programs need of an opened server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

from towpath.config.server import ServerConfig
from towpath.live import Live
from towpath.login import Link, Registry
from towpath.model.runs import RunKind, Snapshot
from towpath.model.watching import Arrival
from towpath.planning import Walk
from towpath.problems import ProblemError
from towpath.runs import RunRequest, settings_of
from towpath.service.acting import Deciding, Repository
from towpath.service.beginning import Beginner, Beginning, Wanted, nothing_seen
from towpath.service.login import Login, open_login
from towpath.service.looking import Looking, Seen
from towpath.service.measures import Measures
from towpath.service.outside import Outside
from towpath.service.server import Served, Server
from towpath.service.walking import Walking
from towpath.stores.audit import AuditLog
from towpath.stores.heads import HeadStore
from towpath.stores.listing import Lists
from towpath.system.http import HttpxHttp

__all__ = ["Site", "open_site"]


@dataclass(frozen=True, slots=True)
class Site:
    """`first_link` lets the first administrator in; None when one has logged in before."""

    looking: Looking
    deciding: Deciding
    login: Login
    measures: Measures
    first_link: Link | None


def open_site(outside: Outside, server: Server) -> Site:
    """Raises `ProblemError` with `login-secret-missing`, and as the database does."""
    database, config = server.state.database, server.config
    lists = Lists(database)
    registry = Registry(database, outside.ids, outside.clock)
    login = open_login(config, registry, outside.environment, HttpxHttp())
    branches = {name: _Branch(one, HeadStore(database), lists) for name, one in server.repositories.items()}
    seen = {name: Seen(branch.served.state, branch.live) for name, branch in branches.items()}
    repositories = {name: branch.as_repository() for name, branch in branches.items()}
    looking = Looking(seen, lists, AuditLog(database), _shown(config))
    deciding = Deciding(repositories, lists, outside.clock)
    return Site(looking, deciding, login, Measures(server.queue), login.accounts.first_link() if login.local else None)


def _shown(config: ServerConfig) -> dict[str, Any]:
    """The configuration as it counts. It names secrets and holds none."""
    return config.model_dump(mode="json", by_alias=True)


class _Branch:
    """A deploy branch as far as the server has seen it. The newest commit that was read is kept."""

    def __init__(self, served: Served, heads: HeadStore, lists: Lists) -> None:
        self.served = served
        self._heads = heads
        self._lists = lists
        self._live: Live | None = None
        self._lock = Lock()

    def live(self) -> Live:
        """Raises `ProblemError` with `nothing-seen` before the first look."""
        commit = self._commit()
        with self._lock:
            if self._live is None or self._live.commit != commit:
                self._live = self.served.live.reading().live(commit)
            return self._live

    def as_repository(self) -> Repository:
        """As deciding about its runs needs it."""
        return Repository(self.served.runs, self._again, self._back, self._asked, self._begins)

    def _begins(self, wanted: Wanted, author: str) -> Beginning:
        settings = self.served.settings
        heads = partial(self._heads.heads, settings.name)
        return Beginner(settings.name, settings.branch, self.served.live, heads, self._arrivals).begin(wanted, author)

    def _arrivals(self) -> tuple[Arrival, ...]:
        with self.served.runs.transaction() as transaction:
            return tuple(transaction.watched().open_arrivals())

    def _again(self, snapshot: Snapshot) -> Walk:
        return self._walking().again(snapshot)

    def _back(self, snapshot: Snapshot) -> Walk:
        return self._walking().back(snapshot, partial(self._lists.stood_at, self.served.settings.name, snapshot.run.id))

    def _asked(self, walk: Walk, kind: RunKind, author: str) -> RunRequest:
        walking = self._walking()
        settings = settings_of(walking.reading.config(walking.head))
        return RunRequest(walk, kind, author, walking.commits(walk), settings)

    def _walking(self) -> Walking:
        return Walking(self.served.live.reading(), self.served.state.ledger.entries, self._commit())

    def _commit(self) -> str:
        settings = self.served.settings
        head = self._heads.heads(settings.name).get(f"refs/heads/{settings.branch}")
        if head is None:
            raise ProblemError(nothing_seen(settings.name, settings.branch))
        return head.commit
