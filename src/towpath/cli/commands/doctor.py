"""`towpath doctor`."""

from __future__ import annotations

import click

from towpath.cli.app import App, pass_app
from towpath.cli.exits import ExitStatus
from towpath.cli.views.doctor import findings_lines
from towpath.service.diagnosis import Patient, Verdict, examine

__all__ = ["doctor"]


@click.command()
@pass_app
def doctor(app: App) -> int:
    """Is everything there that planning and applying need; what to do about each part that is not."""
    doors = app.doors
    patient = Patient(app.folder, app.options.state, doors.processes, doors.environment, doors.clock, doors.ids)
    findings = []
    for finding in examine(patient):
        findings.append(finding)
        if not app.output.mode.json:
            app.output.show(*findings_lines([finding]))
    if app.output.mode.json:
        app.output.document({"findings": [finding.as_json() for finding in findings]})
    missing = any(finding.verdict is Verdict.MISSING for finding in findings)
    return ExitStatus.FAILED if missing else ExitStatus.DONE
