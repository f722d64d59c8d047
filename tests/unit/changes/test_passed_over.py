"""A unit whose files are still there is not taken for removed, whatever makes it none."""

from __future__ import annotations

import pytest
from live_files import INCLUDE, ROOT, changes_of, one

from towpath.model.changes import Action, Change

UNIT = 'terraform {\n  source = "git::https://example.com/modules.git//any?ref=v1"\n}\n'
PLAIN = {"legacy/dns/main.tf": "", "towpath.yml": "units: {terraform: ['legacy/*']}\n"}
BASE = {"dev/vpc/terragrunt.hcl": UNIT}


@pytest.mark.parametrize(
    ("base", "head", "path"),
    [
        (BASE, {**BASE, "towpath.yml": "units: {exclude: ['dev/**']}\n"}, "dev/vpc"),
        (PLAIN, {**PLAIN, "towpath.yml": ""}, "legacy/dns"),
        (PLAIN, {**PLAIN, "towpath.yml": "units: {terraform: ['legacy/*'], exclude: [legacy/dns]}\n"}, "legacy/dns"),
    ],
    ids=["excluded", "no longer named", "named and excluded"],
)
def test_what_towpath_yml_leaves_out(base: dict[str, str], head: dict[str, str], path: str) -> None:
    changes = changes_of(base, head)
    found = one(changes, path)
    assert (found.change, found.action) == (Change.REMOVED, Action.NONE)
    (problem,) = [problem for problem in changes.problems if problem.id == "removed-unit-doubtful"]
    assert (problem.unit, "towpath.yml" in problem.detail, problem.is_error) == (path, True, False)


def test_a_configuration_that_names_nothing_any_more() -> None:
    shared = {"root.hcl": ROOT, "_envcommon/vpc.hcl": UNIT}
    include = 'include "common" {\n  path = "${get_repo_root()}/_envcommon/vpc.hcl"\n}\n# terraform {\n' + INCLUDE
    base = {**shared, "dev/vpc/terragrunt.hcl": include}
    changes = changes_of(base, {**base, "_envcommon/vpc.hcl": "inputs = {}\n"})
    assert one(changes, "dev/vpc").action is Action.NONE
    assert "removed-unit-doubtful" in {problem.id for problem in changes.problems}


def test_a_folder_that_is_gone_is_removed() -> None:
    changes = changes_of({**BASE, "dev/app/terragrunt.hcl": UNIT}, BASE)
    assert one(changes, "dev/app").action is Action.DESTROY
