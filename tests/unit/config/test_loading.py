"""`towpath.yml`: what it may say, and what is said of mistakes in it."""

from __future__ import annotations

import importlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from towpath.config import TowpathConfig, json_schema, load_accounts, load_config
from towpath.problems import Problem

FULL = """
engine: {name: tofu, version: "~> 1.9", binary: /opt/tofu}
accounts:
  dev:
    id: "111111111111"
    email: dev@example.com
    deploy_order: 1
    paths: ["dev/**"]
    regions: [us-east-1]
    plan_role: "arn:aws:iam::{account_id}:role/plan"
    apply_role: "arn:aws:iam::111111111111:role/apply"
roles: {plan: "arn:aws-us-gov:iam::{account_id}:role/{account}"}
outside_accounts: {deploy_order: 5}
units:
  terraform: ["stacks/*"]
  layers: {"**/rds": data, "**/vpc/**": foundation}
  exclude: ["examples/**"]
  dependencies: {stacks/app: [stacks/vpc]}
environment: [TF_VAR_region]
changes: {rule: files}
gates:
  prod: {approvals: 2, from: [ada, grace], not_author: true}
hold_above: {units: 20, accounts: 2}
data_types: [aws_s3_bucket]
protected: ["**/runner/**"]
allow_protected: ["dev/**"]
parallelism: 8
lock_timeout: 60
state: .towpath
"""

ENGINES = "engine.name should be 'terraform', 'tofu' or 'terragrunt'."
SCHEMA = "`towpath schema` tells what every setting may be."


def problems_of(text: str) -> tuple[Problem, ...]:
    return load_config(text.encode()).problems


def problem_of(text: str) -> Problem:
    (problem,) = problems_of(text)
    return problem


def test_every_setting_is_read() -> None:
    loaded = load_config(FULL.encode())
    assert loaded.problems == ()
    config = loaded.value
    assert config.engine.name == "tofu"
    assert config.accounts["dev"].regions == ("us-east-1",)
    assert config.units.dependencies == {"stacks/app": ("stacks/vpc",)}
    assert config.gates["prod"].approvers == ("ada", "grace")
    assert (config.hold_above.units, config.hold_above.accounts) == (20, 2)
    assert config.changes.rule == "files"
    assert loaded.place("gates", "prod", "approvals").line == 22


def test_an_engine_may_be_given_as_one_word() -> None:
    assert load_config(b"engine: terragrunt\n").value.engine.name == "terragrunt"
    longer = load_config(b'engine: {name: terragrunt, runs: {name: tofu, version: "~> 1.10"}}\n').value.engine
    assert (longer.runs.name, longer.runs.version, longer.version) == ("tofu", "~> 1.10", None)


@pytest.mark.parametrize("content", [None, b"", b"# nothing\n", b"accounts:\nunits:\n  exclude:\n"])
def test_nothing_said_means_the_defaults(content: bytes | None) -> None:
    loaded = load_config(content)
    assert loaded.problems == ()
    assert loaded.value == TowpathConfig()
    assert loaded.value.parallelism == 4
    assert loaded.value.protected == ("**/ecs-deploy-runner/**", "**/towpath/**")
    assert loaded.value.changes.rule == "semantic"
    assert "aws_s3_bucket" in loaded.value.data_types


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("parallelism: 2\nengin: {}", 2, 1, "Did you mean engine?"),
        ("accounts:\n  dev: {plan_rol: x}", 2, 9, "Did you mean plan_role?"),
        ("gates: {prod: {form: [a]}}", 1, 16, "Did you mean from?"),
        ("units: {zzz: 1}", 1, 9, "Known here: terraform, exclude, layers, dependencies."),
    ],
)
def test_an_unknown_key_is_shown_with_what_was_meant(text: str, line: int, column: int, hint: str) -> None:
    problem = problem_of(text)
    assert problem.id == "unknown-key"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column, problem.hint) == (line, column, hint)


@pytest.mark.parametrize(
    ("text", "detail", "hint"),
    [
        ("parallelism: four", "parallelism should be a whole number.", SCHEMA),
        ("parallelism: true", "parallelism should be a whole number.", SCHEMA),
        ("parallelism: 0", "parallelism should be greater than or equal to 1.", SCHEMA),
        ("state: 5", "state should be a text.", 'Write it in quotes: "5"'),
        ("state: on", "state should be a text.", 'Write it in quotes: "true"'),
        ("environment: HOME", "environment should be a list.", "Write a list: [HOME]"),
        ("roles: terraform", "roles should be a map of settings.", SCHEMA),
        ("engine: {runs: {name: tofu}}", "engine has `runs`, which is for `name: terragrunt` only.", SCHEMA),
        ("engine: terragrant", ENGINES, "Did you mean terragrunt?"),
        ("accounts: [dev]", "accounts should be a map.", SCHEMA),
        ("gates: {prod: {not_author: 1}}", "gates.prod.not_author should be true or false.", SCHEMA),
        ("engine: {name: terafrom}", ENGINES, "Did you mean terraform?"),
        (
            "units: {dependencies: {../a: [b]}}",
            "units.dependencies.../a should be a path relative to the repository's root.",
            SCHEMA,
        ),
        ('parallelism: "3"', "parallelism should be a whole number.", "Write it without quotes: 3"),
        (
            "accounts: {dev: {id: '123'}}",
            "accounts.dev.id should be the 12 digits of an account id.",
            'Write all 12 digits, in quotes: "123456789012"',
        ),
        (
            "roles: {plan: towpath}",
            "roles.plan should be the ARN of an IAM role, with an account id or {account_id} in it.",
            'Write it as "arn:aws:iam::{account_id}:role/NAME".',
        ),
        (
            "engine: {version: newest}",
            "engine.version should be a constraint on versions, such as >= 1.6 or ~> 1.9.",
            SCHEMA,
        ),
        ("[1]", "The file should be a map of settings.", SCHEMA),
    ],
)
def test_a_value_that_does_not_fit_is_shown_at_its_line(text: str, detail: str, hint: str) -> None:
    problem = problem_of("# a comment\n" + text)
    assert (problem.id, problem.detail, problem.hint) == ("wrong-value", detail, hint)
    assert problem.place is not None
    assert problem.place.line == 2


def test_problems_are_collected_in_the_order_of_the_lines() -> None:
    found = problems_of("state: 1\nbogus: 1\nparallelism: x\n")
    assert [problem.place and problem.place.line for problem in found] == [1, 2, 3]


def test_a_broken_file_counts_as_an_empty_one() -> None:
    assert load_config(b"parallelism: 9\nbogus: 1").value == TowpathConfig()
    assert load_config(b"parallelism: [").value == TowpathConfig()


@pytest.mark.parametrize("given", ["12345678901", "1"])
def test_an_id_that_lost_its_zeros_gets_them_back_with_a_warning(given: str) -> None:
    loaded = load_config(f"accounts:\n  dev: {{id: {given}}}".encode())
    (problem,) = loaded.problems
    assert loaded.value.accounts["dev"].id == given.zfill(12)
    assert (problem.id, problem.is_error, problem.place and problem.place.line) == ("account-id-padded", False, 2)
    assert problem.hint == f'Write it in quotes: "{given.zfill(12)}"'


@pytest.mark.parametrize("given", ["111111111111", "012345670123", "'012345670123'", "000000000000"])
def test_ids_may_stand_with_or_without_quotes(given: str) -> None:
    loaded = load_config(f"accounts: {{dev: {{id: {given}}}}}".encode())
    assert loaded.problems == ()
    assert loaded.value.accounts["dev"].id == given.strip("'")


@pytest.mark.parametrize("given", ["'123'", "abc", "1234567890123", "true", "-5"])
def test_other_ids_are_refused(given: str) -> None:
    assert problem_of(f"accounts: {{dev: {{id: {given}}}}}").id == "wrong-value"


def test_the_schema_for_editors_says_the_same_as_the_loader() -> None:
    schema = json_schema()
    # It publishes no types.
    jsonschema = importlib.import_module("jsonschema")
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    assert validator.is_valid(yaml.safe_load(FULL))
    assert validator.is_valid({})
    assert validator.is_valid({"engine": "terragrunt"})
    for wrong in (
        {"bogus": 1},
        {"engine": "pulumi"},
        {"parallelism": 0},
        {"gates": {"prod": {"approvers": ["a"]}}},
        {"state": 5},
    ):
        assert not validator.is_valid(wrong)


KEYS = st.sampled_from(
    [*TowpathConfig.model_fields, "dev", "id", "paths", "from", "approvals", "units", "dependencies", "x"]
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**12) | st.sampled_from(["", "a", "../b", "data", "111111111111"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(DATA)
def test_whatever_stands_in_it_the_answer_is_settings_and_problems_with_places(data: object) -> None:
    content = yaml.safe_dump(data).encode()
    loaded = load_config(content)
    assert isinstance(loaded.value, TowpathConfig)
    accounts = load_accounts({"accounts.yml": content}.get, loaded)
    assert all(problem.place is not None for problem in (*loaded.problems, *accounts.problems))
