"""What Terragrunt is told, word by word."""

from __future__ import annotations

from pathlib import Path

from towpath.engines.terragrunt.commands import Handed, apply_command, plan_command
from towpath.terragrunt.config import ExtraArguments

HANDED = Handed("/bin/terragrunt", Path("/co/dev/vpc"), Path("/w/engine"), Path("/w/cache"), Path("/w/towpath.tfplan"))
ONE_UNIT = (
    "/bin/terragrunt",
    "run",
    "--non-interactive",
    "--no-auto-retry",
    "--tf-forward-stdout",
    "--log-format=pretty",
    "--working-dir=/co/dev/vpc",
    "--tf-path=/w/engine",
    "--download-dir=/w/cache",
    "--",
)


def test_a_plan_of_one_unit_into_a_file() -> None:
    said = ("plan", "-input=false", "-no-color", "-lock-timeout=300s", "-out=/w/towpath.tfplan")
    assert plan_command(HANDED, 300, (), destroy=False) == (*ONE_UNIT, *said)


def test_a_plan_that_takes_the_unit_down() -> None:
    said = ("plan", "-input=false", "-no-color", "-lock-timeout=60s", "-destroy", "-out=/w/towpath.tfplan")
    assert plan_command(HANDED, 60, (), destroy=True) == (*ONE_UNIT, *said)


def test_an_apply_of_exactly_the_file() -> None:
    said = ("apply", "-input=false", "-no-color", "-lock-timeout=300s", "/w/towpath.tfplan")
    assert apply_command(HANDED, 300, ()) == (*ONE_UNIT, *said)


def test_how_long_the_unit_itself_waits_for_a_lock_counts() -> None:
    patient = ExtraArguments("lock", commands=("plan",), arguments=("-lock-timeout=20m",))
    assert not any("lock-timeout" in word for word in plan_command(HANDED, 300, [patient], destroy=False))
    assert "-lock-timeout=300s" in apply_command(HANDED, 300, [patient]), "it said so for plans only"
