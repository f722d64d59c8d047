"""The chain of the audit log: whatever is done to it afterwards is found, at its place."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.access import GENESIS, Break, chained, entry_json, entry_of, first_break
from towpath.model.audit import AuditEntry, AuditHead, AuditRecord

NOW = datetime.datetime(2026, 1, 5, 9, 30, 15, 123456, tzinfo=datetime.UTC)


def a_log(count: int) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number in range(count):
        record = AuditRecord(NOW, "ann@example.com", "run-approved", f"run-{number}", "192.0.2.7", "sha256:1", {"n": 1})
        entries.append(chained(entries[-1].head if entries else GENESIS, record))
    return entries


def break_of(log: list[AuditEntry], noted: AuditHead | None = None) -> Break | None:
    return first_break((entry_json(entry) for entry in log), noted)


def test_a_log_that_nobody_touched_holds() -> None:
    assert break_of(a_log(5)) is None
    assert break_of([]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOW + datetime.timedelta(microseconds=1)},
        {"who": "eve@example.com"},
        {"address": ""},
        {"action": "run-rejected"},
        {"subject": "run-7"},
        {"digest": None},
        {"detail": {"n": 2}},
    ],
)
def test_every_part_of_an_entry_is_covered(change: dict[str, object]) -> None:
    log = a_log(4)
    log[2] = replace(log[2], record=replace(log[2].record, **change))  # type: ignore[arg-type]  # each is of its type
    broken = break_of(log)
    assert broken is not None
    assert (broken.sequence, "was changed" in broken.detail) == (3, True)


def _drop(log: list[AuditEntry]) -> None:
    del log[1]


def _swap(log: list[AuditEntry]) -> None:
    log[1], log[2] = log[2], log[1]


def _behead(log: list[AuditEntry]) -> None:
    del log[0]


def _renumber(log: list[AuditEntry]) -> None:
    del log[1]
    log[1] = chained(log[0].head, log[1].record)


@pytest.mark.parametrize(
    ("spoil", "sequence"), [(_drop, 2), (_swap, 2), (_behead, 1), (_renumber, 3)], ids=["drop", "swap", "head", "forge"]
)
def test_what_is_missing_moved_or_forged_is_found(spoil: Callable[[list[AuditEntry]], None], sequence: int) -> None:
    log = a_log(5)
    spoil(log)
    broken = break_of(log)
    assert broken is not None
    assert broken.sequence == sequence


def test_an_end_that_was_cut_off_or_written_anew_is_found_by_whoever_noted_it() -> None:
    log = a_log(5)
    assert break_of(log, log[4].head) is None
    cut = break_of(log[:3], log[4].head)
    assert cut is not None
    assert "ends with entry 3" in cut.detail
    forged = [*log[:2], chained(log[1].head, replace(log[2].record, who="eve"))]
    assert break_of(forged) is None
    anew = break_of(forged, AuditHead(3, log[2].hash))
    assert anew is not None
    assert "written anew" in anew.detail


@given(who=st.text(), detail=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()))
def test_an_exported_line_reads_back_as_the_same_entry(who: str, detail: dict[str, object]) -> None:
    entry = chained(GENESIS, AuditRecord(NOW, who, "a", "b\udce9\ud83d", detail=detail))
    line = entry_json(entry)
    assert "\n" not in line
    assert entry_of(line) == entry
    assert first_break([line]) is None


def test_an_entry_that_cannot_be_read_or_says_more_is_found() -> None:
    lines = [entry_json(entry) for entry in a_log(3)]
    for spoilt in ("not json", lines[1].replace("{", '{"more":1,', 1), lines[1].replace(",", ", ", 1)):
        broken = first_break([lines[0], spoilt, lines[2]])
        assert broken is not None
        assert (broken.sequence, "cannot be read" in broken.detail) == (2, True)


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"at": 1}', "nonsense"])
def test_what_is_no_entry_is_refused(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # json's own error is one of them
        entry_of(line)
