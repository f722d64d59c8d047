"""What the commands that drive runs have in common: progress, Ctrl-C, questions, the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from towpath.cli.app import App, Ask
from towpath.cli.exits import ExitStatus, status_of
from towpath.cli.output import Output
from towpath.model.events import Event
from towpath.model.paths import UnitPath
from towpath.model.runs import Gate, RunStatus
from towpath.planning import Walk
from towpath.problems import has_errors
from towpath.runs import RunView
from towpath.service.working import Working, open_working
from towpath.system.interrupts import interrupts_counted
from towpath.views.events import event_line
from towpath.views.plans import plan_lines
from towpath.views.runs import run_lines
from towpath.views.tables import Span, Style, line

__all__ = ["drive", "finish", "nothing_to_do", "working"]

_DONE = frozenset([RunStatus.SUCCEEDED, RunStatus.PLANNED])


@contextmanager
def working(app: App) -> Iterator[Working]:
    """The repository somebody stands in, with its runs."""
    with (app.doors.working or open_working)(app.outside) as opened:
        yield opened


class _Progress:
    """Shows events and log lines on standard error, as they come and from whatever thread."""

    def __init__(self, output: Output, *, logs: bool) -> None:
        self._output = output
        self._logs = logs
        self._lock = threading.Lock()

    def event(self, event: Event) -> None:
        told = event_line(event)
        if told is not None:
            with self._lock:
                self._output.note(told)

    def line(self, unit: UnitPath, text: str) -> None:
        if self._logs:
            with self._lock:
                self._output.note(line("    ", Span(f"{unit} │ {text}", Style.FAINT)))


def drive(app: App, opened: Working, run: str, *, logs: bool) -> RunView:
    """Works on the run to its end, or until a person must decide; at a terminal, that person is asked."""
    output = app.output
    progress = _Progress(output, logs=logs)

    def told(level: int) -> None:
        words = (
            "Stopping as soon as what runs has ended; Ctrl-C again kills it." if level == 1 else "Killing what runs."
        )
        with suppress(RuntimeError):  # the signal came while a line was being written: the run's events tell it too
            output.note(line(Span(words, Style.WARNING)))

    while True:
        with interrupts_counted(told) as interrupts:
            view = opened.runs.drive(run, interrupts, progress)
        ask = None if output.mode.json else app.doors.ask
        if view.status is not RunStatus.WAITING or ask is None or not _asked(app, ask, opened, view):
            return opened.runs.view(view.id)


def _asked(app: App, ask: Ask, opened: Working, view: RunView) -> bool:
    """Shows what waits and asks, gate by gate; whether anything was decided, so that the run is to be driven again."""
    who = opened.who()
    gates = view.gates_for(who)
    if gates:
        app.output.show("", *(line(Span(sentence, Style.WARNING)) for sentence in view.waiting_for))
    # A yes without an environment is a yes to everything that waits: the hold comes last, when all else has its yes.
    for gate in sorted(gates, key=lambda one: one.environment is None):
        _show_gate(app.output, opened, view, gate)
        answer = _answer(app.output, ask, gate)
        if answer == "later":
            return False
        if answer == "no":
            opened.runs.reject(view.id, who, gate.environment)
            return True
        opened.runs.approve(view.id, who, gate.environment)
    return bool(gates)


def _answer(output: Output, ask: Ask, gate: Gate) -> str:
    """`yes`, `no` or `later`. Whoever leaves the question by Ctrl-C or by closing the input has not decided."""
    try:
        return ask(f"Let {gate.environment or 'it'} go on?", ("yes", "no", "later"))
    except click.Abort:
        output.show("")
        return "later"


def _show_gate(output: Output, opened: Working, view: RunView, gate: Gate) -> None:
    for unit in sorted(gate.covers):
        plan = opened.runs.plan_seen(view, unit)
        if plan is not None:
            output.show(line(Span(unit, Style.NAME)), *plan_lines(plan))


def nothing_to_do(app: App, walk: Walk) -> int:
    """No unit differs that could be worked on: no run is made."""
    output = app.output
    output.problems(walk.problems)
    is_broken = has_errors(walk.problems)
    if output.mode.json:
        status = RunStatus.HALTED if is_broken else RunStatus.SUCCEEDED
        problems = [problem.as_json() for problem in walk.problems]
        output.document({"run": None, "status": status.value, "units": [], "problems": problems})
    elif is_broken:
        output.show(line(Span("Nothing was done", Style.BAD), ": the problems say what stands in the way."))
    else:
        output.show(line(Span("Nothing to do", Style.GOOD), ": no unit differs from what was applied."))
    return status_of(walk.problems)


def finish(app: App, opened: Working, view: RunView, *, plans: bool = False) -> int:
    """Shows how a run ended, with its plans where they are what was asked for."""
    output = app.output
    output.problems(view.problems)
    if output.mode.json:
        output.document(view.as_json())
    else:
        if plans:
            _show_plans(output, opened, view)
        output.show("", *run_lines(view))
    if view.status is RunStatus.WAITING:
        return ExitStatus.WAITING
    return ExitStatus.DONE if view.status in _DONE and not has_errors(view.problems) else ExitStatus.FAILED


def _show_plans(output: Output, opened: Working, view: RunView) -> None:
    for unit in view.units:
        plan = opened.runs.plan_seen(view, unit.row.unit)
        if plan is not None and not plan.changes_nothing:
            output.show("", line(Span(unit.row.unit, Style.NAME)), *plan_lines(plan, verbose=output.mode.verbose))
