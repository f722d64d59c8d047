"""The commands that make runs, drive them, decide about them and show them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from run_house import House
from typed_runs import TypedRuns, live_files

from towpath.git import FakeRepository
from towpath.model.paths import UnitPath


@pytest.fixture
def towpath(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[TypedRuns]:
    house = House(tmp_path / "state")
    yield TypedRuns(FakeRepository(live_files()), capsys, house)
    house.check()
    house.state.close()


def statuses(document: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {unit["path"]: unit["status"] for unit in document["units"]}


def test_a_plan_shows_its_plans_and_what_to_type_next(towpath: TypedRuns) -> None:
    said = towpath("plan")
    assert said.status == 0
    assert "dev/vpc\n      + " in said.out
    run = towpath("runs", "--json").document["runs"][0]["run"]
    assert f"towpath apply --run {run}" in said.out
    assert towpath.house.ledger() == {}


def test_an_apply_stops_at_the_gate_with_its_own_status(towpath: TypedRuns) -> None:
    said = towpath("apply", "--json")
    assert (said.status, said.document["status"]) == (3, "waiting")
    assert statuses(said.document) == {"dev/app": "applied", "dev/vpc": "applied", "prod/vpc": "planned"}
    assert said.document["waiting_for"] == ["prod: 1 approval is missing."]


def test_approve_then_resume_goes_to_the_end(towpath: TypedRuns) -> None:
    run = towpath.run_of("apply")
    approved = towpath("approve", run, "--reason", "fine")
    assert approved.status == 0
    assert "prod is approved" in approved.out
    assert f"towpath resume {run}" in approved.out
    assert "towpath approve" not in approved.out, "nobody needs to say it twice"
    done = towpath("resume", run)
    assert done.status == 0
    assert "succeeded" in done.out
    assert set(towpath.house.ledger()) == {"dev/vpc", "dev/app", "prod/vpc"}


def test_a_run_is_named_by_its_beginning(towpath: TypedRuns) -> None:
    run = towpath.run_of("apply")
    assert towpath("status", run[:4], "--json").document["run"] == run


def test_status_without_a_run_shows_the_newest(towpath: TypedRuns) -> None:
    assert "There are no runs yet" in towpath("status").err
    run = towpath.run_of("plan")
    assert f"Run {run}: plan of" in towpath("status", "--plans").out


def test_reject_ends_the_run(towpath: TypedRuns) -> None:
    run = towpath.run_of("apply")
    assert towpath("reject", run, "--reason", "too late", "--json").document["status"] == "cancelled"
    assert "too late" in towpath("status", run).out
    assert towpath("resume", run).status == 2


def test_cancel_lets_nothing_more_begin(towpath: TypedRuns) -> None:
    run = towpath.run_of("apply")
    assert towpath("cancel", run, "--json").document["status"] == "cancelled"
    assert "prod/vpc" not in towpath.house.ledger()


def test_plans_are_applied_later(towpath: TypedRuns) -> None:
    run = towpath.run_of("plan")
    said = towpath("apply", "--run", run, "--json")
    assert (said.status, said.document["run"]) == (3, run)


def test_a_run_and_units_do_not_go_together(towpath: TypedRuns) -> None:
    assert towpath("apply", "dev/vpc", "--run", "x").status == 2


def test_when_nothing_differs_no_run_is_made(towpath: TypedRuns) -> None:
    towpath.answering("yes")
    assert towpath("apply").status == 0
    again = towpath("apply")
    assert (again.status, again.out) == (0, "Nothing to do: no unit differs from what was applied.\n")
    assert towpath("plan", "--json").document == {"run": None, "status": "succeeded", "units": [], "problems": []}
    assert len(towpath("runs", "--json").document["runs"]) == 1


def test_named_units_alone(towpath: TypedRuns) -> None:
    assert statuses(towpath("apply", "dev/vpc", "--json").document) == {"dev/vpc": "applied"}
    assert towpath("apply", "dev/vcp").status == 2


def test_since_a_commit(towpath: TypedRuns) -> None:
    files = live_files()
    towpath.repository.commit(files | {"dev/vpc/terragrunt.hcl": live_files(2)["dev/vpc/terragrunt.hcl"]})
    assert statuses(towpath("plan", "--since", "HEAD~1", "--json").document) == {"dev/vpc": "planned"}
    assert towpath("plan", "--since", "nowhere").status == 2


def test_a_failure_halts_and_says_where_to_look(towpath: TypedRuns) -> None:
    towpath.house.bench.apply_failures[UnitPath("dev/vpc")] = 1
    said = towpath("apply")
    run = towpath("runs", "--json").document["runs"][0]["run"]
    assert said.status == 1
    assert f"towpath logs {run} dev/vpc" in said.out
    assert f"towpath resume {run}" in said.out
    assert towpath("resume", run).status == 3, "it goes on, to the gate"


def test_destroy_refuses_what_is_still_used(towpath: TypedRuns) -> None:
    towpath.answering("yes")
    towpath("apply")
    said = towpath("destroy", "dev/vpc")
    assert said.status == 2
    assert "dev/app depends on dev/vpc" in said.err
    assert statuses(towpath("destroy", "dev/vpc", "dev/app", "--json").document) == {
        "dev/app": "destroyed",
        "dev/vpc": "destroyed",
    }


@pytest.mark.parametrize("command", [("plan",), ("apply",), ("destroy", "dev/app"), ("resume", "x")])
def test_without_an_engine_nothing_begins(towpath: TypedRuns, command: tuple[str, ...]) -> None:
    towpath.no_engine()
    said = towpath(*command)
    assert said.status == 1
    assert "error[engine-missing]" in said.err
    assert "https://opentofu.org" in said.err
    assert towpath("runs").out.startswith("No runs yet")


def test_a_broken_configuration_stops_runs(towpath: TypedRuns) -> None:
    towpath.repository.commit(live_files(configuration="gates: 1\n"))
    said = towpath("plan", "--json")
    assert said.status == 2
    assert said.document["problems"][0]["file"] == "towpath.yml"


def test_a_broken_unit_is_reported_and_the_others_go_on(towpath: TypedRuns) -> None:
    towpath.repository.commit(live_files() | {"dev/bad/terragrunt.hcl": "inputs = {\n  a = nonsense(1)\n}\n"})
    said = towpath("plan", "--json")
    assert said.status == 1
    assert set(statuses(said.document).values()) == {"planned"}
    assert "unknown-function" in {problem["id"] for problem in said.document["problems"]}


def test_where_all_that_differs_is_broken_nothing_is_done(towpath: TypedRuns) -> None:
    towpath.repository.commit({"dev/bad/terragrunt.hcl": "inputs = {\n  a = nonsense(1)\n}\n"})
    said = towpath("apply")
    assert (said.status, said.out) == (2, "Nothing was done: the problems say what stands in the way.\n")
    document = towpath("apply", "--json").document
    assert (document["run"], document["status"], document["units"]) == (None, "halted", [])


@pytest.mark.parametrize("command", ["status", "logs", "approve", "reject", "cancel", "resume"])
def test_an_unknown_run(towpath: TypedRuns, command: str) -> None:
    said = towpath(command, "nope", "--json")
    assert said.status == 2
    assert said.document["problems"][0]["id"] == "no-such-run"


def test_logs_of_one_unit_and_of_all(towpath: TypedRuns) -> None:
    run = towpath.run_of("apply")
    every = towpath("logs", run, "--json").document["logs"]
    assert set(every) == {"dev/vpc", "dev/app", "prod/vpc"}
    assert towpath("logs", run, "dev/vpc").out.splitlines() == every["dev/vpc"]
    unknown = towpath("logs", run, "../x")
    assert unknown.status == 2
    assert "dev/app, dev/vpc, prod/vpc" in unknown.err


class TestSomebodySitsThere:
    def test_yes_goes_on_at_once(self, towpath: TypedRuns) -> None:
        towpath.answering("yes")
        said = towpath("apply")
        assert said.status == 0
        assert towpath.questions == ["Let prod go on?"]
        assert "prod/vpc" in towpath.house.ledger()

    def test_no_ends_the_run(self, towpath: TypedRuns) -> None:
        towpath.answering("no")
        said = towpath("apply")
        assert said.status == 1
        assert "cancelled" in said.out

    @pytest.mark.parametrize("answers", [("later",), ()], ids=["later", "ctrl-c"])
    def test_who_does_not_decide_leaves_it_waiting(self, towpath: TypedRuns, answers: tuple[str, ...]) -> None:
        towpath.answering(*answers)
        said = towpath("apply")
        assert said.status == 3
        assert towpath("status", "--json").document["status"] == "waiting"

    def test_one_yes_of_two_is_asked_for_once(self, towpath: TypedRuns) -> None:
        towpath.repository.commit(live_files(configuration="gates: {prod: {approvals: 2}}\n"))
        towpath.answering("yes", "yes", "yes")
        assert towpath("apply").status == 3
        assert towpath.questions == ["Let prod go on?"]
        assert towpath("resume", towpath("runs", "--json").document["runs"][0]["run"]).status == 3
        assert len(towpath.questions) == 1

    def test_a_gate_for_others_asks_nothing(self, towpath: TypedRuns) -> None:
        towpath.repository.commit(live_files(configuration="gates: {prod: {from: [grace@example.com]}}\n"))
        towpath.answering("yes")
        assert towpath("apply").status == 3
        assert towpath.questions == []

    def test_a_hold_is_asked_about_after_the_gates(self, towpath: TypedRuns) -> None:
        towpath.repository.commit(live_files(configuration="gates: {prod: {}}\nhold_above: {units: 0}\n"))
        towpath.answering("yes", "yes", "yes")
        assert towpath("apply").status == 0
        assert towpath.questions == ["Let it go on?", "Let prod go on?"]

    def test_a_program_is_never_asked(self, towpath: TypedRuns) -> None:
        towpath.answering("yes")
        assert towpath("apply", "--json").status == 3
        assert towpath.questions == []
