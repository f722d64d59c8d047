"""Logs in the database, for workers on several machines: lines are gathered and written in batches."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, func, insert, select

from towpath.model.paths import UnitPath
from towpath.problems import ProblemError
from towpath.stores.database import Database
from towpath.stores.logs import PART_BYTES, LogPart
from towpath.stores.schema import log_chunks

__all__ = ["LogRows", "LogWriter"]

BATCH_SECONDS = 0.4
"""How long a line waits for others at most."""

BATCH_BYTES = 64 * 1024
"""With more than that waiting, a batch is written at once; a chunk has no more, unless a line alone is longer."""

MOST_BYTES = 4 * 1024 * 1024
"""What one log keeps in memory while the database cannot be reached; what comes then is lost, and the log says so."""

AGAIN_SECONDS = 2.0
"""When to try again what could not be written."""


class LogRow:
    """One log, open for appending. `line` never fails: an apply goes on whether or not its log can be kept now."""

    def __init__(self, writer: LogWriter, key: dict[str, str]) -> None:
        self._writer = writer
        self.key = key
        self.waiting = bytearray()
        self.lost = 0

    def line(self, text: str) -> None:
        self._writer.add(self, f"{text}\n".encode(errors="replace"))

    def close(self) -> None:
        """What cannot be written now is tried again until the writer is closed."""
        self._writer.flush_or_later()


class LogWriter:
    """Writes the lines of all open logs of a process from a thread of its own, which ends with `close`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._news = threading.Condition()
        self._writing = threading.Lock()
        self._waiting: dict[int, LogRow] = {}
        self._thread: threading.Thread | None = None
        self._closing = False

    def add(self, log: LogRow, line: bytes) -> None:
        with self._news:
            if len(log.waiting) + len(line) > MOST_BYTES:
                log.lost += 1
                return
            log.waiting += line
            is_first = not self._waiting
            self._waiting[id(log)] = log
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="towpath-logs", daemon=True)
                self._thread.start()
            if is_first or len(log.waiting) >= BATCH_BYTES:
                self._news.notify()

    def _work(self) -> None:
        written = True
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closing or self._waiting)
                if written:
                    self._news.wait_for(self._is_urgent, BATCH_SECONDS)
                else:
                    self._news.wait_for(lambda: self._closing, AGAIN_SECONDS)
                if self._closing:
                    return
            written = self.flush_or_later()

    def _is_urgent(self) -> bool:
        return self._closing or any(len(log.waiting) >= BATCH_BYTES for log in self._waiting.values())

    def flush_or_later(self) -> bool:
        """Writes what waits. False when it could not, and still waits."""
        with self._writing:
            with self._news:
                taken = [(log, bytes(log.waiting), log.lost) for log in self._waiting.values()]
            if not taken:
                return True
            rows = [{**log.key, "lines": chunk} for log, lines, lost in taken for chunk in _chunks(lines + _lost(lost))]
            try:
                self._insert(rows)
            except ProblemError:
                return False
            with self._news:
                for log, lines, lost in taken:
                    del log.waiting[: len(lines)]
                    log.lost -= lost
                    if not log.waiting and not log.lost:
                        del self._waiting[id(log)]
        return True

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        with self._database.appending() as connection:
            connection.execute(insert(log_chunks), rows)

    def close(self) -> None:
        """Tries once more to write what waits."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join()
        self.flush_or_later()


class LogRows:
    """The logs of one repository as chunks of lines. Raises as `Database` says, when reading and deleting."""

    def __init__(self, database: Database, repository: str, writer: LogWriter) -> None:
        self._database = database
        self._repository = repository
        self._writer = writer

    def open(self, run: str, unit: UnitPath) -> LogRow:
        return LogRow(self._writer, {"repository": self._repository, "run": run, "unit": unit})

    def read(self, run: str, unit: UnitPath) -> Iterator[str]:
        part = self.part(run, unit)
        while part.lines:
            yield from part.lines
            part = self.part(run, unit, part.position)

    def part(self, run: str, unit: UnitPath, position: int = 0) -> LogPart:
        """The position is the number of the last chunk."""
        chunks = log_chunks.c
        query = select(chunks.sequence, chunks.lines).where(chunks.run == run, chunks.unit == unit)
        query = query.where(chunks.repository == self._repository, chunks.sequence > position)
        found = bytearray()
        with (
            self._database.reading() as connection,
            contextlib.closing(
                connection.execution_options(stream_results=True, max_row_buffer=8).execute(
                    query.order_by(chunks.sequence)
                )
            ) as rows,
        ):
            for row in rows:
                found += row.lines
                position = row.sequence
                if len(found) >= PART_BYTES:
                    break
        return LogPart(tuple(found.decode(errors="replace").removesuffix("\n").split("\n")) if found else (), position)

    def near_end(self, run: str, unit: UnitPath) -> int:
        chunks = log_chunks.c
        query = select(chunks.sequence, func.length(chunks.lines).label("size"))
        query = query.where(chunks.run == run, chunks.unit == unit, chunks.repository == self._repository)
        left = PART_BYTES
        with self._database.reading() as connection:
            for row in connection.execute(query.order_by(chunks.sequence.desc())):
                if left <= 0:
                    return int(row.sequence)
                left -= row.size
        return 0

    def delete(self, run: str) -> None:
        mine = log_chunks.c.repository == self._repository
        with self._database.appending() as connection:
            connection.execute(delete(log_chunks).where(log_chunks.c.run == run, mine))


def _chunks(lines: bytes) -> Iterator[bytes]:
    """Whole lines, as many as fit into a batch: readers of a log's end, or of a part, take whole chunks."""
    start = 0
    while start < len(lines):
        end = lines.rfind(b"\n", start, start + BATCH_BYTES) + 1 or lines.find(b"\n", start) + 1
        yield lines[start:end]
        start = end


def _lost(lines: int) -> bytes:
    return f"... {lines} lines are missing: the database could not be reached.\n".encode() if lines else b""
