"""The chain of the audit log: SHA-256 over canonical JSON of each entry, in which the hash of the one before stands.

Canonical: keys sorted, no spaces, every character beyond ASCII as `\\uXXXX`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from towpath.model.audit import AuditEntry, AuditHead, AuditRecord

__all__ = ["GENESIS", "Break", "chained", "entry_json", "entry_of", "first_break"]

GENESIS = AuditHead(0, "sha256:" + "0" * 64)
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: at `sequence`, in a sentence."""

    sequence: int
    detail: str


def chained(head: AuditHead, record: AuditRecord) -> AuditEntry:
    """The entry that this record becomes after `head`."""
    sequence = head.sequence + 1
    return AuditEntry(sequence, record, head.hash, _hash(sequence, record, head.hash))


def first_break(lines: Iterable[str], noted: AuditHead | None = None) -> Break | None:
    """The first entry that is changed, missing or out of order; None when all is well.

    `lines` are all entries there are, as `entry_json` wrote them, in the order of their sequence. `noted` is the end of
    the log as somebody noted it before: it must still be there.
    """
    head = GENESIS
    for line in lines:
        expected = head.sequence + 1
        try:
            entry = entry_of(line)
        except ValueError:
            return Break(expected, f"Entry {expected} cannot be read: it is not what was written.")
        broken = _broken(head, entry) or _differs(entry, noted)
        if broken is not None:
            return Break(expected, broken)
        head = entry.head
    if noted is not None and noted.sequence > head.sequence:
        detail = f"The log ends with entry {head.sequence}; entry {noted.sequence} was noted before, and is gone."
        return Break(head.sequence + 1, detail)
    return None


def entry_json(entry: AuditEntry) -> str:
    """One line of JSON: what is hashed, and the hash. `entry_of` reads it back, whatever bytes its texts hold."""
    return _canonical({**_hashed(entry.sequence, entry.record, entry.previous), "hash": entry.hash})


def entry_of(line: str) -> AuditEntry:
    """Raises `ValueError` for what `entry_json` did not write."""
    try:
        said = json.loads(line)
        record = AuditRecord(
            at=datetime.datetime.fromisoformat(said["at"]),
            who=said["who"],
            action=said["action"],
            subject=said["subject"],
            address=said["address"],
            digest=said["digest"],
            detail=dict(said["detail"]),
        )
        entry = AuditEntry(int(said["sequence"]), record, said["previous"], said["hash"])
    except (KeyError, TypeError) as error:
        raise ValueError("it is not an entry of an audit log") from error
    if entry_json(entry) != line:
        raise ValueError("it says more, or in another way, than an entry of an audit log does")
    return entry


def _broken(head: AuditHead, entry: AuditEntry) -> str | None:
    if entry.sequence != head.sequence + 1:
        return f"Entry {head.sequence + 1} is missing: entry {entry.sequence} stands in its place."
    if entry.previous != head.hash:
        return f"Entry {entry.sequence} does not follow the entry before it: one of them was replaced."
    if entry.hash != _hash(entry.sequence, entry.record, entry.previous):
        return f"Entry {entry.sequence} was changed after it was written."
    return None


def _differs(entry: AuditEntry, noted: AuditHead | None) -> str | None:
    if noted is None or entry.sequence != noted.sequence or entry.hash == noted.hash:
        return None
    return f"Entry {entry.sequence} is another than the one that was noted before: the log was written anew."


def _hash(sequence: int, record: AuditRecord, previous: str) -> str:
    text = _canonical(_hashed(sequence, record, previous))
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"


def _canonical(said: dict[str, Any]) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _hashed(sequence: int, record: AuditRecord, previous: str) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "at": record.at.isoformat(),
        "who": record.who,
        "address": record.address,
        "action": record.action,
        "subject": record.subject,
        "digest": record.digest,
        "detail": dict(record.detail),
        "previous": previous,
    }
