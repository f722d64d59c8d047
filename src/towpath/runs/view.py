"""A run as people and programs see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from towpath.model.paths import UnitPath
from towpath.model.runs import Gate, GateStatus, RunStatus, Snapshot, UnitRun
from towpath.problems import Problem
from towpath.runs.gating import may_approve, voters
from towpath.stores import Holder

__all__ = ["RunView", "UnitView"]


@dataclass(frozen=True, slots=True)
class UnitView:
    """One unit's part of a run."""

    row: UnitRun

    def as_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "path": row.unit,
            "tier": row.tier,
            "status": row.status.value,
            "action": row.action.value,
            "reason": row.reason,
            "seconds": round(row.seconds, 1),
            "plan": _plan_json(row),
            "account": row.account,
            "held": row.held.value if row.held else None,
            "commit": row.commit,
            "attempts": row.attempts,
            "reasons": [reason.as_json() for reason in row.reasons],
            "changed_outputs": list(row.changed_outputs),
            "waits_for": list(row.waits_for),
        }


def _plan_json(row: UnitRun) -> dict[str, Any] | None:
    plan = row.plan
    if plan is None:
        return None
    counts = plan.counts
    return {
        "exactness": plan.exactness.value,
        "add": counts.add,
        "change": counts.change,
        "destroy": counts.destroy,
        "replace": counts.replace,
        "digest": plan.digest,
        "approved": row.is_cleared,
        "differences": list(plan.differences),
    }


@dataclass(frozen=True, slots=True)
class RunView:
    """A run at one moment. `units` are sorted by tier, then path; those that may follow and did not are not in it.

    `holder` is the process that works with the state at this moment, on this run or another one; None when none does.
    """

    snapshot: Snapshot
    holder: Holder | None = None

    @property
    def id(self) -> str:
        return self.snapshot.run.id

    @property
    def status(self) -> RunStatus:
        return self.snapshot.run.status

    @property
    def units(self) -> tuple[UnitView, ...]:
        joined = (unit for unit in self.snapshot.units.values() if unit.joined)
        return tuple(UnitView(unit) for unit in sorted(joined, key=lambda unit: (unit.tier, unit.unit)))

    @property
    def may_follow(self) -> tuple[UnitPath, ...]:
        """Units that may still join, or were left alone."""
        return tuple(sorted(unit.unit for unit in self.snapshot.units.values() if not unit.joined))

    @property
    def open_gates(self) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.snapshot.gates.values() if gate.status is GateStatus.OPEN)

    @property
    def unanswered_gates(self) -> tuple[Gate, ...]:
        """The open gates that do not have all their approvals."""
        return tuple(gate for gate in self.open_gates if self._missing(gate) > 0)

    def _missing(self, gate: Gate) -> int:
        return gate.approvals - len(voters(gate, self.snapshot.approvals, self.snapshot.run))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Those of the run, then those of its units."""
        found = list(self.snapshot.run.problems)
        for unit in self.units:
            found.extend(problem.in_unit(unit.row.unit) for problem in unit.row.problems)
        return tuple(found)

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """What the run waits for, in sentences; empty when it waits for nothing."""
        if self.status.is_terminal:
            return ()
        return (
            *self._gates_in_words(),
            *self._freezes_in_words(),
            *self._locks_in_words(),
            *self._process_in_words(),
        )

    @property
    def is_abandoned(self) -> bool:
        """It should be worked on, and no process does: the one that did was killed."""
        return self.status is RunStatus.RUNNING and (self.holder is None or self.holder.run != self.id)

    def _process_in_words(self) -> Iterator[str]:
        if not self.is_abandoned:
            return
        if self.holder is None:
            yield "No process works on it: it goes on when it is resumed."
        else:
            yield f"Process {self.holder.pid} on {self.holder.host} works on run {self.holder.run} with the same state."

    def _gates_in_words(self) -> Iterator[str]:
        for gate in self.open_gates:
            name = gate.environment or "hold"
            missing = self._missing(gate)
            if missing > 0:
                count = "1 approval is" if missing == 1 else f"{missing} approvals are"
                yield f"{name}: {count} missing{_from_whom(gate)}. {_why(gate)}".strip()
            elif gate.window is not None:
                yield f"{name} waits for its window: {gate.window}."
            else:
                yield f"{name} is approved: the run goes on when it is resumed."

    @property
    def is_frozen(self) -> bool:
        """A freeze is all that it waits for; its reason names the freeze."""
        run = self.snapshot.run
        return run.status is RunStatus.WAITING and run.reason is not None and not self.open_gates

    def _freezes_in_words(self) -> Iterator[str]:
        if self.is_frozen and self.snapshot.run.reason is not None:
            yield self.snapshot.run.reason

    def _locks_in_words(self) -> Iterator[str]:
        for unit in self.units:
            if unit.row.retry_at is not None and not unit.row.status.is_terminal:
                at = unit.row.retry_at.strftime("%H:%M:%S")
                yield f"{unit.row.unit}: {unit.row.reason} Towpath tries again at {at} UTC."

    def as_json(self) -> dict[str, Any]:
        """As `plan`, `apply` and `status` print it."""
        run = self.snapshot.run
        return {
            "run": run.id,
            "status": run.status.value,
            "units": [unit.as_json() for unit in self.units],
            "problems": [problem.as_json() for problem in self.problems],
            "kind": run.kind.value,
            "author": run.author,
            "base": run.base,
            "head": run.head,
            "created_at": run.created_at.isoformat(),
            "finished_at": run.finished_at.isoformat() if run.finished_at else None,
            "reason": run.reason,
            "superseded_by": run.superseded_by,
            "waiting_for": list(self.waiting_for),
            "driven_by": self.holder.pid if self.holder is not None and self.holder.run == run.id else None,
            "tiers": list(self._tiers_json()),
            "gates": [self._gate_json(gate) for gate in self.snapshot.gates.values()],
            "may_follow": list(self.may_follow),
            "commits": [{"sha": c.sha, "subject": c.subject, "author": c.author} for c in run.commits],
        }

    def _tiers_json(self) -> Iterator[dict[str, Any]]:
        for order in sorted({unit.row.tier for unit in self.units}):
            members = [unit.row for unit in self.units if unit.row.tier == order]
            yield {
                "deploy_order": order,
                "accounts": sorted({unit.account for unit in members if unit.account is not None}),
                "units": [unit.unit for unit in members],
                "done": all(unit.status.is_done for unit in members),
            }

    def _gate_json(self, gate: Gate) -> dict[str, Any]:
        said = [approval for approval in self.snapshot.approvals if approval.gate == gate.id]
        return {
            "id": gate.id,
            "tier": gate.tier,
            "environment": gate.environment,
            "status": gate.status.value,
            "approvals": gate.approvals,
            "approvers": list(gate.approvers),
            "not_author": gate.not_author,
            "window": gate.window.as_json() if gate.window is not None else None,
            "holds": [hold.as_json() for hold in gate.holds],
            "units": sorted(gate.covers),
            "said": [
                {"who": vote.who, "approved": vote.approved, "reason": vote.reason, "at": vote.at.isoformat()}
                for vote in said
            ],
        }

    def gates_for(self, who: str, groups: Sequence[str] = ()) -> Sequence[Gate]:
        """The open gates that take the word of this person, who is in these groups, and do not have it yet."""
        return [gate for gate in self.open_gates if self._lacks(gate, who, groups)]

    def _lacks(self, gate: Gate, who: str, groups: Sequence[str]) -> bool:
        run = self.snapshot.run
        return may_approve(gate, who, run, groups) and who.lower() not in voters(gate, self.snapshot.approvals, run)


def _from_whom(gate: Gate) -> str:
    whom = f" from {', '.join(gate.approvers)}" if gate.approvers else ""
    return f"{whom}, not from the author" if gate.not_author else whom


def _why(gate: Gate) -> str:
    return " ".join(f"{hold.unit}: {hold.detail}" if hold.unit else hold.detail for hold in gate.holds)
