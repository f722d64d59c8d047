"""What differs from what was applied last, unit by unit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from live_files import entry, live_of, one, said

from towpath.changes import find_changes_since_ledger
from towpath.live import Live
from towpath.model.changes import Action, Change, ChangeSet
from towpath.model.ledger import LedgerEntry
from towpath.problems import Problem, ProblemError


def unit(value: str) -> str:
    return f'inputs = {{\n  value = "{value}"\n}}\n'


def at(commit: str, **values: str) -> Live:
    return live_of({f"dev/{name}/terragrunt.hcl": unit(value) for name, value in values.items()}, commit)


def since(head: Live, ledger: list[LedgerEntry], *bases: Live) -> ChangeSet:
    known: Mapping[str, Live] = {live.commit: live for live in bases}

    def live_at(commit: str) -> Live:
        if commit not in known:
            raise ProblemError(Problem("unknown-commit", "There is no such commit"))
        return known[commit]

    return find_changes_since_ledger(head, {known.unit: known for known in ledger}, live_at)


def test_a_unit_that_was_never_applied_is_added() -> None:
    changes = since(at("h", a="1"), [])
    assert [(unit.path, unit.change, unit.base_commit) for unit in changes.units] == [("dev/a", Change.ADDED, None)]
    assert changes.base is None


def test_each_unit_is_compared_with_the_commit_it_was_applied_from() -> None:
    first, second, head = at("1", a="1", b="1"), at("2", a="2", b="2"), at("h", a="2", b="3")
    changes = since(head, [entry(second, "dev/a"), entry(first, "dev/b")], first, second)
    assert [unit.path for unit in changes.units] == ["dev/b"]
    assert one(changes, "dev/b").base_commit == "1"
    assert said(one(changes, "dev/b")) == [("value", "inputs.value", "1", "3", "dev/b/terragrunt.hcl")]


def test_what_was_left_behind_is_caught_up_with() -> None:
    """The second commit failed for `b`; the third does not touch it."""
    first, head = at("1", a="1", b="1"), at("h", a="1", b="2")
    changes = since(head, [entry(head, "dev/a"), entry(first, "dev/b")], first)
    assert [unit.path for unit in changes.units] == ["dev/b"]


def test_an_unchanged_unit_costs_no_reading() -> None:
    old = at("1", a="1")
    assert since(at("h", a="1"), [entry(old, "dev/a")]).is_empty


def test_an_entry_without_its_unit_is_a_removed_unit() -> None:
    old = at("1", a="1", b="1")
    changes = since(at("h", b="1"), [entry(old, "dev/a"), entry(old, "dev/b")], old)
    removed = one(changes, "dev/a")
    assert (removed.change, removed.action, removed.base_commit) == (Change.REMOVED, Action.DESTROY, "1")


def test_a_commit_that_is_no_longer_there_is_a_reason_for_doubt() -> None:
    old = at("1" * 40, a="1")
    changes = since(at("h", a="2"), [entry(old, "dev/a")])
    unit = one(changes, "dev/a")
    assert (unit.change, unit.action) == (Change.MODIFIED, Action.APPLY)
    (reason,) = unit.reasons
    assert reason.kind.value == "uncertain"
    assert "111111111111, which is no longer in the repository" in str(reason.detail)


def test_a_removed_unit_that_nobody_can_read_is_a_problem() -> None:
    old = at("1", a="1")
    changes = since(at("h", b="1"), [entry(old, "dev/a"), entry(at("h", b="1"), "dev/b")])
    assert changes.is_empty
    assert [(problem.id, problem.unit) for problem in changes.problems] == [("removed-unit-lost", "dev/a")]


def test_a_commit_that_does_not_hold_the_unit_is_a_reason_for_doubt() -> None:
    old, other = at("1", a="1"), at("1", b="1")
    (reason,) = one(since(at("h", a="2"), [entry(old, "dev/a")], other), "dev/a").reasons
    assert "does not hold it" in str(reason.detail)


@pytest.mark.parametrize("rule", ["semantic", "files"])
def test_the_rule_of_files_holds_here_too(rule: str) -> None:
    settings = {"towpath.yml": f"changes: {{rule: {rule}}}\n"}
    old = live_of({"dev/a/terragrunt.hcl": unit("1")} | settings, "1")
    head = live_of({"dev/a/terragrunt.hcl": "# A remark\n" + unit("1")} | settings, "h")
    assert since(head, [entry(old, "dev/a")], old).is_empty is (rule == "semantic")
