"""Every block and attribute of the language: what it becomes, and what is a problem."""

from __future__ import annotations

from typing import Any

import pytest
from terragrunt_repositories import config_of, evaluation_of, problem_ids, values_of

from towpath.hcl.values import Unknown
from towpath.problems import Severity
from towpath.terragrunt import Exclude, ExtraArguments, Generate, Hook, Ignore, RemoteState, Retry

TERRAFORM = """
terraform {
  source                   = "git::https://example.com/modules.git//vpc?ref=v1"
  include_in_copy          = [".python-version"]
  exclude_from_copy        = ["*.md"]
  copy_terraform_lock_file = false

  extra_arguments "vars" {
    commands           = get_terraform_commands_that_need_locking()
    arguments          = ["-lock-timeout=20m"]
    required_var_files = ["common.tfvars"]
    optional_var_files = ["extra.tfvars"]
    env_vars           = { TF_LOG = "info", COUNT = 1 }
  }
  before_hook "check" {
    commands        = ["plan"]
    execute         = ["tflint", 1]
    working_dir     = "module"
    run_on_error    = true
    suppress_stdout = true
    if              = false
  }
  after_hook "tell" {
    commands = ["apply"]
    execute  = ["echo"]
  }
  error_hook "mend" {
    commands  = ["apply"]
    execute   = ["echo"]
    on_errors = [".*"]
  }
}
"""


def test_terraform() -> None:
    config = config_of(TERRAFORM)
    assert config.source == "git::https://example.com/modules.git//vpc?ref=v1"
    assert (config.include_in_copy, config.exclude_from_copy) == ((".python-version",), ("*.md",))
    assert config.copy_terraform_lock_file is False
    assert config.extra_arguments == (
        ExtraArguments(
            "vars",
            ("apply", "destroy", "import", "plan", "refresh", "taint", "untaint"),
            ("-lock-timeout=20m",),
            ("common.tfvars",),
            ("extra.tfvars",),
            {"TF_LOG": "info", "COUNT": "1"},
        ),
    )
    assert config.before_hooks == (
        Hook("check", ("plan",), ("tflint", "1"), "module", run_on_error=True, suppress_stdout=True, if_=False),
    )
    assert config.after_hooks == (Hook("tell", ("apply",), ("echo",)),)
    assert config.error_hooks == (Hook("mend", ("apply",), ("echo",), on_errors=(".*",)),)
    assert set(values_of(TERRAFORM)["terraform"]) == {
        *("source", "include_in_copy", "exclude_from_copy", "copy_terraform_lock_file"),
        *("extra_arguments", "before_hook", "after_hook", "error_hook"),
    }


def test_the_order_of_hooks_counts() -> None:
    hook = 'before_hook "%s" {\n commands = ["plan"]\n execute = ["x"]\n}\n'
    first, second = (f"terraform {{\n{hook % a}{hook % b}}}" for a, b in (("a", "b"), ("b", "a")))
    assert [hook.name for hook in config_of(second).before_hooks] == ["b", "a"]
    assert values_of(first) != values_of(second)


BLOCK = """
remote_state {
  backend      = "s3"
  disable_init = true
  generate     = { path = "backend.tf", if_exists = "overwrite_terragrunt" }
  config       = { bucket = "b", encrypt = true, tags = { a = 1 } }
  encryption   = { key_provider = "pbkdf2" }
}
"""
ATTRIBUTE = BLOCK.replace("remote_state {", "remote_state = {")


@pytest.mark.parametrize("unit", [BLOCK, ATTRIBUTE])
def test_remote_state_as_a_block_and_as_an_attribute(unit: str) -> None:
    assert config_of(unit).remote_state == RemoteState(
        "s3",
        {"bucket": "b", "encrypt": True, "tags": {"a": 1}},
        ("backend.tf", "overwrite_terragrunt"),
        True,
        {"key_provider": "pbkdf2"},
    )
    assert config_of(unit).provenance["remote_state.config.bucket"].line == 6


GENERATE = """
generate %s {
  path              = "provider.tf"
  if_exists         = "overwrite"
  if_disabled       = "remove"
  comment_prefix    = "// "
  disable_signature = true
  disable           = false
  contents          = "text"
}
"""


@pytest.mark.parametrize(
    "unit", [GENERATE % '"provider"', GENERATE.replace("generate %s {", "generate = { provider = {") + "}"]
)
def test_generate_as_a_block_and_as_an_attribute(unit: str) -> None:
    expected = Generate("provider", "provider.tf", "text", "overwrite", "remove", "// ", disable_signature=True)
    assert config_of(unit).generate == (expected,)


def test_generate_in_both_forms_at_once() -> None:
    unit = GENERATE % '"a"' + 'generate = { b = { path = "b.tf", if_exists = "skip", contents = "" } }'
    assert sorted(block.name for block in config_of(unit).generate) == ["a", "b"]


def test_exclude_errors_and_the_rest() -> None:
    unit = """
        feature "off" { default = true }
        exclude {
          if                   = feature.off.value
          actions              = ["all_except_output"]
          exclude_dependencies = true
          no_run               = false
        }
        errors {
          retry "net" {
            retryable_errors   = ["timeout"]
            max_attempts       = 5
            sleep_interval_sec = 10
          }
          ignore "safe" {
            ignorable_errors = ["safe", "!fatal"]
            message          = "ignored"
            signals          = { alert = false }
          }
        }
        engine {
          source  = "github.com/example/engine"
          version = "v1"
        }
        catalog { urls = ["."] }
        prevent_destroy               = true
        iam_role                      = "arn:aws:iam::1:role/r"
        iam_assume_role_duration      = 3600
        iam_assume_role_session_name  = "session"
        iam_web_identity_token        = get_env("TOKEN")
        terraform_binary              = "tofu"
        terraform_version_constraint  = ">= 1.6"
        terragrunt_version_constraint = ">= 1.0"
        download_dir                  = "/tmp/x"
        skip                          = false
    """
    config = config_of(unit)
    assert config.exclude == Exclude(True, ("all_except_output",), True, False)
    assert config.retries == (Retry("net", ("timeout",), 5, 10),)
    assert config.ignores == (Ignore("safe", ("safe", "!fatal"), "ignored", {"alert": False}),)
    assert (config.prevent_destroy, config.skip) == (True, False)
    assert (config.iam_role, config.iam_assume_role_duration) == ("arn:aws:iam::1:role/r", 3600)
    assert config.iam_assume_role_session_name == "session"
    assert isinstance(config.iam_web_identity_token, Unknown)
    assert (config.terraform_binary, config.download_dir) == ("tofu", "/tmp/x")
    assert (config.terraform_version_constraint, config.terragrunt_version_constraint) == (">= 1.6", ">= 1.0")


def test_the_retry_attributes_of_old_are_one_more_retry() -> None:
    unit = 'retryable_errors = ["a"]\nretry_max_attempts = 2\nretry_sleep_interval_sec = 1'
    assert config_of(unit).retries == (Retry("retryable_errors", ("a",), 2, 1),)


def test_what_changes_only_how_the_work_goes_is_not_among_the_values() -> None:
    unit = """
        errors {}
        catalog { urls = [] }
        engine { source = "x" }
        download_dir = "x"
        terragrunt_version_constraint = "1"
        retryable_errors = []
        locals { a = 1 }
        feature "x" { default = 1 }
    """
    assert values_of(unit) == {"inputs": {}}


@pytest.mark.parametrize("name", ["source", "prevent_destroy", "iam_role", "path"])
def test_null_is_as_if_it_were_not_written(name: str) -> None:
    unit = {
        "source": "terraform { source = null }",
        "prevent_destroy": "prevent_destroy = null",
        "iam_role": "iam_role = null",
        "path": "inputs = null",
    }[name]
    config = config_of(unit)
    assert (config.source, config.prevent_destroy, config.iam_role, config.inputs) == (None, False, None, {})


@pytest.mark.parametrize(
    ("unit", "expected", "hint"),
    [
        ("nope = 1", "unknown-attribute", None),
        ("input = {}", "unknown-attribute", "Did you mean `inputs`?"),
        ("terraform { sauce = 1 }", "unknown-attribute", "Did you mean `source`?"),
        ("terraform = {}", "unknown-attribute", "It is a block: write it `terraform { … }`."),
        ("inputs {}", "unknown-block", "It is an attribute: write it `inputs = …`."),
        ("nope {}", "unknown-block", None),
        ('terraform {\n  before_hok "a" {}\n}', "unknown-block", "Did you mean `before_hook`?"),
        ('terraform "x" {}', "wrong-labels", None),
        ('generate {\n path = "a"\n if_exists = "skip"\n contents = ""\n}', "wrong-labels", None),
        ("terraform {}\nterraform {}", "duplicate-block", "Merge the two, or rename one."),
        ('feature "a" { default = 1 }\nfeature "a" { default = 1 }', "duplicate-block", None),
        ("remote_state {}", "missing-attribute", None),
        ('remote_state = { bucket = "b", backend = "s3" }', "unknown-attribute", None),
        ('remote_state = { backend = ["s3"] }', "wrong-type", None),
        ('generate = { a = { path = "a", if_exists = "skip" } }', "missing-attribute", None),
        ('generate = { a = { path = "a", if_exists = "perhaps", contents = "" } }', "wrong-type", None),
        ('generate "a" {\n path = "a"\n if_exists = "perhaps"\n contents = ""\n}', "wrong-type", None),
        ("inputs = [1]", "wrong-type", None),
        ('prevent_destroy = "maybe"', "wrong-type", None),
        ("terraform { include_in_copy = {} }", "wrong-type", None),
        ("terraform { include_in_copy = [null] }", "wrong-type", None),
        ('iam_assume_role_duration = "long"', "wrong-type", None),
        ("inputs = { a = no_such_function() }", "unknown-function", None),
        ("inputs = { a = }", "hcl-syntax", None),
        ('feature "a" {}', "missing-attribute", None),
    ],
)
def test_what_is_not_understood_is_a_problem_with_its_place(unit: str, expected: str, hint: str | None) -> None:
    evaluation = evaluation_of(unit)
    assert evaluation.config is None
    assert [problem.id for problem in evaluation.problems] == [expected]
    problem = evaluation.problems[0]
    assert problem.severity is Severity.ERROR
    assert problem.place is not None
    assert (problem.place.file, problem.unit) == ("dev/app/terragrunt.hcl", "dev/app")
    assert problem.place.line is not None
    if hint is not None:
        assert problem.hint == hint


def test_one_problem_hides_no_other() -> None:
    unit = 'nope = 1\nprevent_destroy = "maybe"\ninputs = { a = x.y }\nterraform { source = z.y }'
    assert problem_ids(unit) == ["unknown-attribute", "wrong-type", "unknown-variable", "unknown-variable"]


def test_a_unit_without_its_file_is_a_problem() -> None:
    assert problem_ids({"other": ""}) == ["file-not-found"]


def test_a_unit_of_which_it_is_unknown_may_not_be_destroyed() -> None:
    assert config_of('prevent_destroy = get_env("PROTECT", "false")').prevent_destroy is True


def test_unknown_and_sensitive_values_pass_where_a_form_is_asked_for() -> None:
    unit = """
        terraform {
          source          = get_env("SOURCE")
          include_in_copy = get_env("LIST")
          extra_arguments "a" {
            commands  = ["plan"]
            arguments = ["-var=${sensitive("secret")}"]
            env_vars  = sensitive({ TOKEN = "secret" })
          }
        }
        prevent_destroy = get_env("FLAG")
    """
    config = config_of(unit)
    assert isinstance(config.source, Unknown)
    assert config.include_in_copy == ('(unknown: get_env("LIST"))',)
    assert config.extra_arguments[0].arguments == ("-var=secret",)
    assert config.extra_arguments[0].env_vars == {"TOKEN": "secret"}
    assert set(config.unknowns()) == {"terraform.source", "terraform.include_in_copy", "prevent_destroy"}
    arguments: Any = values_of(unit)["terraform"]["extra_arguments"]["a"]
    assert arguments["env_vars"] == "(sensitive)"
