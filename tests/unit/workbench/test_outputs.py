"""The outputs a unit depends on: real ones, mocks, and what makes a plan provisional."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from towpath.engines.terraform.state import Output
from towpath.hcl.values import Sensitive, Value
from towpath.model.paths import unit_path
from towpath.problems import Place, Problem, ProblemError
from towpath.runs.workbench.credentials import Purpose
from towpath.runs.workbench.evaluating import EvaluationRequest
from towpath.runs.workbench.outputs import DependencyOutputs, merge_mocks
from towpath.terragrunt.config import Dependency

VPC = unit_path("dev/vpc")
PLACE = Place("dev/app/terragrunt.hcl", 3, 1)
MOCKS: dict[str, Value] = {"id": "mock", "subnets": {"a": "mock-a", "b": "mock-b"}}


def dependency(**settings: object) -> Dependency:
    return Dependency("vpc", VPC, PLACE, **settings)  # type: ignore[arg-type]  # test data


class States:
    """The outputs in the states, by unit; keeps what was asked for."""

    def __init__(self, **outputs: Mapping[str, Output]) -> None:
        self.outputs = outputs
        self.asked: list[EvaluationRequest] = []

    def read(self, request: EvaluationRequest) -> Mapping[str, Output] | None:
        self.asked.append(request)
        return self.outputs.get("vpc")


def ask(
    wanted: Dependency, states: States, *, pending: bool = False, commands: tuple[str, ...] = ("plan",)
) -> tuple[Value, bool]:
    """What the unit gets to see, and whether it is final."""
    request = EvaluationRequest("run", unit_path("dev/app"), "c" * 40, Purpose.APPLY, commands[0])
    waiting = frozenset({VPC}) if pending else frozenset()
    outputs = DependencyOutputs(request, waiting, commands, states.read, set())
    return outputs(wanted), not outputs.not_final


APPLIED = States(vpc={"id": Output("vpc-1"), "subnets": Output({"a": "s-1"})})


def test_real_outputs() -> None:
    assert ask(dependency(), APPLIED) == ({"id": "vpc-1", "subnets": {"a": "s-1"}}, True)


def test_the_state_is_read_for_looking_even_when_applying() -> None:
    states = States(vpc={"id": Output("x")})
    ask(dependency(), states)
    (request,) = states.asked
    assert (request.unit, request.purpose, request.commit) == (VPC, Purpose.PLAN, "c" * 40)


def test_sensitive_outputs_stay_sensitive() -> None:
    value, _ = ask(dependency(), States(vpc={"key": Output("s", sensitive=True)}))
    assert value == {"key": Sensitive("s")}


def test_nothing_applied_and_no_mocks() -> None:
    with pytest.raises(ProblemError) as error:
        ask(dependency(), States())
    (problem,) = error.value.problems
    assert (problem.id, problem.place) == ("dependency-outputs-missing", PLACE)
    assert "mock_outputs" in (problem.hint or "")


def test_a_unit_that_has_no_outputs() -> None:
    assert ask(dependency(), States(vpc={})) == ({}, True)
    assert ask(dependency(mock_outputs=MOCKS), States(vpc={})) == (MOCKS, False)


def test_mocks_are_not_final() -> None:
    assert ask(dependency(mock_outputs=MOCKS), States()) == (MOCKS, False)


def test_mocks_only_for_the_commands_that_may_have_them() -> None:
    wanted = dependency(mock_outputs=MOCKS, mock_commands=("validate", "plan"))
    assert ask(wanted, States()) == (MOCKS, False)
    with pytest.raises(ProblemError):
        ask(wanted, States(), commands=("apply",))
    assert ask(wanted, States(), commands=("destroy", "plan"))[0] == MOCKS


def test_real_outputs_win_over_mocks() -> None:
    assert ask(dependency(mock_outputs=MOCKS), APPLIED) == ({"id": "vpc-1", "subnets": {"a": "s-1"}}, True)


@pytest.mark.parametrize(
    ("strategy", "seen"),
    [
        ("shallow", {"id": "vpc-1", "subnets": {"a": "s-1"}, "new": "mock"}),
        ("deep_map_only", {"id": "vpc-1", "subnets": {"a": "s-1", "b": "mock-b"}, "new": "mock"}),
    ],
)
def test_mocks_merged_under_real_outputs_are_not_final(strategy: str, seen: Value) -> None:
    wanted = dependency(mock_outputs={**MOCKS, "new": "mock"}, mock_merge=strategy)
    assert ask(wanted, APPLIED) == (seen, False)


def test_a_merge_that_fills_nothing_in_is_final() -> None:
    assert ask(dependency(mock_outputs={"id": "mock"}, mock_merge="shallow"), APPLIED)[1]


def test_what_the_run_is_still_to_apply_is_not_final() -> None:
    assert ask(dependency(), APPLIED, pending=True) == ({"id": "vpc-1", "subnets": {"a": "s-1"}}, False)


def test_a_mock_stands_for_the_output_that_is_about_to_come() -> None:
    value, final = ask(dependency(mock_outputs={"new": "mock"}), APPLIED, pending=True)
    assert value == {"id": "vpc-1", "subnets": {"a": "s-1"}, "new": "mock"}
    assert not final


def test_a_dependency_that_is_off_has_no_outputs() -> None:
    assert ask(dependency(enabled=False), States(), pending=True) == ({}, True)


def test_skipped_outputs_are_not_read() -> None:
    states = States(vpc={"id": Output("vpc-1")})
    assert ask(dependency(skip_outputs=True), states) == ({}, True)
    assert ask(dependency(skip_outputs=True, mock_outputs=MOCKS), states) == (MOCKS, True)
    assert ask(dependency(skip_outputs=True, mock_outputs=MOCKS, mock_commands=("plan",)), states) == (MOCKS, False)
    assert states.asked == []


def test_a_state_that_cannot_be_read_is_told_where_it_is_needed() -> None:
    class Denied(States):
        def read(self, request: EvaluationRequest) -> Mapping[str, Output] | None:
            raise ProblemError(Problem("backend-denied", "The state cannot be read"))

    with pytest.raises(ProblemError) as error:
        ask(dependency(), Denied())
    assert error.value.problems[0].place == PLACE


def test_merging_keeps_what_is_real_at_every_depth() -> None:
    real: dict[str, Value] = {"a": {"b": {"c": 1}}, "l": (1,)}
    mocks: dict[str, Value] = {"a": {"b": {"c": 9, "d": 9}, "e": 9}, "l": (9, 9), "n": 9}
    assert merge_mocks(real, mocks, "deep_map_only") == {"a": {"b": {"c": 1, "d": 9}, "e": 9}, "l": (1,), "n": 9}
    assert merge_mocks(real, mocks, "shallow") == {"a": {"b": {"c": 1}}, "l": (1,), "n": 9}
