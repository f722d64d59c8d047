"""One live repository, what is kept of it, and somebody for each role who visits its pages over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hand_made import hand_made_live, hand_made_unit
from login_house import ADMIN, PASSWORD, LoginHouse
from run_house import House, step, walk

from towpath.login import form_key
from towpath.model.audit import AuditRecord
from towpath.model.gates import GateSpec
from towpath.model.paths import UnitPath
from towpath.model.people import Grant, Role, Scopes
from towpath.model.runs import RunStatus
from towpath.planning import Walk
from towpath.runs import RunRequest
from towpath.service.acting import Deciding, Repository
from towpath.service.beginning import Beginning, Wanted
from towpath.service.login import Login
from towpath.service.looking import Looking, Seen
from towpath.service.measures import Measures
from towpath.stores import WorkQueue
from towpath.stores.audit import append_audit
from towpath.stores.listing import Lists
from towpath.web import Services
from towpath.web.login import KnownPeople

__all__ = ["UNIT", "VISITORS", "RoleHouse", "Visitor"]

UNIT = "dev/app"

_TOKENS = {
    "reads": Scopes(Role.VIEWER),
    "prod": Scopes(Role.ADMIN, environments=("prod",)),
    "river": Scopes(Role.ADMIN, repositories=("river",)),
}
"""Tokens of the administrator, each with a smaller scope."""

VISITORS = ("stranger", "nobody", *(role.value for role in Role), *_TOKENS)


@dataclass(frozen=True, slots=True)
class Visitor:
    """What requests of somebody carry: `key` is what forms of their session carry, `token` names one that is theirs."""

    headers: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    token: str = "none"


class RoleHouse:
    """Roles are granted by the configuration. Every unit is in the environment `dev`."""

    def __init__(self, folder: Path) -> None:
        grants = [Grant(role, people=(f"{role}@example.com",)) for role in Role]
        self.house = House(folder)
        self.logins = LoginHouse(self.house.state.database, grants)
        for name in ("nobody", *Role):
            self.logins.person(f"{name}@example.com")
        self._numbers = itertools.count(1)
        self._visitors: dict[str, Visitor] = {}
        with self.house.state.database.transaction() as connection:
            append_audit(connection, AuditRecord(self.house.clock.now(), ADMIN.who, "run-approved", f"run of {UNIT}"))

    def services(self) -> Services:
        house, logins = self.house, self.logins
        lists = Lists(house.state.database)
        live = hand_made_live(hand_made_unit(UNIT), hand_made_unit("dev/base"))
        looking = Looking({"": Seen(house.state, lambda: live)}, lists, logins.log, {"lease": 60})
        repository = Repository(house.runs, self._one, self._one, RunRequest, self._begins)
        deciding = Deciding({"": repository}, lists, house.clock)
        login = Login(logins.registry, logins.sessions, logins.tokens, logins.accounts, logins.passwords)
        measures = Measures(WorkQueue(house.state.database, house.clock))
        people = KnownPeople(login)
        return Services(looking, looking, deciding, house.clock, people, login=login, measures=measures)

    def visitor(self, name: str, *, is_new: bool = False) -> Visitor:
        """Somebody who has logged in, just now where `is_new`, or comes with a token."""
        if is_new or name not in self._visitors:
            self._visitors[name] = self._enter(name)
        return self._visitors[name]

    def _enter(self, name: str) -> Visitor:
        if name == "stranger":
            return Visitor()
        if name in _TOKENS:
            made = self.logins.tokens.create("admin@example.com", name, _TOKENS[name], None, ADMIN)
            return Visitor({"authorization": f"Bearer {made.secret}"}, token=made.token.id)
        email = f"{name}@example.com"
        made = self.logins.tokens.create(email, name, Scopes(Role.VIEWER), None, ADMIN)
        secret = self.logins.sessions.with_password(email, PASSWORD, "").secret
        return Visitor({"cookie": f"towpath={secret}"}, form_key(secret), made.token.id)

    def run_for(self, deed: str) -> tuple[str, str]:
        """A run to which this can be done, or one that waits at a gate; with the gate, "" where there is none."""
        unit = f"{UNIT}-{next(self._numbers)}"
        runs, cancellation = self.house.runs, self.house.cancellation
        gates = [GateSpec("dev", 1)] if deed not in ("roll-back", "resume") else []
        if deed == "resume":
            self.house.bench.apply_failures[UnitPath(unit)] = 1
        run = self.house.create(walk(step(unit), gates=gates), "plan" if deed in ("apply", "plan-again") else "apply")
        if deed == "thaw":
            self._freeze(run)
            return run, ""
        gate = runs.drive(run, cancellation, self.house.seen).open_gates
        return run, gate[0].id if gate else ""

    def _freeze(self, run: str) -> None:
        """As a worker leaves it that meets a freeze."""
        with self.house.state.runs.transaction() as transaction:
            before = transaction.snapshot(run)
            assert before is not None
            row = replace(before.run, status=RunStatus.WAITING, version=before.run.version + 1)
            transaction.save(before, replace(before, run=replace(row, reason="Nothing is applied now: year end.")))

    def close(self) -> None:
        self.house.state.close()

    def _begins(self, wanted: Wanted, author: str) -> Beginning:
        return Beginning(self._one(), RunRequest(self._one(), wanted.kind, author), lambda *_: True)

    def _one(self, *_: object) -> Walk:
        return walk(step(UNIT))
