"""What the demo and the stories rely on in the emulated AWS: accounts are apart, and what is made can be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from emulated_aws import EmulatedAws, emulated_aws

from towpath.demo.account_view import CloudViews


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAws]:
    with emulated_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


def test_accounts_are_apart(aws: EmulatedAws) -> None:
    ids = aws.account_ids("dev", "prod")
    aws.client("ssm", ids["dev"]).put_parameter(Name="/a", Value="1", Type="String")
    assert aws.parameters(ids["dev"]) == {"/a": "1"}
    assert aws.parameters(ids["prod"]) == {}


def test_log_groups_are_seen_by_their_last_names(aws: EmulatedAws) -> None:
    ids = aws.account_ids("dev", "prod")
    views = CloudViews(aws.cloud, "acme", ids)
    views.make_log_group("dev", "audit")
    logs = aws.client("logs", ids["dev"])
    logs.create_log_group(logGroupName="/acme-dev/app")
    logs.put_retention_policy(logGroupName="/acme-dev/app", retentionInDays=30)
    logs.create_log_group(logGroupName="/of/somebody/else")
    assert views.log_groups("dev") == {"app": 30, "audit": 0}
    assert views.log_groups("prod") == {}
    views.remove_log_group("dev", "audit")
    assert views.log_groups("dev") == {"app": 30}


def test_topics_are_those_of_the_account(aws: EmulatedAws) -> None:
    ids = aws.account_ids("dev", "prod")
    aws.client("sns", ids["dev"]).create_topic(Name="acme-dev-events")
    views = CloudViews(aws.cloud, "acme", ids)
    assert [topic.rpartition(":")[2] for topic in views.topics("dev")] == ["acme-dev-events"]
    assert views.topics("prod") == []


def test_a_bucket_refuses_what_a_lock_refuses(aws: EmulatedAws) -> None:
    (account,) = aws.account_ids("dev").values()
    bucket = f"{aws.organisation()}-state"
    aws.cloud.make_bucket(bucket, account)
    s3 = aws.client("s3", account)
    s3.put_object(Bucket=bucket, Key="a.tflock", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="a.tflock", Body=b"second", IfNoneMatch="*")
    assert aws.objects(account, bucket) == ["a.tflock"]


def test_permissions_can_be_enforced(aws: EmulatedAws) -> None:
    (account,) = aws.account_ids("dev").values()
    aws.enforce_permissions()
    try:
        with pytest.raises(ClientError, match="InvalidClientTokenId"):
            aws.parameters(account)
    finally:
        aws.enforce_permissions(False)
    assert aws.parameters(account) == {}
