"""Notices: what people are told of, wherever they are told it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Notice", "NoticeEvent", "NoticeSeverity"]


class NoticeEvent(StrEnum):
    """What a notice is of."""

    WAITING = "waiting"
    HALTED = "halted"
    SUCCEEDED = "succeeded"
    TEST = "test"


class NoticeSeverity(StrEnum):
    """How much somebody is asked to do: nothing, to decide or look, to mend."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `id` is the same however often it is sent; `link` is where to read more; `environments` are
    those it concerns; `branch` and `actor` are empty where there are none. Text is plain, title one line.
    """

    id: str
    event: NoticeEvent
    severity: NoticeSeverity
    at: datetime.datetime
    repository: str
    title: str
    text: str
    link: str
    run: str | None = None
    environments: tuple[str, ...] = ()
    branch: str = ""
    actor: str = ""

    @property
    def subject(self) -> str:
        """What it is about: notices of one run belong together."""
        return f"{self.repository}/{self.run}" if self.run else self.id

    def as_json(self) -> dict[str, str | list[str] | None]:
        """The form that other programs read."""
        return {
            "id": self.id,
            "event": self.event.value,
            "severity": self.severity.value,
            "at": self.at.isoformat(),
            "repository": self.repository,
            "title": self.title,
            "text": self.text,
            "link": self.link,
            "run": self.run,
            "environments": list(self.environments),
            "branch": self.branch,
            "actor": self.actor,
        }
