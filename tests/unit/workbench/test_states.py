"""Reading states without the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from towpath.engines.terraform.backend import Backend
from towpath.engines.terraform.state import Output, StateMark
from towpath.problems import ProblemError
from towpath.runs.workbench.states import StateAccess, StateReader, describe_lock, s3_place
from towpath.system.aws import AwsCredentials, FakeAws, S3Place

STATE = json.dumps({"version": 4, "serial": 7, "lineage": "l", "outputs": {"id": {"value": "x"}}}).encode()
S3: dict[str, Any] = {"bucket": "states", "key": "dev/vpc", "region": "eu-west-1"}
KEYS = AwsCredentials("AKIA", "secret")


def s3(**settings: Any) -> Backend:
    return Backend("s3", {**S3, **settings})


@pytest.fixture
def aws() -> FakeAws:
    fake = FakeAws()
    fake.objects["states", "dev/vpc"] = STATE
    fake.objects["states", "dev/vpc.tflock"] = None
    return fake


def test_a_state_in_s3_is_read_with_the_units_credentials(aws: FakeAws) -> None:
    found = StateReader(aws, {}).snapshot(StateAccess(s3(), KEYS))
    assert found is not None
    assert (found.mark, found.outputs) == (StateMark("l", 7), {"id": Output("x")})
    assert aws.reads == [(S3Place("states", "dev/vpc", "eu-west-1"), KEYS)]


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"use_path_style": True}, S3Place("states", "dev/vpc", "eu-west-1", path_style=True)),
        ({"force_path_style": "true"}, S3Place("states", "dev/vpc", "eu-west-1", path_style=True)),
        ({"endpoint": "http://e"}, S3Place("states", "dev/vpc", "eu-west-1", "http://e")),
        ({"endpoints": {"s3": "http://e"}}, S3Place("states", "dev/vpc", "eu-west-1", "http://e")),
        ({"endpoints": {"sts": "http://e"}, "profile": ""}, S3Place("states", "dev/vpc", "eu-west-1")),
        ({"key": "/dev/vpc"}, S3Place("states", "dev/vpc", "eu-west-1")),
        ({"profile": "mine"}, None),
        ({"sse_customer_key": "k"}, None),
        ({"key": None}, None),
    ],
)
def test_where_an_object_is(settings: dict[str, Any], place: S3Place | None) -> None:
    assert s3_place(s3(**settings)) == place


@pytest.mark.parametrize("backend", [Backend("gcs", {"bucket": "b"}), Backend("cloud"), s3(profile="mine")])
def test_the_rest_is_left_to_the_engine(aws: FakeAws, backend: Backend) -> None:
    assert StateReader(aws, {}).snapshot(StateAccess(backend)) is None
    assert StateReader(aws, {}).lock_holder(StateAccess(backend)) is None


def test_other_workspaces_are_left_to_the_engine(aws: FakeAws) -> None:
    assert StateReader(aws, {"TF_WORKSPACE": "blue"}).snapshot(StateAccess(s3())) is None
    assert StateReader(aws, {"TF_WORKSPACE": "default"}).snapshot(StateAccess(s3())) is not None


@pytest.mark.parametrize(
    "settings",
    [
        {"role_arn": "arn:r", "session_name": "mine", "external_id": "x"},
        {"assume_role": {"role_arn": "arn:r", "session_name": "mine", "external_id": "x"}},
    ],
)
def test_a_role_of_the_backend_is_assumed_with_the_units_credentials(aws: FakeAws, settings: dict[str, Any]) -> None:
    aws.roles["arn:r"] = AwsCredentials("STATE", "secret")
    StateReader(aws, {}).snapshot(StateAccess(s3(**settings), KEYS))
    (request,) = aws.assumed
    assert (request.session, request.external_id, request.region) == ("mine", "x", "eu-west-1")
    assert aws.asked_with == [KEYS]
    assert aws.reads[0][1] == aws.roles["arn:r"]


def test_keys_in_the_backend_are_used(aws: FakeAws) -> None:
    StateReader(aws, {}).snapshot(StateAccess(s3(access_key="A", secret_key="B"), KEYS))
    assert aws.reads[0][1] == AwsCredentials("A", "B")


def test_a_state_in_a_file(aws: FakeAws, tmp_path: Path) -> None:
    access = StateAccess(Backend("local", {"path": str(tmp_path / "s.tfstate")}))
    reader = StateReader(aws, {})
    missing = reader.snapshot(access)
    assert missing is not None
    assert missing.is_empty
    (tmp_path / "s.tfstate").write_bytes(STATE)
    there = reader.snapshot(access)
    assert there is not None
    assert there.mark == StateMark("l", 7)
    assert reader.lock_holder(access) is None


def test_a_file_that_cannot_be_read(aws: FakeAws, tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as error:
        StateReader(aws, {}).snapshot(StateAccess(Backend("local", {"path": str(tmp_path)})))
    assert error.value.problems[0].id == "state-unreadable"


def test_a_lock_in_s3_is_seen_only_where_one_is_used(aws: FakeAws) -> None:
    aws.objects["states", "dev/vpc.tflock"] = b'{"ID": "1", "Who": "ada", "Operation": "OperationTypePlan"}'
    reader = StateReader(aws, {})
    assert reader.lock_holder(StateAccess(s3(use_lockfile=True))) == "ada (plan), lock 1"
    assert reader.lock_holder(StateAccess(s3())) is None
    aws.objects["states", "dev/vpc.tflock"] = None
    assert reader.lock_holder(StateAccess(s3(use_lockfile=True))) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "an unknown holder"),
        (b"{}", "somebody, lock unknown"),
        (b'{"Who": "a", "Created": "now"}', "a since now, lock unknown"),
    ],
)
def test_locks_are_described_as_far_as_they_are_known(content: bytes, told: str) -> None:
    assert describe_lock(content) == told
