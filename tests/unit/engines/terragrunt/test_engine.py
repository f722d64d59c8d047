"""Terragrunt around one unit: when it is believed, tried again, or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from watched_work import LogLines, Switch

from towpath.engines.terraform import Console, Done, EngineBinary, Workspace
from towpath.engines.terragrunt import TerragruntEngine
from towpath.model.commands import Cancellation, Command, CommandResult, LogSink
from towpath.model.paths import unit_path
from towpath.terragrunt.config import Hook, Retry, UnitConfig

OK = CommandResult(0)
FAILED = CommandResult(1, tail="Error: no such thing")
CAPTURED = CommandResult(0, b"{}")


class Terragrunt:
    """A runner that answers in order. Each answer comes with what the engine below it noted: status and folder, or
    nothing where it did not run.
    """

    def __init__(self, room: Path, *answers: tuple[CommandResult, int | None]) -> None:
        self._note = room / "engine-ended"
        self._answers = list(answers)
        self.ran: list[Command] = []

    def run(self, command: Command, log: LogSink, cancellation: Cancellation) -> CommandResult:
        self.ran.append(command)
        assert command.argv[0] == "/bin/terraform" or not self._note.exists(), "a note of an earlier attempt"
        result, status = self._answers.pop(0)
        if status is not None:
            self._note.write_text(f"{status}\n/ran/in here", encoding="utf-8")
        return result


def engine(room: Path, *answers: tuple[CommandResult, int | None]) -> tuple[TerragruntEngine, Terragrunt]:
    runner = Terragrunt(room, *answers)
    terragrunt = EngineBinary("terragrunt", "/bin/terragrunt", "1.0.4")
    return TerragruntEngine(terragrunt, EngineBinary("terraform", "/bin/terraform", "1.11.4"), runner, room), runner


def workspace(**settings: object) -> Workspace:
    config = UnitConfig(unit_path("dev/vpc"), **settings)  # type: ignore[arg-type]  # test data
    return Workspace(Path("/co/dev/vpc"), {"A": "1"}, ("secret",), config=config)


def console(log: LogLines | None = None) -> Console:
    return Console(log or LogLines(), Switch())


def problem_id(done: Done) -> str | None:
    return done.problem.id if done.problem else None


def test_one_process_in_the_units_folder_with_its_secrets(tmp_path: Path) -> None:
    made, runner = engine(tmp_path, (OK, 0))
    assert made.plan(workspace(), console(), destroy=False).ok
    (command,) = runner.ran
    assert command.argv[:2] == ("/bin/terragrunt", "run")
    assert (command.folder, command.environment, command.secrets) == (Path("/co/dev/vpc"), {"A": "1"}, ("secret",))
    assert not {"--all", "-a", "run-all", "--graph"} & set(command.argv)


def test_an_apply_has_time_to_write_down_what_it_did(tmp_path: Path) -> None:
    made, runner = engine(tmp_path, (OK, 0))
    made.apply(workspace(), console(), destroy=True)
    assert runner.ran[0].interrupt_grace > Command((), Path(), {}).interrupt_grace
    assert runner.ran[0].argv[-1] == str(made.plan_file(workspace()))


def test_nothing_is_initialised_for_itself(tmp_path: Path) -> None:
    made, runner = engine(tmp_path)
    assert made.init(workspace(), console()).ok
    assert runner.ran == []


def test_hooks_are_left_to_terragrunt(tmp_path: Path) -> None:
    made, runner = engine(tmp_path, (OK, 0))
    made.plan(workspace(before_hooks=(Hook("h", ("plan",), ("ls",)),)), console(), destroy=False)
    assert len(runner.ran) == 1


def test_that_the_engine_never_ran_is_a_failure(tmp_path: Path) -> None:
    made, _ = engine(tmp_path, (OK, None))
    assert problem_id(made.apply(workspace(), console(), destroy=False)) == "engine-not-run"
    assert made.folder(workspace()) is None


def test_an_error_that_was_passed_over_is_a_failure(tmp_path: Path) -> None:
    made, _ = engine(tmp_path, (OK, 1))
    done = made.apply(workspace(), console(), destroy=False)
    assert problem_id(done) == "error-passed-over"
    assert done.problem is not None
    assert "`apply` ended with status 1" in done.problem.detail


def test_the_state_and_the_plan_are_read_where_the_engine_ran(tmp_path: Path) -> None:
    made, runner = engine(tmp_path, (OK, 0), (CAPTURED, None), (CAPTURED, None), (CAPTURED, None))
    made.plan(workspace(), console(), destroy=False)
    assert made.folder(workspace()) == Path("/ran/in here")
    for ask in (made.show, made.pull, made.outputs):
        assert ask(workspace(), console()).stdout == b"{}"
    plan = str(tmp_path / "towpath.tfplan")
    assert [command.argv for command in runner.ran[1:]] == [
        ("/bin/terraform", "show", "-json", plan),
        ("/bin/terraform", "state", "pull"),
        ("/bin/terraform", "output", "-json", "-no-color"),
    ]
    assert {command.folder for command in runner.ran[1:]} == {Path("/ran/in here")}
    assert all(command.capture for command in runner.ran[1:])


def test_retries_are_towpaths_by_the_units_own_rules(tmp_path: Path) -> None:
    made, runner = engine(tmp_path, (replace(FAILED, tail="Error: flaky"), 1), (OK, 0))
    log = LogLines()
    retry = Retry("flaky", ("flaky",), max_attempts=2, sleep_interval_sec=0)
    assert made.plan(workspace(retries=(retry,)), console(log), destroy=False).ok
    assert [command.argv for command in runner.ran] == [runner.ran[0].argv] * 2
    assert "plan failed in a way that may pass" in log.text


def test_an_apply_that_got_half_way_is_not_taken_for_a_stale_one(tmp_path: Path) -> None:
    stale = CommandResult(1, tail="Error: Saved plan is stale")
    made, _ = engine(tmp_path, (replace(FAILED, tail="Error: flaky"), 1), (stale, 1))
    retry = Retry("flaky", ("flaky",), max_attempts=3, sleep_interval_sec=0)
    done = made.apply(workspace(retries=(retry,)), console(), destroy=False)
    assert problem_id(done) == "engine-failed"
    assert done.problem is not None
    assert "flaky" in done.problem.detail


@pytest.mark.parametrize("status", [1, 2, 130])
def test_a_failure_is_told(tmp_path: Path, status: int) -> None:
    made, _ = engine(tmp_path, (replace(FAILED, status=status), 1))
    done = made.plan(workspace(), console(), destroy=False)
    assert done.problem is not None
    assert done.problem.detail == f"`plan` ended with status {status}: no such thing."


def test_an_interrupt_is_no_failure(tmp_path: Path) -> None:
    made, _ = engine(tmp_path, (CommandResult(1, interrupted=True), 1))
    done = made.apply(workspace(), console(), destroy=False)
    assert (done.interrupted, done.problem) == (True, None)
