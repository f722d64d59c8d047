"""What differs between two commits, from files to reasons."""

from __future__ import annotations

from live_files import HEAD, INCLUDE, ROOT, changes_of, live_of, one, said

from towpath.changes import ChangesRequest, find_changes
from towpath.model.changes import Action, Change

UNIT = INCLUDE + 'inputs = {\n  cidr = "10.0.0.0/16"\n}\n'
FILES = {"root.hcl": ROOT, "dev/vpc/terragrunt.hcl": UNIT, "prod/vpc/terragrunt.hcl": UNIT}


def test_equal_commits_differ_in_nothing() -> None:
    changes = changes_of(FILES, FILES)
    assert changes.is_empty
    assert changes.problems == ()


def test_without_a_base_everything_is_added() -> None:
    changes = find_changes(ChangesRequest(live_of(FILES), None))
    assert [(unit.path, unit.change) for unit in changes.units] == [
        ("dev/vpc", Change.ADDED),
        ("prod/vpc", Change.ADDED),
    ]
    assert (changes.base, changes.head) == (None, HEAD)


def test_a_value_of_the_unit_itself() -> None:
    head = FILES | {"dev/vpc/terragrunt.hcl": UNIT.replace("10.0", "10.1")}
    changes = changes_of(FILES, head)
    assert [unit.path for unit in changes.units] == ["dev/vpc"]
    unit = one(changes, "dev/vpc")
    assert (unit.change, unit.action, unit.held) == (Change.MODIFIED, Action.APPLY, None)
    assert said(unit) == [("value", "inputs.cidr", "10.0.0.0/16", "10.1.0.0/16", "dev/vpc/terragrunt.hcl")]


def test_a_shared_value_touches_every_unit_that_carries_it() -> None:
    changes = changes_of(FILES, FILES | {"root.hcl": ROOT.replace("core", "edge")})
    assert [unit.path for unit in changes.units] == ["dev/vpc", "prod/vpc"]
    assert said(one(changes, "prod/vpc")) == [("value", "inputs.team", "core", "edge", "root.hcl")]


def test_a_shared_value_that_a_unit_overrides_does_not_touch_it() -> None:
    own = UNIT.replace("inputs = {", 'inputs = {\n  team = "own"')
    base = FILES | {"dev/vpc/terragrunt.hcl": own}
    changes = changes_of(base, base | {"root.hcl": ROOT.replace("core", "edge")})
    assert [unit.path for unit in changes.units] == ["prod/vpc"]


def test_comments_and_layout_touch_nothing() -> None:
    head = {path: "# A remark\n\n" + text.replace("  ", "\t") + "\n// end\n" for path, text in FILES.items()}
    assert changes_of(FILES, head).is_empty


def test_files_of_the_folder() -> None:
    base = FILES | {"dev/vpc/policy.json": "{}", "dev/vpc/old.txt": "x"}
    head = FILES | {"dev/vpc/policy.json": '{"a": 1}', "dev/vpc/new.txt": "y"}
    unit = one(changes_of(base, head), "dev/vpc")
    assert [(reason.kind.value, reason.file, reason.detail) for reason in unit.reasons] == [
        ("file", "dev/vpc/new.txt", "The file is new."),
        ("file", "dev/vpc/old.txt", "The file is gone."),
        ("file", "dev/vpc/policy.json", None),
    ]


def test_files_of_the_local_module() -> None:
    unit = INCLUDE + 'terraform {\n  source = "../../modules//vpc"\n}\n'
    base = {"root.hcl": ROOT, "dev/vpc/terragrunt.hcl": unit, "modules/vpc/main.tf": 'resource "a" "b" {}\n'}
    head = base | {"modules/vpc/main.tf": 'resource "a" "c" {}\n', "elsewhere/main.tf": ""}
    changes = changes_of(base, head)
    assert said(one(changes, "dev/vpc")) == [("module", None, None, None, "modules/vpc/main.tf")]


def test_a_source_is_told_apart_from_other_values() -> None:
    unit = INCLUDE + 'terraform {\n  source = "git::https://example.com/m.git//vpc?ref=v1"\n}\n'
    base = {"root.hcl": ROOT, "dev/vpc/terragrunt.hcl": unit}
    changes = changes_of(base, base | {"dev/vpc/terragrunt.hcl": unit.replace("v1", "v2")})
    (reason,) = one(changes, "dev/vpc").reasons
    assert (reason.kind.value, reason.attribute, reason.file) == (
        "source",
        "terraform.source",
        "dev/vpc/terragrunt.hcl",
    )
    assert str(reason.after).endswith("ref=v2")


def test_added_and_removed_units() -> None:
    head = {path: text for path, text in FILES.items() if path != "prod/vpc/terragrunt.hcl"}
    changes = changes_of(FILES, head | {"dev/dns/terragrunt.hcl": UNIT})
    assert [(unit.path, unit.change, unit.action) for unit in changes.units] == [
        ("dev/dns", Change.ADDED, Action.APPLY),
        ("prod/vpc", Change.REMOVED, Action.DESTROY),
    ]
    assert said(one(changes, "dev/dns")) == [("added", None, None, None, "dev/dns/terragrunt.hcl")]
    assert said(one(changes, "prod/vpc")) == [("removed", None, None, None, "prod/vpc/terragrunt.hcl")]


def test_a_changed_command_is_a_reason_for_doubt() -> None:
    unit = INCLUDE + 'inputs = {\n  id = run_cmd("./id.sh", "a")\n}\n'
    base = {"root.hcl": ROOT, "dev/vpc/terragrunt.hcl": unit}
    assert changes_of(base, base | {"root.hcl": ROOT + "# remark"}).is_empty
    changes = changes_of(base, base | {"dev/vpc/terragrunt.hcl": unit.replace('"a"', '"b"')})
    (reason,) = one(changes, "dev/vpc").reasons
    assert (reason.kind.value, reason.attribute) == ("uncertain", "inputs.id")
    assert 'run_cmd("./id.sh", "b")' in str(reason.after)
    assert reason.detail is not None


# Broken units


def test_a_unit_that_breaks_is_shown_left_alone_and_hides_nobody() -> None:
    head = FILES | {
        "dev/vpc/terragrunt.hcl": UNIT + "nonsense(",
        "prod/vpc/terragrunt.hcl": UNIT.replace("10.0", "10.9"),
    }
    changes = changes_of(FILES, head)
    broken = one(changes, "dev/vpc")
    assert (broken.change, broken.action) == (Change.MODIFIED, Action.NONE)
    assert [reason.kind.value for reason in broken.reasons] == ["uncertain"]
    assert one(changes, "prod/vpc").action is Action.APPLY
    assert any(problem.is_error and problem.unit == "dev/vpc" for problem in changes.problems)


def test_a_unit_that_is_mended_counts_as_modified() -> None:
    base = FILES | {"dev/vpc/terragrunt.hcl": UNIT + "nonsense("}
    changes = changes_of(base, FILES)
    mended = one(changes, "dev/vpc")
    assert (mended.change, mended.action) == (Change.MODIFIED, Action.APPLY)
    assert mended.reasons[0].kind.value == "uncertain"
    assert "could not be evaluated before" in str(mended.reasons[0].detail)


def test_a_new_unit_that_is_broken_is_left_alone() -> None:
    unit = one(changes_of(FILES, FILES | {"dev/dns/terragrunt.hcl": "x = ("}), "dev/dns")
    assert (unit.change, unit.action) == (Change.ADDED, Action.NONE)


# Protected and excluded units


def test_a_protected_unit_is_held() -> None:
    unit = one(changes_of(FILES, FILES | {"dev/towpath/runner/terragrunt.hcl": UNIT}), "dev/towpath/runner")
    assert (unit.action.value, unit.held and unit.held.value) == ("apply", "protected")


def exclude(condition: str, actions: str) -> str:
    return f"exclude {{\n  if = {condition}\n  actions = [{actions}]\n}}\n"


def test_a_unit_that_excludes_itself_is_reported_and_left_alone() -> None:
    for actions in ('"apply"', '"plan"', '"all"', '"all_except_output"'):
        unit = UNIT.replace("10.0", "10.1") + exclude("true", actions)
        changes = changes_of(FILES, FILES | {"dev/vpc/terragrunt.hcl": unit})
        assert one(changes, "dev/vpc").action is Action.NONE
        assert [(problem.id, problem.unit) for problem in changes.problems] == [("unit-excluded", "dev/vpc")]


def test_an_exclusion_that_does_not_hold_here_changes_nothing() -> None:
    for block in (exclude("false", '"all"'), exclude("true", '"output"')):
        unit = UNIT.replace("10.0", "10.1") + block
        assert one(changes_of(FILES, FILES | {"dev/vpc/terragrunt.hcl": unit}), "dev/vpc").action is Action.APPLY


# The rule that counts files


def test_with_the_rule_of_files_every_reader_counts() -> None:
    base = FILES | {"towpath.yml": "changes: {rule: files}\n"}
    changes = changes_of(base, base | {"root.hcl": ROOT + "# A remark\n"})
    assert [unit.path for unit in changes.units] == ["dev/vpc", "prod/vpc"]
    assert said(one(changes, "dev/vpc")) == [("file", None, None, None, "root.hcl")]


def test_values_are_named_under_the_rule_of_files_too() -> None:
    base = FILES | {"towpath.yml": "changes: {rule: files}\n"}
    changes = changes_of(base, base | {"root.hcl": ROOT.replace("core", "edge")})
    assert said(one(changes, "dev/vpc")) == [("value", "inputs.team", "core", "edge", "root.hcl")]


def test_a_secret_file_that_differs_is_a_reason_for_doubt() -> None:
    unit = 'inputs = {\n  password = yamldecode(sops_decrypt_file("../../secrets.yaml")).password\n}\n'
    base = {"dev/db/terragrunt.hcl": unit, "secrets.yaml": "password: ENC[a]\n"}
    (reason,) = one(changes_of(base, base | {"secrets.yaml": "password: ENC[b]\n"}), "dev/db").reasons
    assert (reason.kind.value, reason.attribute, reason.file) == ("uncertain", "inputs.password", "secrets.yaml")


def test_a_script_that_differs_is_a_reason_for_doubt() -> None:
    unit = 'inputs = {\n  id = run_cmd("../../id.sh", "a")\n}\n'
    base = {"dev/db/terragrunt.hcl": unit, "id.sh": "echo 1\n"}
    (reason,) = one(changes_of(base, base | {"id.sh": "echo 2\n"}), "dev/db").reasons
    assert (reason.kind.value, reason.attribute, reason.file) == ("uncertain", "inputs.id", "id.sh")


def test_a_plain_terraform_module_with_one_that_it_calls() -> None:
    base = {
        "towpath.yml": 'units: {terraform: ["net"]}\n',
        "net/main.tf": 'module "a" {\n  source = "../modules/a"\n}\n',
        "modules/a/main.tf": 'resource "x" "y" {}\n',
    }
    changes = changes_of(base, base | {"modules/a/main.tf": 'resource "x" "z" {}\n'})
    assert said(one(changes, "net")) == [("module", None, None, None, "modules/a/main.tf")]
    changes = changes_of(base, base | {"net/main.tf": base["net/main.tf"] + "# A remark\n"})
    assert changes.is_empty
    changes = changes_of(base, base | {"net/main.tf": base["net/main.tf"].replace('"a"', '"b"')})
    assert said(one(changes, "net")) == [("file", None, None, None, "net/main.tf")]


def test_a_unit_that_comes_to_another_account_says_so() -> None:
    accounts = '{"dev": {"id": "111111111111", "email": "d@example.com", "deploy_order": 1}}'
    base = FILES | {"accounts.json": accounts}
    changes = changes_of(base, base | {"accounts.json": accounts.replace("111111111111", "222222222222")})
    assert [unit.path for unit in changes.units] == ["dev/vpc"]
    assert said(one(changes, "dev/vpc")) == [("value", "account_id", "111111111111", "222222222222", "accounts.json")]


def test_another_place_in_the_order_changes_no_unit() -> None:
    accounts = '{"dev": {"id": "111111111111", "email": "d@example.com", "deploy_order": 1}}'
    base = FILES | {"accounts.json": accounts}
    assert changes_of(base, base | {"accounts.json": accounts.replace(": 1}", ": 3}")}).is_empty
