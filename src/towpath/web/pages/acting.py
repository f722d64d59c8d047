"""What people decide about a run: asked once more, naming what happens, then done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from towpath.model.people import Caller
from towpath.model.runs import Gate, GateStatus
from towpath.problems import Problem, ProblemError
from towpath.runs import Answer, RunView
from towpath.web.callers import Asking, Intent, Visit
from towpath.web.pages.common import Rendering, Serving, look_at_run
from towpath.web.port import Acting, Services
from towpath.web.templates import Pages
from towpath.web.views.addresses import run_url
from towpath.web.views.deeds import Confirmation, DeedKind, confirmation
from towpath.web.views.runs import title_of

__all__ = ["Question", "do_deed", "put", "router"]

router = APIRouter(include_in_schema=False)


@router.get("/runs/{run}/{deed}")
def ask(
    request: Request,
    visit: Asking,
    services: Serving,
    pages: Rendering,
    deed: DeedKind,
    gate: Annotated[str, Query(max_length=96)] = "",
) -> Response:
    """The question whether somebody means it."""
    seen = look_at_run(services, visit.caller, request.path_params["run"])
    said = confirmation(seen.view, deed, _open_gate(seen.view, gate))
    if said is None:
        raise ProblemError(_no_longer(seen.view, deed, gate))
    back = run_url(seen.view.id)
    fields = {"gate": gate} if gate else {}
    return put(request, pages, visit, said, Question(title_of(seen.view.snapshot.run), f"{back}/{deed}", back, fields))


@dataclass(frozen=True, slots=True)
class Question:
    """What a confirmation is about, where the answer goes and with which fields, and where who says no goes back to."""

    about: str
    action: str
    back: str
    fields: Mapping[str, str]


def put(request: Request, pages: Pages, visit: Visit, confirmation: Confirmation, question: Question) -> Response:
    """The question as a page of its own; alone where a page asks for it to show it in a dialog."""
    is_fragment = request.headers.get("x-fragment") == "yes"
    context = {"confirmation": confirmation, "question": question, "visit": visit}
    return pages.answer(request, "confirm_fragment.html" if is_fragment else "confirm.html", context)


@router.post("/runs/{run}/{deed}")
def do(
    visit: Intent,
    services: Serving,
    run: str,
    deed: DeedKind,
    gate: Annotated[str, Form(max_length=96)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Does it, and shows the run that it was done to, or the one that was made."""
    answer = Answer(gate, deed is not DeedKind.REJECT, reason.strip()) if deed.has_reason else None
    return RedirectResponse(run_url(do_deed(services, visit.caller, run, deed, answer)), 303)


def do_deed(services: Services, caller: Caller, run: str, deed: DeedKind, answer: Answer | None = None) -> str:
    """The run that it was done to, or the one that was made. Raises `ProblemError`: `decided-meanwhile`, and as the use
    cases do.
    """
    view = look_at_run(services, caller, run).view
    gate = answer.gate if answer is not None else ""
    if confirmation(view, deed, _open_gate(view, gate)) is None:
        raise ProblemError(_no_longer(view, deed, gate))
    return _done(services.acting, caller, run, deed, answer) or run


def _done(acting: Acting, caller: Caller, run: str, deed: DeedKind, answer: Answer | None) -> str | None:
    """The run that was made, if any was."""
    if answer is not None and deed.is_answer:
        acting.answer(caller, run, answer)
    elif answer is not None:
        acting.thaw(caller, run, answer.reason)
    elif deed in (DeedKind.PLAN_AGAIN, DeedKind.SUPERSEDE):
        return acting.plan_again(caller, run)
    elif deed is DeedKind.ROLL_BACK:
        return acting.roll_back(caller, run)
    elif deed is DeedKind.APPLY:
        acting.apply(caller, run)
    elif deed is DeedKind.RESUME:
        acting.resume(caller, run)
    else:
        acting.cancel(caller, run)
    return None


def _open_gate(view: RunView, gate: str) -> Gate | None:
    found = view.snapshot.gates.get(gate)
    return found if found is not None and found.status is GateStatus.OPEN else None


def _no_longer(view: RunView, deed: DeedKind, gate: str) -> Problem:
    """What happened meanwhile, as far as it is known."""
    closed = view.snapshot.gates.get(gate)
    if deed.is_answer and closed is not None:
        said = [vote for vote in view.snapshot.approvals if vote.gate == gate]
        last = f" {said[-1].who} {'approved' if said[-1].approved else 'rejected'} it." if said else ""
        detail = f"The gate is {closed.status.value} by now.{last} Nothing was changed by you."
    else:
        detail = f"The run is {view.status.value} by now, and this cannot be done to it. Nothing was changed by you."
    hint = "Look at the run again before you decide."
    return Problem("decided-meanwhile", "Somebody was faster", detail, hint=hint)
