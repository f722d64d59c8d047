"""What every store of runs keeps to: rows come back as they were, fences hold, transactions are whole."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from state_homes import StateHome

from towpath.model.changes import Action, Held, Reason, ReasonKind
from towpath.model.events import Event, EventKind
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
    PlanSummary,
    Run,
    RunKind,
    RunSettings,
    RunStatus,
    Snapshot,
    UnitRun,
    UnitStatus,
    Worker,
)
from towpath.problems import Place, Problem
from towpath.stores import LedgerStore, RunStore, State, WorkQueue

NOW = datetime.datetime(2026, 1, 5, 9, 30, 15, 123456, tzinfo=datetime.UTC)
UNIT = UnitPath("dev/us-east-1/äpp")
PROBLEM = Problem("engine-failed", "It failed", "Because.", Place("a.hcl", 3, 4, "x = 1"), "Mend it.", "dev/app")
SUMMARY = PlanSummary(
    "run/1", "sha256:1", Exactness.PROVISIONAL, PlanCounts(1, 2, 3, 4), False, True, (UNIT,),
    (Hold(HoldKind.DATA, "Data.", UNIT),), False, ("more",),
)  # fmt: skip

_CHANGE = AttributeChange("tags[0]", {"a": 1.5, "b": [True]}, None, unknown=True)
A_PLAN = Plan(
    PlanBinding(UNIT, "abc", "sha256:f", None, None, "terraform", "1.9", "sha256:1"),
    Exactness.EXACT,
    (ResourceChange("aws_x.y", "aws_x", ResourceAction.REPLACE, (_CHANGE,)),),
    (OutputChange("id", ResourceAction.CREATE, None, "x"),),
)


def a_run(name: str = "run", status: RunStatus = RunStatus.RUNNING) -> Run:
    return Run(
        id=name,
        kind=RunKind.APPLY,
        status=status,
        author="ann",
        base=None,
        head="abc",
        created_at=NOW,
        settings=RunSettings(2, 30, ("aws_s3_bucket",), 5, None),
        commits=(Commit("abc", "Say hello", "ann@example.com"),),
        gates=(GateSpec("prod", 2, ("bob",), True),),
        holds=(Hold(HoldKind.UNITS, "Many."),),
        problems=(PROBLEM,),
    )


def a_unit(run: str = "run", unit: UnitPath = UNIT) -> UnitRun:
    return UnitRun(
        run=run,
        unit=unit,
        account="dev",
        tier=1,
        action=Action.DESTROY,
        commit="abc",
        fingerprint="sha256:f",
        waits_for=(UnitPath("dev/vpc"),),
        held=Held.PROTECTED,
        reasons=(Reason(ReasonKind.VALUE, "inputs.tags", {"a": [1, None, "x"]}, True, "root.hcl"),),
        status=UnitStatus.PLANNED,
        plan=SUMMARY,
        problems=(PROBLEM,),
        retry_at=NOW,
        outputs_before={"id": "sha256:o"},
        seconds=1.25,
    )


def an_attempt(number: int = 1, run: str = "run", status: AttemptStatus = AttemptStatus.QUEUED) -> Attempt:
    kind = AttemptKind.APPLY
    return Attempt(f"{run}/{UNIT}#{number}", run, UNIT, kind, number, status, NOW, plan="run/1", digest="sha256:1")


def a_gate() -> Gate:
    covers = {UNIT: "sha256:1"}
    return Gate("run/gate-1", "run", 1, "prod", 2, ("bob",), True, covers, (Hold(HoldKind.DATA, "Data."),))


def keep(state: State, snapshot: Snapshot, *events: Event) -> None:
    with state.runs.transaction() as transaction:
        before = transaction.snapshot(snapshot.run.id)
        version = before.run.version + 1 if before else 0
        transaction.save(before, replace(snapshot, run=replace(snapshot.run, version=version)), events)


def whole() -> Snapshot:
    attempt = replace(an_attempt(), summary=SUMMARY, outputs={"id": "sha256:o"}, problems=(PROBLEM,))
    approval = Approval("a", "run", "run/gate-1", "bob", NOW, digests={UNIT: "sha256:1"})
    return Snapshot(a_run(), {UNIT: a_unit()}, {attempt.id: attempt}, {"run/gate-1": a_gate()}, (approval,))


def test_a_snapshot_comes_back_as_it_was(state: State) -> None:
    keep(state, whole())

    assert state.runs.snapshot("run") == whole()
    assert state.runs.snapshot("another") is None


def test_only_what_differs_is_written_and_nothing_vanishes(state: State) -> None:
    keep(state, whole())
    changed = replace(whole(), units={UNIT: replace(a_unit(), status=UnitStatus.FAILED)}, gates={}, approvals=())
    keep(state, changed)

    found = state.runs.snapshot("run")
    assert found is not None
    assert found.units[UNIT].status is UnitStatus.FAILED
    assert found.gates == whole().gates
    assert found.approvals == whole().approvals
    assert state.runs.version("run") == 1


def test_what_another_process_wrote_is_read(home: StateHome, state: State) -> None:
    keep(state, whole())
    keep(home.open(), replace(whole(), units={UNIT: replace(a_unit(), status=UnitStatus.FAILED)}))

    with state.runs.transaction() as transaction:
        found = transaction.snapshot("run")
    assert found is not None
    assert found.units[UNIT].status is UnitStatus.FAILED


def test_what_comes_afterwards_comes_once_committed_and_never_when_rolled_back(state: State) -> None:
    done: list[str] = []

    def fail() -> None:
        with state.runs.transaction() as transaction:
            transaction.afterwards(lambda: done.append("never"))
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail()
    with state.runs.transaction() as transaction:
        transaction.afterwards(lambda: done.append("then"))
        assert not done

    assert done == ["then"]


def test_what_was_rolled_back_is_not_remembered(state: State) -> None:
    keep(state, whole())

    def fail() -> None:
        with state.runs.transaction() as transaction:
            changed = replace(whole(), run=replace(a_run(), version=1), units={})
            transaction.save(transaction.snapshot("run"), changed)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail()
    with state.runs.transaction() as transaction:
        assert transaction.snapshot("run") == whole()


def test_settled_attempts_are_kept_but_not_part_of_the_snapshot(state: State) -> None:
    attempt = replace(an_attempt(), settled=True, status=AttemptStatus.APPLIED)
    keep(state, replace(whole(), attempts={attempt.id: attempt}))

    found = state.runs.snapshot("run")
    assert found is not None
    assert found.attempts == {}
    assert state.runs.attempts("run") == (attempt,)


def test_a_transaction_that_fails_leaves_nothing(state: State) -> None:
    def fail() -> None:
        with state.runs.transaction() as transaction:
            transaction.save(None, whole(), [Event(0, "run", NOW, EventKind.RUN_CREATED)])
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail()
    assert state.runs.runs() == ()
    assert state.runs.events("run") == ()


def test_runs_come_newest_first_and_open_ones_oldest_first(state: State) -> None:
    for name, status in (("one", RunStatus.HALTED), ("two", RunStatus.SUCCEEDED), ("three", RunStatus.WAITING)):
        keep(state, Snapshot(a_run(name, status), {}))

    assert [run.id for run in state.runs.runs()] == ["three", "two", "one"]
    with state.runs.transaction() as transaction:
        assert [run.id for run in transaction.open_runs()] == ["one", "three"]


def test_events_are_numbered_over_all_runs_and_read_from_where_one_stopped(state: State) -> None:
    first = Event(0, "run", NOW, EventKind.UNIT_STATUS, UNIT, {"status": "failed", "reason": None})
    keep(state, whole(), first, replace(first, run="other"), replace(first, unit=None))

    one, three = state.runs.events("run")
    assert (one.sequence, three.sequence) == (1, 3)
    assert replace(one, sequence=0) == first
    assert state.runs.events("run", after=1) == (three,)


def test_a_plan_comes_back_as_it_was(state: State) -> None:
    keep(state, whole())
    with state.runs.transaction() as transaction:
        transaction.keep_plan(an_attempt(), A_PLAN)

    assert state.runs.plan(an_attempt().id) == A_PLAN
    assert state.runs.plan("another") is None


def test_repositories_in_one_database_see_nothing_of_each_other(state: State) -> None:
    entry = LedgerEntry(UNIT, "abc", "sha256:f", "run", {"id": "sha256:o"}, NOW)
    queued = an_attempt()
    keep(state, replace(whole(), attempts={queued.id: queued}), Event(0, "run", NOW, EventKind.RUN_CREATED))
    with state.runs.transaction() as transaction:
        transaction.keep_plan(queued, A_PLAN)
        transaction.write_ledger({UNIT: entry})
        assert transaction.begin_attempt(queued, "w1", NOW) is not None

    other, other_ledger = RunStore(state.database, "other"), LedgerStore(state.database, "other")
    assert (other.runs(), other.attempts("run"), other.events("run")) == ((), (), ())
    assert (other.snapshot("run"), other.version("run"), other.plan(queued.id)) == (None, None, None)
    assert other_ledger.entries() == {}
    with other.transaction() as transaction:
        assert (transaction.run("run"), transaction.version("run"), transaction.snapshot("run")) == (None, None, None)
        assert (transaction.attempt(queued.id), transaction.plan(queued.id)) == (None, None)
        assert (transaction.open_runs(), transaction.active_attempts()) == ([], [])
        assert transaction.ledger_entry(UNIT) is None


def test_repositories_have_locks_and_ledger_entries_of_their_own(state: State) -> None:
    entry = LedgerEntry(UNIT, "abc", "sha256:f", "run", {}, NOW)
    mine, theirs = an_attempt(), an_attempt(run="theirs")
    keep(state, replace(whole(), attempts={mine.id: mine}))
    other, other_ledger = RunStore(state.database, "other"), LedgerStore(state.database, "other")
    with other.transaction() as transaction:
        transaction.save(None, Snapshot(a_run("theirs"), {}, {theirs.id: theirs}))
        transaction.write_ledger({UNIT: replace(entry, commit="def")})

    begun = begin(state, mine)
    with other.transaction() as transaction:
        also = transaction.begin_attempt(theirs, "w2", NOW)
    assert begun is not None
    assert also is not None
    assert (begun.fence, also.fence) == (1, 1)
    with other.transaction() as transaction:
        transaction.free_lock(begun)
        assert not transaction.end_attempt(begun)
        transaction.write_ledger({UNIT: None})
    assert end(state, begun)
    with state.runs.transaction() as transaction:
        transaction.write_ledger({UNIT: entry})
    assert (list(state.ledger.entries()), list(other_ledger.entries())) == ([UNIT], [])


def test_an_id_of_a_run_is_given_once_in_the_whole_database(state: State) -> None:
    keep(state, whole())
    other = RunStore(state.database, "other")

    def again() -> None:
        with other.transaction() as transaction:
            transaction.save(transaction.snapshot("run"), whole())

    with pytest.raises(IntegrityError):
        again()
    assert (state.runs.snapshot("run"), other.runs()) == (whole(), ())


def begin(state: State, attempt: Attempt, worker: str = "w1") -> Attempt | None:
    with state.runs.transaction() as transaction:
        return transaction.begin_attempt(attempt, worker, NOW)


def end(state: State, attempt: Attempt) -> bool:
    with state.runs.transaction() as transaction:
        return transaction.end_attempt(replace(attempt, status=AttemptStatus.APPLIED))


def test_of_one_unit_one_attempt_at_a_time_and_fences_grow(state: State) -> None:
    first, second = an_attempt(1), an_attempt(2, "other")
    keep(state, replace(whole(), attempts={first.id: first}))
    keep(state, Snapshot(a_run("other"), {}, {second.id: second}))

    begun = begin(state, first)
    assert begun is not None
    assert (begun.fence, begun.status, begun.worker) == (1, AttemptStatus.RUNNING, "w1")
    assert begin(state, second) is None
    with state.runs.transaction() as transaction:
        assert transaction.lock_holder(UNIT) == begun
    assert end(state, begun)
    later = begin(state, second)
    assert later is not None
    assert later.fence == 2


def test_who_lost_its_fence_writes_nothing(state: State) -> None:
    first, second = an_attempt(1), an_attempt(2)
    keep(state, replace(whole(), attempts={first.id: first, second.id: second}))
    begun = begin(state, first)
    assert begun is not None
    with state.runs.transaction() as transaction:
        transaction.free_lock(begun)

    assert not end(state, begun), "while nobody has the lock"
    taken_over = begin(state, second, "w2")
    assert taken_over is not None
    assert taken_over.fence is not None
    assert taken_over.fence > 1
    assert not end(state, begun), "while another has it"
    assert [attempt.status.value for attempt in state.runs.attempts("run")] == ["running", "running"]
    assert end(state, taken_over)


def test_active_attempts_of_all_runs(state: State) -> None:
    running = an_attempt(2, status=AttemptStatus.RUNNING)
    over = an_attempt(3, status=AttemptStatus.FAILED)
    keep(state, replace(whole(), attempts={a.id: a for a in (an_attempt(1), running, over)}))

    with state.runs.transaction() as transaction:
        assert [attempt.number for attempt in transaction.active_attempts()] == [1, 2]


def test_the_ledger_names_the_last_entry_until_it_is_dropped(state: State) -> None:
    entry = LedgerEntry(UNIT, "abc", "sha256:f", "run", {"id": "sha256:o"}, NOW)
    newer = replace(entry, commit="def")
    with state.runs.transaction() as transaction:
        transaction.write_ledger({UNIT: entry})
        transaction.write_ledger({UNIT: newer, UnitPath("b"): None})
        assert transaction.ledger_entry(UNIT) == newer
    assert state.ledger.entries() == {UNIT: newer}
    with state.runs.transaction() as transaction:
        transaction.write_ledger({UNIT: None})
    assert state.ledger.entries() == {}


def test_a_worker_that_was_buried_cannot_renew_its_lease(state: State) -> None:
    worker = Worker("w1", 42, "host", NOW, NOW, True, "run")
    queue = WorkQueue(state.database, state.clock)
    queue.enter(worker, 60)
    assert queue.renew(worker, 60)
    (seen,) = queue.workers()
    assert seen.id == "w1"
    assert seen.lease_until >= state.clock.now() + datetime.timedelta(seconds=60)
    queue.leave(worker)
    assert not queue.renew(worker, 60)
    assert queue.workers() == []


def test_a_row_written_by_an_older_version_reads_with_defaults(state: State) -> None:
    keep(state, Snapshot(a_run(), {UNIT: a_unit()}))
    old = '{"run": "run", "unit": "dev/us-east-1/äpp", "account": null, "tier": 1, "action": "apply",'
    with state.database.transaction() as connection:
        body = f'{old} "commit": "abc", "fingerprint": "f", "a_field_of_the_past": 1}}'
        connection.execute(text("UPDATE units SET body = :body"), {"body": body})

    found = state.runs.snapshot("run")
    assert found is not None
    assert found.units[UNIT].status is UnitStatus.PENDING
