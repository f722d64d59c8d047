"""The engine around its commands: hooks, retries, and what a failure becomes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from towpath.engines.terraform import Console, EngineBinary, TerraformEngine, Workspace
from towpath.engines.terraform.failures import Failure
from towpath.model.commands import Cancellation, Command, CommandResult, LogSink
from towpath.model.paths import unit_path
from towpath.terragrunt.config import ExtraArguments, Hook, Retry, UnitConfig

OK = CommandResult(0)
RESET = CommandResult(1, tail="Error: Failed to download x: connection reset by peer")
STALE = CommandResult(1, tail="Error: Saved plan is stale")


class ScriptedRunner:
    """Answers by the command's first two words; the answers of one are used up in their order, the last one stays."""

    def __init__(self, **answers: Sequence[CommandResult]) -> None:
        self.answers = {name.replace("_", " "): list(results) for name, results in answers.items()}
        self.ran: list[Command] = []

    def run(self, command: Command, log: LogSink, cancellation: Cancellation) -> CommandResult:
        self.ran.append(command)
        results = self.answers.get(" ".join(command.argv[:2]), [OK])
        return results.pop(0) if len(results) > 1 else results[0]

    def names(self) -> list[str]:
        return [" ".join(command.argv[:2]) for command in self.ran]


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)


class Waits:
    """Keeps how long was waited; is cancelled from the `until`th wait on."""

    def __init__(self, until: int = 99) -> None:
        self.pauses: list[float] = []
        self._until = until

    def level(self) -> int:
        return int(len(self.pauses) >= self._until)

    def wait(self, level: int, seconds: float) -> int:
        self.pauses.append(seconds)
        return self.level()


def engine(runner: ScriptedRunner) -> TerraformEngine:
    return TerraformEngine(EngineBinary("terraform", "tf", "1.9.0"), runner)


def workspace(config: UnitConfig | None = None) -> Workspace:
    return Workspace(Path("/work"), {"A": "1"}, ("secret",), config=config)


def unit(**settings: object) -> UnitConfig:
    return UnitConfig(unit_path("dev/vpc"), **settings)  # type: ignore[arg-type]  # test data


def test_secrets_and_environment_go_with_every_command() -> None:
    runner = ScriptedRunner()
    engine(runner).plan(workspace(), Console(Log(), Waits()), destroy=False)
    (command,) = runner.ran
    assert command.secrets == ("secret",)
    assert command.environment == {"A": "1"}
    assert command.folder == Path("/work")
    assert "secret" not in repr(command)


def test_what_is_asked_for_is_captured_and_not_logged() -> None:
    runner = ScriptedRunner(tf_show=[CommandResult(0, b"{}")])
    assert engine(runner).show(workspace(), Console(Log(), Waits())).stdout == b"{}"
    assert runner.ran[0].capture


def test_hooks_stand_around_the_command() -> None:
    runner = ScriptedRunner()
    config = unit(
        before_hooks=(Hook("lint", ("plan",), ("tflint", "now")),),
        after_hooks=(Hook("tell", ("plan",), ("notify", "done"), suppress_stdout=True),),
    )
    log = Log()
    assert engine(runner).plan(workspace(config), Console(log, Waits()), destroy=False).ok
    assert runner.names() == ["tflint now", "tf plan", "notify done"]
    assert runner.ran[0].environment["TG_CTX_HOOK_NAME"] == "lint"
    assert runner.ran[0].environment["TG_CTX_COMMAND"] == "plan"
    assert (runner.ran[0].capture, runner.ran[2].capture) == (False, True)
    assert "towpath: hook lint" in log.lines


def test_a_before_hook_that_fails_stops_everything() -> None:
    runner = ScriptedRunner(tflint_now=[CommandResult(3)])
    config = unit(before_hooks=(Hook("lint", ("plan",), ("tflint", "now")),))
    done = engine(runner).plan(workspace(config), Console(Log(), Waits()), destroy=False)
    assert done.problem is not None
    assert (done.problem.id, "'lint'" in done.problem.detail) == ("hook-failed", True)
    assert runner.names() == ["tflint now"]


def test_after_a_hook_that_fails_those_run_that_ask_for_it_and_the_command_does_not() -> None:
    runner = ScriptedRunner(tflint_now=[CommandResult(3, tail="no rules")])
    config = unit(
        before_hooks=(
            Hook("lint", ("plan",), ("tflint", "now")),
            Hook("more", ("plan",), ("more", "work")),
            Hook("clean", ("plan",), ("clean", "up"), run_on_error=True),
        ),
        after_hooks=(
            Hook("tell", ("plan",), ("notify", "done")),
            Hook("end", ("plan",), ("end", "it"), run_on_error=True),
        ),
        error_hooks=(
            Hook("page", ("plan",), ("page", "me"), on_errors=("'lint'.* status 3",)),
            Hook("read", ("plan",), ("read", "it"), on_errors=("no rules",)),
            Hook("other", ("plan",), ("other", "one"), on_errors=("Quota",)),
        ),
    )
    done = engine(runner).plan(workspace(config), Console(Log(), Waits()), destroy=False)
    assert done.problem is not None
    assert "'lint'" in done.problem.detail
    assert runner.names() == ["tflint now", "clean up", "end it", "page me", "read it"]


def test_an_after_hook_that_fails_is_a_failure_for_those_behind_it() -> None:
    runner = ScriptedRunner(notify_done=[CommandResult(1)])
    config = unit(
        after_hooks=(Hook("tell", ("plan",), ("notify", "done")), Hook("next", ("plan",), ("next", "one"))),
        error_hooks=(Hook("page", ("plan",), ("page", "me"), on_errors=(".*",)),),
    )
    done = engine(runner).plan(workspace(config), Console(Log(), Waits()), destroy=False)
    assert done.problem is not None
    assert done.problem.id == "hook-failed"
    assert runner.names() == ["tf plan", "notify done", "page me"]


def test_after_a_failure_its_own_problem_is_told_and_error_hooks_run() -> None:
    runner = ScriptedRunner(tf_plan=[CommandResult(1, tail="Error: Quota exceeded")], page_me=[CommandResult(1)])
    config = unit(
        after_hooks=(Hook("tell", ("plan",), ("notify", "done")),),
        error_hooks=(Hook("page", ("plan",), ("page", "me"), on_errors=("Quota",)),),
    )
    done = engine(runner).plan(workspace(config), Console(Log(), Waits()), destroy=False)
    assert runner.names() == ["tf plan", "page me"]
    assert done.problem is not None
    assert "Quota exceeded" in done.problem.detail


def test_destroying_has_the_hooks_and_arguments_of_destroy() -> None:
    runner = ScriptedRunner()
    config = unit(
        before_hooks=(Hook("a", ("apply",), ("no", "no")), Hook("d", ("destroy",), ("last", "words"))),
        extra_arguments=(ExtraArguments("p", ("destroy",), ("-parallelism=1",)),),
    )
    engine(runner).apply(workspace(config), Console(Log(), Waits()), destroy=True)
    assert runner.names() == ["last words", "tf apply"]
    assert "-parallelism=1" in runner.ran[1].argv


def test_what_passes_by_itself_is_tried_three_times() -> None:
    waits, log = Waits(), Log()
    runner = ScriptedRunner(tf_init=[RESET, RESET, OK])
    assert engine(runner).init(workspace(), Console(log, waits)).ok
    assert waits.pauses == [5.0, 5.0]
    assert any("attempt 3" in line for line in log.lines)
    failing = ScriptedRunner(tf_init=[RESET])
    assert not engine(failing).init(workspace(), Console(Log(), Waits())).ok
    assert len(failing.ran) == 3


def test_the_unit_says_what_may_be_retried() -> None:
    odd = CommandResult(1, tail="Error: odd weather")
    config = unit(retries=(Retry("weather", ("odd .*",), max_attempts=2, sleep_interval_sec=7),))
    waits, runner = Waits(), ScriptedRunner(tf_plan=[odd])
    assert not engine(runner).plan(workspace(config), Console(Log(), waits), destroy=False).ok
    assert waits.pauses == [7.0]
    assert len(runner.ran) == 2


def test_other_failures_are_final() -> None:
    runner = ScriptedRunner(tf_plan=[CommandResult(1, tail="Error: Invalid index")])
    done = engine(runner).plan(workspace(), Console(Log(), Waits()), destroy=False)
    assert (len(runner.ran), done.failure) == (1, Failure.OTHER)


def test_a_plan_used_up_by_the_attempt_before_is_a_failure_not_stale() -> None:
    runner = ScriptedRunner(tf_apply=[RESET, STALE])
    done = engine(runner).apply(workspace(), Console(Log(), Waits()), destroy=False)
    assert done.problem is not None
    assert "connection reset" in done.problem.detail
    assert done.failure is not Failure.STALE


def test_a_stale_plan_is_not_tried_again() -> None:
    runner = ScriptedRunner(tf_apply=[STALE])
    assert engine(runner).apply(workspace(), Console(Log(), Waits()), destroy=False).failure is Failure.STALE
    assert len(runner.ran) == 1


def test_cancelling_ends_the_pause() -> None:
    runner = ScriptedRunner(tf_init=[RESET])
    done = engine(runner).init(workspace(), Console(Log(), Waits(until=1)))
    assert done.interrupted
    assert len(runner.ran) == 1


def test_an_interrupted_command_runs_no_hooks_after_it() -> None:
    runner = ScriptedRunner(tf_plan=[CommandResult(1, tail="Error: interrupted", interrupted=True)])
    config = unit(after_hooks=(Hook("tell", ("plan",), ("notify", "done"), run_on_error=True),))
    done = engine(runner).plan(workspace(config), Console(Log(), Waits()), destroy=False)
    assert (done.interrupted, done.ok, done.problem) == (True, False, None)
    assert runner.names() == ["tf plan"]


def test_an_apply_has_longer_to_stop_than_a_plan_but_not_a_minute() -> None:
    runner = ScriptedRunner()
    engine(runner).plan(workspace(), Console(Log(), Waits()), destroy=False)
    engine(runner).apply(workspace(), Console(Log(), Waits()), destroy=False)
    plan, apply = (command.interrupt_grace for command in runner.ran)
    assert plan < apply < 60


@pytest.mark.parametrize("name", ["read-config", "terragrunt-read-config"])
def test_hooks_after_the_configuration_is_read(name: str) -> None:
    runner = ScriptedRunner()
    config = unit(
        before_hooks=(Hook("never", (name,), ("no", "no")),), after_hooks=(Hook("login", (name,), ("log", "in")),)
    )
    assert engine(runner).after_reading(workspace(config), Console(Log(), Waits())).ok
    assert engine(runner).after_reading(workspace(), Console(Log(), Waits())).ok
    assert runner.names() == ["log in"]


def test_a_phase_without_a_command_is_its_hooks() -> None:
    runner = ScriptedRunner()
    config = unit(
        before_hooks=(Hook("a", ("init-from-module",), ("one", "1")), Hook("b", ("plan",), ("no", "no"))),
        after_hooks=(Hook("c", ("init-from-module",), ("two", "2")),),
    )
    assert engine(runner).phase(workspace(config), Console(Log(), Waits()), "init-from-module").ok
    assert engine(runner).phase(workspace(), Console(Log(), Waits()), "init-from-module").ok
    assert runner.names() == ["one 1", "two 2"]
