"""Nothing of a secret is left, however it is printed."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.runners import MASK, LineRedactor, Redactor

SECRET = 'p@ss"w/ord+1 é'


@pytest.mark.parametrize(
    "printed",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        urllib.parse.quote(SECRET, safe=""),
        urllib.parse.quote_plus(SECRET),
    ],
)
def test_forms_of_a_secret(printed: str) -> None:
    shown = Redactor([SECRET]).redact(f"before {printed} after")
    assert shown.strip('"').replace('"', "") == f"before {MASK} after"


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "user:"])
@pytest.mark.parametrize("after", ["", "z", "zz"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_inside_of_base64(before: str, after: str, encode: object) -> None:
    assert callable(encode)
    printed = encode((before + SECRET + after).encode()).decode()
    shown = Redactor([SECRET]).redact(printed)
    assert MASK in shown
    # What may be left is what the secret's first and last bits share with their neighbours.
    assert len(shown.replace(MASK, "")) <= len(printed) - len(SECRET.encode()) + 4


def test_each_line_of_a_key_is_a_secret() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n}\nkqhkiG9w0BAQEF\n"
    shown = Redactor([key]).redact("x kqhkiG9w0BAQEF y } z")
    assert shown == f"x {MASK} y }} z"


def test_of_two_secrets_the_longer_is_taken_whole() -> None:
    assert Redactor(["abc", "abcdef"]).redact("abcdef abc") == f"{MASK} {MASK}"


def test_no_secrets_no_change() -> None:
    assert Redactor(["", "  ", "\n"]).redact("a  b") == "a  b"


def test_lines_are_told_when_they_are_complete() -> None:
    lines = LineRedactor(Redactor([]))
    assert lines.feed(b"one\r\ntw") == ["one"]
    assert lines.feed(b"o\n\nthree") == ["two", ""]
    assert lines.end() == ["three"]
    assert lines.end() == []


def test_bytes_that_are_no_text_do_not_stop_the_log() -> None:
    assert LineRedactor(Redactor([])).feed(b"a\xff\xfeb\n") == ["a��b"]


@given(st.lists(st.integers(min_value=1, max_value=9), max_size=20))
def test_chunks_may_end_anywhere(sizes: list[int]) -> None:
    content = f"start {SECRET} middle\n{SECRET}{SECRET}\nend {SECRET}".encode()
    lines = LineRedactor(Redactor([SECRET]))
    shown: list[str] = []
    for size in sizes:
        shown += lines.feed(content[:size])
        content = content[size:]
    shown += lines.feed(content) + lines.end()
    assert shown == [f"start {MASK} middle", MASK + MASK, f"end {MASK}"]


@given(st.integers(min_value=0, max_value=60))
def test_a_line_without_end_is_cut_but_not_in_a_secret(offset: int) -> None:
    lines = LineRedactor(Redactor(["topsecret"]), limit=20)
    text = "." * offset + "topsecret" * 8 + "." * 100
    shown: list[str] = []
    for at in range(0, len(text), 7):
        shown += lines.feed(text[at : at + 7].encode())
    whole = "".join(shown + lines.end())
    assert whole == "." * offset + MASK * 8 + "." * 100
    assert len(shown) > 1
