"""What `towpath doctor` finds, part by part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from towpath.git import FakeRepository
from towpath.problems import Problem, ProblemError
from towpath.service.diagnosis import Finding, Verdict, examine
from towpath.service.outside import Outside
from towpath.system import FakeClock, FakeEnvironment, FakeIds, FakeProcesses
from towpath.system.aws import AwsCredentials, CallerIdentity, FakeAws

UNIT = 'terraform {\n  source = "git::https://example.com/modules.git//any?ref=v1"\n}\n'


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    processes = FakeProcesses()
    processes.script("git", "--version", stdout=b"git version 2.39.5\n")
    processes.install("terraform", "/bin/terraform")
    processes.script("/bin/terraform", "version", stdout=b"Terraform v1.11.4")
    return Outside(tmp_path, tmp_path / "state", processes, FakeEnvironment(), FakeClock(), FakeIds())


class NobodysAws(FakeAws):
    def identity(self, credentials: AwsCredentials | None = None) -> CallerIdentity:
        raise ProblemError(Problem("credentials-missing", "There are no usable credentials"))


def somebody() -> FakeAws:
    aws = FakeAws()
    aws.caller = CallerIdentity("111111111111", "arn:aws:iam::111111111111:user/ada", "AIDA")
    return aws


def found(outside: Outside, files: dict[str, str], aws: FakeAws | None = None) -> dict[str, Finding]:
    findings = list(examine(outside, aws or somebody(), FakeRepository(files)))
    assert [one.part for one in findings] == ["git", "repository", "state", "engine", "credentials"]
    return {one.part: one for one in findings}


def test_everything_is_there(outside: Outside) -> None:
    findings = found(outside, {"vpc/terragrunt.hcl": UNIT})
    assert {one.verdict for one in findings.values()} == {Verdict.OK}
    assert findings["repository"].detail.endswith("1 unit, 0 accounts")
    assert findings["state"].detail == str(outside.state)
    assert findings["engine"].detail == "terraform 1.11.4 (/bin/terraform)"
    assert findings["credentials"].detail.startswith("arn:aws:iam::111111111111:user/ada")


def test_a_repository_with_problems_needs_attention(outside: Outside) -> None:
    finding = found(outside, {"vpc/terragrunt.hcl": "inputs = {\n"})["repository"]
    assert finding.verdict is Verdict.ATTENTION
    assert finding.hint == "`towpath units` shows them."


def test_no_engine_is_missing_and_says_where_to_get_one(outside: Outside) -> None:
    processes = FakeProcesses()
    processes.script("git", "--version", stdout=b"git version 2.39.5\n")
    finding = found(replace(outside, processes=processes), {})["engine"]
    assert finding.verdict is Verdict.MISSING
    assert "https://opentofu.org" in str(finding.hint)


def test_the_wrong_engine_is_missing(outside: Outside) -> None:
    finding = found(outside, {"towpath.yml": 'engine: {version: "~> 1.5.0"}\n'})["engine"]
    assert finding.verdict is Verdict.MISSING
    assert "towpath.yml asks for ~> 1.5.0" in finding.detail


def test_terragrunt_is_looked_for_when_it_is_asked_for(outside: Outside) -> None:
    missing = found(outside, {"towpath.yml": "engine: terragrunt\n"})["engine"]
    assert (missing.verdict, "terragrunt was not found" in missing.detail) == (Verdict.MISSING, True)
    assert "https://docs.terragrunt.com" in str(missing.hint)
    assert isinstance(outside.processes, FakeProcesses)
    outside.processes.install("terragrunt", "/bin/terragrunt")
    outside.processes.script("/bin/terragrunt", "--version", stdout=b"terragrunt version v1.0.4\n")
    there = found(outside, {"towpath.yml": "engine: terragrunt\n"})["engine"]
    assert there.detail == "terragrunt 1.0.4 (/bin/terragrunt), runs terraform 1.11.4 (/bin/terraform)"
    too_new = found(outside, {"towpath.yml": 'engine: {name: terragrunt, version: ">= 1.5"}\n'})["engine"]
    assert "towpath.yml asks for >= 1.5" in too_new.detail


def test_no_credentials_need_attention_only(outside: Outside) -> None:
    assert found(outside, {}, NobodysAws())["credentials"].verdict is Verdict.ATTENTION


def test_a_state_folder_that_cannot_be_made_is_missing(outside: Outside, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finding = found(replace(outside, state=tmp_path / "file" / "state"), {})["state"]
    assert finding.verdict is Verdict.MISSING
    assert "--state" in str(finding.hint)


def test_the_repository_itself_is_no_state_folder(outside: Outside) -> None:
    repository = FakeRepository({})
    finding = {one.part: one for one in examine(replace(outside, state=repository.folder), somebody(), repository)}
    assert finding["state"].verdict is Verdict.MISSING
    assert "is the repository itself" in finding["state"].detail


def test_a_finding_for_programs() -> None:
    assert Finding("git", Verdict.OK, "git version 2").as_json() == {
        "part": "git",
        "verdict": "ok",
        "detail": "git version 2",
        "hint": None,
    }
