"""Deciding about runs, for programs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from towpath.model.runs import RunKind, RunStatus
from towpath.problems import has_errors
from towpath.runs import Answer, RunView
from towpath.service.beginning import Wanted
from towpath.web.api.answers import PREFIX, WRITING
from towpath.web.api.documents import AnswerDocument, MadeDocument, ReasonDocument, StartDocument, StartedDocument
from towpath.web.api.runs import Run
from towpath.web.callers import ProgramIntent, Visit
from towpath.web.pages.acting import do_deed
from towpath.web.pages.common import Serving, chosen_repository, look_at_run
from towpath.web.port import Services
from towpath.web.views.addresses import unit_in
from towpath.web.views.deeds import DeedKind

__all__ = ["router"]

router = APIRouter(prefix=PREFIX, tags=["deciding"], responses=WRITING)


@router.post("/runs", summary="Begins a run by hand", response_model=StartedDocument)
def start(visit: ProgramIntent, services: Serving, asked: StartDocument) -> dict[str, Any]:
    """Of what the server has seen of the branch. Runs of the same units that wait give way to one that applies."""
    repository = chosen_repository(services, visit.caller, asked.repository)
    wanted = Wanted(RunKind(asked.kind), tuple(map(unit_in, asked.units)), asked.branch)
    started = services.acting.start(visit.caller, repository, wanted)
    if started.run is not None:
        status = look_at_run(services, visit.caller, started.run).view.status
    else:
        status = RunStatus.HALTED if has_errors(started.problems) else RunStatus.SUCCEEDED
    problems = [problem.as_json() for problem in started.problems]
    return {"run": started.run, "status": status.value, "commit": started.commit, "problems": problems}


@router.post("/runs/{run}/approve", summary="Says yes at one gate", response_model=MadeDocument)
def approve(visit: ProgramIntent, services: Serving, run: Run, answer: AnswerDocument) -> dict[str, Any]:
    """A gate asks about exact plans: when they changed, it is closed, and nothing is said."""
    return _answered(visit, services, run, answer, DeedKind.APPROVE)


@router.post("/runs/{run}/reject", summary="Says no at one gate: the run is cancelled", response_model=MadeDocument)
def reject(visit: ProgramIntent, services: Serving, run: Run, answer: AnswerDocument) -> dict[str, Any]:
    return _answered(visit, services, run, answer, DeedKind.REJECT)


@router.post("/runs/{run}/apply", summary="Applies the plans of a plan run", response_model=MadeDocument)
def apply(visit: ProgramIntent, services: Serving, run: Run) -> dict[str, Any]:
    return _done(visit, services, run, DeedKind.APPLY)


@router.post("/runs/{run}/resume", summary="Goes on with a run that was halted", response_model=MadeDocument)
def resume(visit: ProgramIntent, services: Serving, run: Run) -> dict[str, Any]:
    return _done(visit, services, run, DeedKind.RESUME)


@router.post("/runs/{run}/cancel", summary="Lets nothing more of a run begin", response_model=MadeDocument)
def cancel(visit: ProgramIntent, services: Serving, run: Run) -> dict[str, Any]:
    return _done(visit, services, run, DeedKind.CANCEL)


@router.post(
    "/runs/{run}/plan-again", summary="Makes a run of the same units at the newest commit", response_model=MadeDocument
)
def plan_again(visit: ProgramIntent, services: Serving, run: Run) -> dict[str, Any]:
    return _done(visit, services, run, DeedKind.PLAN_AGAIN)


@router.post(
    "/runs/{run}/supersede",
    summary="Makes a run of the same units at the newest commit; the one that waits gives way",
    response_model=MadeDocument,
)
def supersede(visit: ProgramIntent, services: Serving, run: Run) -> dict[str, Any]:
    return _done(visit, services, run, DeedKind.SUPERSEDE)


@router.post("/runs/{run}/thaw", summary="Lets a run go on in a freeze", response_model=MadeDocument)
def thaw(visit: ProgramIntent, services: Serving, run: Run, said: ReasonDocument) -> dict[str, Any]:
    return _done(visit, services, run, DeedKind.THAW, Answer("", approved=True, reason=said.reason.strip()))


@router.post("/runs/{run}/roll-back", summary="Makes a run that goes back to before a run", response_model=MadeDocument)
def roll_back(visit: ProgramIntent, services: Serving, run: Run) -> dict[str, Any]:
    return _done(visit, services, run, DeedKind.ROLL_BACK)


def _answered(visit: Visit, services: Services, run: str, said: AnswerDocument, deed: DeedKind) -> dict[str, Any]:
    view = look_at_run(services, visit.caller, run).view
    gate = said.gate or _gate_of(view, said.environment)
    return _done(visit, services, run, deed, Answer(gate, deed is DeedKind.APPROVE, said.reason.strip()))


def _gate_of(view: RunView, environment: str | None) -> str:
    """The open gate of the environment; an id that no gate has where none is open."""
    return next((gate.id for gate in view.open_gates if gate.environment == environment), "none")


def _done(visit: Visit, services: Services, run: str, deed: DeedKind, answer: Answer | None = None) -> dict[str, Any]:
    made = do_deed(services, visit.caller, run, deed, answer)
    return {"run": made, "status": look_at_run(services, visit.caller, made).view.status.value}
