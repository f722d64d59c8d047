"""One form of an expression's text, whatever its layout: what is unknown is told by its text, and reformatting a file
must not make it another unknown.
"""

from __future__ import annotations

import re

__all__ = ["tidy"]

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
      | (?P<text>"(?:\\.|[^"\\])*")
      | (?P<word>[\w-]*[\w]|\d+(?:\.\d+)?)
      | (?P<close>[)\]}])
      | (?P<open>[(\[{])
      | (?P<operator>=>|==|!=|<=|>=|&&|\|\||\.\.\.|[-+*/%<>=?:])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_TIGHT = frozenset((".", "..."))
_VALUES = frozenset(("text", "word", "close"))


def tidy(source: str) -> str:
    """The text on one line, without comments and with blanks where the language's formatter puts them. A heredoc,
    where every blank counts, stays as it is.
    """
    if "<<" in source:
        return source
    pieces: list[str] = []
    before, blank = "", False
    for found in _TOKEN.finditer(source):
        kind, token = found.lastgroup or "other", found.group()
        if kind == "space":
            blank = True
            continue
        if pieces and _is_apart(before, pieces[-1], kind, token, blank=blank):
            pieces.append(" ")
        pieces.append(token)
        before, blank = kind, False
    return "".join(pieces)


def _is_apart(before: str, last: str, kind: str, piece: str, *, blank: bool) -> bool:
    """Whether a blank stands between two tokens."""
    if last in _TIGHT or piece in _TIGHT or piece == "," or kind == "close" or before == "open":
        return False
    if last == ",":
        return True
    if "operator" in (before, kind):
        return kind != "open" or before == "operator" or blank
    return blank and before in _VALUES and (kind in _VALUES or piece == "!")
