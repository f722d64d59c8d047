"""Keeps secrets out of what is shown.

1. A secret is looked for as it is, and in the forms in which programs print it: each of its lines, escaped as in JSON,
   percent-encoded, in base64 (both alphabets, at all three offsets).
2. Output comes in chunks that end anywhere; it is redacted line by line, so a secret split over chunks is found.
3. A line without end is cut at a limit, never inside of what might be a secret.

What is encrypted, compressed or spelled out by other means is not recognised.
"""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator

__all__ = ["MASK", "LineRedactor", "Redactor"]

MASK = "(redacted)"
_LONG_ENOUGH_TO_ENCODE = 6
"""Shorter secrets are looked for as they are only: their base64 is found in innocent text."""


class Redactor:
    """Replaces secrets in whole texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self.longest = max(map(len, forms), default=0)
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def redact(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text

    def safe_cut(self, text: str, at: int) -> int:
        """The last position up to `at` where `text` can be cut without cutting a secret in it."""
        for match in self._pattern.finditer(text) if self._pattern else ():
            if match.start() < at < match.end():
                return match.start()
        return at


def _forms(secret: str) -> Iterator[str]:
    whole = secret.strip("\r\n")
    for text in {secret, whole, *(line.strip() for line in secret.splitlines())}:
        # One letter of a many-lined secret (the brace of a JSON key file) says nothing and stands in every log.
        if not text.strip() or (text not in (secret, whole) and len(text) < _LONG_ENOUGH_TO_ENCODE):
            continue
        yield text
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
        if len(text) >= _LONG_ENOUGH_TO_ENCODE:
            yield urllib.parse.quote(text, safe="")
            yield urllib.parse.quote(text)
            yield urllib.parse.quote_plus(text)
            yield from _base64_forms(text.encode())


def _base64_forms(content: bytes) -> Iterator[str]:
    """What is the same of the secret's base64 whatever stands before and after it, for each of three offsets."""
    for offset in range(3):
        padded = b"\0" * offset + content
        whole = len(padded) // 3 * 3
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            # The first group holds bits of what stands before, the last one of what follows.
            form = encode(padded[:whole])[4 if offset else 0 :].decode()
            if len(form) >= _LONG_ENOUGH_TO_ENCODE:
                yield form


class LineRedactor:
    """Turns chunks of bytes into redacted lines without their ends. Bytes that are not UTF-8 show as U+FFFD."""

    def __init__(self, redactor: Redactor, limit: int = 64 * 1024) -> None:
        self._redactor = redactor
        self._limit = limit
        self._rest = b""

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that `chunk` completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        shown = [self._redactor.redact(_text(line)) for line in lines]
        if len(self._rest) > self._limit + 4 * self._redactor.longest:
            shown.append(self._cut())
        return shown

    def end(self) -> list[str]:
        """What is left when no more comes."""
        rest, self._rest = self._rest, b""
        return [self._redactor.redact(_text(rest))] if rest else []

    def _cut(self) -> str:
        text = _text(self._rest)
        cut = self._redactor.safe_cut(text, max(len(text) - self._redactor.longest, 1))
        self._rest = text[cut:].encode()
        return self._redactor.redact(text[:cut])


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")
