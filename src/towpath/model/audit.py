"""The audit log: who did what, from where, when, on which digest."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["AuditEntry", "AuditHead", "AuditRecord"]


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What is to be written down.

    `who` is the address of the person, or `towpath` itself; `address` the network address, "" on the machine itself.
    `action` is kebab-case (`run-approved`), `subject` what it was done to (a run, an account, a token's id). `digest`
    is what was decided on, where there is such a thing. `detail` holds plain JSON values; never a secret.
    """

    at: datetime.datetime
    who: str
    action: str
    subject: str
    address: str = ""
    digest: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The end of the log at some time: whoever notes it down can tell later that nothing was cut off or replaced."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A record in its place: `sequence` counts from 1 without gaps, `previous` is the hash of the entry before, `hash`
    covers everything else here.
    """

    sequence: int
    record: AuditRecord
    previous: str
    hash: str

    @property
    def head(self) -> AuditHead:
        return AuditHead(self.sequence, self.hash)
