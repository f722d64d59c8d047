"""`towpath doctor`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.exits import ExitStatus
from towpath.service.diagnosis import Verdict, examine
from towpath.views.doctor import findings_lines

__all__ = ["doctor"]


@click.command()
@pass_app
def doctor(app: App) -> int:
    """Is everything there that planning and applying need; what to do about each part that is not."""
    findings = []
    for finding in examine(app.outside, repository=app.doors.repository):
        findings.append(finding)
        if not app.output.mode.json:
            app.output.show(*findings_lines([finding]))
    if app.output.mode.json:
        app.output.document({"findings": [finding.as_json() for finding in findings]})
    missing = any(finding.verdict is Verdict.MISSING for finding in findings)
    return ExitStatus.FAILED if missing else ExitStatus.DONE
