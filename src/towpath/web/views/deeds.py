"""What can be done to a run, by whom, and what happens then: named before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from towpath.access import Act
from towpath.model.people import Caller
from towpath.model.runs import Gate, RunKind, RunStatus, UnitStatus
from towpath.runs import RunView
from towpath.service.allowed import refusal
from towpath.views.text import plural
from towpath.web.views.waiting import holds_in_words

__all__ = ["Confirmation", "Deed", "DeedKind", "confirmation", "deeds_of"]


class DeedKind(StrEnum):
    """The last part of the address where it is confirmed and done."""

    APPROVE = "approve"
    REJECT = "reject"
    APPLY = "apply"
    RESUME = "resume"
    CANCEL = "cancel"
    ROLL_BACK = "roll-back"
    PLAN_AGAIN = "plan-again"
    SUPERSEDE = "supersede"
    THAW = "thaw"

    @property
    def is_answer(self) -> bool:
        """It is said at a gate."""
        return self in (DeedKind.APPROVE, DeedKind.REJECT)

    @property
    def has_reason(self) -> bool:
        return self.is_answer or self is DeedKind.THAW


_ACTS: Final = {
    DeedKind.APPLY: Act.OPERATE,
    DeedKind.RESUME: Act.OPERATE,
    DeedKind.CANCEL: Act.OPERATE,
    DeedKind.ROLL_BACK: Act.OPERATE,
    DeedKind.PLAN_AGAIN: Act.PLAN,
    DeedKind.SUPERSEDE: Act.OPERATE,
    DeedKind.THAW: Act.ADMINISTER,
}
_NAMES: Final = {
    DeedKind.APPROVE: "Approve",
    DeedKind.REJECT: "Reject",
    DeedKind.APPLY: "Apply these plans",
    DeedKind.RESUME: "Resume",
    DeedKind.CANCEL: "Cancel the run",
    DeedKind.ROLL_BACK: "Roll back",
    DeedKind.PLAN_AGAIN: "Plan again",
    DeedKind.SUPERSEDE: "Supersede",
    DeedKind.THAW: "Go on in the freeze",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """A button. `is_main` is what most people come for; `is_grave` cannot be taken back."""

    kind: DeedKind
    name: str
    is_main: bool = False
    is_grave: bool = False


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What somebody is told before they do it: `happens` are sentences, `name` is what the button says."""

    title: str
    name: str
    happens: tuple[str, ...]
    is_grave: bool = False
    asks_reason: bool = False
    needs_reason: bool = False


def deeds_of(repository: str, view: RunView, caller: Caller) -> tuple[Deed, ...]:
    """What the caller may do with the run as it stands, answers at gates left out: they belong to their gate."""
    refused: dict[Act, bool] = {}

    def may(kind: DeedKind) -> bool:
        act = Act.OPERATE if kind is DeedKind.PLAN_AGAIN and _begins_to_apply(view) else _ACTS[kind]
        if act not in refused:
            refused[act] = refusal(caller, act, repository, view.snapshot) is not None
        return not refused[act]

    return tuple(deed for deed in _possible(view) if may(deed.kind))


def _possible(view: RunView) -> Iterator[Deed]:
    status = view.status
    run = view.snapshot.run
    if status is RunStatus.PLANNED and run.kind is RunKind.PLAN and not run.plan_only:
        yield Deed(DeedKind.APPLY, _NAMES[DeedKind.APPLY], is_main=True)
    if status is RunStatus.HALTED:
        yield Deed(DeedKind.RESUME, _NAMES[DeedKind.RESUME], is_main=True)
    if view.is_frozen:
        yield Deed(DeedKind.THAW, _NAMES[DeedKind.THAW], is_grave=True)
    if status is RunStatus.WAITING and run.applies:
        yield Deed(DeedKind.SUPERSEDE, _NAMES[DeedKind.SUPERSEDE])
    if status not in (RunStatus.RUNNING, RunStatus.WAITING) and (run.kind is not RunKind.DRIFT or _drifted(view)):
        yield Deed(DeedKind.PLAN_AGAIN, _again(view))
    if _has_applied(view) and (status.is_terminal or status is RunStatus.HALTED):
        yield Deed(DeedKind.ROLL_BACK, _NAMES[DeedKind.ROLL_BACK])
    if not status.is_terminal and not view.snapshot.run.cancel_requested:
        yield Deed(DeedKind.CANCEL, _NAMES[DeedKind.CANCEL], is_grave=True)


def _begins_to_apply(view: RunView) -> bool:
    """Whether planning again makes a run that applies."""
    return view.snapshot.run.applies or view.snapshot.run.kind is RunKind.DRIFT


def _drifted(view: RunView) -> int:
    """How many units are not any more as they were applied."""
    return sum(unit.row.plan is not None and not unit.row.plan.changes_nothing for unit in view.units)


def _again(view: RunView) -> str:
    return "Apply the code again" if view.snapshot.run.kind is RunKind.DRIFT else _NAMES[DeedKind.PLAN_AGAIN]


def _has_applied(view: RunView) -> bool:
    done = (UnitStatus.APPLIED, UnitStatus.DESTROYED)
    return view.snapshot.run.applies and any(unit.row.status in done for unit in view.units)


def confirmation(view: RunView, kind: DeedKind, gate: Gate | None = None) -> Confirmation | None:
    """None when it cannot be done to the run as it stands."""
    if kind.is_answer:
        return _answer(view, kind, gate) if gate is not None else None
    possible = {deed.kind: deed for deed in _possible(view)}
    if kind not in possible:
        return None
    title, happens = _SAID[kind](view)
    asks = kind is DeedKind.THAW
    grave = possible[kind].is_grave
    return Confirmation(title, possible[kind].name, happens, is_grave=grave, asks_reason=asks, needs_reason=asks)


def _answer(view: RunView, kind: DeedKind, gate: Gate) -> Confirmation:
    where = gate.environment or f"tier {gate.tier}"
    plans = plural(len(gate.covers), "plan")
    if kind is DeedKind.REJECT:
        stays = "The run is cancelled: nothing of it is applied any more. What is applied already stays."
        return Confirmation(f"Reject {where}", "Reject", (stays,), is_grave=True, asks_reason=True, needs_reason=True)
    losing = [path for path in gate.covers if _loses(view, path)]
    happens = (
        f"You say yes to {plans}, exactly as they are now; a plan that does more asks again.",
        *([f"{plural(len(losing), 'unit')} of these {_lose(len(losing))} resources."] if losing else []),
        *holds_in_words(gate),
        "When all approvals are there, the units are applied.",
    )
    return Confirmation(f"Approve {where}", f"Approve {plans}", happens, asks_reason=True)


def _lose(count: int) -> str:
    return "destroys or replaces" if count == 1 else "destroy or replace"


def _loses(view: RunView, path: str) -> bool:
    row = next((unit.row for unit in view.units if unit.row.unit == path), None)
    return row is not None and row.plan is not None and bool(row.plan.counts.destroy or row.plan.counts.replace)


def _apply(view: RunView) -> tuple[str, tuple[str, ...]]:
    return (
        "Apply these plans",
        (
            f"The plans of {plural(len(view.units), 'unit')} are applied tier by tier, exactly as they are shown.",
            "Gates and holds ask as in any other run. A plan that has gone out of date is made again and compared.",
        ),
    )


def _resume(view: RunView) -> tuple[str, tuple[str, ...]]:
    failed = sum(unit.row.status is UnitStatus.FAILED for unit in view.units)
    skipped = sum(unit.row.status is UnitStatus.SKIPPED for unit in view.units)
    return (
        "Resume the run",
        (
            f"{plural(failed, 'failed unit')} and {plural(skipped, 'skipped unit')} are planned again and applied.",
            "What is done stays done. A plan that does more than the approved one asks again.",
        ),
    )


def _cancel(view: RunView) -> tuple[str, tuple[str, ...]]:
    busy = sum(attempt.status.is_active for attempt in view.snapshot.attempts.values())
    at_work = f"{plural(busy, 'unit')} at work: what has begun finishes. " if busy else ""
    return (
        "Cancel the run",
        (f"{at_work}Nothing new begins, and the run cannot be resumed.", "What is applied already stays applied."),
    )


def _roll_back(view: RunView) -> tuple[str, tuple[str, ...]]:
    done = sum(unit.row.status in (UnitStatus.APPLIED, UnitStatus.DESTROYED) for unit in view.units)
    return (
        "Roll back",
        (
            f"A new run plans {plural(done, 'unit')} against the commit each was applied from before this run.",
            "It goes through the same gates. Nothing is applied before its plans were seen.",
            "Data that this run destroyed does not come back.",
        ),
    )


def _plan_again(view: RunView) -> tuple[str, tuple[str, ...]]:
    gives_way = "Runs of the same units that rest give way to it."
    if view.snapshot.run.kind is RunKind.DRIFT:
        units = plural(_drifted(view), "drifted unit")
        does = f"A new run plans {units} and applies the code again: what was changed by hand is undone."
        return _again(view), (does, "It goes through the same gates as any other.", gives_way)
    what = f"plans, and then has to {view.snapshot.run.kind}," if view.snapshot.run.applies else "plans"
    does = f"A new run {what} these {plural(len(view.units), 'unit')} at the newest commit."
    return "Plan again", (does, gives_way)


def _supersede(view: RunView) -> tuple[str, tuple[str, ...]]:
    units = plural(len(view.units), "unit")
    return (
        "Supersede the run",
        (
            f"A new run plans and applies these {units} at the newest commit, through the same gates.",
            "This one ends. What was approved in it counts no more.",
        ),
    )


def _thaw(view: RunView) -> tuple[str, tuple[str, ...]]:
    return (
        "Go on in the freeze",
        (
            view.snapshot.run.reason or "Its environments are frozen.",
            "This run goes on all the same, to its end. Others stay as they are.",
            "The audit log keeps who let it, and why.",
        ),
    )


_SAID: Final = {
    DeedKind.SUPERSEDE: _supersede,
    DeedKind.THAW: _thaw,
    DeedKind.APPLY: _apply,
    DeedKind.RESUME: _resume,
    DeedKind.CANCEL: _cancel,
    DeedKind.ROLL_BACK: _roll_back,
    DeedKind.PLAN_AGAIN: _plan_again,
}
