"""AWS through boto3, against the emulated AWS, and its fake: the same answers to the same questions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from emulated_aws import EmulatedAws, emulated_aws, expired_aws

from towpath.problems import ProblemError
from towpath.system import SystemClock
from towpath.system.aws import Aws, AwsCredentials, BotoAws, CallerIdentity, FakeAws, RoleRequest, S3Place

ACCOUNT = "222222222222"
ROLE = RoleRequest(f"arn:aws:iam::{ACCOUNT}:role/plan", "towpath-run-dev-vpc")
PLACE = S3Place("states-contract", "dev/vpc/terraform.tfstate")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("aws")) as running:
        running.cloud.make_bucket(PLACE.bucket, ACCOUNT)
        s3 = running.client("s3", ACCOUNT)
        s3.put_object(Bucket=PLACE.bucket, Key=PLACE.key, Body=b'{"version": 4}')
        yield running


@pytest.fixture
def boto(cloud: EmulatedAws, monkeypatch: pytest.MonkeyPatch) -> BotoAws:
    for name, value in cloud.environment({}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return BotoAws(SystemClock())


def scripted() -> FakeAws:
    fake = FakeAws()
    fake.roles[ROLE.role] = AwsCredentials("AKIA", "secret", "token")
    fake.objects[PLACE.bucket, PLACE.key] = b'{"version": 4}'
    fake.objects[PLACE.bucket, "not/there"] = None
    fake.caller = CallerIdentity(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/plan/{ROLE.session}", "id")
    return fake


@pytest.fixture(params=["boto", "fake"])
def aws(request: pytest.FixtureRequest) -> Aws:
    chosen: Aws = request.getfixturevalue("boto") if request.param == "boto" else scripted()
    return chosen


def test_an_assumed_role_is_someone_in_its_account(aws: Aws) -> None:
    keys = aws.assume(ROLE)
    assert keys.session_token
    caller = aws.identity(keys)
    assert caller.account == ACCOUNT
    assert caller.arn.endswith(f":assumed-role/plan/{ROLE.session}")


def test_an_object_is_read_or_is_not_there(aws: Aws) -> None:
    keys = aws.assume(ROLE)
    assert aws.read_object(PLACE, keys) == b'{"version": 4}'
    assert aws.read_object(S3Place(PLACE.bucket, "not/there"), keys) is None


def test_a_session_is_asked_for_once(boto: BotoAws) -> None:
    assert boto.assume(ROLE) is boto.assume(ROLE)


def test_a_missing_bucket_is_told(boto: BotoAws) -> None:
    with pytest.raises(ProblemError) as error:
        boto.read_object(S3Place("no-such-bucket-anywhere", "k"))
    assert error.value.problems[0].id == "backend-missing"


def test_an_endpoint_of_its_own_with_the_bucket_in_the_path(
    boto: BotoAws, cloud: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    keys = AwsCredentials("demo", "demo")
    place = S3Place(PLACE.bucket, PLACE.key, "eu-west-1", cloud.endpoint, path_style=True)
    assert boto.read_object(place, keys) == b'{"version": 4}'


def test_nobody_listens(boto: BotoAws) -> None:
    place = S3Place(PLACE.bucket, PLACE.key, endpoint="http://127.0.0.1:9", path_style=True)
    with pytest.raises(ProblemError) as error:
        boto.read_object(place)
    assert error.value.problems[0].id == "backend-unreachable"


def test_no_credentials_at_all(boto: BotoAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ProblemError) as error:
        boto.assume(ROLE)
    assert error.value.problems[0].id == "credentials-missing"


def test_a_profile_that_is_not_there(boto: BotoAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ProblemError) as error:
        boto.identity()
    assert error.value.problems[0].id == "credentials-missing"


def test_expired_credentials(boto: BotoAws, monkeypatch: pytest.MonkeyPatch) -> None:
    with expired_aws() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(ProblemError) as error:
            boto.assume(ROLE)
    assert error.value.problems[0].id == "credentials-expired"


def test_the_alias_of_an_account(boto: BotoAws, cloud: EmulatedAws) -> None:
    keys = boto.assume(ROLE)
    assert boto.account_alias(keys) == ""
    cloud.client("iam", ACCOUNT).create_account_alias(AccountAlias="dev-account")
    assert boto.account_alias(keys) == "dev-account"


def test_a_permission_that_is_missing(boto: BotoAws, cloud: EmulatedAws) -> None:
    cloud.enforce_permissions()
    try:
        with pytest.raises(ProblemError) as error:
            boto.assume(RoleRequest(ROLE.role, "another-session"))
    finally:
        cloud.enforce_permissions(False)
    assert error.value.problems[0].id in ("role-denied", "credentials-missing")
