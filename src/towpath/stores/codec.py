"""Nouns to JSON and back. A noun written by an older version reads as one whose new fields have their defaults."""

from __future__ import annotations

from functools import cached_property
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from towpath.model.events import Event
from towpath.model.ledger import LedgerEntry
from towpath.model.people import Scopes
from towpath.model.plans import Plan
from towpath.model.runs import Approval, Attempt, Gate, Run, UnitRun, Worker
from towpath.model.texts import encodable
from towpath.model.watching import Arrival, Drift, Head, Schedule, Watch

__all__ = [
    "APPROVAL",
    "ARRIVAL",
    "ATTEMPT",
    "DRIFT",
    "EVENT",
    "GATE",
    "HEAD",
    "LEDGER_ENTRY",
    "PLAN",
    "RUN",
    "SCHEDULE",
    "SCOPES",
    "UNIT_RUN",
    "WATCH",
    "WORKER",
    "Codec",
]

Noun = TypeVar("Noun")


class Codec(Generic[Noun]):
    """One noun's JSON form. Working it out takes milliseconds, and most commands need only some."""

    def __init__(self, noun: type[Noun]) -> None:
        self._noun = noun

    @cached_property
    def _adapter(self) -> TypeAdapter[Noun]:
        return TypeAdapter(self._noun)

    def dump(self, value: Noun) -> str:
        try:
            return self._adapter.dump_json(value).decode()
        except PydanticSerializationError:
            # A name of the repository that is not UTF-8: it is shown to people, and nothing is found by it.
            return self._adapter.dump_json(encodable(value)).decode()

    def load(self, text: str) -> Noun:
        return self._adapter.validate_json(text)


RUN = Codec(Run)
UNIT_RUN = Codec(UnitRun)
ATTEMPT = Codec(Attempt)
GATE = Codec(Gate)
APPROVAL = Codec(Approval)
WORKER = Codec(Worker)
LEDGER_ENTRY = Codec(LedgerEntry)
EVENT = Codec(Event)
PLAN = Codec(Plan)
SCOPES = Codec(Scopes)
WATCH = Codec(Watch)
HEAD = Codec(Head)
ARRIVAL = Codec(Arrival)
SCHEDULE = Codec(Schedule)
DRIFT = Codec(Drift)
