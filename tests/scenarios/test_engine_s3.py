"""State in S3, read and written with the roles of accounts: the real engine's own backend on an emulated AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from emulated_aws import REGION, EmulatedAws
from engine_bench import Bench

from towpath.model.work import ApplyOutcome

UNIT = "dev/app"
MAIN = """
terraform {
  backend "s3" {
    bucket         = "%s"
    key            = "dev/app/terraform.tfstate"
    region         = "%s"
    use_lockfile   = true
    use_path_style = true
  }
}

resource "terraform_data" "a" {
  input = 1
}

output "id" {
  value = terraform_data.a.id
}
"""


@pytest.fixture
def make(tmp_path: Path, aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bench]:
    """A bench whose environment leads to the emulated AWS, with one unit in one account; the bucket is there or not."""

    def made(*, bucket: bool = True) -> Bench:
        environment = aws.environment({})
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        bench = Bench(tmp_path, environment)
        ids = aws.account_ids("dev")
        name = f"{aws.organisation()}-states"
        if bucket:
            aws.cloud.make_bucket(name, ids["dev"])
        role = "arn:aws:iam::{account_id}:role/"
        bench.push(
            {
                "accounts.json": json.dumps({"dev": {"id": ids["dev"], "deploy_order": 1}}),
                "towpath.yml": f'units:\n  terraform: ["dev/*"]\nlock_timeout: 0\nroles:\n  plan: "{role}plan"\n'
                f'  apply: "{role}apply"\n',
                f"{UNIT}/main.tf": MAIN % (name, REGION),
            }
        )
        bench.bucket, bench.account = name, ids["dev"]
        return bench

    return made


def test_from_nothing_to_applied(make: Callable[..., Bench], aws: EmulatedAws) -> None:
    bench = make()
    plan = bench.planned(UNIT)
    report = bench.apply(plan)
    assert (report.outcome, report.problems) == (ApplyOutcome.APPLIED, ())
    assert aws.objects(bench.account, bench.bucket) == ["dev/app/terraform.tfstate"]
    assert report.outputs == bench.outputs(UNIT) != {}
    assert not bench.workbench.reality(bench.job(plan), bench.switch).matches_plan
    assert bench.planned(UNIT).changes_nothing
    assert bench.apply(plan).outcome is ApplyOutcome.STALE


def test_who_holds_the_lock(make: Callable[..., Bench], aws: EmulatedAws) -> None:
    bench = make()
    plan = bench.planned(UNIT)
    info = {"ID": "1234", "Operation": "OperationTypeApply", "Who": "ada@laptop", "Created": "2026-01-05T09:00:00Z"}
    s3 = aws.client("s3", bench.account)
    s3.put_object(Bucket=bench.bucket, Key="dev/app/terraform.tfstate.tflock", Body=json.dumps(info).encode())
    report = bench.apply(plan)
    assert report.outcome is ApplyOutcome.LOCKED
    assert "ada@laptop" in report.problems[0].detail
    holder = bench.workbench.reality(bench.job(plan), bench.switch).locked_by
    assert holder == "ada@laptop (apply) since 2026-01-05T09:00:00Z, lock 1234"


def test_a_bucket_that_is_not_there(make: Callable[..., Bench]) -> None:
    bench = make(bucket=False)
    (problem,) = bench.plan(UNIT).problems
    assert problem.id == "backend-missing"
    assert "bucket" in (problem.hint or "")


def test_credentials_are_never_shown(make: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make()
    show = 'resource "terraform_data" "leak" {\n  provisioner "local-exec" {\n    command = "env | grep AWS_"\n  }\n}\n'
    bench.push({f"{UNIT}/leak.tf": show})
    assert bench.apply(bench.planned(UNIT)).outcome is ApplyOutcome.APPLIED
    assert "AWS_SESSION_TOKEN=(redacted)" in bench.log.text
    assert "AWS_ACCESS_KEY_ID=(redacted)" in bench.log.text
    assert "AWS_SECRET_ACCESS_KEY=(redacted)" in bench.log.text


ROOT = """
locals {
  account = split("/", path_relative_to_include())[0]
}

remote_state {
  backend  = "s3"
  generate = { path = "backend.tf", if_exists = "overwrite" }
  config = {
    bucket         = "%s-${local.account}"
    key            = "${path_relative_to_include()}/terraform.tfstate"
    region         = "%s"
    use_lockfile   = true
    s3_bucket_tags = { made = "by nobody" }
  }
}
"""
INCLUDE = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'
MODULE = 'variable "name" {}\nresource "terraform_data" "a" {}\noutput "name" {\n  value = var.name\n}\n'
SOURCE = 'terraform {\n  source = "../../module"\n}\n'
READER = """
dependency "net" {
  config_path = "../../shared/net"
}

inputs = {
  name = dependency.net.outputs.name
}
"""


def test_outputs_come_from_another_accounts_bucket(
    tmp_path: Path, aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = aws.environment({})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    bench = Bench(tmp_path, environment)
    ids, name = aws.account_ids("shared", "prod"), aws.organisation()
    for account, number in ids.items():
        aws.cloud.make_bucket(f"{name}-{account}", number)
    role = "arn:aws:iam::{account_id}:role/"
    bench.push(
        {
            "accounts.json": json.dumps(
                {account: {"id": number, "deploy_order": 1} for account, number in ids.items()}
            ),
            "towpath.yml": f'roles:\n  plan: "{role}plan"\n  apply: "{role}apply"\n',
            "root.hcl": ROOT % (name, REGION),
            "module/main.tf": MODULE,
            "shared/net/terragrunt.hcl": INCLUDE + SOURCE + 'inputs = {\n  name = "net"\n}\n',
            "prod/app/terragrunt.hcl": INCLUDE + SOURCE + READER,
        }
    )
    assert bench.plan("prod/app").problems[0].id == "dependency-outputs-missing"
    assert bench.apply(bench.planned("shared/net")).outcome is ApplyOutcome.APPLIED
    plan = bench.planned("prod/app")
    assert plan.outputs[0].after == "net"
    assert bench.apply(plan).outcome is ApplyOutcome.APPLIED
    assert aws.objects(ids["shared"], f"{name}-shared") == ["shared/net/terraform.tfstate"]
    assert aws.objects(ids["prod"], f"{name}-prod") == ["prod/app/terraform.tfstate"]
