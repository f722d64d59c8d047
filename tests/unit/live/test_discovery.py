"""Units are found by the names of files."""

from __future__ import annotations

from towpath.config import load_config
from towpath.git import fake_tree
from towpath.live.discovery import Discovery, discover


def found(*paths: str, config: str = "") -> Discovery:
    return discover(fake_tree(dict.fromkeys(paths, "")), load_config(config.encode()))


def test_folders_with_a_configuration_are_candidates() -> None:
    discovery = found("terragrunt.hcl", "dev/b/terragrunt.hcl", "dev/a/terragrunt.hcl", "dev/a/main.tf", "root.hcl")
    assert list(discovery.candidates) == [".", "dev/a", "dev/b"]
    assert discovery.modules == {"dev/a"}


def test_what_tools_leave_behind_does_not_count() -> None:
    paths = ("a/.terragrunt-cache/x/terragrunt.hcl", "a/.terraform/modules/y/terragrunt.hcl", ".git/terragrunt.hcl")
    assert found(*paths).candidates == {}


def test_excluded_folders_are_remembered_as_such() -> None:
    discovery = found("examples/a/terragrunt.hcl", "dev/terragrunt.hcl", config="units: {exclude: ['examples/**']}")
    assert list(discovery.candidates) == ["dev"]
    assert discovery.excluded == {"examples/a"}


def test_plain_terraform_is_a_unit_where_it_was_declared() -> None:
    config = "units: {terraform: ['stacks/*', 'both']}"
    discovery = found(
        "stacks/app/main.tf", "stacks/tofu/x.tofu", "stacks/j/x.tf.json", "stacks/doc/a.md", "stacks/app/sub/m.tf",
        "modules/vpc/main.tf", "both/terragrunt.hcl", "both/main.tf", config=config,
    )  # fmt: skip
    assert {path: kind.value for path, kind in discovery.candidates.items()} == {
        "both": "terragrunt",
        "stacks/app": "terraform",
        "stacks/j": "terraform",
        "stacks/tofu": "terraform",
    }


def test_a_pattern_that_fits_nothing_is_a_warning_at_its_line() -> None:
    (problem,) = found("a/b.tf", config="units:\n  terraform:\n    - a\n    - b/*\n").problems
    assert (problem.id, problem.is_error) == ("pattern-fits-nothing", False)
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("towpath.yml", 4)
    assert problem.hint is not None
    assert "name folders, not files" in problem.hint


def test_json_is_not_passed_over_in_silence() -> None:
    (json,) = found("dev/terragrunt.hcl.json").problems
    assert (json.id, json.place and json.place.file) == ("json-configuration-not-supported", "dev/terragrunt.hcl.json")
    assert json.hint == "Write it as terragrunt.hcl, or exclude the folder under units.exclude."
    assert found("live/terragrunt.hcl.json", config="units: {exclude: [live]}").problems == ()
