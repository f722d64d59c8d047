"""AWS, so far as it is needed: assumed roles, whose credentials these are, single objects of S3.

boto3 is imported at the first call, since that takes a third of a second. It reads `AWS_ENDPOINT_URL` itself.
Failures are told apart by id: `role-denied`, `credentials-missing`, `credentials-expired`, `backend-missing`,
`backend-denied`, `backend-unreachable`.
"""

from __future__ import annotations

import datetime
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from towpath.problems import Problem, ProblemError
from towpath.system.clock import Clock

__all__ = [
    "Aws",
    "AwsCredentials",
    "BotoAws",
    "CallerIdentity",
    "FakeAws",
    "RoleRequest",
    "S3Place",
    "TopicMessage",
    "session_name",
]

_RENEW_BEFORE = datetime.timedelta(minutes=10)
"""A session this near its end is replaced: an apply that starts with it must be able to finish."""
_ATTEMPTS = 3
_CONNECT_SECONDS = 10
_READ_SECONDS = 60

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class AwsCredentials:
    """Keys, and until when they hold; `expires` None: for good, or nobody knows."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires: datetime.datetime | None = None

    def variables(self) -> dict[str, str]:
        """As environment variables."""
        token = {"AWS_SESSION_TOKEN": self.session_token} if self.session_token else {}
        return {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key, **token}

    def secrets(self) -> tuple[str, ...]:
        """What must not be shown. The key's id is no secret, but it is not for logs either."""
        return tuple(text for text in (self.secret_access_key, self.session_token, self.access_key_id) if text)


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """A role to assume. `seconds` is how long the session lasts; `region` is where STS is asked, None: the default."""

    role: str
    session: str
    seconds: int = 3600
    region: str | None = None
    external_id: str | None = None
    web_identity_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """Whose credentials these are."""

    account: str
    arn: str
    user_id: str


@dataclass(frozen=True, slots=True)
class S3Place:
    """One object of S3 and how it is reached."""

    bucket: str
    key: str
    region: str | None = None
    endpoint: str | None = None
    path_style: bool = False


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """What is published to a topic of SNS. `group` and `once` (the deduplication id) are for FIFO topics."""

    topic: str
    subject: str
    text: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    once: str | None = None


class Aws(Protocol):
    """Thread-safe. `credentials` None: those of this process's environment and files."""

    def assume(self, request: RoleRequest, credentials: AwsCredentials | None = None) -> AwsCredentials:
        """A session of the role, the same one until it is near its end."""
        ...

    def identity(self, credentials: AwsCredentials | None = None) -> CallerIdentity: ...

    def account_alias(self, credentials: AwsCredentials | None = None) -> str:
        """Empty when the account has none."""
        ...

    def read_object(self, place: S3Place, credentials: AwsCredentials | None = None) -> bytes | None:
        """The object's bytes; None when the bucket has no such object."""
        ...

    def publish(self, message: TopicMessage, credentials: AwsCredentials | None = None) -> str:
        """The message's id. The topic's region is in its ARN."""
        ...


def session_name(*parts: str) -> str:
    """A name for a session, made of parts, in the letters AWS takes, 64 at most: of a long name the end is kept."""
    first, *rest = (re.sub(r"[^\w+=,.@-]+", "-", part, flags=re.ASCII).strip("-") for part in parts)
    name = "-".join(part for part in (first, *rest) if part)
    if len(name) > 64:
        name = f"{first}-{name[len(name) - 63 + len(first) :]}"
    return name[:64].ljust(2, "-")


class BotoAws:
    """AWS through boto3."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._session: Any = None
        self._sessions: dict[tuple[RoleRequest, AwsCredentials | None], AwsCredentials] = {}
        self._locks: dict[tuple[RoleRequest, AwsCredentials | None], threading.Lock] = {}

    def assume(self, request: RoleRequest, credentials: AwsCredentials | None = None) -> AwsCredentials:
        key = (request, credentials)
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        # One lock a role: units of one account wait for one session, other accounts do not wait with them.
        with own:
            known = self._sessions.get(key)
            if known is None or (known.expires and known.expires - _RENEW_BEFORE <= self._clock.now()):
                known = self._sessions[key] = self._assume(request, credentials)
            return known

    def _assume(self, request: RoleRequest, credentials: AwsCredentials | None) -> AwsCredentials:
        sts = self._client("sts", credentials, region=request.region)
        asked: dict[str, Any] = {
            "RoleArn": request.role,
            "RoleSessionName": request.session,
            "DurationSeconds": request.seconds,
        }
        if request.external_id:
            asked["ExternalId"] = request.external_id
        if request.web_identity_token:
            asked["WebIdentityToken"] = request.web_identity_token
        call = sts.assume_role_with_web_identity if request.web_identity_token else sts.assume_role
        given = _asking(f"assume the role {request.role}", lambda: call(**asked), "role-denied")["Credentials"]
        return AwsCredentials(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given.get("Expiration")
        )

    def identity(self, credentials: AwsCredentials | None = None) -> CallerIdentity:
        sts = self._client("sts", credentials)
        said = _asking("ask whose credentials these are", sts.get_caller_identity, "credentials-denied")
        return CallerIdentity(said["Account"], said["Arn"], said["UserId"])

    def account_alias(self, credentials: AwsCredentials | None = None) -> str:
        iam = self._client("iam", credentials)
        aliases = _asking("read the account's alias", iam.list_account_aliases, "credentials-denied")["AccountAliases"]
        return str(aliases[0]) if aliases else ""

    def read_object(self, place: S3Place, credentials: AwsCredentials | None = None) -> bytes | None:
        s3 = self._client("s3", credentials, region=place.region, endpoint=place.endpoint, path_style=place.path_style)
        what = f"read s3://{place.bucket}/{place.key}"
        found = _asking(what, lambda: _get(s3, place), "backend-denied")
        return found if isinstance(found, bytes) else None

    def publish(self, message: TopicMessage, credentials: AwsCredentials | None = None) -> str:
        sns = self._client("sns", credentials, region=message.topic.split(":")[3])
        asked: dict[str, Any] = {
            "TopicArn": message.topic,
            "Subject": message.subject,
            "Message": message.text,
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value} for name, value in message.attributes.items()
            },
        }
        if message.group is not None:
            asked["MessageGroupId"] = message.group
        if message.once is not None:
            asked["MessageDeduplicationId"] = message.once
        said = _asking(f"publish to {message.topic}", lambda: sns.publish(**asked), "topic-denied")
        return str(said["MessageId"])

    def _client(
        self,
        service: str,
        credentials: AwsCredentials | None,
        region: str | None = None,
        endpoint: str | None = None,
        path_style: bool = False,
    ) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
            # Bucket names with dots, and emulators, need the path; so does an endpoint without wildcard DNS.
            s3={"addressing_style": "path" if path_style else "auto"},
        )

        def make() -> Any:
            session = self._shared_session()
            return session.client(
                service,
                region_name=region or session.region_name or "us-east-1",
                endpoint_url=endpoint,
                config=config,
                aws_access_key_id=credentials and credentials.access_key_id,
                aws_secret_access_key=credentials and credentials.secret_access_key,
                aws_session_token=credentials and credentials.session_token,
            )

        # Making a client loads models into shared dictionaries, which is not safe in two threads at once.
        with self._lock:
            return _asking("prepare a call to AWS", make, "credentials-missing")

    def _shared_session(self) -> Any:
        """One for all clients: it keeps the models of services, whose loading takes a quarter of a second each."""
        import boto3

        if self._session is None:
            self._session = boto3.Session()
        return self._session


def _get(s3: Any, place: S3Place) -> bytes | None:
    try:
        return bytes(s3.get_object(Bucket=place.bucket, Key=place.key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None


_SUMMARIES = {
    "role-denied": "A role cannot be assumed",
    "credentials-denied": "The credentials may not do this",
    "credentials-missing": "There are no usable credentials",
    "credentials-expired": "The credentials have expired",
    "backend-denied": "The state cannot be read",
    "backend-missing": "The bucket for the state does not exist",
    "backend-unreachable": "The state's backend cannot be reached",
    "aws-unreachable": "AWS cannot be reached",
    "topic-denied": "The topic does not take the message",
}
_HINTS = {
    "role-denied": "Its trust policy must name who Towpath is, and Towpath must be allowed sts:AssumeRole on it.",
    "credentials-missing": "Give Towpath credentials through its environment or a profile.",
    "credentials-expired": "Get new credentials, then resume the run.",
    "backend-missing": "Make the bucket first; Towpath makes none. Or mend its name in `remote_state`.",
    "backend-unreachable": "Look at the network, and at the bucket's region and endpoint, then resume the run.",
    "aws-unreachable": "Look at the network, the region and AWS_ENDPOINT_URL, then try again.",
    "topic-denied": "The topic must be there, and whom the credentials belong to must be allowed sns:Publish on it.",
    "credentials-denied": "Give whom they belong to the permission that is named.",
    "backend-denied": "The role that plans must be allowed to read the state of what a unit depends on.",
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNUSABLE = {"InvalidClientTokenId", "SignatureDoesNotMatch", "InvalidAccessKeyId", "UnrecognizedClientException"}


def _asking(what: str, call: Callable[[], _T], denied: str) -> _T:
    """Makes a call; what boto3 raises becomes a problem. The texts of AWS's errors hold no secrets."""
    from botocore import exceptions

    missing = (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.ProfileNotFound)
    expired = (exceptions.UnauthorizedSSOTokenError, exceptions.SSOTokenLoadError, exceptions.TokenRetrievalError)
    try:
        return call()
    except exceptions.ClientError as error:
        raise _problem(_id_of(error.response, denied), what, str(error)) from None
    except missing as error:
        raise _problem("credentials-missing", what, str(error)) from None
    except expired as error:
        raise _problem("credentials-expired", what, str(error)) from None
    except exceptions.BotoCoreError as error:
        unreachable = "backend-unreachable" if denied == "backend-denied" else "aws-unreachable"
        raise _problem(unreachable, what, str(error)) from None


def _id_of(response: Mapping[str, Any], denied: str) -> str:
    code = str(response.get("Error", {}).get("Code", ""))
    if code in _EXPIRED:
        return "credentials-expired"
    if code in _UNUSABLE:
        return "credentials-missing"
    return "backend-missing" if code == "NoSuchBucket" else denied


def _problem(id_: str, what: str, said: str) -> ProblemError:
    return ProblemError(Problem(id_, _SUMMARIES[id_], f"Towpath could not {what}: {said}", hint=_HINTS[id_]))


class FakeAws:
    """Knows the roles, objects and identity it was given; asking for anything else fails the test."""

    def __init__(self) -> None:
        self.roles: dict[str, AwsCredentials] = {}
        self.objects: dict[tuple[str, str], bytes | None] = {}
        self.caller: CallerIdentity | None = None
        self.alias = ""
        self.assumed: list[RoleRequest] = []
        self.asked_with: list[AwsCredentials | None] = []
        self.reads: list[tuple[S3Place, AwsCredentials | None]] = []
        self.published: list[TopicMessage] = []

    def assume(self, request: RoleRequest, credentials: AwsCredentials | None = None) -> AwsCredentials:
        self.asked_with.append(credentials)
        self.assumed.append(request)
        if request.role not in self.roles:
            raise AssertionError(f"a role nobody scripted: {request.role}")
        return self.roles[request.role]

    def identity(self, credentials: AwsCredentials | None = None) -> CallerIdentity:
        self.asked_with.append(credentials)
        if self.caller is None:
            raise AssertionError("an identity nobody scripted")
        return self.caller

    def account_alias(self, credentials: AwsCredentials | None = None) -> str:
        self.asked_with.append(credentials)
        return self.alias

    def read_object(self, place: S3Place, credentials: AwsCredentials | None = None) -> bytes | None:
        self.reads.append((place, credentials))
        if (place.bucket, place.key) not in self.objects:
            raise AssertionError(f"an object nobody scripted: s3://{place.bucket}/{place.key}")
        return self.objects[place.bucket, place.key]

    def publish(self, message: TopicMessage, credentials: AwsCredentials | None = None) -> str:
        self.asked_with.append(credentials)
        self.published.append(message)
        return f"message-{len(self.published)}"
