"""Each file is parsed once, whoever asks, at whichever commit."""

from __future__ import annotations

import hashlib

from towpath.hcl.parse import parse
from towpath.hcl.syntax import ParsedFile

__all__ = ["ParseCache"]


class ParseCache:
    """Parsed files by path and content; shared by callers across units and commits. The path counts because places
    name it.
    """

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, bytes], ParsedFile] = {}

    def parse(self, content: bytes, path: str) -> ParsedFile:
        """The parsed file, from the cache where it is there."""
        key = (path, hashlib.sha256(content).digest())
        if key not in self._parsed:
            self._parsed[key] = parse(content, path)
        return self._parsed[key]
