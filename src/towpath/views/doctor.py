"""What `towpath doctor` found, as lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from towpath.service.diagnosis import Finding, Verdict
from towpath.views.tables import Line, Span, Style, line

__all__ = ["findings_lines"]

_INDENT = 24
_WRAP = 100

_MARKS = {
    Verdict.OK: Span("ok       ", Style.GOOD),
    Verdict.ATTENTION: Span("attention", Style.WARNING),
    Verdict.MISSING: Span("missing  ", Style.BAD),
}


def findings_lines(findings: Iterable[Finding]) -> Iterator[Line]:
    """One line for each part, and what to do about it below."""
    for finding in findings:
        yield line(_MARKS[finding.verdict], "  ", Span(f"{finding.part:<12}", Style.NAME), " ", finding.detail)
        hint = textwrap.wrap(f"hint: {finding.hint}", _WRAP, break_long_words=False) if finding.hint else []
        for piece in hint:
            yield line(" " * _INDENT, Span(piece, Style.FAINT))
