"""The emulated AWS of the tests: one server per test process, apart by account ids and names for each test."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from towpath.demo.cloud import EmulatedCloud, cloud_environment, start_cloud
from towpath.demo.sample import REGION
from towpath.system import SystemClock
from towpath.system.servers import SystemServers

__all__ = ["REGION", "EmulatedAws", "emulated_aws", "expired_aws", "provider_configuration"]

ROOT = Path(__file__).resolve().parents[2]
_COUNT = itertools.count(1)


class EmulatedAws:
    """A running emulated AWS, and names in it that no other test has."""

    def __init__(self, cloud: EmulatedCloud) -> None:
        self.cloud = cloud
        self.endpoint = cloud.endpoint

    def organisation(self) -> str:
        """A new beginning for names that are the same for all accounts, those of buckets above all."""
        return f"t{os.getpid()}x{next(_COUNT)}"

    def account_ids(self, *names: str) -> dict[str, str]:
        """A new account id for each name."""
        return {name: f"{next(_COUNT) + 700000000000}" for name in names}

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` as the environment of a process that must see this AWS."""
        return cloud_environment(base, self.endpoint, REGION)

    def enforce_permissions(self, enforced: bool = True) -> None:
        """From now on only known keys may do only what they are allowed to; nobody is, here. For every test on it."""
        connection = http.client.HTTPConnection(self.endpoint.removeprefix("http://"), timeout=10)
        with contextlib.closing(connection):
            body = b"0" if enforced else b"inf"
            connection.request("POST", "/moto-api/reset-auth", body, {"Content-Type": "text/plain"})
            assert connection.getresponse().status == 200

    def key_without_rights(self, account_id: str) -> dict[str, str]:
        """Variables with a key that this AWS knows, of somebody in the account who may do nothing."""
        iam = self.client("iam", account_id)
        iam.create_user(UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def client(self, service: str, account_id: str) -> Any:
        """A boto3 client inside the account."""
        return self.cloud.client(service, account_id)

    def parameters(self, account_id: str) -> dict[str, str]:
        """Every SSM parameter of the account, name to value."""
        pages = self.client("ssm", account_id).get_paginator("describe_parameters").paginate()
        names = [each["Name"] for page in pages for each in page["Parameters"]]
        ssm = self.client("ssm", account_id)
        return {name: ssm.get_parameter(Name=name)["Parameter"]["Value"] for name in names}

    def objects(self, account_id: str, bucket: str) -> list[str]:
        """The keys of a bucket, sorted."""
        listed = self.client("s3", account_id).list_objects_v2(Bucket=bucket)
        return sorted(each["Key"] for each in listed.get("Contents", ()))


@contextlib.contextmanager
def emulated_aws(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[EmulatedAws]:
    """Starts one, and stops it afterwards. `settings` are moto's environment variables, if any."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    log = folder / "emulated-aws.log"
    cloud = start_cloud(SystemServers(), SystemClock(), environment, log, REGION, settings or {})
    try:
        yield EmulatedAws(cloud)
    finally:
        cloud.stop()


@contextlib.contextmanager
def expired_aws() -> Iterator[str]:
    """An endpoint that answers every call as AWS answers one whose credentials have expired. Gives its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Expired) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Expired(BaseHTTPRequestHandler):
    ANSWER = (
        b'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        b"<Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error>"
        b"<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    )

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(403)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(self.ANSWER)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(self.ANSWER)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  # the names the standard library calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of the inherited parameter
        """Says nothing."""


def provider_configuration() -> Path:
    """The Terraform CLI configuration that names the providers this machine has."""
    tool = str(ROOT / "tools" / "provider_mirror.py")
    done = subprocess.run([sys.executable, tool], capture_output=True, text=True, check=True, timeout=120)
    return Path(done.stdout.strip())
