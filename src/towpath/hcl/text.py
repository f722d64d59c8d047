"""The text of a file, shared by everything that was read from it."""

from __future__ import annotations

from bisect import bisect_right

from towpath.problems import Place

__all__ = ["SourceText"]


class SourceText:
    """The bytes of one file and its name. Nodes keep offsets into it; lines and columns are computed when asked for."""

    __slots__ = ("_line_starts", "_lines_before", "content", "file")

    def __init__(self, content: bytes, file: str, lines_before: int = 0) -> None:
        """`lines_before` are lines that were put in front and do not count."""
        self.content = content
        self.file = file
        self._lines_before = lines_before
        self._line_starts: list[int] | None = None

    def text(self, start: int, end: int) -> str:
        """The text between two byte offsets; bytes that are not UTF-8 show as the replacement character."""
        return self.content[start:end].decode("utf-8", "replace")

    def place(self, offset: int) -> Place:
        """The place of a byte offset; the line's text is in it."""
        starts = self._starts()
        line = bisect_right(starts, offset) - 1
        begin = starts[line]
        end = starts[line + 1] if line + 1 < len(starts) else len(self.content)
        source = self.text(begin, end).rstrip("\r\n")
        return Place(self.file, line + 1 - self._lines_before, len(self.text(begin, offset)) + 1, source)

    def _starts(self) -> list[int]:
        if self._line_starts is None:
            starts = [0]
            position = self.content.find(b"\n")
            while position >= 0:
                starts.append(position + 1)
                position = self.content.find(b"\n", position + 1)
            self._line_starts = starts
        return self._line_starts
