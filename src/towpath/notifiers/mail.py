"""Mail: plain text and HTML. Its Message-ID is made of the notice, so that programs which read mail show it once, and
mails of one run stand together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from towpath.model.notices import Notice
from towpath.notifiers.notifier import Delivery, Sending
from towpath.system.mail import Mail, MailServer

__all__ = ["MailNotifier"]

_HTML = """<!doctype html>
<html lang="en"><body style="font-family: sans-serif">
<h1 style="font-size: 1.2em">{title}</h1>
<p style="white-space: pre-wrap">{text}</p>
<p><a href="{link}">{link}</a></p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class MailNotifier:
    """From one address to some others, through one server."""

    server: MailServer
    sender: str
    to: tuple[str, ...]
    mail: Mail

    def send(self, sending: Sending) -> Delivery:
        missed = self.mail.send(self.server, self._message(sending.notice))
        return Delivery(note=f"The server did not take it for {', '.join(missed)}." if missed else "")

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = ", ".join(self.to)
        message["Subject"] = " ".join(f"[{notice.repository}] {notice.title}".split())
        message["Date"] = format_datetime(notice.at)
        message["Message-ID"] = self._id(notice.id)
        if notice.run is not None:
            message["References"] = self._id(notice.subject)
        # RFC 3834: so that nobody's absence is answered to it.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{notice.title}\n\n{notice.text}\n\n{notice.link}\n")
        page = _HTML.format(title=escape(notice.title), text=escape(notice.text), link=escape(notice.link))
        message.add_alternative(page, subtype="html")
        return message

    def _id(self, text: str) -> str:
        """The same for the same text and addressees."""
        whole = hashlib.sha256("\n".join((text, *self.to)).encode()).hexdigest()
        return f"<{whole[:40]}@{self.sender.rpartition('@')[2]}>"
