"""The commands about runs, on a server somewhere else: the same words, documents and exit statuses as here."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from towpath.cli.app import App
from towpath.cli.commands.reading import open_reading
from towpath.cli.exits import ExitStatus
from towpath.model.paths import unit_path
from towpath.model.runs import RunStatus
from towpath.problems import Problem, ProblemError
from towpath.service.remote import RemoteServer, problem_of
from towpath.views.events import event_line
from towpath.views.plans import plan_lines
from towpath.views.run_documents import run_document_lines, run_documents_table
from towpath.views.tables import Span, Style, line

__all__ = ["answer_gates", "apply_run", "begin", "cancel_run", "list_runs", "resume_run", "show_logs", "show_run"]

LOOK_SECONDS = 1.0
"""How often the server is asked what happened."""
_GOES_ON = frozenset([RunStatus.RUNNING.value])
_ENDS = {
    RunStatus.SUCCEEDED.value: ExitStatus.DONE,
    RunStatus.PLANNED.value: ExitStatus.DONE,
    RunStatus.WAITING.value: ExitStatus.WAITING,
}

Document = Mapping[str, Any]


def _server(app: App) -> RemoteServer:
    return (app.doors.remote or RemoteServer.open)(app.server or "", app.doors.environment)


def begin(app: App, kind: str, units: Sequence[str]) -> int:
    """Begins a run of what the server has seen of the deploy branch, and follows it to where it rests."""
    server = _server(app)
    started = server.start(kind, _repository(app, server), [_unit(app, unit) for unit in units])
    if started["run"] is None:
        return _nothing(app, started)
    app.output.note(line(Span(f"Run {started['run']}", Style.HEADING), f" of commit {started['commit'][:12]}"))
    return _followed(app, server, started["run"], plans=kind == "plan")


def _nothing(app: App, started: Document) -> int:
    """No unit differs that could be worked on."""
    output = app.output
    is_broken = started["status"] == RunStatus.HALTED.value
    if output.mode.json:
        output.document({"run": None, "status": started["status"], "units": [], "problems": started["problems"]})
    elif is_broken:
        output.show(line(Span("Nothing was done", Style.BAD), ": the problems say what stands in the way."))
        _tell_problems(app, started["problems"])
    else:
        at = started["commit"][:12]
        output.show(line(Span("Nothing to do", Style.GOOD), f": no unit differs from what was applied, at {at}."))
    return ExitStatus.FAILED if is_broken else ExitStatus.DONE


def _repository(app: App, server: RemoteServer) -> str | None:
    """The one that was named, or the only one there is. Raises `click.UsageError` where it is not clear."""
    if app.options.repository is not None:
        return app.options.repository
    known = server.repositories()
    if len(known) > 1:
        raise click.UsageError(f"The server has several repositories: --repository {' | '.join(known)}.")
    return known[0] if known else None


def _unit(app: App, argument: str) -> str:
    """A unit as the server knows it: read from the repository's root where somebody stands in one, else as it is."""
    top: Path | None = None
    with suppress(ProblemError):
        top = open_reading(app).repository.folder
    if top is not None:
        with suppress(ValueError):
            return str(unit_path((app.folder.resolve() / argument).resolve().relative_to(top.resolve()).as_posix()))
    return argument.strip("/") or "."


def apply_run(app: App, run: str) -> int:
    """Applies the plans of a plan run; goes on with any other."""
    server = _server(app)
    found = server.run(run)
    deed = "apply" if found["kind"] == "plan" and found["status"] == RunStatus.PLANNED.value else "resume"
    return _followed(app, server, server.decide(found["run"], deed))


def resume_run(app: App, run: str) -> int:
    server = _server(app)
    return _followed(app, server, server.decide(server.run(run)["run"], "resume"))


def cancel_run(app: App, run: str) -> int:
    server = _server(app)
    return _show(app, server, server.run(server.decide(server.run(run)["run"], "cancel")))


def answer_gates(app: App, run: str, deed: str, environment: str | None, reason: str) -> int:
    """Says yes or no (`deed` is `approve` or `reject`) at the environment's gate, or at every one that is open."""
    server = _server(app)
    found = server.run(run)
    gates = [gate for gate in found["gates"] if gate["status"] == "open"]
    gates = [gate for gate in gates if environment in (None, gate["environment"])]
    if not gates:
        detail = f"Run {found['run']} has no open gate{f' of {environment}' if environment else ''}."
        hint = "`towpath status` tells what the run waits for."
        raise ProblemError(Problem("nothing-to-approve", "There is nothing to approve", detail, hint=hint))
    for gate in gates[: 1 if deed == "reject" else None]:
        server.decide(found["run"], deed, {"gate": gate["id"], "reason": reason})
    return _show(app, server, server.run(found["run"]))


def list_runs(app: App, most: int) -> int:
    found = _server(app).runs(most, app.options.repository)
    if app.output.mode.json:
        app.output.document({"runs": list(found)})
    elif found:
        app.output.show(run_documents_table(found))
    else:
        app.output.show("No runs yet: a push to the deploy branch starts one.")
    return ExitStatus.DONE


def show_run(app: App, run: str | None, *, plans: bool) -> int:
    server = _server(app)
    if run is None:
        newest = server.runs(1, app.options.repository)
        if not newest:
            hint = "A push to the deploy branch starts one, and so does `towpath plan`."
            raise ProblemError(Problem("no-such-run", "There is no such run", "There are no runs yet.", hint=hint))
        run = newest[0]["run"]
    found = server.run(run)
    _show(app, server, found)
    if plans and not app.output.mode.json:
        _show_plans(app, server, found, verbose=True)
    return ExitStatus.DONE


def show_logs(app: App, run: str, unit: str | None) -> int:
    server = _server(app)
    found = server.run(run)
    chosen = [_unit(app, unit)] if unit else [one["path"] for one in found["units"]]
    lines = {path: server.log(found["run"], path) for path in chosen}
    if app.output.mode.json:
        app.output.document({"run": found["run"], "logs": {path: list(said) for path, said in lines.items()}})
        return ExitStatus.DONE
    for path, said in lines.items():
        if unit is None:
            app.output.show(line(Span(path, Style.HEADING)))
        for text in said:
            app.output.show(text)
    return ExitStatus.DONE


def _followed(app: App, server: RemoteServer, run: str, *, plans: bool = False) -> int:
    """Tells what happens until the run rests; how it ended is the exit status."""
    if not app.options.wait:
        _show(app, server, server.run(run))
        return ExitStatus.DONE
    try:
        found = _until_it_rests(app, server, run)
    except KeyboardInterrupt:
        raise ProblemError(_not_followed(run)) from None
    _tell_problems(app, found["problems"])
    if plans and not app.output.mode.json:
        _show_plans(app, server, found)
    _show(app, server, found)
    return _ENDS.get(found["status"], ExitStatus.FAILED)


def _until_it_rests(app: App, server: RemoteServer, run: str) -> Document:
    last, pause = 0, threading.Event()
    while True:
        # Asked for first: what led to how it stands has then been told.
        found = server.run(run)
        for event in server.events(run, last):
            last = event.sequence
            told = event_line(event)
            if told is not None:
                app.output.note(told)
        if found["status"] not in _GOES_ON:
            return found
        pause.wait(LOOK_SECONDS)


def _show(app: App, server: RemoteServer, run: Document) -> int:
    if app.output.mode.json:
        app.output.document(run)
    else:
        app.output.show(*run_document_lines(run, server.url))
    return ExitStatus.DONE


def _show_plans(app: App, server: RemoteServer, run: Document, *, verbose: bool = False) -> None:
    for unit in run["units"]:
        plan = server.plan(run["run"], unit["path"]) if unit["plan"] is not None else None
        if plan is not None and not plan.changes_nothing:
            drawn = plan_lines(plan, verbose=verbose or app.output.mode.verbose)
            app.output.show("", line(Span(unit["path"], Style.NAME)), *drawn)


def _tell_problems(app: App, problems: Sequence[Document]) -> None:
    app.output.problems(tuple(problem_of(one) for one in problems))


def _not_followed(run: str) -> Problem:
    detail = f"Run {run} goes on at the server; only nobody looks on from here."
    hint = f"`towpath status {run} --server …` tells how it stands, `towpath cancel {run} --server …` ends it."
    return Problem("interrupted", "The run is not followed any more", detail, hint=hint)
