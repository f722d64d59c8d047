"""What lies outside of a commit, asked for real."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hcl_functions import Spot

from towpath.hcl.scope import Call, Scope
from towpath.hcl.values import Sensitive, Unknown, Value
from towpath.model.paths import unit_path
from towpath.problems import Place, Problem, ProblemError
from towpath.system import FakeClock, FakeIds, FakeProcesses
from towpath.system.aws import AwsCredentials, CallerIdentity, FakeAws
from towpath.terragrunt.config import Dependency
from towpath.terragrunt.outside import Command
from towpath.terragrunt.outside_real import RealOutside, Surroundings
from towpath.terragrunt.secret_variables import environment_secrets

PLACE = Place("dev/app/terragrunt.hcl", 4, 9)
KEYS = AwsCredentials("AKIA", "secret-key", "token")


def call(source: str = "f()") -> Call:
    return Call("f", (), Spot(PLACE, source), Scope())


class Around:
    """A machine with scripted processes and AWS."""

    def __init__(self, environment: dict[str, str] | None = None, outputs: Value = None) -> None:
        self.processes = FakeProcesses()
        self.aws = FakeAws()
        self.asked: list[Dependency] = []
        self._outputs = outputs
        self.clock, self.hashed = FakeClock(), list[tuple[str, int | None]]()
        at = Surroundings(
            Path("/checkout"),
            environment or {},
            self.processes,
            self.aws,
            self.clock,
            FakeIds(),
            self._bcrypt,
            KEYS,
            "apply",
        )
        self.outside = RealOutside(at, self._read)

    def _bcrypt(self, text: str, cost: int | None) -> str:
        self.hashed.append((text, cost))
        if cost == 99:
            raise ProblemError(Problem("wrong-arguments", "The arguments of a function do not fit"))
        return "$2a$hash"

    def _read(self, dependency: Dependency) -> Value:
        self.asked.append(dependency)
        return self._outputs


def problem_of(error: pytest.ExceptionInfo[ProblemError]) -> Problem:
    (problem,) = error.value.problems
    assert problem.place == PLACE
    return problem


def test_environment_variables_and_their_defaults() -> None:
    outside = Around({"SET": "here", "EMPTY": ""}).outside
    assert outside.env("SET", "default", call()) == "here"
    assert outside.env("EMPTY", "default", call()) == ""
    assert outside.env("UNSET", "default", call()) == "default"


def test_a_variable_that_must_be_set() -> None:
    with pytest.raises(ProblemError) as error:
        Around().outside.env("UNSET", None, call('get_env("UNSET")'))
    assert problem_of(error).id == "environment-missing"
    assert "UNSET" in problem_of(error).detail


@pytest.mark.parametrize("name", ["DB_PASSWORD", "github_token", "AWS_SECRET_ACCESS_KEY"])
def test_what_is_called_a_secret_is_one(name: str) -> None:
    outside = Around({name: "hush-hush", "EDITOR": "an-editor", "USE_TOKEN": "true"}).outside
    for asked in (name, "EDITOR", "USE_TOKEN"):
        outside.env(asked, None, call())
    assert "hush-hush" in outside.secrets
    assert not {"an-editor", "true"} & set(outside.secrets)


def test_the_units_credentials_are_secrets_from_the_start() -> None:
    assert {"secret-key", "token"} <= set(Around().outside.secrets)


def test_a_command_prints_a_value_and_runs_once() -> None:
    around = Around()
    around.processes.script("git", "describe", stdout=b"v1\n\n")
    for _ in range(2):
        assert around.outside.run_cmd(Command(("git", "describe"), "/checkout/dev/app"), call()) == "v1\n"
    around.outside.run_cmd(Command(("git", "describe"), "/checkout/dev/other"), call())
    assert len(around.processes.calls) == 2


def test_a_command_runs_once_for_all_folders_or_each_time_when_its_flags_say_so() -> None:
    around = Around()
    around.processes.script("date", stdout=b"now")
    for folder in ("/checkout/a", "/checkout/b"):
        around.outside.run_cmd(Command(("date",), folder, "anywhere"), call())
    assert len(around.processes.calls) == 1
    for _ in range(2):
        around.outside.run_cmd(Command(("date",), "/checkout/a", "never"), call())
    assert len(around.processes.calls) == 3


def test_what_is_printed_must_be_text() -> None:
    around = Around()
    around.processes.script("cat", stdout=b"\xff")
    with pytest.raises(ProblemError) as error:
        around.outside.run_cmd(Command(("cat",), "/checkout"), call())
    assert problem_of(error).id == "command-failed"
    assert "UTF-8" in problem_of(error).detail


def test_a_command_that_fails_says_why_without_secrets() -> None:
    around = Around()
    around.processes.script("deploy", status=3, stderr=b"first\nno access with secret-key\n")
    with pytest.raises(ProblemError) as error:
        around.outside.run_cmd(Command(("deploy",), "/checkout"), call())
    problem = problem_of(error)
    assert problem.id == "command-failed"
    assert problem.detail == "deploy ended with status 3: no access with (redacted)"


def test_who_the_unit_is_in_aws() -> None:
    around = Around()
    around.aws.caller = CallerIdentity("1", "arn:x", "AIDA")
    around.aws.alias = "dev"
    names = ("account_id", "caller_identity_arn", "caller_identity_user_id", "account_alias")
    assert [around.outside.aws(name, call()) for name in names] == ["1", "arn:x", "AIDA", "dev"]
    assert around.aws.asked_with == [KEYS] * 4


def test_what_aws_refuses_is_told_where_it_is_asked() -> None:
    around = Around()

    def refuse(credentials: AwsCredentials | None = None) -> CallerIdentity:
        raise ProblemError(Problem("credentials-expired", "The credentials have expired"))

    around.aws.identity = refuse  # type: ignore[method-assign]  # one method of the fake fails
    with pytest.raises(ProblemError) as error:
        around.outside.aws("account_id", call())
    assert problem_of(error).id == "credentials-expired"


def test_decrypted_files_are_sensitive_and_their_values_secrets() -> None:
    around = Around()
    around.processes.script("sops", "--decrypt", "/checkout/dev/secrets.yml", stdout=b'password: "open-sesame"\nn: 1\n')
    assert around.outside.sops("dev/secrets.yml", call()) == Sensitive('password: "open-sesame"\nn: 1\n')
    assert "open-sesame" in around.outside.secrets
    assert "1" not in around.outside.secrets


def test_a_file_that_cannot_be_decrypted_says_nothing_of_its_content() -> None:
    around = Around()
    around.processes.script("sops", status=1, stderr=b"open-sesame is wrong")
    with pytest.raises(ProblemError) as error:
        around.outside.sops("dev/secrets.yml", call())
    assert "open-sesame" not in problem_of(error).detail


def test_outputs_come_from_whoever_reads_them() -> None:
    around = Around(outputs={"id": "vpc-1"})
    dependency = Dependency("vpc", unit_path("dev/vpc"), PLACE)
    assert around.outside.dependency_outputs(dependency) == {"id": "vpc-1"}
    assert around.asked == [dependency]


def test_the_command_and_the_platform() -> None:
    outside = Around().outside
    assert outside.terraform_command(call()) == "apply"
    assert outside.terraform_cli_args(call()) == ("apply",)
    if sys.platform == "linux":
        assert outside.platform(call()) == "linux"


def test_variables_whose_names_say_so_are_secrets() -> None:
    environment = {
        "AWS_SECRET_ACCESS_KEY": "abcdefgh",
        "github_token": "ghp_123456",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
        "USE_TOKEN": "true",
        "HOME": "/home/grace",
    }
    assert environment_secrets(environment) == ("abcdefgh", "ghp_123456")


def test_the_time_is_the_same_all_through_an_evaluation() -> None:
    around = Around()
    first = around.outside.timestamp(call("timestamp()"))
    around.clock.advance(75)
    assert first == around.outside.timestamp(call("timestamp()")) == "2026-01-05T09:00:00Z"


def test_every_random_id_is_another_one() -> None:
    outside = Around().outside
    found = [outside.uuid(call("uuid()")) for _ in range(2)]
    assert found == ["01010101-0101-4101-8101-010101010101", "02020202-0202-4202-8202-020202020202"]


def test_hashes_are_made_by_who_can() -> None:
    around = Around()
    assert around.outside.bcrypt("text", None, call()) == around.outside.bcrypt("text", 5, call()) == "$2a$hash"
    assert around.hashed == [("text", None), ("text", 5)]
    with pytest.raises(ProblemError) as error:
        around.outside.bcrypt("text", 99, call())
    assert problem_of(error).id == "wrong-arguments"


def test_where_the_engine_runs_is_unknown_until_it_is_told() -> None:
    outside, before = Around().outside, Around().outside
    assert isinstance(outside.working_dir(call("get_working_dir()")), Unknown)
    assert (before.asked_where, outside.asked_where) == (False, True)
    outside.working_folder = Path("/state/work/run/unit/module")
    assert outside.working_dir(call("get_working_dir()")) == "/state/work/run/unit/module"


def test_the_home_folder_is_that_of_the_environment() -> None:
    assert Around({"HOME": "/houses/me"}).outside.home(call()) == "/houses/me"
    with pytest.raises(ProblemError) as error:
        Around().outside.home(call('pathexpand("~")'))
    assert problem_of(error).id == "environment-missing"
