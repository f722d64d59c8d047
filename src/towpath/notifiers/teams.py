"""A workflow of Microsoft Teams: "Post to a channel when a webhook request is received".

It takes a message with an adaptive card (learn.microsoft.com, "Create incoming webhooks with Workflows"), and cannot
tell that it got the same notice before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from towpath.model.notices import Notice, NoticeSeverity
from towpath.notifiers.notifier import Delivery, Sending, check_answer
from towpath.system.http import Http

__all__ = ["Teams"]

_COLORS = {NoticeSeverity.INFO: "default", NoticeSeverity.WARNING: "warning", NoticeSeverity.ERROR: "attention"}
_LONGEST = 4000
"""A message of more than 28 kB is refused; this leaves room for letters of four bytes."""


@dataclass(frozen=True, slots=True)
class Teams:
    """The address is a secret: whoever has it can post."""

    url: str = field(repr=False)
    http: Http

    def send(self, sending: Sending) -> Delivery:
        card = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": _card(sending)}
        body = json.dumps({"type": "message", "attachments": [card]})
        check_answer(self.http.post(self.url, body, {"Content-Type": "application/json"}), "Teams")
        return Delivery()


def _card(sending: Sending) -> dict[str, Any]:
    notice = sending.notice
    title = {"type": "TextBlock", "text": _plain(notice.title), "weight": "bolder", "size": "medium", "wrap": True}
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {**title, "color": _COLORS[notice.severity]},
            {"type": "TextBlock", "text": _plain(notice.text[:_LONGEST]), "wrap": True},
            {"type": "FactSet", "facts": _facts(notice)},
        ],
        "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": notice.link}],
    }


def _facts(notice: Notice) -> list[dict[str, str]]:
    rows = {"Repository": notice.repository, "Branch": notice.branch, "By": notice.actor}
    return [{"title": name, "value": _plain(value)} for name, value in rows.items() if value]


def _plain(text: str) -> str:
    """Cards read Markdown: what somebody wrote into a commit must not become a link."""
    return "".join(f"\\{letter}" if letter in "\\[]()*_`~!#" else letter for letter in text)
