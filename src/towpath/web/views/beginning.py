"""Runs that can be begun by hand, by whom, and what happens then."""

from __future__ import annotations

from enum import StrEnum

from towpath.access import Act
from towpath.model.people import Caller
from towpath.model.runs import RunKind
from towpath.service.allowed import refusal_anywhere
from towpath.web.views.deeds import Confirmation

__all__ = ["BeginKind", "begin_confirmation", "beginnings_for"]


class BeginKind(StrEnum):
    """The last part of the address where it is confirmed and begun."""

    PLAN = "plan"
    APPLY = "apply"

    @property
    def name_of_button(self) -> str:
        return f"{self.capitalize()} now"

    @property
    def run(self) -> RunKind:
        return RunKind(self.value)


_ACTS = {BeginKind.PLAN: Act.PLAN, BeginKind.APPLY: Act.OPERATE}


def beginnings_for(repository: str, caller: Caller) -> tuple[BeginKind, ...]:
    """What the caller may begin, if not with every unit of the repository."""
    return tuple(kind for kind in BeginKind if refusal_anywhere(caller, _ACTS[kind], repository) is None)


def begin_confirmation(kind: BeginKind, commit: str) -> Confirmation:
    """`commit` is the one that would be planned."""
    what = f"Every unit that differs from what was applied is planned at commit {commit[:12]}."
    if kind is BeginKind.PLAN:
        shown = "Nothing is applied. The plans are kept, and can be applied later."
        return Confirmation("Plan what differs", kind.name_of_button, (what, shown))
    gates = "Then it is applied tier by tier, through the same gates as after a push."
    gives_way = "Runs of the same units that rest give way to it."
    return Confirmation("Apply what differs", kind.name_of_button, (what, gates, gives_way))
