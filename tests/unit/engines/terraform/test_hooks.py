"""Which hooks run."""

from __future__ import annotations

from pathlib import Path

from towpath.engines.terraform.hooks import HookCall, after_hooks, before_hooks, error_hooks
from towpath.terragrunt.config import Hook

HERE = Path("/work")


def names(calls: tuple[HookCall, ...]) -> list[str]:
    return [call.name for call in calls]


def test_hooks_of_the_command_in_their_order() -> None:
    hooks = [
        Hook("b", ("plan",), ("echo", "b")),
        Hook("a", ("plan", "apply"), ("echo", "a")),
        Hook("c", ("init",), ("echo", "c")),
        Hook("off", ("plan",), ("echo", "off"), if_=False),
        Hook("nothing", ("plan",), ()),
    ]
    assert names(before_hooks(hooks, ("plan",), HERE)) == ["b", "a"]
    assert names(before_hooks(hooks, ("output",), HERE)) == []


def test_hooks_run_where_the_engine_runs_or_where_they_say() -> None:
    hooks = [Hook("a", ("plan",), ("x",)), Hook("b", ("plan",), ("x",), "sub"), Hook("c", ("plan",), ("x",), "/abs")]
    folders = [call.folder for call in before_hooks(hooks, ("plan",), HERE)]
    assert folders == [HERE, HERE / "sub", Path("/abs")]


def test_hooks_say_whether_they_run_after_a_failure() -> None:
    hooks = [Hook("always", ("plan",), ("x",), run_on_error=True), Hook("well", ("plan",), ("x",))]
    for decided in (before_hooks, after_hooks):
        assert [(call.name, call.after_failure) for call in decided(hooks, ("plan",), HERE)] == [
            ("always", True),
            ("well", False),
        ]


def test_error_hooks_wait_for_their_error() -> None:
    hooks = [
        Hook("any", ("plan",), ("x",), on_errors=(".*",)),
        Hook("quota", ("plan",), ("x",), on_errors=("Quota.*exceeded",)),
    ]
    assert names(error_hooks(hooks, ("plan",), HERE, "Error: no such thing")) == ["any"]
    assert names(error_hooks(hooks, ("plan",), HERE, "Error: Quota for EIPs exceeded")) == ["any", "quota"]
