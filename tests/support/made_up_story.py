"""The made-up estate of a team: what the pictures of the pages show, and the stories of the browser begin with."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hand_made import hand_made_live, hand_made_unit
from made_up import NOW, MadeUp

from towpath.access import GENESIS, chained
from towpath.config import TowpathConfig
from towpath.live import Live
from towpath.model.audit import AuditRecord
from towpath.model.changes import Action, Held, Reason, ReasonKind
from towpath.model.gates import GateSpec, Hold, HoldKind
from towpath.model.ledger import LedgerEntry
from towpath.model.paths import UnitPath
from towpath.model.plans import (
    AttributeChange,
    Exactness,
    OutputChange,
    Plan,
    PlanBinding,
    PlanCounts,
    ResourceAction,
    ResourceChange,
)
from towpath.model.runs import (
    Approval,
    Attempt,
    AttemptKind,
    AttemptStatus,
    Commit,
    Gate,
    GateStatus,
    PlanSummary,
    Run,
    RunKind,
    RunSettings,
    RunStatus,
    Snapshot,
    UnitRun,
    UnitStatus,
)
from towpath.model.watching import Drift
from towpath.model.windows import Window
from towpath.problems import Place, Problem

__all__ = ["DATABASE", "HALTED", "PLANNED", "RUNNING", "WAITING", "made_up_estate"]

WAITING, RUNNING, HALTED, PLANNED = "w8kq2m4x0z", "r5d1nv7t3c", "h3x9pb6y2f", "p7c4sj0e8a"
DATABASE = UnitPath("prod/eu-west-1/orders/database")
DATA_TYPES = ("aws_db_instance", "aws_s3_bucket", "aws_dynamodb_table", "aws_kms_key")

_SERVICES = ("orders/database", "orders/api", "payments/queue", "payments/api", "search/index")
_OFFICE_HOURS = Window(("mon", "tue", "wed", "thu"), "09:00", "17:00", "Europe/Berlin")
_BASE = ("network/vpc", "network/dns", "security/kms", "security/iam", "ecs-deploy-runner")
_NEEDS = {
    "network/dns": ("network/vpc",),
    "ecs-deploy-runner": ("security/iam", "network/vpc"),
    "orders/database": ("network/vpc", "security/kms"),
    "orders/api": ("orders/database", "network/dns"),
    "payments/queue": ("security/kms",),
    "payments/api": ("payments/queue", "network/vpc"),
    "search/index": ("network/vpc",),
}
_REGION = "eu-west-1"
_PEOPLE = ("ada@example.com", "grace@example.com", "edsger@example.com", "barbara@example.com")
_SUBJECTS = (
    "Let the search index keep a week of logs",
    "Give payments a queue for what could not be delivered",
    "Tag everything with its cost centre",
    "Use a newer Node.js for the orders API",
    "Open the VPC endpoint for Secrets Manager",
    "Rotate the keys once a year",
    "Shrink stage to two availability zones",
    "Alarm when the orders API answers slowly",
    "Remove the old bastion host",
    "Let the API scale to forty tasks",
)


def made_up_estate(more: int = 120) -> MadeUp:
    """Two repositories; in the first, what a team looks at on a Thursday afternoon, and `more` older runs."""
    live = _live()
    estate = MadeUp(lives={"infrastructure-live": live, "data-platform": _other_live()})
    for number in range(more):
        _past(estate, live, number, more)
    _halted(estate, live)
    _planned(estate, live)
    _waiting(estate, live)
    _running(estate, live)
    estate.ledgers["infrastructure-live"] = dict(_ledger(live))
    _drift(estate, live)
    estate.entries = _audit()
    estate.server = _server()
    return estate


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324  # a commit's id, made up


def _live() -> Live:
    units = [hand_made_unit("shared/eu-west-1/registry"), hand_made_unit("shared/global/dns-zone", tier=0)]
    for account in ("dev", "stage", "prod"):
        for name in (*_BASE, *_SERVICES):
            needs = [f"{account}/{_REGION}/{need}" for need in _NEEDS.get(name, ())]
            needs += ["shared/global/dns-zone"] if name == "network/dns" else []
            units.append(
                hand_made_unit(
                    f"{account}/{_REGION}/{name}",
                    *needs,
                    region=_REGION,
                    source=f"../../../../modules//{name}",
                    protected=name == "ecs-deploy-runner",
                )
            )
    return hand_made_live(*units, commit=_sha("head"), config=TowpathConfig())


def _other_live() -> Live:
    return hand_made_live(
        hand_made_unit("dev/us-east-1/lake"),
        hand_made_unit("prod/us-east-1/lake", "dev/us-east-1/lake"),
        commit=_sha("other"),
    )


def _summary(counts: PlanCounts, attempt: str, **more: Any) -> PlanSummary:
    nothing = counts == PlanCounts()
    return PlanSummary(attempt, f"sha256:{hashlib.sha256(attempt.encode()).hexdigest()}", Exactness.EXACT, counts,
                       nothing, **more)  # fmt: skip


def _unit(run: str, live: Live, path: str, status: UnitStatus, counts: PlanCounts | None, **more: Any) -> UnitRun:
    unit = live.units[UnitPath(path)]
    members = set(live.units)
    plan = _summary(counts, f"{run}:{path}") if counts is not None else None
    values: dict[str, Any] = {
        "reasons": (Reason(ReasonKind.VALUE, "inputs.tags.cost_center", "infra", "platform", "_envcommon/tags.hcl"),),
        "held": Held.PROTECTED if unit.protected else None,
        "plan": plan,
        "seconds": 0.0 if plan is None else 4.0 + len(path) % 17 * 3.1,
        "attempts": 0 if plan is None else 2 if status in (UnitStatus.APPLIED, UnitStatus.FAILED) else 1,
    }
    return UnitRun(
        run=run,
        unit=unit.path,
        account=unit.account.name if unit.account else None,
        tier=unit.tier,
        action=Action.APPLY,
        commit=live.commit,
        fingerprint=more.pop("fingerprint", f"sha256:{run}"),
        waits_for=tuple(need for need in unit.dependencies if need in members),
        status=status,
        **{**values, **more},
    )


def _run(run: str, status: RunStatus, subject: str, minutes: float, **more: Any) -> Run:
    commits = (
        Commit(_sha(subject), subject, _PEOPLE[0]),
        Commit(_sha(subject + "2"), "Say in the read-me how long backups are kept", _PEOPLE[2]),
    )
    values: dict[str, Any] = {
        "kind": RunKind.APPLY,
        "author": commits[0].author,
        "branch": "refs/heads/main",
        "base": _sha(subject + "0"),
        "commits": commits,
        "gates": (
            GateSpec("stage", 1),
            GateSpec("prod", 2, ("platform-team", "ada@example.com"), not_author=True, window=_OFFICE_HOURS),
        ),
        "settings": RunSettings(data_types=DATA_TYPES),
    }
    return Run(
        id=run,
        status=status,
        head=commits[0].sha,
        created_at=NOW - datetime.timedelta(minutes=minutes),
        **{**values, **more},
    )


def _snapshot(run: Run, units: Iterable[UnitRun], **more: Any) -> Snapshot:
    return Snapshot(run, {unit.unit: unit for unit in sorted(units, key=lambda one: one.unit)}, **more)


def _paths(live: Live, account: str, names: Iterable[str]) -> list[str]:
    return [f"{account}/{_REGION}/{name}" for name in names]


def _add(estate: MadeUp, snapshot: Snapshot) -> None:
    estate.runs.append(("infrastructure-live", snapshot))


def _waiting(estate: MadeUp, live: Live) -> None:
    """Dev and stage are applied; prod waits, for a database is to be replaced."""
    run = _run(WAITING, RunStatus.WAITING, "Keep backups of the orders database for 35 days", 74)
    names = ("orders/database", "orders/api", "security/kms", "ecs-deploy-runner")
    done = [
        _unit(run.id, live, path, UnitStatus.HELD if "runner" in path else UnitStatus.APPLIED, PlanCounts(change=1))
        for account in ("dev", "stage")
        for path in _paths(live, account, names)
    ]
    first, api, kms, runner = _paths(live, "prod", names)
    prod = [
        _unit(run.id, live, first, UnitStatus.PLANNED, PlanCounts(change=1, replace=1, add=1), reasons=_reasons()),
        _unit(run.id, live, api, UnitStatus.PLANNED, PlanCounts(change=3)),
        _unit(run.id, live, kms, UnitStatus.UNCHANGED, PlanCounts()),
        _unit(run.id, live, runner, UnitStatus.HELD, PlanCounts(change=1)),
    ]
    covers = {unit.unit: unit.plan.digest for unit in prod if unit.plan and unit.status is UnitStatus.PLANNED}
    at = NOW - datetime.timedelta(minutes=22)
    gate = Gate("gate-prod", run.id, 3, "prod", 2, run.gates[1].approvers, True, covers, window=_OFFICE_HOURS,
                opened_at=at)  # fmt: skip
    hold = Gate(
        "gate-hold", run.id, 3, None, 1, (), False, covers,
        (
            Hold(HoldKind.DATA, "The plan replaces aws_db_instance.orders, which holds data.", DATABASE),
            Hold(HoldKind.PROTECTED, "The unit is protected: it is planned and shown, and applied by hand.",
                 UnitPath(runner)),
        ),
        opened_at=at,
    )  # fmt: skip
    stage = Gate("gate-stage", run.id, 2, "stage", 1, (), False, {}, status=GateStatus.PASSED, opened_at=at)
    said = (
        Approval("a1", run.id, "gate-stage", "edsger@example.com", at, reason="Looks right"),
        Approval(
            "a2",
            run.id,
            "gate-prod",
            "barbara@example.com",
            NOW - datetime.timedelta(minutes=9),
            digests=covers,
            groups=("platform-team",),
        ),
    )
    gates = {gate.id: gate for gate in (stage, gate, hold)}
    _add(estate, _snapshot(run, [*done, *prod], gates=gates, approvals=said))
    estate.plans[run.id, DATABASE] = _database_plan(covers[DATABASE])
    estate.attempts[run.id] = _database_attempts(run.id)
    estate.logs[run.id, DATABASE] = _log()


def _reasons() -> tuple[Reason, ...]:
    return (
        Reason(ReasonKind.VALUE, "inputs.backup_retention_days", 7, 35, "_envcommon/orders/database.hcl"),
        Reason(ReasonKind.VALUE, "inputs.storage_encrypted", False, True, "_envcommon/orders/database.hcl"),
        Reason(ReasonKind.MODULE, file="modules/orders/database/main.tf"),
        Reason(ReasonKind.DEPENDENCY, detail="security/kms may get another key, which this unit reads as key_arn."),
    )


def _policy(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "arn:aws:s3:::orders-backups/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _database_plan(digest: str) -> Plan:
    change = AttributeChange
    resources = (
        ResourceChange("aws_db_instance.orders", "aws_db_instance", ResourceAction.REPLACE, (
            change("storage_encrypted", False, True, forces_replacement=True),
            change("kms_key_id", None, None, unknown=True, forces_replacement=True),
            change("backup_retention_period", 7, 35),
            change("password", "(sensitive)", "(sensitive)", sensitive=True),
            change("endpoint", "orders.c9x1.eu-west-1.rds.amazonaws.com:5432", None, unknown=True),
            change("tags.CostCenter", "infra", "platform"),
        )),
        ResourceChange("aws_iam_role_policy.backup", "aws_iam_role_policy", ResourceAction.UPDATE, (
            change("policy", _policy("s3:PutObject"), _policy("s3:PutObject", "s3:PutObjectTagging", "s3:ListBucket")),
        )),
        ResourceChange("aws_cloudwatch_metric_alarm.free_storage[\"orders\"]", "aws_cloudwatch_metric_alarm",
                       ResourceAction.CREATE, (
            change("alarm_name", None, "orders-free-storage"),
            change("comparison_operator", None, "LessThanThreshold"),
            change("threshold", None, 10737418240),
            change("evaluation_periods", None, 3),
            change("arn", None, None, unknown=True),
            change("id", None, None, unknown=True),
        )),
    )  # fmt: skip
    outputs = (
        OutputChange("endpoint", ResourceAction.UPDATE, "orders.c9x1.eu-west-1.rds.amazonaws.com:5432"),
        OutputChange("backup_days", ResourceAction.UPDATE, 7, 35),
    )
    binding = PlanBinding(DATABASE, _sha("head"), "sha256:f", "5f0d", 41, "terraform", "1.9.8", digest)
    return Plan(binding, Exactness.EXACT, resources, outputs)


def _database_attempts(run: str) -> tuple[Attempt, ...]:
    began = NOW - datetime.timedelta(minutes=24)
    values: dict[str, Any] = {"run": run, "unit": DATABASE, "kind": AttemptKind.PLAN, "worker": "deploy-1", "fence": 7}
    locked = Attempt("1", number=1, status=AttemptStatus.LOCKED, queued_at=began, started_at=began,
                     finished_at=began + datetime.timedelta(seconds=31), **values)  # fmt: skip
    planned = Attempt("2", number=2, status=AttemptStatus.PLANNED, queued_at=began, started_at=began,
                      finished_at=began + datetime.timedelta(seconds=74), **values)  # fmt: skip
    return (locked, planned)


def _log() -> list[str]:
    return [
        "\x1b[1mInitializing the backend...\x1b[0m",
        "\x1b[32mSuccessfully configured the backend \"s3\"!\x1b[0m Terraform will automatically",
        "use this backend unless the backend configuration changes.",
        "\x1b[1mInitializing provider plugins...\x1b[0m",
        "- Reusing previous version of hashicorp/aws from the dependency lock file",
        "- Using previously-installed hashicorp/aws v5.76.0",
        "",
        "\x1b[0m\x1b[1maws_db_instance.orders: Refreshing state... [id=orders]\x1b[0m",
        "\x1b[0m\x1b[1maws_iam_role_policy.backup: Refreshing state... [id=backup:orders]\x1b[0m",
        "",
        "Terraform will perform the following actions:",
        "",
        "\x1b[1m  # aws_db_instance.orders\x1b[0m must be \x1b[1m\x1b[31mreplaced\x1b[0m",
        "\x1b[31m-\x1b[0m/\x1b[32m+\x1b[0m resource \"aws_db_instance\" \"orders\" {",
        "      \x1b[33m~\x1b[0m backup_retention_period = 7 \x1b[33m->\x1b[0m 35",
        ("      \x1b[33m~\x1b[0m storage_encrypted       = false \x1b[33m->\x1b[0m true "
        "\x1b[31m# forces replacement\x1b[0m"),
        "    }",
        "",
        "\x1b[33mWarning:\x1b[0m \x1b[1mDeprecated attribute\x1b[0m",
        "\x1b[1mPlan:\x1b[0m 2 to add, 1 to change, 1 to destroy.",
    ]  # fmt: skip


def _running(estate: MadeUp, live: Live) -> None:
    run = _run(RUNNING, RunStatus.RUNNING, "Tag everything with its cost centre", 6, gates=(GateSpec("prod", 2),))
    names = (*_BASE[:4], *_SERVICES)
    units: list[UnitRun] = []
    attempts: dict[str, Attempt] = {}
    for account in ("dev", "stage", "prod"):
        for index, path in enumerate(_paths(live, account, names)):
            status, counts = UnitStatus.APPLIED, PlanCounts(change=2 + index % 4)
            if account == "stage" and index >= 3:
                status = UnitStatus.PLANNED
            if account == "prod":
                units.append(_unit(run.id, live, path, UnitStatus.PENDING, None))
                continue
            units.append(_unit(run.id, live, path, status, counts))
            if account == "stage" and index in (4, 6):
                attempts[path] = Attempt(path, run.id, UnitPath(path), AttemptKind.APPLY, 2, AttemptStatus.RUNNING,
                                         NOW, started_at=NOW, worker="deploy-2")  # fmt: skip
    follower = _unit(run.id, live, "shared/eu-west-1/registry", UnitStatus.PENDING, None, follows=True, joined=False)
    _add(estate, _snapshot(run, [*units, follower], attempts=attempts))


def _halted(estate: MadeUp, live: Live) -> None:
    reason = "stage/eu-west-1/payments/queue failed. What runs has finished; nothing new begins."
    run = _run(HALTED, RunStatus.HALTED, "Give payments a queue for what could not be delivered", 210, reason=reason,
               finished_at=NOW - datetime.timedelta(minutes=180))  # fmt: skip
    problem = Problem(
        "apply-failed",
        "The engine could not apply the plan",
        "Terraform ended with status 1: creating SQS Queue (payments-dead-letter): QueueDeletedRecently: You must wait "
        "60 seconds after deleting a queue before you can create another with the same name.",
        Place("modules/payments/queue/main.tf", 14, 1),
        "Mend it and commit, or resume the run when the cause was outside.",
    )
    names = ("payments/queue", "payments/api")
    dev = [_unit(run.id, live, path, UnitStatus.APPLIED, PlanCounts(add=2)) for path in _paths(live, "dev", names)]
    queue, api = _paths(live, "stage", names)
    stage = [
        _unit(run.id, live, queue, UnitStatus.FAILED, PlanCounts(add=2), problems=(problem,), reason=problem.summary),
        _unit(run.id, live, api, UnitStatus.SKIPPED, PlanCounts(change=1), reason=f"{queue} failed."),
    ]
    prod = [_unit(run.id, live, path, UnitStatus.PENDING, None) for path in _paths(live, "prod", names)]
    _add(estate, _snapshot(run, [*dev, *stage, *prod]))
    path = UnitPath(queue)
    estate.logs[run.id, path] = [
        "\x1b[31m\u2577\x1b[0m",
        "\x1b[31m\u2502 Error:\x1b[0m creating SQS Queue",
        "\x1b[31m\u2575\x1b[0m",
    ]


def _planned(estate: MadeUp, live: Live) -> None:
    run = _run(PLANNED, RunStatus.PLANNED, "Remove the old bastion host", 95, kind=RunKind.PLAN)
    units = [
        _unit(run.id, live, path, UnitStatus.PLANNED, PlanCounts(destroy=4))
        for account in ("dev", "stage", "prod")
        for path in _paths(live, account, ["network/vpc"])
    ]
    provisional = [
        replace(unit, plan=replace(unit.plan, exactness=Exactness.PROVISIONAL)) for unit in units if unit.plan
    ]
    _add(estate, _snapshot(run, provisional))


def _past(estate: MadeUp, live: Live, number: int, more: int) -> None:
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    status = (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED, RunStatus.SUPERSEDED, RunStatus.SUCCEEDED, RunStatus.CANCELLED)
    ends = status[number % len(status)]
    run = _run(f"past{number:06d}", ends, subject, 300 + (more - number) * 47.0, author=_PEOPLE[number % len(_PEOPLE)])
    if ends is RunStatus.CANCELLED:
        run = replace(run, reason="Rejected by grace@example.com: not on a Friday")
    if ends is RunStatus.SUPERSEDED:
        run = replace(run, reason="A newer run took its place.", superseded_by=f"past{number + 1:06d}")
    done = UnitStatus.APPLIED if ends is RunStatus.SUCCEEDED else UnitStatus.SKIPPED
    names = [_SERVICES[number % len(_SERVICES)], _BASE[number % len(_BASE)]]
    units = [
        _unit(run.id, live, path, UnitStatus.APPLIED if account == "dev" else done, PlanCounts(change=1 + number % 3))
        for account in ("dev", "stage", "prod")
        for path in _paths(live, account, names)
    ]
    repository = "data-platform" if number % 9 == 4 else "infrastructure-live"
    estate.runs.append((repository, _snapshot(run, units)))


def _ledger(live: Live) -> Iterable[tuple[UnitPath, LedgerEntry]]:
    """Prod's orders are left behind; one unit was never applied; one is gone from the repository."""
    for number, unit in enumerate(live.units.values()):
        if unit.path == f"prod/{_REGION}/search/index":
            continue
        is_behind = unit.path.startswith("prod/") and ("orders" in unit.path or "payments" in unit.path)
        commit = _sha("older") if is_behind else live.commit if number % 3 else _sha("before")
        fingerprint = "sha256:other" if is_behind else unit.fingerprint
        at = NOW - datetime.timedelta(hours=number * 3)
        yield unit.path, LedgerEntry(unit.path, commit, fingerprint, "past000119", {}, at)
    gone = UnitPath(f"dev/{_REGION}/network/bastion")
    yield gone, LedgerEntry(gone, _sha("older"), "sha256:gone", "past000001", {}, NOW - datetime.timedelta(days=90))


def _drift(estate: MadeUp, live: Live) -> None:
    """A plan of exactly what was applied found something to change: somebody changed it by hand."""
    path = UnitPath(f"stage/{_REGION}/network/dns")
    since = NOW - datetime.timedelta(hours=5)
    drift = Drift(path, since, NOW - datetime.timedelta(minutes=40), "drift00001", live.commit, PlanCounts(change=1))
    estate.drifts["infrastructure-live"] = {path: drift}
    run = _run("drift00001", RunStatus.PLANNED, "Look for drift", 40, kind=RunKind.DRIFT, commits=(), author="towpath")
    units = [_unit(run.id, live, f"stage/{_REGION}/network/dns", UnitStatus.PLANNED, PlanCounts(change=1),
                   fingerprint=live.units[UnitPath(f"stage/{_REGION}/network/dns")].fingerprint)]  # fmt: skip
    _add(estate, _snapshot(run, units))


def _audit() -> list[Any]:
    said: list[tuple[float, str, str, str, Mapping[str, Any]]] = [
        (9000, "ada@example.com", "logged-in", "ada@example.com", {"via": "oidc"}),
        (400, "edsger@example.com", "run-approved", WAITING, {"gate": "stage", "reason": "Looks right"}),
        (220, "grace@example.com", "run-rejected", "past000114", {"gate": "prod", "reason": "not on a Friday"}),
        (60, "ada@example.com", "token-created", "ci-plans", {"expires": "2027-02-24", "role": "planner"}),
        (9, "barbara@example.com", "run-approved", WAITING, {"gate": "prod"}),
    ]
    head, found = GENESIS, []
    for minutes, who, action, subject, detail in said * 6:
        at = NOW - datetime.timedelta(minutes=minutes)
        digest = f"sha256:{_sha(subject)}" if action.startswith("run-") else None
        entry = chained(head, AuditRecord(at, who, action, subject, "192.0.2.44", digest, detail))
        head = entry.head
        found.append(entry)
    return found


def _server() -> Mapping[str, Any]:
    return {
        "database": "postgresql://towpath@db.internal/towpath",
        "listen": "127.0.0.1:8080",
        "base_url": "https://towpath.example.com",
        "repositories": [
            {"name": "infrastructure-live", "url": "git@git.example.com:platform/infrastructure-live.git",
             "branch": "main", "branches": ["feature/*"], "interval": 30, "ssh_key_file": "keys/deploy"},
            {"name": "data-platform", "url": "https://git.example.com/data/platform.git", "branch": "main",
             "branches": [], "interval": 60, "token_env": "DATA_TOKEN"},
        ],
        "login": {"local": True, "oidc": {"issuer": "https://login.example.com", "client_id": "towpath"}},
        "roles": [
            {"role": "viewer", "groups": ["everybody"]},
            {"role": "approver", "groups": ["platform-team"], "environments": ["prod"]},
        ],
        "concurrency": {"total": 20, "per_account": 4},
        "lease": 60,
        "grace": 60,
        "freezes": [],
    }  # fmt: skip
