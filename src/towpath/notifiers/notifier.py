"""What every notifier does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from towpath.model.notices import Notice
from towpath.problems import Problem, ProblemError
from towpath.system.http import HttpAnswer

__all__ = ["Delivery", "NotDelivered", "Notifier", "Sending", "check_answer"]

_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Sending:
    """A notice on its way to one destination. `again`: it may have arrived before. `earlier` is the reference that the
    destination gave for an earlier notice of the same subject.
    """

    notice: Notice
    earlier: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """The notice has arrived. `reference` is what later notices of the subject are sent with; `note` is what people
    should know of it all the same.
    """

    reference: str | None = None
    note: str = ""


class NotDelivered(ProblemError):  # noqa: N818  # it says what is so, as in "it was not delivered"
    """The destination did not take it. `retry_after` is how many seconds it asks to be left alone."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class Notifier(Protocol):
    """One destination. A notice that is sent twice arrives once, where the destination can tell; Slack's workflows and
    Teams cannot. Threads may share it.
    """

    def send(self, sending: Sending) -> Delivery:
        """Raises `NotDelivered`, and `ProblemError` as the doors do."""
        ...


def check_answer(answer: HttpAnswer, host: str) -> None:
    """Raises `NotDelivered` unless it was taken. A `Retry-After` that is a date is passed over."""
    if 200 <= answer.status < 300:
        return
    after = float(answer.retry_after) if answer.retry_after and answer.retry_after.isdecimal() else None
    why = "it gets more than it takes" if answer.status == _TOO_MANY else f"it answered {answer.status}"
    raise NotDelivered(
        Problem(
            "notice-refused",
            "A destination does not take a message",
            f"{host}: {why}.",
            hint="Look at the destination's address and secret in the server's configuration.",
        ),
        after,
    )
