"""What the engine's words mean. Texts are what Terraform 1.11 printed."""

from __future__ import annotations

import pytest

from towpath.engines.terraform.failures import DEFAULT_RETRYABLE, Failure, classify, failure_problem, lock_holder
from towpath.engines.terraform.patterns import any_found

LOCKED = """
Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error StatusCode: 412
Lock Info:
  ID:        6ca2a5b2-0000-1111-2222-333344445555
  Path:      states/dev/vpc/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ada@laptop
  Version:   1.11.4
  Created:   2026-01-05 09:00:00.1 +0000 UTC
  Info:

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.
"""

UNREACHED_LOCK = """Error: Error acquiring the state lock

Error message: operation error DynamoDB: PutItem, dial tcp 10.0.0.1:443: i/o timeout
"""

PLACED = """
Error: Unsupported backend type

  on backend.tf line 3, in terraform:
   3:   backend "s33" {

There is no backend type
named "s33".

For more, see elsewhere.
"""


@pytest.mark.parametrize(
    ("output", "failure"),
    [
        ("Error: Saved plan is stale\n\nThe given plan file can no longer be applied", Failure.STALE),
        (LOCKED, Failure.LOCKED),
        ('Error: S3 bucket "states" does not exist.\nNoSuchBucket', Failure.BUCKET),
        ("Error: No valid credential sources found", Failure.CREDENTIALS),
        ("api error ExpiredToken: The security token included in the request is expired", Failure.EXPIRED),
        ("Error: Error loading state: dial tcp 127.0.0.1:1: connect: connection refused", Failure.UNREACHABLE),
        (UNREACHED_LOCK, Failure.UNREACHABLE),
        ("Error: Failed to get existing workspaces: S3: dial tcp: lookup b.aws: no such host", Failure.UNREACHABLE),
        ("Error: Error refreshing state: GET http://h/s: connect: connection refused", Failure.UNREACHABLE),
        ("Error: creating table: dial tcp: connect: connection refused", Failure.OTHER),
        ("Error: Error acquiring the state lock\n\nError message: mkdir /x: permission denied", Failure.UNLOCKABLE),
        (
            "Error: Error acquiring the state lock\n\nError message: the state is already locked by another client",
            Failure.LOCKED,
        ),
        ("Error: Failed to write plan file\n\nwrite /w/plan: no space left on device", Failure.DISK),
        ("Error: remote-exec provisioner error\n\ncp: No space left on device", Failure.OTHER),
        ("Error: Invalid resource type", Failure.OTHER),
        ("", Failure.OTHER),
    ],
)
def test_failures_are_told_apart(output: str, failure: Failure) -> None:
    assert classify(output) is failure
    assert failure_problem("plan", 1, output).id == failure.value


def test_the_holder_of_a_lock_in_one_line() -> None:
    assert lock_holder(LOCKED) == (
        "ada@laptop (apply) since 2026-01-05 09:00:00.1 +0000 UTC, lock 6ca2a5b2-0000-1111-2222-333344445555"
    )
    assert "ada@laptop (apply)" in failure_problem("apply", 1, LOCKED).detail
    assert lock_holder("Error: something else") is None


def test_every_error_is_said_once() -> None:
    output = "╷\n│ Error: Unsupported argument\n│\n╵\n╷\n│ Error: Missing name\n╵\n╷\n│ Error: Missing name\n╵\n"
    problem = failure_problem("plan", 1, output)
    assert problem.detail == "`plan` ended with status 1: Unsupported argument; Missing name."


def test_what_is_said_about_an_error_and_where_it_is() -> None:
    said = 'Unsupported backend type (backend.tf line 3): There is no backend type named "s33".'
    assert failure_problem("init", 1, PLACED).detail == f"`init` ended with status 1: {said}"
    problem = failure_problem("plan", 1, "Error: Error acquiring the state lock\n\nError message: open x: denied\n")
    assert "the state lock: Error message: open x: denied." in problem.detail
    assert problem.hint is not None
    assert "Nobody holds it" in problem.hint


def test_a_failure_without_words() -> None:
    assert "it printed nothing" in failure_problem("plan", 1, "").detail
    assert "panic: oh" in failure_problem("plan", 2, "starting\npanic: oh\n").detail


@pytest.mark.parametrize(
    "output",
    [
        "Error: Failed to install provider\n\nnet/http: TLS handshake timeout",
        "Could not download module: The requested URL returned error: 429",
        "download x failed: connection reset by peer",
        "Client.Timeout exceeded while awaiting headers",
    ],
)
def test_what_passes_by_itself_is_tried_again(output: str) -> None:
    assert any_found(DEFAULT_RETRYABLE, output)


@pytest.mark.parametrize(
    "output", [LOCKED, "Error: Saved plan is stale", "Error: Invalid index", "timeout of 3 minutes"]
)
def test_what_does_not_pass_is_not(output: str) -> None:
    assert not any_found(DEFAULT_RETRYABLE, output)
