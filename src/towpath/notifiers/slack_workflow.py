"""A workflow of Slack's workflow builder that begins with a webhook.

It takes the text variables it was set up with, and those only: `repo`, `branch`, `actor`, `status`, `url`
(slack.com/help/articles/360041352714). It cannot tell that it was started for the same notice before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from towpath.notifiers.notifier import Delivery, Sending, check_answer
from towpath.system.http import Http

__all__ = ["SlackWorkflow"]


@dataclass(frozen=True, slots=True)
class SlackWorkflow:
    """The address is a secret: whoever has it can start the workflow."""

    url: str = field(repr=False)
    http: Http

    def send(self, sending: Sending) -> Delivery:
        notice = sending.notice
        variables = {
            "repo": notice.repository,
            "branch": notice.branch,
            "actor": notice.actor,
            "status": notice.title,
            "url": notice.link,
        }
        answer = self.http.post(self.url, json.dumps(variables), {"Content-Type": "application/json"})
        check_answer(answer, "Slack's workflow")
        return Delivery()
