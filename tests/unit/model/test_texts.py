"""Names that are not UTF-8 become text that is."""

from __future__ import annotations

from towpath.model.changes import Reason, ReasonKind
from towpath.model.texts import encodable


def test_bytes_that_are_no_text_are_shown_wherever_they_stand() -> None:
    reason = Reason(ReasonKind.FILE, before={"a\udcff": ["\udce9", 1, None]}, file="latin\udce9.txt")
    assert encodable((reason,)) == (
        Reason(ReasonKind.FILE, before={"a\\xff": ["\\xe9", 1, None]}, file="latin\\xe9.txt"),
    )


def test_all_other_text_stays_as_it_is() -> None:
    for text in ("größe 日本", "new\nline", "back\\xe9", "", "\U0001f6a2"):
        assert encodable(text) is text
