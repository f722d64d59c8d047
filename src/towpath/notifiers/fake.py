"""A destination for tests."""

from __future__ import annotations

from towpath.notifiers.notifier import Delivery, NotDelivered, Sending
from towpath.problems import Problem

__all__ = ["FakeNotifier"]


class FakeNotifier:
    """Keeps each notice once; while `problem` is set it takes none."""

    def __init__(self) -> None:
        self.arrived: dict[str, Sending] = {}
        self.problem: Problem | None = None

    def send(self, sending: Sending) -> Delivery:
        if self.problem is not None:
            raise NotDelivered(self.problem)
        self.arrived.setdefault(sending.notice.id, sending)
        return Delivery(sending.notice.subject)
