"""Accounts: listed in a file of their own, completed by `towpath.yml`."""

from __future__ import annotations

import pytest

from towpath.config import Accounts, load_accounts, load_config

LISTED = b"""{
  "dev": {"id": "111111111111", "email": "dev@example.com", "deploy_order": 1, "added_by_others": {"a": [1]}},
  "prod": {"id": "022222222222", "deploy_order": 2}
}"""


def loaded(files: dict[str, bytes], config: str = "") -> Accounts:
    return load_accounts(files.get, load_config(config.encode()))


def problem_ids(accounts: Accounts) -> list[str]:
    return [problem.id for problem in accounts.problems]


@pytest.mark.parametrize("file", ["accounts.json", "accounts.yml", "accounts.yaml"])
def test_the_list_gives_id_mail_and_order(file: str) -> None:
    accounts = loaded({file: LISTED})
    assert accounts.problems == ()
    dev, prod = accounts.by_name.values()
    assert (dev.name, dev.id, dev.email, dev.deploy_order) == ("dev", "111111111111", "dev@example.com", 1)
    assert (prod.id, prod.deploy_order) == ("022222222222", 2)
    assert accounts.places["prod"].line == 3


def test_an_account_may_be_its_id_alone() -> None:
    accounts = loaded({"accounts.yml": b'dev: "111111111111"\nlogs: 333333333333\n'})
    assert [account.id for account in accounts.by_name.values()] == ["111111111111", "333333333333"]
    assert accounts.problems == ()


def test_no_accounts_at_all_is_fine() -> None:
    assert loaded({}) == Accounts({}, {}, {})


def test_towpath_yml_completes_the_list_setting_by_setting() -> None:
    config = """
accounts:
  dev: {plan_role: "arn:aws:iam::{account_id}:role/look", paths: ["sandbox/**"], regions: [eu-west-1]}
  prod: {deploy_order: 7}
  extra: {id: "444444444444", deploy_order: 9}
roles: {plan: "arn:aws:iam::{account_id}:role/plan", apply: "arn:aws:iam::{account_id}:role/apply-{account}"}
"""
    accounts = loaded({"accounts.json": LISTED}, config)
    dev = accounts.by_name["dev"]
    assert accounts.problems == ()
    assert (dev.id, dev.regions) == ("111111111111", ("eu-west-1",))
    assert dev.plan_role == "arn:aws:iam::111111111111:role/look"
    assert dev.apply_role == "arn:aws:iam::111111111111:role/apply-dev"
    assert accounts.by_name["prod"].deploy_order == 7
    assert accounts.by_name["prod"].plan_role == "arn:aws:iam::022222222222:role/plan"
    assert accounts.paths == {"sandbox/**": "dev"}
    assert accounts.places["extra"].file == "towpath.yml"


def test_a_role_that_needs_an_id_the_account_lacks() -> None:
    config = 'roles: {plan: "arn:aws:iam::{account_id}:role/p"}\naccounts:\n  dev: {}\n  ok: {id: "111111111111"}\n'
    accounts = loaded({}, config)
    (problem,) = accounts.problems
    assert (problem.id, problem.place and problem.place.line) == ("account-without-id", 3)
    assert problem.hint == "Give dev an id of 12 digits, in quotes."
    assert accounts.by_name["dev"].plan_role is None


def test_a_placeholder_that_nothing_stands_for() -> None:
    config = 'accounts:\n  dev: {id: "111111111111", plan_role: "arn:aws:iam::{account_id}:role/{region}"}\n'
    (problem,) = loaded({}, config).problems
    assert (problem.id, problem.place and problem.place.line) == ("unknown-placeholder", 2)
    assert problem.hint == "Use {account_id} or {account}."


def test_accounts_without_order_among_others_that_have_one() -> None:
    accounts = loaded({"accounts.json": b'{"dev": {"deploy_order": 1},\n "prod": {}}'})
    (problem,) = accounts.problems
    assert (problem.id, problem.is_error, problem.place and problem.place.line) == ("account-without-order", False, 2)
    assert problem.hint == "Give prod a deploy_order."
    assert loaded({"accounts.json": b'{"dev": {}, "prod": {}}'}).problems == ()


def test_two_lists_are_one_too_many() -> None:
    accounts = loaded({"accounts.json": LISTED, "accounts.yml": b"other: {}"})
    (problem,) = accounts.problems
    assert (problem.id, problem.is_error) == ("accounts-file-twice", False)
    assert sorted(accounts.by_name) == ["dev", "prod"]


def test_two_accounts_with_the_same_pattern() -> None:
    accounts = loaded({}, "accounts:\n  a: {paths: [x/**]}\n  b: {paths: [x/**]}\n")
    (problem,) = accounts.problems
    assert (problem.id, problem.place and problem.place.line) == ("path-pattern-twice", 3)
    assert accounts.paths == {"x/**": "a"}


def test_a_broken_list_is_told_once() -> None:
    config = 'roles: {plan: "arn:aws:iam::{account_id}:role/p"}\naccounts: {dev: {email: a}}'
    assert problem_ids(loaded({"accounts.json": b'{"dev": '}, config)) == ["yaml-syntax"]
    assert problem_ids(loaded({"accounts.json": b'{"dev": {"deploy_order": "1"}}'})) == ["wrong-value"]
    assert problem_ids(loaded({"accounts.json": b'{"dev": {"id": 1}}'})) == ["account-id-padded"]
    assert problem_ids(loaded({"accounts.json": b"[]"})) == ["wrong-value"]


def test_two_names_for_one_account_are_told_with_both_places() -> None:
    accounts = loaded({"accounts.json": LISTED.replace(b"022222222222", b"111111111111")})
    (problem,) = accounts.problems
    assert (problem.id, problem.is_error) == ("account-id-twice", False)
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("accounts.json", 3)
    assert "dev (accounts.json:2) and prod (accounts.json:3)" in problem.detail
    assert problem.hint
