"""A topic of Amazon SNS. A FIFO topic passes a notice on once, however often it is sent within five minutes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from towpath.notifiers.notifier import Delivery, Sending
from towpath.system.aws import Aws, TopicMessage

__all__ = ["Sns"]

_LONGEST_SUBJECT = 99


@dataclass(frozen=True, slots=True)
class Sns:
    """`topic` is the topic's ARN."""

    topic: str
    aws: Aws

    def send(self, sending: Sending) -> Delivery:
        notice, is_fifo = sending.notice, self.topic.endswith(".fifo")
        attributes = {"event": notice.event.value, "severity": notice.severity.value, "repository": notice.repository}
        message = TopicMessage(
            self.topic,
            _subject(notice.title),
            json.dumps(notice.as_json()),
            attributes,
            group=_id(notice.subject) if is_fifo else None,
            once=_id(notice.id) if is_fifo else None,
        )
        self.aws.publish(message)
        return Delivery()


def _subject(title: str) -> str:
    """Printable ASCII in one line, as SNS wants it."""
    text = "".join(letter if " " <= letter <= "~" else "?" for letter in title)
    return text.strip()[:_LONGEST_SUBJECT] or "Towpath"


def _id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
