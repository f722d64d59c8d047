"""Terragrunt's own words, told as the engine's are."""

from __future__ import annotations

from towpath.engines.terraform.failures import failure_problem
from towpath.engines.terragrunt.failures import as_engine_says

OWN = (
    "22:13:01.123 INFO   Downloading something\n"
    "22:13:02.456 ERROR  [dev/vpc] ./terragrunt.hcl:3,9-12: Unsupported attribute\n"
    "22:13:02.457 ERROR  Unable to determine underlying exit code\n"
)
ENGINES = (
    "╷\n│ Error: Invalid count argument\n│ \n"
    "22:13:02.456 ERROR  terraform invocation failed in ./x\n22:13:02.456 ERROR  error occurred:\n"
)


def detail(output: str) -> str:
    return failure_problem("plan", 1, as_engine_says(output)).detail


def test_what_terragrunt_itself_could_not_do() -> None:
    assert detail(OWN) == (
        "`plan` ended with status 1: ./terragrunt.hcl:3,9-12: Unsupported attribute; "
        "Unable to determine underlying exit code."
    )


def test_what_the_engine_said_is_said_once() -> None:
    assert detail(ENGINES) == "`plan` ended with status 1: Invalid count argument."


def test_a_lock_is_recognised_in_the_middle_of_it() -> None:
    output = "Error: Error acquiring the state lock\n\nLock Info:\n  ID: 1\n" + OWN
    assert failure_problem("plan", 1, as_engine_says(output)).id == "state-locked"
