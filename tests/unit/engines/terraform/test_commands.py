"""Command lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from towpath.engines.terraform import commands
from towpath.terragrunt.config import ExtraArguments


def test_init_configures_the_backend_and_asks_nothing() -> None:
    argv = commands.init_command("tf", ("-backend-config=b",), ("-upgrade",))
    assert argv == ("tf", "init", "-input=false", "-no-color", "-reconfigure", "-backend-config=b", "-upgrade")


def test_plan_saves_and_the_units_arguments_win() -> None:
    argv = commands.plan_command("tf", 300, ("-lock-timeout=20m", "-out=mine"), destroy=False)
    assert argv[:2] == ("tf", "plan")
    assert argv.index("-lock-timeout=20m") > argv.index("-lock-timeout=300s")
    assert argv[-1] == f"-out={commands.PLAN_FILE}"


def test_a_destroy_plan() -> None:
    assert "-destroy" in commands.plan_command("tf", 300, (), destroy=True)
    assert "-destroy" not in commands.plan_command("tf", 300, (), destroy=False)


@pytest.mark.parametrize(
    ("extra", "kept"),
    [
        (("-parallelism=3",), ("-parallelism=3",)),
        (("-var-file=a.tfvars", "-parallelism=3"), ("-parallelism=3",)),
        (("-var", "a=b", "-compact-warnings"), ("-compact-warnings",)),
        (("--var=a=b",), ()),
        (("-target=x", "-replace", "y", "-refresh=false", "-destroy"), ()),
        (("-state=x", "-lock=false"), ("-state=x", "-lock=false")),
    ],
)
def test_apply_leaves_out_what_the_plan_has_decided(extra: tuple[str, ...], kept: tuple[str, ...]) -> None:
    argv = commands.apply_command("tf", 60, extra)
    assert argv == ("tf", "apply", "-input=false", "-no-color", "-lock-timeout=60s", *kept, commands.PLAN_FILE)


def test_extra_arguments_of_the_command_only(tmp_path: Path) -> None:
    (tmp_path / "there.tfvars").touch()
    blocks = (
        ExtraArguments(
            "vars",
            commands=("plan", "apply"),
            arguments=("-parallelism=2",),
            required_var_files=("must.tfvars",),
            optional_var_files=("there.tfvars", "not-there.tfvars"),
            env_vars={"TF_VAR_a": "1"},
        ),
        ExtraArguments("init", commands=("init",), arguments=("-upgrade",), env_vars={"B": "2"}),
    )
    assert commands.extra_arguments(blocks, "plan", tmp_path) == (
        "-parallelism=2",
        "-var-file=must.tfvars",
        "-var-file=there.tfvars",
    )
    assert commands.extra_arguments(blocks, "init", tmp_path) == ("-upgrade",)
    assert commands.extra_arguments(blocks, "output", tmp_path) == ()
    assert commands.extra_environment(blocks, ("plan", "init")) == {"TF_VAR_a": "1", "B": "2"}
    assert commands.extra_environment(blocks, ("output",)) == {}
