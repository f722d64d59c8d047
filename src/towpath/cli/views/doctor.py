"""What `towpath doctor` found, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from towpath.cli.views.tables import Line, Span, Style, line
from towpath.service.diagnosis import Finding, Verdict

__all__ = ["findings_lines"]

_MARKS = {
    Verdict.OK: Span("ok       ", Style.GOOD),
    Verdict.ATTENTION: Span("attention", Style.WARNING),
    Verdict.MISSING: Span("missing  ", Style.BAD),
}


def findings_lines(findings: Iterable[Finding]) -> Iterator[Line]:
    """One line for each part, and its hint below it."""
    for finding in findings:
        yield line(_MARKS[finding.verdict], "  ", Span(f"{finding.part:<12}", Style.NAME), finding.detail)
        if finding.hint:
            yield line(" " * 25, Span(f"hint: {finding.hint}", Style.FAINT))
