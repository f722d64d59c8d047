"""A backup of either kind of database is restored into either kind, whole or not at all."""

from __future__ import annotations

import json
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from state_homes import KINDS, StateHome, home_of

from towpath.model.changes import Action
from towpath.model.events import Event, EventKind
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.runs import Run, RunKind, RunStatus, Snapshot, UnitRun
from towpath.problems import ProblemError
from towpath.stores import State, archive
from towpath.stores.backup import ROWS, back_up, restore
from towpath.stores.people_schema import audit
from towpath.system import FakeClock

NOW = FakeClock().now()
UNIT = UnitPath("dev/äpp")
RUN = Run("run", RunKind.APPLY, RunStatus.HALTED, "Änn", None, "abc", NOW, finished_at=NOW)


def problem_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    (problem,) = error.value.problems
    assert problem.hint
    return problem.id


def fill(state: State, run: Run = RUN) -> str:
    """Something of everything. Returns the digest of the plan file."""
    unit = UnitRun(run.id, UNIT, "dev", 1, Action.APPLY, "abc", "sha256:f")
    with state.runs.transaction() as transaction:
        transaction.save(None, Snapshot(run, {UNIT: unit}), [Event(0, run.id, NOW, EventKind.RUN_CREATED)] * 3)
        transaction.write_ledger({UNIT: LedgerEntry(UNIT, "abc", "sha256:f", run.id, {"id": "sha256:o"}, NOW)})
    log = state.logs.open(run.id, UNIT)
    log.line("\x1b[32mapplied\x1b[0m \x00")
    log.line("")
    log.close()
    return state.plans.put(f"secret of {run.id}".encode())


def everything(state: State) -> dict[str, list[Any]]:
    with state.database.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr) for table in ROWS
        }


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StateHome]:
    with home_of(request.param, request, tmp_path / "target") as home:
        yield home


def test_everything_comes_back_in_whichever_kind(state: State, target: StateHome, tmp_path: Path) -> None:
    digest = fill(state)
    other = state.for_repository("other")
    theirs = fill(other, Run("theirs", RunKind.PLAN, RunStatus.PLANNED, "bob", None, "def", NOW))
    with state.database.transaction() as connection:
        row = {"sequence": 1, "at": 1.5, "who": "ann", "action": "a", "subject": "s", "hash": "h", "body": "{}"}
        connection.execute(insert(audit).values(row))
    back_up(state, tmp_path / "backup")
    restored = target.open()
    restore(restored, tmp_path / "backup")

    assert everything(restored) == everything(state)
    assert restored.runs.runs() == (RUN,)
    assert restored.plans.get(digest) == b"secret of run"
    assert list(restored.logs.read("run", UNIT)) == ["\x1b[32mapplied\x1b[0m \x00", ""]
    again = target.open().for_repository("other")
    assert [run.id for run in again.runs.runs()] == ["theirs"]
    assert again.plans.get(theirs) == b"secret of theirs"


def test_it_goes_on_counting_where_it_was(state: State, target: StateHome, tmp_path: Path) -> None:
    fill(state)
    back_up(state, tmp_path / "backup")
    restored = target.open()
    restore(restored, tmp_path / "backup")
    with restored.runs.transaction() as transaction:
        transaction.append([Event(0, "run", NOW, EventKind.RUN_STATUS)])

    assert [event.sequence for event in restored.runs.events("run")] == [1, 2, 3, 4]


def test_a_backup_is_private_and_tells_no_secret(state: State, tmp_path: Path) -> None:
    fill(state)
    file = tmp_path / "backup"
    back_up(state, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        for member in tar.getnames():
            content = tar.extractfile(member)
            assert content is not None
            assert b"secret of" not in content.read()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_it_is_not_restored_over_anything(state: State, target: StateHome, tmp_path: Path) -> None:
    fill(state)
    back_up(state, tmp_path / "backup")
    full = target.open()
    digest = fill(full)
    before = everything(full)

    with pytest.raises(ProblemError) as error:
        restore(full, tmp_path / "backup")
    assert problem_of(error) == "database-not-empty"
    assert everything(full) == before
    assert full.plans.get(digest) == b"secret of run"
    assert len(list(full.logs.read("run", UNIT))) == 2


def test_without_the_key_only_the_plan_files_are_lost(state: State, target: StateHome, tmp_path: Path) -> None:
    fill(state)
    back_up(state, tmp_path / "backup")
    restored = target.open(key="cd" * 32)

    with pytest.raises(ProblemError) as error:
        restore(restored, tmp_path / "backup")
    assert problem_of(error) == "key-differs"
    assert restored.runs.runs() == ()
    restore(restored, tmp_path / "backup", without_plan_files=True)
    assert everything(restored) == everything(state)
    assert list(restored.plans.kept()) == []


def test_what_failed_half_way_is_done_again(state: State, target: StateHome, tmp_path: Path) -> None:
    fill(state)
    back_up(state, tmp_path / "backup")
    damaged = tmp_path / "damaged"
    content = (tmp_path / "backup").read_bytes()
    damaged.write_bytes(content[: len(content) * 9 // 10])
    restored = target.open()

    with pytest.raises(ProblemError) as error:
        restore(restored, damaged)
    assert problem_of(error) == "backup-unreadable"
    assert restored.runs.runs() == ()
    restore(restored, tmp_path / "backup")
    assert everything(restored) == everything(state)
    assert len(list(restored.logs.read("run", UNIT))) == 2


@pytest.mark.parametrize("content", [b"", b"no tar", None])
def test_what_is_no_backup_is_told_so(target: StateHome, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "backup"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ProblemError) as error:
        restore(target.open(), file)
    assert problem_of(error) == "backup-unreadable"


def written(file: Path, state: State, revision: str, **tables: list[dict[str, Any]]) -> Path:
    """An archive as another Towpath would have made it."""
    with archive.writing_archive(file) as writer:
        writer.manifest(archive.Manifest(revision, state.base.key_check))
        for name, rows in tables.items():
            writer.lines(archive.table_member(name), rows)
    return file


def test_a_backup_of_a_newer_towpath_is_refused(target: StateHome, tmp_path: Path) -> None:
    restored = target.open()

    with pytest.raises(ProblemError) as error:
        restore(restored, written(tmp_path / "backup", restored, "9999"))
    assert problem_of(error) == "state-too-new"


def test_a_backup_of_an_older_towpath_is_brought_up_to_date(target: StateHome, tmp_path: Path) -> None:
    restored = target.open()
    body = {"id": "run", "kind": "apply", "status": "succeeded", "author": "ann", "base": None, "head": "abc"}
    body |= {"created_at": NOW.isoformat(), "finished_at": NOW.isoformat()}
    run = {"id": "run", "ordinal": 7, "status": "succeeded", "version": 3, "body": json.dumps(body)}
    event = {"sequence": 41, "run": "run", "body": "{}"}
    restore(restored, written(tmp_path / "backup", restored, "0001", runs=[run], events=[event]))

    assert [(run.id, run.finished_at) for run in restored.runs.runs()] == [("run", NOW)]
    with restored.database.reading() as connection:
        rows = connection.execute(text("SELECT ordinal, repository, finished_at FROM runs")).all()
    assert [tuple(row) for row in rows] == [(7, "", NOW.timestamp())]
    assert [path for path in tmp_path.iterdir() if path.is_dir() and path.name not in ("target", "state")] == []


def test_a_backup_that_cannot_be_written_leaves_what_was_there(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backup"
    file.write_text("the last one")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr(tarfile.TarFile, "addfile", fail)
    with pytest.raises(ProblemError) as error:
        back_up(state, file)
    assert problem_of(error) == "disk-full"
    assert file.read_text() == "the last one"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
