"""Backing up a whole database, with plan files and logs, and restoring it, into a database of whichever kind."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Table, column, func, insert, select, table, text

from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError
from towpath.stores import schema
from towpath.stores.archive import (
    FORMAT,
    LOGS,
    PLAN_FILES,
    ArchiveReader,
    Manifest,
    reading_archive,
    table_member,
    writing_archive,
)
from towpath.stores.database import SCHEMA_REVISION, Database
from towpath.stores.keys import key_differs
from towpath.stores.preparing import TABLES, migrate
from towpath.stores.state import State

__all__ = ["ROWS", "back_up", "restore"]

_BATCH = 500

# Where they are depends on the kind of the database, and so they have members of their own; facts are of one database.
_ELSEWHERE = (schema.plan_files, schema.log_chunks, schema.facts)
ROWS = [each for each in TABLES.sorted_tables if each not in _ELSEWHERE]

_RowsOf = Callable[[Table], Iterable[Mapping[str, Any]]]


def back_up(state: State, file: Path) -> None:
    """Writes all repositories of the state's database into one archive: rows as they are at one moment, plan files
    (still encrypted) and logs as they are then or later. The key is not in it: without it the plan files are of no use.

    Raises `ProblemError` as the stores do, and for the file as `keeping_state` says.
    """
    with writing_archive(file) as archive:
        archive.manifest(Manifest(SCHEMA_REVISION, state.base.key_check))
        with state.database.reading() as connection:
            for each in ROWS:
                archive.lines(table_member(each.name), _rows(connection, each))
            query = select(schema.runs.c.repository, schema.units.c.run, schema.units.c.unit)
            rows = connection.execute(query.join(schema.units, schema.runs.c.id == schema.units.c.run)).all()
        units = [(row.repository, row.run, row.unit) for row in rows]
        states = {name: state.for_repository(name) for name in {"", *(repository for repository, _, _ in units)}}
        archive.lines(PLAN_FILES, _plan_files(states))
        archive.lines(LOGS, _logs(states, units))


def _rows(connection: Connection, each: Table) -> Iterator[Mapping[str, Any]]:
    found = connection.execution_options(yield_per=_BATCH).execute(select(each))
    yield from (dict(row) for row in found.mappings())


def _plan_files(states: Mapping[str, State]) -> Iterator[Mapping[str, Any]]:
    for repository, state in states.items():
        plans = state.plans
        for plan in plans.kept():
            try:
                sealed = plans.sealed(plan.digest)
            except ProblemError as error:
                # Its run ended while the backup was made.
                if error.problems[0].id == "plan-file-missing":
                    continue
                raise
            content = base64.b64encode(sealed).decode()
            yield {"repository": repository, "digest": plan.digest, "sealed": content}


def _logs(states: Mapping[str, State], units: Iterable[tuple[str, str, str]]) -> Iterator[Mapping[str, Any]]:
    for repository, run, unit in units:
        logs = states[repository].logs
        part = logs.part(run, UnitPath(unit))
        while part.lines:
            yield {"repository": repository, "run": run, "unit": unit, "lines": part.lines}
            part = logs.part(run, UnitPath(unit), part.position)


def restore(state: State, file: Path, *, without_plan_files: bool = False) -> None:
    """Puts what an archive holds into the state's database, which must be empty, whatever kind either is. An archive of
    an older Towpath is brought up to date. `without_plan_files`: for when the key is lost.

    When it fails, the database is still empty, and it may be tried again. Raises `ProblemError` with
    `backup-unreadable`, `database-not-empty`, `state-too-new`, `key-differs`, and as the stores do.
    """
    with reading_archive(file) as archive, _current_rows(archive, file) as rows_of:
        if not without_plan_files and archive.manifest().key_check != state.base.key_check:
            raise ProblemError(key_differs(str(file)))
        with state.database.reading() as connection:
            _require_empty(connection, state.database)
        if not without_plan_files:
            for value in archive.lines(PLAN_FILES):
                plans = state.for_repository(value["repository"]).plans
                plans.put_sealed(value["digest"], base64.b64decode(value["sealed"]))
        _restore_logs(state, archive)
        with state.database.transaction(unhurried=True) as connection:
            _require_empty(connection, state.database)
            for each in ROWS:
                _insert(connection, each, rows_of(each))
            _count_on(connection)


@contextmanager
def _current_rows(archive: ArchiveReader, file: Path) -> Iterator[_RowsOf]:
    """The rows of the archive, as the newest migration leaves them."""
    manifest = archive.manifest()
    if manifest.format != FORMAT or manifest.revision > SCHEMA_REVISION:
        detail = f"{file} is at schema {manifest.revision}; this Towpath knows {SCHEMA_REVISION} and older."
        hint = "Use the newer Towpath."
        raise ProblemError(Problem("state-too-new", "A newer Towpath wrote the state", detail, hint=hint))
    if manifest.revision == SCHEMA_REVISION:
        yield lambda each: archive.lines(table_member(each.name))
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=file.parent)))
        scratch = stack.enter_context(closing(Database(folder / "scratch.db")))
        with scratch.transaction() as connection:
            migrate(connection, manifest.revision)
            for name in archive.tables():
                _insert_old(connection, name, archive.lines(table_member(name)))
            migrate(connection, SCHEMA_REVISION)
        connection = stack.enter_context(scratch.reading())
        yield lambda each: _rows(connection, each)


def _require_empty(connection: Connection, database: Database) -> None:
    full = [each.name for each in ROWS if connection.execute(select(each).limit(1)).first() is not None]
    if full:
        detail = f"{database.kind.place} has something in {', '.join(full)}. Nothing was changed."
        hint = "Restore into a new database, or into a new state folder."
        raise ProblemError(Problem("database-not-empty", "The database is not empty", detail, hint=hint))


def _restore_logs(state: State, archive: ArchiveReader) -> None:
    cleared: set[tuple[str, str]] = set()
    for value in archive.lines(LOGS):
        logs, run = state.for_repository(value["repository"]).logs, str(value["run"])
        if (value["repository"], run) not in cleared:
            # It may be left of a try that failed.
            logs.delete(run)
            cleared.add((value["repository"], run))
        log = logs.open(run, UnitPath(value["unit"]))
        for line in value["lines"]:
            log.line(line)
        log.close()


def _insert(connection: Connection, each: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    remaining = iter(rows)
    while batch := [dict(row) for row in islice(remaining, _BATCH)]:
        connection.execute(insert(each), batch)


def _insert_old(connection: Connection, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        connection.execute(insert(table(name, *(column(key) for key in row))).values(**row))


def _count_on(connection: Connection) -> None:
    """PostgreSQL counts by itself, whatever was put there."""
    if connection.dialect.name != "postgresql":
        return
    for each in ROWS:
        counting = each.autoincrement_column
        if counting is not None and (newest := connection.execute(select(func.max(counting))).scalar()) is not None:
            sequence = {"table": each.name, "column": counting.name, "newest": newest}
            connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :newest)"), sequence)
