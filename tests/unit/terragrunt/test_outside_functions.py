"""What cannot be known from a commit: unknown in detection, asked for where a unit is really run."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from terragrunt_repositories import config_of, evaluation_of, input_of

from towpath.hcl.convert import to_json
from towpath.hcl.scope import Call
from towpath.hcl.values import Sensitive, Unknown, Value
from towpath.problems import Problem, ProblemError
from towpath.terragrunt import Dependency
from towpath.terragrunt.outside import Command


@dataclass
class Asked:
    """An outside that answers, and remembers what it was asked."""

    questions: list[object] = field(default_factory=list)

    def env(self, name: str, default: Value, call: Call) -> Value:
        self.questions.append((name, default))
        if default is None:
            raise ProblemError(Problem("environment-missing", "An environment variable is not set", "", call.place))
        return default

    def run_cmd(self, command: Command, call: Call) -> Value:
        self.questions.append(command)
        return "printed"

    def aws(self, what: str, call: Call) -> Value:
        return f"<{what}>"

    def sops(self, path: str, call: Call) -> Value:
        self.questions.append(path)
        return Sensitive('{"password": "secret"}')

    def terraform_command(self, call: Call) -> Value:
        return "plan"

    def terraform_cli_args(self, call: Call) -> Value:
        return ("plan",)

    def platform(self, call: Call) -> Value:
        return "linux"

    def timestamp(self, call: Call) -> Value:
        return "2026-01-05T09:00:00Z"

    def uuid(self, call: Call) -> Value:
        self.questions.append("uuid")
        return f"uuid-{self.questions.count('uuid')}"

    def bcrypt(self, text: str, cost: int | None, call: Call) -> Value:
        return f"hash of {text} at {cost}"

    def working_dir(self, call: Call) -> Value:
        return "/where/module"

    def home(self, call: Call) -> Value:
        return "/houses/me"

    def dependency_outputs(self, dependency: Dependency) -> Value:
        self.questions.append(dependency.path)
        return {"id": f"{dependency.name}-1"}


def asked(expression: str, asked: Asked, files: dict[str, str] | None = None) -> Value:
    written = {**(files or {}), "dev/app/terragrunt.hcl": f"inputs = {{ it = {expression} }}"}
    return config_of(written, outside=asked).inputs["it"]


@pytest.mark.parametrize(
    "expression",
    [
        'get_env("HOME")',
        'get_env("HOME", "/root")',
        'run_cmd("date", "+%s")',
        "get_aws_account_id()",
        "get_aws_account_alias()",
        "get_aws_caller_identity_arn()",
        "get_aws_caller_identity_user_id()",
        "get_platform()",
        "get_terraform_command()",
        "get_terraform_cli_args()",
        "get_working_dir()",
        "timestamp()",
        "plantimestamp()",
        "uuid()",
        'bcrypt("text")',
        'pathexpand("~/x")',
    ],
)
def test_detection_does_not_know_and_says_what_it_does_not_know(expression: str) -> None:
    value = input_of(expression)
    assert isinstance(value, Unknown)
    assert [origin.source for origin in value.origins] == [expression]
    assert value.origins[0].place is not None


def test_detection_knows_the_variables_it_was_given_alone() -> None:
    unit = 'inputs = { a = get_env("A", "x"), b = get_env("B", "x") }'
    config = evaluation_of(unit, environment={"A": "given"}).config
    assert config is not None
    assert config.inputs["a"] == "given"
    assert isinstance(config.inputs["b"], Unknown)


def test_a_variable_whose_name_says_that_it_is_secret_is_sensitive() -> None:
    unit = 'inputs = { url = "postgres://app:${get_env("DB_PASSWORD")}@db" }'
    config = evaluation_of(unit, environment={"DB_PASSWORD": "hush-hush"}).config
    assert config is not None
    assert config.inputs["url"] == Sensitive("postgres://app:hush-hush@db")


def test_what_is_decrypted_is_sensitive_and_so_is_what_a_quiet_command_prints() -> None:
    files = {"dev/app/secrets.yaml": "data: ENC[…]"}
    for expression in ('sops_decrypt_file("secrets.yaml")', 'run_cmd("--terragrunt-quiet", "secret")'):
        value = input_of(expression, files)
        assert isinstance(value, Sensitive)
        assert isinstance(value.value, Unknown)


def test_for_real_the_outside_is_asked() -> None:
    outside = Asked()
    files = {"dev/app/secrets.json": "{}"}
    assert asked('get_env("A", "default")', outside) == "default"
    assert asked('run_cmd("--terragrunt-global-cache", "./names.sh", "bucket")', outside) == "printed"
    assert asked('sops_decrypt_file("${get_terragrunt_dir()}/secrets.json")', outside, files) == Sensitive(
        '{"password": "secret"}'
    )
    assert asked('jsondecode(sops_decrypt_file("secrets.json")).password', outside, files) == Sensitive("secret")
    assert asked("get_aws_account_id()", outside) == "<account_id>"
    assert asked("get_platform()", outside) == "linux"
    assert outside.questions == [
        ("A", "default"),
        Command(("./names.sh", "bucket"), "/repository/dev/app", "anywhere"),
        "dev/app/secrets.json",
        "dev/app/secrets.json",
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('formatdate("YYYY", timestamp())', "2026"),
        ("timestamp() == plantimestamp()", True),
        ("[uuid(), uuid()]", ("uuid-1", "uuid-2")),
        ('bcrypt("a")', "hash of a at None"),
        ('bcrypt("a", 5)', "hash of a at 5"),
        ('"${get_working_dir()}/x"', "/where/module/x"),
        ('pathexpand("~/x")', "/houses/me/x"),
        ('pathexpand("~")', "/houses/me"),
        ('pathexpand("/x/~")', "/x/~"),
        ('try(pathexpand("~you/x"), "refused")', "refused"),
        ('templatestring("it is $${now}", { now = timestamp() })', "it is 2026-01-05T09:00:00Z"),
    ],
)
def test_for_real_what_differs_each_time_has_a_value(expression: str, expected: Value) -> None:
    assert asked(expression, Asked()) == expected


@pytest.mark.parametrize(
    ("flags", "reuse"),
    [
        ("", "in its folder"),
        ('"--terragrunt-quiet", ', "in its folder"),
        ('"--terragrunt-global-cache", "--terragrunt-quiet", ', "anywhere"),
        ('"--terragrunt-quiet", "--terragrunt-no-cache", ', "never"),
    ],
)
def test_flags_say_whether_what_was_printed_may_be_given_again(flags: str, reuse: str) -> None:
    outside = Asked()
    asked(f'run_cmd({flags}"date", "--terragrunt-no-cache")', outside)
    (command,) = outside.questions
    assert isinstance(command, Command)
    assert (command.arguments, command.reuse) == (("date", "--terragrunt-no-cache"), reuse)


def test_outputs_are_asked_for_only_where_something_refers_to_them() -> None:
    outside = Asked()
    unit = """
        dependency "vpc" { config_path = "../vpc" }
        dependency "kms" { config_path = "../kms" }
        inputs = { id = dependency.vpc.outputs.id }
    """
    config = config_of({"dev/app/terragrunt.hcl": unit}, outside=outside)
    assert to_json(config.inputs) == {"id": "vpc-1"}
    assert outside.questions == ["dev/vpc"]


def test_a_problem_of_the_outside_is_the_units() -> None:
    evaluation = evaluation_of('inputs = { a = get_env("A") }', outside=Asked())
    assert [problem.id for problem in evaluation.problems] == ["environment-missing"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("get_env()", "wrong-arguments"),
        ('get_env("")', "wrong-arguments"),
        ('get_env("a", "b", "c")', "wrong-arguments"),
        ("run_cmd()", "wrong-arguments"),
        ('run_cmd("--terragrunt-quiet")', "wrong-arguments"),
        ('run_cmd("--terragrunt-global-cache", "--terragrunt-no-cache", "date")', "wrong-arguments"),
        ('sops_decrypt_file("absent.yaml")', "file-not-found"),
        ('sops_decrypt_file("../../../absent.yaml")', "outside-repository"),
    ],
)
def test_what_does_not_fit_is_a_problem(expression: str, expected: str) -> None:
    evaluation = evaluation_of(f"inputs = {{ a = {expression} }}")
    assert [problem.id for problem in evaluation.problems] == [expected]


@pytest.mark.parametrize(
    ("expression", "member"),
    [
        ("get_terraform_commands_that_need_vars()", "console"),
        ("get_terraform_commands_that_need_input()", "init"),
        ("get_terraform_commands_that_need_locking()", "untaint"),
        ("get_terraform_commands_that_need_parallelism()", "destroy"),
    ],
)
def test_lists_of_commands(expression: str, member: str) -> None:
    value = input_of(expression)
    assert isinstance(value, tuple)
    assert member in value
    assert "plan" in value or member == "init"


def test_what_nobody_gives_here_is_empty() -> None:
    assert input_of("get_terragrunt_source_cli_flag()") == ""
    assert input_of("length(get_default_retryable_errors()) > 0") is True
