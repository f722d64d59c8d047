"""What follows when branches move: runs, waiting, giving way, problems; nothing is skipped or done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from watched import MAIN, DiedError, WatchedWorld

from towpath.config.server import RepositorySettings
from towpath.model.runs import RunKind, RunStatus
from towpath.model.watching import Outcome
from towpath.problems import ProblemError

FEATURE = "refs/heads/feature/a"


@pytest.fixture
def world(tmp_path: Path) -> WatchedWorld:
    settings = RepositorySettings(name="live", url="/live", branches=("feature/*",), tags=("v*",))
    return WatchedWorld(tmp_path / "state", settings)


def outcomes(world: WatchedWorld) -> list[tuple[str, Outcome, str | None]]:
    """What became of each commit, oldest first; commits by the number they were made with."""
    found = reversed(world.store.arrivals(""))
    return [(arrival.commit.lstrip("0"), arrival.outcome, arrival.run) for arrival in found]


def test_a_commit_on_the_deploy_branch_starts_a_run_of_what_differs(world: WatchedWorld) -> None:
    commit = world.push({"dev/a": 1, "dev/b": 1})
    world.tick()
    (run,) = world.runs()
    assert (run.kind, run.status, run.head, run.branch) == (RunKind.APPLY, RunStatus.RUNNING, commit, MAIN)
    assert (run.author, run.plan_only) == ("ann@example.com", False)
    world.end(run.id)
    second = world.push({"dev/a": 1, "dev/b": 2})
    world.tick()
    newer = world.runs()[1]
    assert newer.head == second
    snapshot = world.house.state.runs.snapshot(newer.id)
    assert snapshot is not None
    assert set(snapshot.units) == {"dev/b"}
    assert outcomes(world) == [("1", Outcome.CARRIED, run.id), ("2", Outcome.CARRIED, newer.id)]


def test_nothing_new_starts_nothing(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    for _ in range(5):
        world.tick()
    assert len(world.runs()) == 1
    assert world.found == [("apply", world.refs[MAIN])]


def test_commits_that_come_while_a_run_is_at_work_are_one_next_run(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    world.tick()
    (first,) = world.runs()
    for value in (2, 3, 4):
        world.push({"dev/a": value})
        world.tick()
    assert world.runs() == [first]
    assert [outcome for _, outcome, _ in outcomes(world)] == [Outcome.CARRIED, *[Outcome.WAITING] * 3]
    world.end(first.id)
    # The end of the run is news: nobody waits for the next look.
    world.tick(0)
    _, second = world.runs()
    assert second.head == world.refs[MAIN]
    assert outcomes(world)[1:] == [(number, Outcome.CARRIED, second.id) for number in ("2", "3", "4")]


@pytest.mark.parametrize("status", [RunStatus.WAITING, RunStatus.HALTED])
def test_a_run_that_rests_gives_way(world: WatchedWorld, status: RunStatus) -> None:
    world.push({"dev/a": 1})
    world.tick()
    (first,) = world.runs()
    world.end(first.id, status)
    world.push({"dev/a": 2})
    world.tick()
    older, newer = world.runs()
    assert (older.status, older.superseded_by) == (RunStatus.SUPERSEDED, newer.id)
    assert newer.status is RunStatus.RUNNING


def test_a_commit_that_changes_nothing_starts_nothing_and_retires_what_waits(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    world.tick()
    (first,) = world.runs()
    world.end(first.id)
    world.push({"dev/a": 2})
    world.tick()
    world.end(world.runs()[1].id, RunStatus.WAITING)
    world.push({"dev/a": 1})
    world.tick()
    assert [run.status for run in world.runs()] == [RunStatus.SUCCEEDED, RunStatus.SUPERSEDED]
    assert outcomes(world)[-1] == ("3", Outcome.NOTHING, None)


def test_a_broken_commit_is_told_and_looked_at_once(world: WatchedWorld) -> None:
    world.push({"dev/a": 1}, broken=True)
    for _ in range(4):
        world.tick()
    assert world.runs() == []
    assert len(world.found) == 1
    problem = world.store.heads("")[MAIN].problem
    assert problem is not None
    assert problem.id == "yaml-syntax"
    assert outcomes(world) == [("1", Outcome.BROKEN, None)]
    world.push({"dev/a": 2})
    world.tick()
    (run,) = world.runs()
    assert outcomes(world) == [("1", Outcome.CARRIED, run.id), ("2", Outcome.CARRIED, run.id)]
    assert world.store.heads("")[MAIN].problem is None


def test_what_a_broken_commit_stands_on_still_waits(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    world.tick()
    (first,) = world.runs()
    world.push({"dev/a": 2})
    world.tick()
    world.push({"dev/a": 3}, broken=True)
    world.end(first.id)
    world.tick()
    assert [outcome for _, outcome, _ in outcomes(world)] == [Outcome.CARRIED, Outcome.WAITING, Outcome.BROKEN]


def test_a_rewritten_branch_leaves_what_it_dropped_behind(world: WatchedWorld) -> None:
    base = world.push({"dev/a": 1})
    world.tick()
    (first,) = world.runs()
    world.push({"dev/a": 2})
    world.tick()
    world.push({"dev/a": 3}, onto=base)
    world.end(first.id)
    world.tick()
    _, second = world.runs()
    assert outcomes(world)[1:] == [("2", Outcome.GONE, None), ("3", Outcome.CARRIED, second.id)]


def test_a_branch_that_goes_back_is_applied_as_it_stands(world: WatchedWorld) -> None:
    base = world.push({"dev/a": 1})
    world.tick()
    world.end(world.runs()[0].id)
    world.push({"dev/a": 2})
    world.tick()
    world.end(world.runs()[1].id)
    world.refs[MAIN] = base
    world.tick()
    assert world.runs()[2].head == base


def test_another_branch_is_planned_against_where_it_branched_off(world: WatchedWorld) -> None:
    base = world.push({"dev/a": 1})
    world.tick()
    world.end(world.runs()[0].id)
    commit = world.push({"dev/a": 2}, FEATURE, onto=base)
    world.push({"dev/a": 5}, "refs/heads/other", onto=base)
    world.tick()
    run = world.runs()[1]
    assert (run.kind, run.head, run.branch, run.plan_only) == (RunKind.PLAN, commit, FEATURE, True)
    assert len(world.runs()) == 2
    assert [number for number, _, _ in outcomes(world)] == ["1"]


def test_plans_of_a_branch_are_not_applied(world: WatchedWorld) -> None:
    base = world.push({"dev/a": 1})
    world.tick()
    world.push({"dev/a": 2}, FEATURE, onto=base)
    world.tick()
    run = world.runs()[1]
    world.end(run.id, RunStatus.PLANNED)
    with pytest.raises(ProblemError) as caught:
        world.house.runs.begin_apply(run.id)
    assert caught.value.problems[0].id == "plans-only-shown"


def test_a_branch_that_moves_on_replaces_its_own_plans_alone(world: WatchedWorld) -> None:
    base = world.push({"dev/a": 1})
    world.tick()
    main = world.runs()[0]
    world.push({"dev/a": 2}, FEATURE, onto=base)
    world.push({"dev/a": 3}, "refs/tags/v1", onto=base)
    world.tick()
    by_branch = {run.branch: run for run in world.runs()}
    world.push({"dev/a": 4}, FEATURE)
    world.tick()
    assert len(world.runs()) == 3
    world.end(by_branch[FEATURE].id, RunStatus.PLANNED)
    world.end(by_branch["refs/tags/v1"].id, RunStatus.PLANNED)
    world.tick(0)
    status = {run.id: run.status for run in world.runs()}
    assert status[by_branch[FEATURE].id] is RunStatus.SUPERSEDED
    assert status[by_branch["refs/tags/v1"].id] is RunStatus.PLANNED
    assert status[main.id] is RunStatus.RUNNING
    assert world.runs()[-1].head == world.refs[FEATURE]


def test_branches_that_were_there_before_anybody_watched_are_no_news(world: WatchedWorld) -> None:
    base = world.push({"dev/a": 1})
    world.push({"dev/a": 2}, FEATURE, onto=base)
    world.tick()
    assert [run.branch for run in world.runs()] == [MAIN]
    world.push({"dev/a": 3}, FEATURE)
    world.tick()
    assert [run.branch for run in world.runs()] == [MAIN, FEATURE]


def test_a_branch_that_was_deleted_is_forgotten(world: WatchedWorld) -> None:
    base = world.push({"dev/a": 1})
    world.tick()
    world.push({"dev/a": 2}, FEATURE, onto=base)
    world.tick()
    del world.refs[FEATURE]
    world.tick()
    assert set(world.store.heads("")) == {MAIN}


def test_a_deploy_branch_that_is_not_there_is_a_problem(world: WatchedWorld) -> None:
    world.tick()
    (watch,) = world.store.watches()
    assert watch.problem is not None
    assert watch.problem.id == "unknown-branch"


def test_a_repository_that_makes_towpath_fail_is_told_and_keeps_nobody_else_waiting(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})

    def fail() -> None:
        raise RecursionError("too deep")

    world.meanwhile = fail
    world.tick()
    (watch,) = world.store.watches()
    assert watch.problem is not None
    assert (watch.problem.id, "too deep" in watch.problem.detail) == ("internal-error", True)
    world.tick(400)
    assert len(world.runs()) == 1


def test_a_remote_that_does_not_answer_is_not_waited_for(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    answers = threading.Event()

    def silent() -> None:
        answers.wait()

    world.meanwhile = silent
    world.clock.advance(120)
    assert world.watcher.tick(wait=False) == 1
    assert world.watcher.tick(wait=False) == 0
    assert world.runs() == []
    answers.set()
    world.watcher.tick()
    assert len(world.runs()) == 1
    (watch,) = world.store.watches()
    assert watch.looked_at is not None


def test_a_remote_that_is_down_is_asked_less_and_less_until_it_is_up(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    world.tick()
    world.down = True
    pauses = []
    for _ in range(10):
        world.clock.advance(10_000)
        world.watcher.tick()
        (watch,) = world.store.watches()
        pauses.append((watch.next_at - world.clock.now()).total_seconds())
    assert watch.failures == 10
    assert watch.problem is not None
    assert watch.problem.id == "remote-unreachable"
    assert 100 < pauses[0] < 140
    assert 3200 < pauses[-1] < 4000
    world.down = False
    world.push({"dev/a": 2})
    world.end(world.runs()[0].id)
    world.clock.advance(10_000)
    world.watcher.tick()
    (watch,) = world.store.watches()
    assert (watch.failures, watch.problem) == (0, None)
    assert len(world.runs()) == 2


def test_a_quiet_repository_is_looked_at_less_often(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    world.tick()

    def pause() -> float:
        (watch,) = world.store.watches()
        return (watch.next_at - world.clock.now()).total_seconds()

    assert 54 <= pause() <= 66
    world.tick(2 * 3600)
    assert 108 <= pause() <= 132
    world.tick(48 * 3600)
    assert 216 <= pause() <= 264


def test_two_that_look_at_once_start_one_run(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    other = world.new_watcher()

    def steal() -> None:
        world.store.hurry("", world.clock.now())
        other.tick()

    world.meanwhile = steal
    world.tick()
    world.tick()
    assert len(world.runs()) == 1
    assert outcomes(world) == [("1", Outcome.CARRIED, world.runs()[0].id)]


def test_who_slept_does_not_write_over_what_another_one_found(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    other = world.new_watcher()

    def sleep() -> None:
        world.clock.advance(1000)
        other.tick()

    world.meanwhile = sleep
    world.tick()
    (watch,) = world.store.watches()
    assert watch.taken == 2
    assert watch.next_at > world.clock.now()


@pytest.mark.parametrize("call", range(1, 5))
def test_whoever_dies_while_looking_has_done_nothing_by_halves(world: WatchedWorld, call: int) -> None:
    commit = world.push({"dev/a": 1})

    def die_at(number: int) -> Callable[[], None]:
        def do() -> None:
            if number == 1:
                raise DiedError
            world.meanwhile = die_at(number - 1)

        return do

    world.meanwhile = die_at(call)
    with pytest.raises(DiedError):
        world.tick()
    world.meanwhile = None
    assert world.runs() == []
    world.tick(60)
    assert world.runs() == []
    world.tick(400)
    (run,) = world.runs()
    assert (run.head, outcomes(world)) == (commit, [("1", Outcome.CARRIED, run.id)])


def test_a_run_that_begins_while_somebody_works_out_what_differs_is_waited_for(world: WatchedWorld) -> None:
    world.push({"dev/a": 1})
    world.tick()
    (first,) = world.runs()
    world.end(first.id, RunStatus.WAITING)
    world.push({"dev/a": 2})

    def approve() -> None:
        if world.calls < 8:
            world.meanwhile = approve
            return
        world.end(first.id, RunStatus.RUNNING)

    world.calls = 4
    world.meanwhile = approve
    world.tick()
    assert world.calls >= 8
    assert [run.id for run in world.runs()] == [first.id]
    assert world.runs()[0].status is RunStatus.RUNNING
    world.end(first.id)
    world.tick(0)
    assert len(world.runs()) == 2
