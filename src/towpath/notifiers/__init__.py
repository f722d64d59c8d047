"""Telling people: a file for each kind of destination, all behind one `Protocol`.

1. A notice says what happened, in plain text; each notifier gives it the form of its destination.
2. What somebody wrote into a repository is text there, never a link, a mention or markup.
3. A notice that is sent again is recognised by its id, where the destination can tell.

This package does not choose who is told what, does not try again, and keeps nothing.
"""

from __future__ import annotations

from towpath.notifiers.notifier import Delivery, NotDelivered, Notifier, Sending

__all__ = ["Delivery", "NotDelivered", "Notifier", "Sending"]
