"""Names of sessions, credentials, and what AWS's errors become."""

from __future__ import annotations

import datetime
import re
from typing import Any, NoReturn

import pytest
from botocore import exceptions

from towpath.problems import ProblemError
from towpath.system.aws import AwsCredentials, BotoAws, CallerIdentity, FakeAws, RoleRequest, S3Place, session_name
from towpath.system.clock import FakeClock

ALLOWED = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("towpath", "abc", "dev/us-east-1/vpc"), "towpath-abc-dev-us-east-1-vpc"),
        (("towpath", "abc", "."), "towpath-abc-."),
        (("towpath", "abc", "prod/größe & mehr"), "towpath-abc-prod-gr-e-mehr"),
        (("x",), "x-"),
    ],
)
def test_session_names_hold_what_aws_takes(parts: tuple[str, ...], name: str) -> None:
    assert session_name(*parts) == name
    assert ALLOWED.fullmatch(name)


def test_a_long_session_name_keeps_its_start_and_its_end() -> None:
    name = session_name("towpath", "run0123456", "/".join(["folder"] * 30), "database")
    assert len(name) == 64
    assert name.startswith("towpath-")
    assert name.endswith("-database")


def test_credentials_are_variables_and_never_shown() -> None:
    keys = AwsCredentials("AKIA1", "very-secret", "the-token")
    assert keys.variables() == {
        "AWS_ACCESS_KEY_ID": "AKIA1",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "AWS_SESSION_TOKEN": "the-token",
    }
    assert "very-secret" not in repr(keys)
    assert "the-token" not in repr(keys)
    assert set(keys.secrets()) == {"AKIA1", "very-secret", "the-token"}
    assert "AWS_SESSION_TOKEN" not in AwsCredentials("AKIA1", "very-secret").variables()


class ScriptedClient:
    """One AWS client: answers, or raises, what the test says, and counts."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.asked: list[dict[str, Any]] = []

    def _answer(self, **asked: Any) -> Any:
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assume_role = assume_role_with_web_identity = get_caller_identity = list_account_aliases = _answer


class ScriptedAws(BotoAws):
    """boto3 is left out; everything around it is real."""

    def __init__(self, clock: FakeClock, *answers: Any) -> None:
        super().__init__(clock)
        self.client = ScriptedClient(list(answers))

    def _client(self, *_: Any, **__: Any) -> Any:
        return self.client


def session(key: str, ends: datetime.datetime | None) -> dict[str, Any]:
    keys = {"AccessKeyId": key, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": ends}
    return {"Credentials": keys}


def client_error(code: str) -> exceptions.ClientError:
    return exceptions.ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


ROLE = RoleRequest("arn:aws:iam::111111111111:role/plan", "towpath-run-unit")


def test_a_session_is_used_until_it_is_near_its_end() -> None:
    clock = FakeClock()
    hour = datetime.timedelta(hours=1)
    aws = ScriptedAws(clock, session("first", clock.now() + hour), session("second", clock.now() + 2 * hour))
    assert aws.assume(ROLE).access_key_id == "first"
    clock.advance(40 * 60)
    assert aws.assume(ROLE).access_key_id == "first"
    clock.advance(15 * 60)
    assert aws.assume(ROLE).access_key_id == "second"


def test_roles_and_sessions_are_told_apart() -> None:
    ends = FakeClock().now() + datetime.timedelta(hours=1)
    aws = ScriptedAws(FakeClock(), session("one", ends), session("two", ends))
    other = RoleRequest(ROLE.role, "towpath-run-other")
    assert [aws.assume(ROLE).access_key_id, aws.assume(other).access_key_id] == ["one", "two"]


def test_a_role_is_asked_for_with_what_is_given() -> None:
    aws = ScriptedAws(FakeClock(), session("k", None))
    aws.assume(RoleRequest("arn:r", "name", seconds=900, external_id="x", web_identity_token="jwt"))
    assert aws.client.asked == [
        {
            "RoleArn": "arn:r",
            "RoleSessionName": "name",
            "DurationSeconds": 900,
            "ExternalId": "x",
            "WebIdentityToken": "jwt",
        }
    ]


@pytest.mark.parametrize(
    ("raised", "id_"),
    [
        (client_error("AccessDenied"), "role-denied"),
        (client_error("ExpiredToken"), "credentials-expired"),
        (client_error("InvalidClientTokenId"), "credentials-missing"),
        (exceptions.NoCredentialsError(), "credentials-missing"),
        (exceptions.ProfileNotFound(profile="x"), "credentials-missing"),
        (exceptions.EndpointConnectionError(endpoint_url="http://x"), "aws-unreachable"),
        (exceptions.TokenRetrievalError(provider="sso", error_msg="old"), "credentials-expired"),
    ],
)
def test_failures_are_told_apart(raised: Exception, id_: str) -> None:
    with pytest.raises(ProblemError) as error:
        ScriptedAws(FakeClock(), raised).assume(ROLE)
    problem = error.value.problems[0]
    assert problem.id == id_
    assert ROLE.role in problem.detail


def test_a_failure_is_not_remembered() -> None:
    aws = ScriptedAws(FakeClock(), client_error("AccessDenied"), session("later", None))
    with pytest.raises(ProblemError):
        aws.assume(ROLE)
    assert aws.assume(ROLE).access_key_id == "later"


def test_whose_credentials_these_are() -> None:
    aws = ScriptedAws(
        FakeClock(), {"Account": "1", "Arn": "arn", "UserId": "u"}, {"AccountAliases": ["a"]}, {"AccountAliases": []}
    )
    assert aws.identity() == CallerIdentity("1", "arn", "u")
    assert (aws.account_alias(), aws.account_alias()) == ("a", "")


class Objects:
    """An S3 client with one answer."""

    class exceptions:  # noqa: N801  # boto3's clients call it so
        class NoSuchKey(Exception):  # noqa: N818  # as boto3 names it
            pass

    def __init__(self, raised: Exception) -> None:
        self.raised = raised

    def get_object(self, **_: str) -> NoReturn:
        raise self.raised


@pytest.mark.parametrize(
    ("raised", "id_"),
    [
        (client_error("NoSuchBucket"), "backend-missing"),
        (client_error("AccessDenied"), "backend-denied"),
        (exceptions.ConnectTimeoutError(endpoint_url="http://x"), "backend-unreachable"),
    ],
)
def test_reading_an_object_fails_clearly(raised: Exception, id_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    aws = BotoAws(FakeClock())
    monkeypatch.setattr(aws, "_client", lambda *_, **__: Objects(raised))
    with pytest.raises(ProblemError) as error:
        aws.read_object(S3Place("states", "dev/vpc"))
    assert error.value.problems[0].id == id_


def test_an_object_that_is_not_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = BotoAws(FakeClock())
    monkeypatch.setattr(aws, "_client", lambda *_, **__: Objects(Objects.exceptions.NoSuchKey()))
    assert aws.read_object(S3Place("states", "dev/vpc")) is None


def test_the_fake_fails_closed() -> None:
    fake = FakeAws()
    for ask in (
        lambda: fake.assume(ROLE),
        fake.identity,
        lambda: fake.read_object(S3Place("b", "k")),
    ):
        with pytest.raises(AssertionError):
            ask()
