"""Messages of a Slack app with a bot token: one thread for each run, whose first message says where the run stands.

Each message carries what it is of as metadata (docs.slack.dev/messaging/message-metadata), by which the app finds what
it posted before: looking in the channel needs the scope channels:history (groups:history in a private one) beside
chat:write.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from towpath.model.notices import Notice, NoticeSeverity
from towpath.notifiers.notifier import Delivery, NotDelivered, Sending, check_answer
from towpath.problems import Problem
from towpath.system.http import Http

__all__ = ["SlackBot"]

_KIND = "towpath_notice"
_PAGE = 200
_MOST_PAGES = 5
_LONGEST = 2500
_MARKS = {NoticeSeverity.INFO: "", NoticeSeverity.WARNING: ":warning: ", NoticeSeverity.ERROR: ":x: "}
_HINTS = {
    "not_in_channel": "Invite the app to the channel: /invite @NAME.",
    "channel_not_found": "Give the channel's id, such as C024BE91L, and invite the app if it is private.",
    "missing_scope": "The app needs chat:write, and channels:history (groups:history in a private channel).",
}


@dataclass(frozen=True, slots=True)
class SlackBot:
    """`channel` is the channel's id."""

    token: str = field(repr=False)
    channel: str
    http: Http
    api: str = "https://slack.com/api"

    def send(self, sending: Sending) -> Delivery:
        notice = sending.notice
        top = self._top(sending)
        if top is None:
            posted = self._call("chat.postMessage", {**_words(notice), "metadata": _metadata(notice, notice.id)})
            return Delivery(str(posted["ts"]))
        place, first = str(top["ts"]), _payload(top)
        if first.get("notice") != notice.id:
            if not (sending.again and self._is_in_thread(place, notice)):
                reply = {**_words(notice), "thread_ts": place, "metadata": _metadata(notice, notice.id)}
                self._call("chat.postMessage", reply)
            if str(first.get("at", "")) <= notice.at.isoformat():
                metadata = _metadata(notice, str(first.get("notice", "")))
                self._call("chat.update", {**_words(notice), "ts": place, "metadata": metadata})
        return Delivery(place)

    def _top(self, sending: Sending) -> dict[str, Any] | None:
        """The first message of the thread, as it is now."""
        asked: dict[str, str] = {}
        if sending.earlier is not None:
            asked = {"latest": sending.earlier, "oldest": sending.earlier, "inclusive": "true"}
        elif not sending.again:
            return None
        return self._find("conversations.history", asked, "subject", sending.notice.subject)

    def _is_in_thread(self, place: str, notice: Notice) -> bool:
        return self._find("conversations.replies", {"ts": place}, "notice", notice.id) is not None

    def _find(self, method: str, asked: dict[str, str], name: str, value: str) -> dict[str, Any] | None:
        """The newest message of ours whose metadata say so, among the last thousand."""
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = {**asked, "limit": str(_PAGE), "include_all_metadata": "true", "cursor": cursor}
            said = self._look(method, page)
            for message in said.get("messages", ()):
                if _payload(message).get(name) == value:
                    return dict(message)
            cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return None

    def _look(self, method: str, asked: dict[str, str]) -> dict[str, Any]:
        query = urlencode({"channel": self.channel, **{name: value for name, value in asked.items() if value}})
        answer = self.http.get(f"{self.api}/{method}?{query}", {"Authorization": f"Bearer {self.token}"})
        check_answer(answer, "Slack")
        return _understood(method, answer.body)

    def _call(self, method: str, said: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json; charset=utf-8"}
        answer = self.http.post(f"{self.api}/{method}", json.dumps({"channel": self.channel, **said}), headers)
        check_answer(answer, "Slack")
        return _understood(method, answer.body)


def _understood(method: str, body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if isinstance(said, dict) and said.get("ok") is True:
        return said
    error = str(said.get("error", "unknown")) if isinstance(said, dict) else "no JSON"
    hint = _HINTS.get(error, "Look at the app's token and the channel in the server's configuration.")
    raise NotDelivered(Problem("slack-refused", "Slack does not take a message", f"{method}: {error}.", hint=hint))


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    metadata = message.get("metadata") or {}
    return dict(metadata.get("event_payload") or {}) if metadata.get("event_type") == _KIND else {}


def _metadata(notice: Notice, first: str) -> dict[str, Any]:
    payload = {"subject": notice.subject, "notice": first, "at": notice.at.isoformat()}
    return {"event_type": _KIND, "event_payload": payload}


def _words(notice: Notice) -> dict[str, Any]:
    title = f"{_MARKS[notice.severity]}*<{_plain(notice.link)}|{_plain(notice.title)}>*"
    section = {"type": "section", "text": {"type": "mrkdwn", "text": f"{title}\n{_plain(notice.text)[:_LONGEST]}"}}
    about = " · ".join(_plain(part) for part in (notice.repository, notice.branch, notice.actor) if part)
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": about}]}
    return {"text": _plain(f"{notice.repository}: {notice.title}"), "blocks": [section, context]}


def _plain(text: str) -> str:
    """What somebody wrote is neither a link nor a mention (docs.slack.dev, "Escaping text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
