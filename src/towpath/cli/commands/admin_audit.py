"""`towpath admin audit`."""

from __future__ import annotations

import json
import re

import click

from towpath.cli.app import App, pass_app
from towpath.cli.commands.admin import administration
from towpath.cli.exits import ExitStatus
from towpath.model.audit import AuditHead
from towpath.problems import Problem
from towpath.views.tables import Span, Style, line

__all__ = ["audit"]

_NOTED = re.compile(r"(?P<sequence>[0-9]{1,18}):(?P<hash>sha256:[0-9a-f]{64})")


def _noted(context: click.Context, parameter: click.Parameter, value: str | None) -> AuditHead | None:
    if value is None:
        return None
    found = _NOTED.fullmatch(value)
    if found is None:
        raise click.BadParameter("should be the end of the log as `verify` printed it.", context, parameter)
    return AuditHead(int(found["sequence"]), found["hash"])


@click.group()
def audit() -> None:
    """The audit log: who did what, from where, when, on which digest."""


@audit.command("verify")
@click.option("--noted", metavar="END", callback=_noted, help="The end of the log as it was printed before.")
@pass_app
def verify(app: App, noted: AuditHead | None) -> int:
    """Looks whether any entry was changed, removed or moved, and prints the end of the log.

    Note the end somewhere else: with `--noted` it is also found when entries were cut off, or the whole log was written
    anew.
    """
    with administration(app) as opened:
        broken, head = opened.log.verify(noted), opened.log.head()
    end = f"{head.sequence}:{head.hash}"
    if broken is not None:
        hint = "Compare with a backup or an export, and find out who can write to the database."
        problem = Problem("audit-log-broken", "The audit log does not hold", broken.detail, hint=hint)
        app.output.problems([problem])
        if app.output.mode.json:
            app.output.document({"holds": False, "entry": broken.sequence, "problems": [problem.as_json()]})
        return ExitStatus.FAILED
    if app.output.mode.json:
        app.output.document({"holds": True, "entries": head.sequence, "end": end})
    else:
        count = f"{head.sequence} {'entry' if head.sequence == 1 else 'entries'}"
        app.output.show(
            line(Span("The log holds", Style.GOOD), f": {count}."), line("Its end: ", Span(end, Style.NAME))
        )
    return ExitStatus.DONE


@audit.command("export")
@pass_app
def export(app: App) -> int:
    """Prints every entry, oldest first, as one line of JSON each; with --json as one document."""
    with administration(app) as opened:
        if app.output.mode.json:
            app.output.document({"entries": [json.loads(text) for text in opened.log.lines()]})
            return ExitStatus.DONE
        for text in opened.log.lines():
            app.output.text(text)
    return ExitStatus.DONE
