"""Lists over many repositories: filters, pages that follow each other, a unit through time; also after migrating."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from run_house import empty_database
from state_homes import KINDS, home_of

from towpath.model.changes import Action
from towpath.model.events import Event, EventKind
from towpath.model.listing import RunsPage, RunsRequest
from towpath.model.paths import UnitPath
from towpath.model.runs import Commit, Run, RunKind, RunStatus, Snapshot, UnitRun, UnitStatus
from towpath.stores import RunStore
from towpath.stores.database import Database
from towpath.stores.listing import Lists

NOW = datetime.datetime(2026, 1, 5, 9, 30, tzinfo=datetime.UTC)
BOTH = ("live", "other")


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with home_of(request.param, request, tmp_path / "state") as home:
        yield home.open().database


def keep(
    database: Database,
    run: str,
    repository: str = "live",
    *,
    status: RunStatus = RunStatus.SUCCEEDED,
    author: str = "Ann@example.com",
    subject: str = "Change it",
    units: dict[str, UnitStatus] | None = None,
) -> Snapshot:
    row = Run(run, RunKind.APPLY, status, author, None, f"{run}head", NOW, commits=(Commit(f"{run}sha", subject),))
    made = [
        UnitRun(run, UnitPath(path), path.split("/")[0], 1 if path.startswith("dev") else 2, Action.APPLY,
                f"commit-{run}", f"sha256:{path}", status=stands, attempts=0 if stands is UnitStatus.PENDING else 1)
        for path, stands in (units or {"dev/app": UnitStatus.APPLIED}).items()
    ]  # fmt: skip
    snapshot = Snapshot(row, {unit.unit: unit for unit in made})
    with RunStore(database, repository).transaction() as transaction:
        transaction.save(None, snapshot, [Event(0, run, NOW, EventKind.RUN_CREATED)])
    return snapshot


def ids(page: RunsPage) -> list[str]:
    return [listed.run.id for listed in page.runs]


def test_runs_come_newest_first_from_the_repositories_that_are_asked_for(database: Database) -> None:
    keep(database, "a")
    keep(database, "b", "other")
    keep(database, "c")
    lists = Lists(database)
    assert ids(lists.runs(RunsRequest(BOTH))) == ["c", "b", "a"]
    assert ids(lists.runs(RunsRequest(("other",)))) == ["b"]
    assert ids(lists.runs(RunsRequest(()))) == []
    assert [lists.repository_of(run) for run in ("a", "b", "x")] == ["live", "other", None]


def test_pages_follow_each_other_without_gap_or_overlap_while_new_runs_come(database: Database) -> None:
    for number in range(7):
        keep(database, f"r{number}")
    lists = Lists(database)
    first = lists.runs(RunsRequest(BOTH, most=3))
    keep(database, "new")
    second = lists.runs(RunsRequest(BOTH, most=3, before=first.older))
    third = lists.runs(RunsRequest(BOTH, most=3, before=second.older))
    assert [ids(first), ids(second), ids(third)] == [["r6", "r5", "r4"], ["r3", "r2", "r1"], ["r0"]]
    assert third.older is None
    assert lists.runs(RunsRequest(BOTH, most=7, before=first.runs[0].ordinal + 1)).older is None


def test_filters_are_taken_together(database: Database) -> None:
    keep(database, "a", status=RunStatus.HALTED, subject="Raise the LIMIT to 50 %")
    keep(database, "b", author="bob@example.com", subject="Lower the limit to 5_0")
    lists = Lists(database)

    def found(**asked: object) -> list[str]:
        return ids(lists.runs(RunsRequest(BOTH, **asked)))  # type: ignore[arg-type] # of the request

    assert found(status=RunStatus.HALTED) == ["a"]
    assert found(author="ANN@example.com") == ["a"]
    assert found(text="the limit") == ["b", "a"]
    assert found(text="50 %") == ["a"]
    assert found(text="5_0") == ["b"]
    assert found(text="%") == ["a"]
    assert found(text="bsha") == found(text="bhead") == ["b"]
    assert found(text="limit", author="bob@example.com", status=RunStatus.HALTED) == []
    assert found(text="\\") == []


def test_a_run_whose_texts_are_odd_is_kept_and_found(database: Database) -> None:
    keep(database, "a", author="ann\x00@example.com", subject="nul \x00 and \udce9 in a subject")
    lists = Lists(database)
    assert ids(lists.runs(RunsRequest(BOTH, text="in a subject", author="ann@example.com"))) == ["a"]


def test_tiers_are_counted_and_units_that_only_may_follow_are_not(database: Database) -> None:
    kept = keep(
        database,
        "a",
        units={"dev/app": UnitStatus.APPLIED, "dev/db": UnitStatus.FAILED, "prod/app": UnitStatus.PENDING},
    )
    follower = replace(kept.units[UnitPath("prod/app")], unit=UnitPath("prod/follower"), joined=False)
    with RunStore(database, "live").transaction() as transaction:
        before = transaction.snapshot("a")
        assert before is not None
        after = replace(before, units={**before.units, follower.unit: follower}, run=replace(before.run, version=1))
        transaction.save(before, after)
    (listed,) = Lists(database).runs(RunsRequest(BOTH)).runs
    assert [(tier.tier, tier.accounts, tier.done, tier.total) for tier in listed.tiers] == [
        (1, ("dev",), 1, 2),
        (2, ("prod",), 0, 1),
    ]
    assert Lists(database).history("live", follower.unit) == ()


def test_what_happened_to_a_unit(database: Database) -> None:
    keep(database, "a")
    keep(database, "b", "other")
    keep(database, "c", units={"dev/app": UnitStatus.FAILED})
    keep(database, "d", units={"dev/app": UnitStatus.PENDING})
    keep(database, "e", units={"dev/app": UnitStatus.SKIPPED})
    lists = Lists(database)
    past = lists.history("live", UnitPath("dev/app"))
    assert [one.run.id for one in past] == ["e", "d", "c", "a"]
    assert [one.run.id for one in lists.history("live", UnitPath("dev/app"), past[1].ordinal)] == ["c", "a"]
    assert {unit: one.run.id for unit, one in lists.latest("live").items()} == {"dev/app": "c"}
    assert lists.stood_at("live", "d", UnitPath("dev/app")) == "commit-a"
    assert lists.stood_at("live", "a", UnitPath("dev/app")) is None
    assert lists.open_runs("live") == ()


def test_runs_that_are_open_come_oldest_first(database: Database) -> None:
    keep(database, "a", status=RunStatus.WAITING)
    keep(database, "b", status=RunStatus.CANCELLED)
    keep(database, "c", status=RunStatus.HALTED)
    assert Lists(database).open_runs("live") == ("a", "c")


def test_events_of_all_repositories_come_in_order(database: Database) -> None:
    keep(database, "a")
    keep(database, "b", "other")
    lists = Lists(database)
    assert [event.run for event in lists.events(0)] == ["a", "b"]
    assert [event.run for event in lists.events(0, 1)] == ["a"]
    assert [event.sequence for event in lists.events(1)] == [lists.last_event()] == [2]


def test_a_database_from_before_has_its_lists_filled(tmp_path: Path) -> None:
    """Runs as the schema before kept them; the lists are the same as if they had been kept with this one."""
    file = tmp_path / "state.db"
    file.write_bytes(empty_database())
    database = Database(file)
    keep(database, "a", subject="Find me")
    keep(database, "b", units={"dev/app": UnitStatus.FAILED, "prod/app": UnitStatus.PENDING})
    lists = Lists(database)
    request = RunsRequest(BOTH, author="ann@example.com", text="find")
    expected = (lists.runs(RunsRequest(BOTH)), lists.runs(request), lists.latest("live"))
    database.close()
    _back_to_before(file)
    database = Database(file)
    database.prepare()
    lists = Lists(database)
    assert (lists.runs(RunsRequest(BOTH)), lists.runs(request), lists.latest("live")) == expected
    assert ids(expected[1]) == ["a"]
    database.close()


def _back_to_before(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.executescript(
        """
        DROP INDEX runs_by_author;
        DROP INDEX units_by_unit;
        ALTER TABLE runs DROP COLUMN author;
        ALTER TABLE units DROP COLUMN tier;
        ALTER TABLE units DROP COLUMN account;
        ALTER TABLE units DROP COLUMN joined;
        DROP TABLE run_texts;
        DROP TABLE latest_units;
        UPDATE alembic_version SET version_num = '0004';
        """
    )
    connection.close()
