"""The emulated AWS: a moto server on a free loopback port, and what a live repository needs to find in it."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3

from towpath.problems import Problem, ProblemError
from towpath.system import Clock
from towpath.system.servers import Server, Servers

__all__ = ["EmulatedCloud", "cloud_environment", "start_cloud"]

START_SECONDS = 60.0
LOOK_SECONDS = 0.05
_LISTENS = re.compile(r"Running on (http://[\d.]+:\d+)")
_KEY = "demo"
"""Any key will do: the emulated AWS checks none, and knows the account by the role that was assumed."""


class EmulatedCloud:
    """A running emulated AWS. Everything it holds is in its memory, and gone when it stops."""

    def __init__(self, server: Server, endpoint: str, region: str) -> None:
        self.endpoint = endpoint
        self.region = region
        self._server = server

    @property
    def pid(self) -> int:
        return self._server.pid

    def client(self, service: str, account_id: str) -> Any:
        """A client of `service` (an AWS service's short name) inside the account, by way of a role there."""
        sts = self._session(_KEY, _KEY, None).client("sts", endpoint_url=self.endpoint)
        arn = f"arn:aws:iam::{account_id}:role/look"
        keys = sts.assume_role(RoleArn=arn, RoleSessionName="look")["Credentials"]
        session = self._session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        # boto3 makes a class for each service while the program runs, so no common type says what a client can do.
        untyped: Any = session
        return untyped.client(service, endpoint_url=self.endpoint)

    def make_bucket(self, name: str, account_id: str) -> None:
        """An empty, versioned bucket: what a backend keeps state in."""
        s3 = self.client("s3", account_id)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": self.region})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def stop(self) -> None:
        self._server.stop()

    def release(self) -> None:
        """Leaves it running after this process."""
        self._server.release()

    def _session(self, key: str, secret: str, token: str | None) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token, region_name=self.region
        )


def start_cloud(
    servers: Servers,
    clock: Clock,
    environment: Mapping[str, str],
    log: Path,
    region: str,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> EmulatedCloud:
    """Starts it and waits, for a minute at most, until it answers. `settings` are environment variables for it alone.

    Raises `ProblemError`: `demo-extra-missing` (moto is not installed) or `cloud-not-started` (it does not come up).
    """
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        raise ProblemError(
            Problem(
                "demo-extra-missing",
                "The emulated AWS is not installed",
                "The demo runs against moto, which is not part of a plain installation.",
                hint="pip install 'towpath[demo]'",
            )
        )
    log.touch()
    argv = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
    server = servers.start(argv, log=log, environment={**_without_aws(environment), **settings})
    deadline = clock.steady() + START_SECONDS
    while clock.steady() < deadline and server.running():
        if found := _LISTENS.search(log.read_text(errors="replace")):
            return EmulatedCloud(server, found.group(1), region)
        clock.sleep(LOOK_SECONDS)
    server.stop()
    raise ProblemError(
        Problem(
            "cloud-not-started",
            "The emulated AWS did not start",
            f"It said: {log.read_text(errors='replace')[-2000:]}",
            hint="Mend what it says, then start the demo again; nothing was begun.",
        )
    )


def cloud_environment(base: Mapping[str, str], endpoint: str, region: str) -> dict[str, str]:
    """`base` as the environment of a process that must see the emulated AWS and nothing of the real one."""
    return _without_aws(base) | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": _KEY,
        "AWS_SECRET_ACCESS_KEY": _KEY,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "CHECKPOINT_DISABLE": "1",
    }


def _without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Without the variables that could lead to a real account, and without a proxy for loopback addresses."""
    kept = {name: value for name, value in environment.items() if not name.startswith(("AWS_", "MOTO_"))}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
