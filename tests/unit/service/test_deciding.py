"""Deciding about runs: who may, what is written down with it, and looking at what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hand_made import hand_made_live, hand_made_unit
from run_house import House, step, walk
from web_visits import ADA, GRACE, VICTOR

from towpath.model.gates import GateSpec
from towpath.model.listing import RunsRequest
from towpath.model.paths import UnitPath
from towpath.model.people import Caller, Person
from towpath.model.runs import GateStatus, RunKind, RunStatus
from towpath.problems import ProblemError
from towpath.runs import Answer, RunRequest
from towpath.service.acting import Deciding, Repository, Started
from towpath.service.beginning import Beginning, Wanted
from towpath.service.looking import Looking, Seen
from towpath.stores.audit import AuditLog
from towpath.stores.listing import Lists

GATES = [GateSpec("prod", 2, not_author=True)]
APP = UnitPath("prod/app")


class Office:
    """A house of runs, with somebody who decides and somebody who looks."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        self.lists = Lists(self.house.state.database)
        self.log = AuditLog(self.house.state.database)
        self.is_agreed = True
        self.again = walk(step("prod/app", 2), head="commit-2")
        repository = Repository(self.house.runs, lambda _: self.again, lambda _: walk(), RunRequest, self.begins)
        self.deciding = Deciding({"": repository}, self.lists, self.house.clock)
        live = hand_made_live(hand_made_unit("prod/app"))
        seen = {"": Seen(self.house.state, lambda: live)}
        self.looking = Looking(seen, self.lists, self.log, {"lease": 60})

    def begins(self, wanted: Wanted, author: str) -> Beginning:
        """Whatever is asked for, `again` is what would be done."""
        return Beginning(self.again, RunRequest(self.again, wanted.kind, author), lambda *_: self.is_agreed)

    def waiting(self) -> tuple[str, str]:
        """A run that waits at prod's gate, and that gate."""
        run = self.house.create(walk(step("dev/app"), step("prod/app", 2), gates=GATES), author="ada@example.com")
        view = self.house.drive(run)
        return run, view.open_gates[0].id

    def said(self) -> list[tuple[str, str, str]]:
        return [(one.record.who, one.record.action, one.record.subject) for one in reversed(self.log.newest(50))]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "state")
    yield office
    office.house.state.close()


def by(person: Person) -> Caller:
    return Caller(person, address="192.0.2.1")


def refused(error: ProblemError) -> list[str]:
    return [problem.id for problem in error.problems]


def test_an_approval_is_kept_and_written_down_in_one(office: Office) -> None:
    run, gate = office.waiting()
    office.deciding.answer(by(GRACE), run, Answer(gate, approved=True, reason="Fine"))
    view = office.looking.run(run).view
    assert [vote.who for vote in view.snapshot.approvals] == ["grace@example.com"]
    assert view.status is RunStatus.WAITING
    (entry,) = office.log.newest(5)
    assert (entry.record.who, entry.record.action, entry.record.subject) == ("grace@example.com", "run-approved", run)
    assert entry.record.address == "192.0.2.1"
    assert entry.record.detail["reason"] == "Fine"
    assert list(entry.record.detail["plans"]) == [APP]
    assert office.log.verify() is None


def test_who_may_not_changes_nothing_and_nothing_is_written_down(office: Office) -> None:
    run, gate = office.waiting()
    for person, problem in ((VICTOR, "not-allowed"), (ADA, "approver-not-allowed")):
        with pytest.raises(ProblemError) as caught:
            office.deciding.answer(by(person), run, Answer(gate, approved=True))
        assert refused(caught.value) == [problem]
    with pytest.raises(ProblemError):
        office.deciding.cancel(by(GRACE), run)
    assert not office.said()
    assert not office.looking.run(run).view.snapshot.approvals


def test_two_at_once_the_second_is_told(office: Office) -> None:
    run, gate = office.waiting()
    office.deciding.answer(by(GRACE), run, Answer(gate, approved=False, reason="No"))
    with pytest.raises(ProblemError) as caught:
        office.deciding.answer(by(Person("b", "B", "b@example.com", role=GRACE.role)), run, Answer(gate, approved=True))
    assert refused(caught.value) == ["nothing-to-approve"]
    view = office.looking.run(run).view
    assert view.status is RunStatus.CANCELLED
    assert view.snapshot.gates[gate].status is GateStatus.REJECTED
    assert [action for _, action, _ in office.said()] == ["run-rejected"]


def test_an_answer_is_for_one_gate_alone(office: Office) -> None:
    run, _ = office.waiting()
    with pytest.raises(ProblemError) as caught:
        office.deciding.answer(by(GRACE), run, Answer("another", approved=True))
    assert refused(caught.value) == ["nothing-to-approve"]


def test_a_run_is_cancelled_and_planned_again(office: Office) -> None:
    run, _ = office.waiting()
    office.deciding.cancel(by(ADA), run)
    assert office.looking.run(run).view.status is RunStatus.CANCELLED
    made = office.deciding.plan_again(by(ADA), run)
    row = office.looking.run(made).view.snapshot.run
    assert (row.head, row.author, row.kind) == ("commit-2", "ada@example.com", RunKind.APPLY)
    assert office.said() == [
        ("ada@example.com", "run-cancelled", run),
        ("ada@example.com", "run-planned-again", made),
    ]
    office.again = walk()
    with pytest.raises(ProblemError) as caught:
        office.deciding.plan_again(by(ADA), run)
    assert refused(caught.value) == ["nothing-differs"]


def test_a_run_is_begun_by_hand(office: Office) -> None:
    started = office.deciding.start(by(ADA), "", Wanted(RunKind.APPLY, (APP,)))
    assert started.run is not None
    row = office.looking.run(started.run).view.snapshot.run
    assert (row.head, row.author, row.kind) == ("commit-2", "ada@example.com", RunKind.APPLY)
    (entry,) = office.log.newest(5)
    assert (entry.record.action, entry.record.subject) == ("run-started", started.run)
    assert entry.record.detail == {"kind": "apply", "repository": "", "units": [APP]}


def test_a_run_is_begun_by_those_who_may(office: Office) -> None:
    for person, kind in ((VICTOR, RunKind.PLAN), (GRACE, RunKind.APPLY)):
        with pytest.raises(ProblemError) as caught:
            office.deciding.start(by(person), "", Wanted(kind))
        assert refused(caught.value) == ["not-allowed"]
    with pytest.raises(ProblemError) as caught:
        office.deciding.start(by(ADA), "nowhere", Wanted(RunKind.PLAN))
    assert refused(caught.value) == ["no-such-repository"]
    assert not office.said()
    assert not office.house.runs.list()


def test_nothing_is_begun_where_nothing_differs(office: Office) -> None:
    office.again = walk(head="commit-3")
    assert office.deciding.start(by(ADA), "", Wanted(RunKind.APPLY)) == Started(None, "commit-3")
    assert not office.said()


def test_a_run_that_waits_gives_way_to_one_of_the_newest_commit(office: Office) -> None:
    run, _ = office.waiting()
    made = office.deciding.plan_again(by(ADA), run)
    old = office.looking.run(run).view
    assert (old.status, old.snapshot.run.superseded_by) == (RunStatus.SUPERSEDED, made)
    assert not old.open_gates
    assert office.said() == [("ada@example.com", "run-superseded", made)]


def test_a_freeze_is_overridden_by_an_administrator_and_that_is_written_down(office: Office) -> None:
    run, _ = office.waiting()
    with pytest.raises(ProblemError) as caught:
        office.deciding.thaw(by(GRACE), run, "It burns.")
    assert refused(caught.value) == ["not-allowed"]
    office.deciding.thaw(by(ADA), run, "It burns.")
    assert office.looking.run(run).view.snapshot.run.thawed_by == "ada@example.com"
    (entry,) = office.log.newest(5)
    assert (entry.record.action, entry.record.detail) == ("run-thawed", {"reason": "It burns."})


def test_plans_are_applied_and_a_halted_run_goes_on(office: Office) -> None:
    planned = office.house.create(walk(step("dev/app")), "plan")
    office.house.drive(planned)
    office.deciding.apply(by(ADA), planned)
    assert office.looking.run(planned).view.snapshot.run.applies
    with pytest.raises(ProblemError) as caught:
        office.deciding.resume(by(GRACE), planned)
    assert refused(caught.value) == ["not-allowed"]


def test_a_run_that_is_not_there(office: Office) -> None:
    for act in (office.looking.run, lambda run: office.deciding.cancel(by(ADA), run)):
        with pytest.raises(ProblemError) as caught:
            act("nowhere")
        assert refused(caught.value) == ["no-such-run"]


def test_looking_sees_units_plans_logs_and_what_is_newer(office: Office) -> None:
    run, _ = office.waiting()
    seen = office.looking.unit_run(run, APP)
    assert seen.plan is not None
    assert [attempt.number for attempt in seen.attempts] == [1]
    log = office.house.state.logs.open(run, APP)
    for number in range(3):
        log.line(f"line {number}")
    log.close()
    end = office.looking.log_end(run, APP)
    assert end.lines[-1] == "line 2"
    assert end.is_whole
    assert office.looking.log_after(run, APP, end.next).lines == ()
    assert list(office.looking.log_whole(run, APP)) == list(end.lines)
    newer = office.house.create(walk(step("prod/app", 2), head="commit-9"))
    assert [other.id for other in office.looking.run(run).newer] == [newer]
    assert [other.id for other in office.looking.run(newer).older] == [run]
    with pytest.raises(ProblemError):
        office.looking.unit_run(run, UnitPath("nowhere"))


def test_looking_follows_what_happens(office: Office) -> None:
    run, _ = office.waiting()
    last = office.looking.last()
    assert office.looking.after(last, 10) == ()
    office.deciding.cancel(by(ADA), run)
    told = office.looking.after(last, 10)
    assert told
    assert told == office.looking.of_run(run, last)
    assert office.looking.run(run).event == told[-1].sequence
    assert [listed.run.id for listed in office.looking.listed(RunsRequest(("",))).runs] == [run]
    assert set(office.looking.standing("").ledger) == {"dev/app"}
    assert office.looking.settings() == {"lease": 60}
    with pytest.raises(ProblemError):
        office.looking.live("another")
