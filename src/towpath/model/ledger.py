"""What stands where: what each unit was last applied from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from towpath.model.paths import UnitPath

__all__ = ["LedgerEntry"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What a unit was last applied from.

    `commit` and `fingerprint` are those the successful apply was made from; `outputs` maps each output's name to
    `sha256:` of its canonical JSON after it.
    """

    unit: UnitPath
    commit: str
    fingerprint: str
    run: str
    outputs: Mapping[str, str]
    at: datetime.datetime
