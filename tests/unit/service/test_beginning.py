"""Runs that somebody begins by hand: of what the server has seen, and never beside one that is at work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from run_house import House, step, walk

from towpath.model.paths import UnitPath
from towpath.model.runs import RunKind
from towpath.model.watching import Arrival, Head, Outcome
from towpath.planning import Walk
from towpath.problems import Problem, ProblemError
from towpath.service.beginning import Beginner, Wanted
from towpath.service.watching import Found
from towpath.stores.heads import HeadStore

MAIN = Head("refs/heads/main", "commit-2", "commit-2", settled="commit-1")
TOPIC = Head("refs/heads/topic", "commit-3", "commit-3")
APP = UnitPath("dev/app")


class Grounds:
    """Everything differs, and every commit is on every branch but those of which the test says otherwise."""

    def __init__(self) -> None:
        self.walk: Walk | None = walk(step("dev/app"), head="commit-2")
        self.elsewhere: set[str] = set()
        self.asked: list[tuple[object, ...]] = []

    def is_on(self, commit: str, head: str) -> bool:
        del head
        return commit not in self.elsewhere

    def since_ledger(self, commit: str, kind: RunKind, units: tuple[UnitPath, ...]) -> Found:
        self.asked.append((commit, kind, units))
        return Found(self.walk, () if self.walk else (Problem("broken-hcl", "It is broken"),))

    def since_branching(self, commit: str, trunk: str, units: tuple[UnitPath, ...]) -> Found:
        self.asked.append((commit, trunk, units))
        return Found(walk(step("dev/app"), head=commit))


class Yard:
    """A repository whose deploy branch has two commits that nothing was decided of yet."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder)
        self.grounds = Grounds()
        with self.house.runs.transaction() as transaction:
            rows = transaction.watched()
            rows.arrive(["commit-1b", "commit-2"], self.house.clock.now())
            rows.put_head(MAIN)
            rows.put_head(TOPIC)

    def heads(self) -> dict[str, Head]:
        return dict(HeadStore(self.house.state.database).heads(""))

    def beginner(self) -> Beginner:
        store = HeadStore(self.house.state.database)
        return Beginner("live", "main", self.grounds, partial(store.heads, ""), self._arrivals)

    def _arrivals(self) -> tuple[Arrival, ...]:
        with self.house.runs.transaction() as transaction:
            return tuple(transaction.watched().open_arrivals())

    def outcomes(self) -> dict[str, tuple[Outcome, str | None]]:
        arrivals = HeadStore(self.house.state.database).arrivals("")
        return {one.commit: (one.outcome, one.run) for one in arrivals}

    def begin(self, kind: RunKind, *units: UnitPath, branch: str | None = None) -> str:
        beginning = self.beginner().begin(Wanted(kind, units, branch), "ann")
        run = self.house.runs.start(beginning.request, beginning.agreed)
        assert run is not None
        return run


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    yard = Yard(tmp_path / "state")
    yield yard
    yard.house.state.close()


def refused(yard: Yard, kind: RunKind, branch: str | None = None) -> str:
    with pytest.raises(ProblemError) as caught:
        yard.begin(kind, branch=branch)
    return caught.value.problems[0].id


def test_an_apply_of_all_that_differs_carries_the_commits_that_came(yard: Yard) -> None:
    yard.grounds.elsewhere = {"commit-1b"}
    run = yard.begin(RunKind.APPLY)
    row = yard.house.runs.view(run).snapshot.run
    assert (row.kind, row.author, row.branch, row.plan_only) == (RunKind.APPLY, "ann", MAIN.ref, False)
    assert yard.heads()[MAIN.ref] == replace(MAIN, settled="commit-2", run=run)
    assert yard.outcomes() == {"commit-1b": (Outcome.GONE, None), "commit-2": (Outcome.CARRIED, run)}


@pytest.mark.parametrize(("kind", "units"), [(RunKind.PLAN, ()), (RunKind.APPLY, (APP,))])
def test_a_plan_or_a_part_leaves_what_came_to_be_decided(
    yard: Yard, kind: RunKind, units: tuple[UnitPath, ...]
) -> None:
    run = yard.begin(kind, *units)
    assert yard.grounds.asked == [("commit-2", kind, units)]
    assert not yard.house.runs.view(run).snapshot.run.plan_only
    assert yard.heads()[MAIN.ref] == MAIN
    assert {outcome for outcome, _ in yard.outcomes().values()} == {Outcome.WAITING}


def test_another_branch_is_planned_and_no_more(yard: Yard) -> None:
    run = yard.begin(RunKind.PLAN, branch="topic")
    assert yard.grounds.asked == [("commit-3", "commit-2", ())]
    assert yard.house.runs.view(run).snapshot.run.plan_only
    assert refused(yard, RunKind.APPLY, "topic") == "only-the-deploy-branch"
    assert refused(yard, RunKind.PLAN, "elsewhere") == "unknown-branch"


def test_nothing_is_begun_before_the_branch_was_seen(yard: Yard) -> None:
    with yard.house.runs.transaction() as transaction:
        transaction.watched().drop_head(MAIN.ref)
    assert refused(yard, RunKind.PLAN) == "nothing-seen"


def test_nothing_is_begun_of_what_cannot_be_read(yard: Yard) -> None:
    yard.grounds.walk = None
    assert refused(yard, RunKind.APPLY) == "broken-hcl"


def test_a_branch_that_moved_meanwhile_is_looked_at_anew(yard: Yard) -> None:
    beginning = yard.beginner().begin(Wanted(RunKind.APPLY), "ann")
    with yard.house.runs.transaction() as transaction:
        transaction.watched().put_head(replace(MAIN, commit="commit-4", standing="commit-4"))
    with pytest.raises(ProblemError) as caught:
        yard.house.runs.start(beginning.request, beginning.agreed)
    assert caught.value.problems[0].id == "branch-moved"
    assert not yard.house.runs.list()


def test_units_that_a_run_is_applying_are_left_to_it(yard: Yard) -> None:
    at_work = yard.house.runs.create(walk(step("dev/app")), "apply", "ann")
    assert refused(yard, RunKind.APPLY) == "run-at-work"
    assert [run.id for run in yard.house.runs.list()] == [at_work]
    yard.grounds.walk = walk(step("dev/other"), head="commit-2")
    assert yard.begin(RunKind.APPLY) != at_work
