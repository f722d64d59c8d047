"""The documents of the programming interface, as OpenAPI describes them, and how they are made."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from towpath.model.audit import AuditEntry
from towpath.model.ledger import LedgerEntry
from towpath.model.listing import ListedRun, PastUnitRun
from towpath.model.plans import Plan
from towpath.model.runs import Attempt
from towpath.model.watching import Drift
from towpath.runs import UnitView
from towpath.views.runs import run_json

__all__ = [
    "AnswerDocument",
    "AuditDocument",
    "EstateDocument",
    "EventsDocument",
    "GraphDocument",
    "HistoryDocument",
    "MadeDocument",
    "ProblemsDocument",
    "ReasonDocument",
    "RepositoriesDocument",
    "RunDocument",
    "RunsDocument",
    "SettingsDocument",
    "StartDocument",
    "StartedDocument",
    "UnitRunDocument",
    "UnitsDocument",
    "attempt_json",
    "audit_json",
    "drift_json",
    "ledger_json",
    "listed_json",
    "past_json",
    "plan_json",
]


class _Document(BaseModel):
    """Fields may be added in later versions."""

    model_config = ConfigDict(extra="allow")


class ProblemDocument(_Document):
    id: str
    severity: str
    summary: str
    detail: str
    hint: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    unit: str | None = None


class ProblemsDocument(_Document):
    problems: list[ProblemDocument]


class RepositoriesDocument(_Document):
    repositories: list[str]


class RunRow(_Document):
    run: str
    repository: str
    kind: str
    status: str
    created_at: datetime.datetime
    author: str
    base: str | None
    head: str
    reason: str | None
    tiers: list[dict[str, Any]] = Field(description="For each tier, how many of its units stand where.")


class RunsDocument(_Document):
    runs: list[RunRow]
    older: int | None = Field(description="What to send as `before` to get the runs before these; null at the end.")


class RunDocument(_Document):
    """As `towpath status RUN --json` prints it."""

    run: str
    repository: str
    status: str
    kind: str
    author: str
    base: str | None
    head: str
    reason: str | None
    waiting_for: list[str]
    units: list[dict[str, Any]]
    tiers: list[dict[str, Any]]
    gates: list[dict[str, Any]]
    commits: list[dict[str, Any]]
    problems: list[ProblemDocument]


class UnitRunDocument(_Document):
    run: str
    repository: str
    unit: dict[str, Any] = Field(description="As one of the `units` of the run.")
    plan: dict[str, Any] | None = Field(description="Every resource with its attributes; sensitive values are masked.")
    attempts: list[dict[str, Any]]
    problems: list[ProblemDocument]


class EventsDocument(_Document):
    events: list[dict[str, Any]]
    last: int = Field(description="What to send as `after` to get what happens later.")


class MadeDocument(_Document):
    run: str = Field(description="The run that was decided about, or the one that was made.")
    status: str


class StartedDocument(_Document):
    run: str | None = Field(description="The run that was begun; null where there is nothing to do.")
    status: str = Field(
        description="The run's; without one `succeeded` where nothing differs, `halted` where all is broken."
    )
    commit: str
    problems: list[ProblemDocument]


class UnitsDocument(_Document):
    """As `towpath units --json` prints it."""

    commit: str
    units: list[dict[str, Any]]
    problems: list[ProblemDocument]


class GraphDocument(_Document):
    """As `towpath graph --json` prints it."""

    commit: str
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    problems: list[ProblemDocument]


class EstateDocument(_Document):
    commit: str
    units: list[dict[str, Any]]


class HistoryDocument(_Document):
    unit: str
    runs: list[dict[str, Any]]
    older: int | None


class AuditDocument(_Document):
    entries: list[dict[str, Any]]
    older: int | None


class SettingsDocument(_Document):
    server: dict[str, Any] | None
    repositories: dict[str, Any]


class AnswerDocument(BaseModel):
    """What somebody says at a gate."""

    model_config = ConfigDict(extra="forbid")

    gate: str = Field("", max_length=96, description="The gate's id. Without it: the one open gate of the environment.")
    environment: str | None = Field(None, max_length=128, description="Where there is no `gate`; null for a hold.")
    reason: str = Field("", max_length=2000)


class ReasonDocument(BaseModel):
    """Why somebody does what is not usual; the audit log keeps it."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)


class StartDocument(BaseModel):
    """What somebody asks for."""

    model_config = ConfigDict(extra="forbid")

    repository: str | None = Field(None, max_length=64, description="Its name. Without it: the first.")
    kind: Literal["plan", "apply"]
    units: list[Annotated[str, Field(max_length=1024)]] = Field(
        [], max_length=1000, description="Their paths. Without any: all that differs from what is applied."
    )
    branch: str | None = Field(
        None, max_length=255, description="A branch that is watched, to plan it. Without it: the deploy branch."
    )


def listed_json(listed: ListedRun) -> dict[str, Any]:
    tiers = [
        {
            "deploy_order": tier.tier,
            "accounts": list(tier.accounts),
            "done": tier.done,
            "total": tier.total,
            "units": {status.value: count for status, count in tier.units.items()},
        }
        for tier in listed.tiers
    ]
    return {**run_json(listed.run), "repository": listed.repository, "tiers": tiers}


def plan_json(plan: Plan) -> dict[str, Any]:
    binding = plan.binding
    return {
        "exactness": plan.exactness.value,
        "digest": binding.digest,
        "commit": binding.commit,
        "fingerprint": binding.fingerprint,
        "engine": binding.engine,
        "engine_version": binding.engine_version,
        "state_serial": binding.state_serial,
        "resources": [
            {
                "address": resource.address,
                "type": resource.type,
                "action": resource.action.value,
                "attributes": [
                    {
                        "path": change.path,
                        "before": change.before,
                        "after": change.after,
                        "unknown": change.unknown,
                        "sensitive": change.sensitive,
                        "forces_replacement": change.forces_replacement,
                    }
                    for change in resource.attributes
                ],
            }
            for resource in plan.resources
        ],
        "outputs": [
            {
                "name": output.name,
                "action": output.action.value,
                "before": output.before,
                "after": output.after,
                "sensitive": output.sensitive,
            }
            for output in plan.outputs
        ],
    }


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "kind": attempt.kind.value,
        "status": attempt.status.value,
        "worker": attempt.worker,
        "queued_at": attempt.queued_at.isoformat(),
        "started_at": _moment(attempt.started_at),
        "finished_at": _moment(attempt.finished_at),
        "problems": [problem.as_json() for problem in attempt.problems],
    }


def _moment(moment: datetime.datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def ledger_json(entry: LedgerEntry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {
        "commit": entry.commit,
        "fingerprint": entry.fingerprint,
        "run": entry.run,
        "at": entry.at.isoformat(),
    }


def drift_json(drift: Drift | None) -> dict[str, Any] | None:
    """What applying the code again would do."""
    if drift is None:
        return None
    counts = drift.counts
    found = {"add": counts.add, "change": counts.change, "destroy": counts.destroy, "replace": counts.replace}
    return {"since": drift.since.isoformat(), "at": drift.at.isoformat(), "run": drift.run, **found}


def past_json(past: PastUnitRun) -> Mapping[str, Any]:
    return {**run_json(past.run), "unit": UnitView(past.unit).as_json()}


def audit_json(entry: AuditEntry) -> dict[str, Any]:
    record = entry.record
    return {
        "sequence": entry.sequence,
        "at": record.at.isoformat(),
        "who": record.who,
        "address": record.address,
        "action": record.action,
        "subject": record.subject,
        "digest": record.digest,
        "detail": dict(record.detail),
        "previous": entry.previous,
        "hash": entry.hash,
    }
