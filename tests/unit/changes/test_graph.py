"""Upstreams, followers, and removed units that somebody still uses."""

from __future__ import annotations

from live_files import changes_of, one

from towpath.model.changes import Action


def unit(*needs: str, value: str = "x", more: str = "") -> str:
    blocks = "".join(
        f'dependency "{need.rpartition("/")[2]}" {{\n  config_path = "../../{need}"\n'
        f"  mock_outputs = {{\n    id = 1\n  }}\n}}\n"
        for need in needs
    )
    return f'{blocks}inputs = {{\n  value = "{value}"\n}}\n{more}'


def files(**units: str) -> dict[str, str]:
    """`dev_vpc="…"` is the unit dev/vpc."""
    return {f"{name.replace('_', '/')}/terragrunt.hcl": text for name, text in units.items()}


CHAIN = files(dev_vpc=unit(), dev_db=unit("dev/vpc"), dev_app=unit("dev/db"), dev_other=unit())


def test_readers_of_an_affected_unit_may_follow_and_theirs_too() -> None:
    changes = changes_of(CHAIN, CHAIN | files(dev_vpc=unit(value="y")))
    assert [unit.path for unit in changes.units] == ["dev/vpc"]
    assert [(follower.path, follower.upstreams) for follower in changes.may_follow] == [
        ("dev/app", ("dev/db",)),
        ("dev/db", ("dev/vpc",)),
    ]


def test_an_affected_reader_does_not_follow_but_hands_on() -> None:
    head = CHAIN | files(dev_vpc=unit(value="y"), dev_db=unit("dev/vpc", value="y"))
    assert [follower.path for follower in changes_of(CHAIN, head).may_follow] == ["dev/app"]


def test_order_without_outputs_is_not_followed() -> None:
    base = CHAIN | files(dev_db='dependencies {\n  paths = ["../vpc"]\n}\n')
    assert changes_of(base, base | files(dev_vpc=unit(value="y"))).may_follow == ()


def test_a_unit_that_excludes_itself_follows_nobody() -> None:
    excluded = 'exclude {\n  if = true\n  actions = ["apply"]\n}\n'
    base = CHAIN | files(dev_db=unit("dev/vpc", more=excluded))
    assert changes_of(base, base | files(dev_vpc=unit(value="y"))).may_follow == ()


def test_a_unit_that_is_left_alone_takes_nobody_along() -> None:
    assert changes_of(CHAIN, CHAIN | files(dev_vpc="x = (")).may_follow == ()


def test_an_upstream_that_is_added_with_it_is_a_reason_more() -> None:
    base = files(dev_app=unit())
    reading = unit("dev/vpc").replace('"x"', "dependency.vpc.outputs.id")
    changes = changes_of(base, files(dev_app=reading, dev_vpc=unit()))
    reasons = {reason.kind.value: reason for reason in one(changes, "dev/app").reasons}
    assert reasons["dependency"].attribute == "dependency.vpc"
    assert reasons["dependency"].detail == "dev/vpc is added in the same change set."
    assert reasons["dependency"].file == "dev/app/terragrunt.hcl"


# Removed units


def test_a_removed_unit_that_is_still_used_is_left_alone() -> None:
    head = {path: text for path, text in CHAIN.items() if "vpc" not in path}
    changes = changes_of(CHAIN, head)
    assert one(changes, "dev/vpc").action is Action.NONE
    assert any(problem.id == "removed-unit-still-used" and "dev/db" in problem.detail for problem in changes.problems)


def test_units_that_go_together_are_destroyed() -> None:
    changes = changes_of(CHAIN, files(dev_other=unit()))
    assert {unit.path: unit.action for unit in changes.units} == dict.fromkeys(
        ["dev/app", "dev/db", "dev/vpc"], Action.DESTROY
    )


def test_what_a_broken_unit_used_is_spared() -> None:
    head = files(dev_db="x = (", dev_other=unit(), dev_app=unit())
    changes = changes_of(CHAIN, head)
    assert one(changes, "dev/vpc").action is Action.NONE


def test_what_a_protected_unit_used_is_spared_and_so_is_what_that_used() -> None:
    base = files(dev_vpc=unit(), dev_db=unit("dev/vpc"), dev_towpath=unit("dev/db"))
    changes = changes_of(base, files(dev_towpath=unit(value="y")))
    actions = {unit.path: unit.action for unit in changes.units}
    assert actions == {"dev/towpath": Action.APPLY, "dev/db": Action.NONE, "dev/vpc": Action.NONE}
    spared = [problem.unit for problem in changes.problems if problem.id == "removed-unit-still-used"]
    assert spared == ["dev/db", "dev/vpc"]


def test_a_removed_unit_that_forbids_its_destruction_is_reported() -> None:
    base = CHAIN | files(dev_other=unit(more="prevent_destroy = true\n"))
    head = {path: text for path, text in base.items() if "other" not in path}
    changes = changes_of(base, head)
    assert one(changes, "dev/other").action is Action.DESTROY
    assert [(problem.id, problem.is_error) for problem in changes.problems] == [
        ("removed-unit-prevents-destroy", False)
    ]


STATE = """
remote_state {
  backend = "s3"
  config = {
    bucket = "states"
    key    = "vpc.tfstate"
  }
}
"""


def test_a_unit_that_moved_and_kept_its_state_is_not_destroyed() -> None:
    changes = changes_of(files(dev_old=unit(more=STATE)), files(dev_new=unit(more=STATE)))
    assert {unit.path: unit.action for unit in changes.units} == {"dev/new": Action.APPLY, "dev/old": Action.NONE}
    assert [problem.id for problem in changes.problems] == ["state-still-used"]


def test_a_unit_that_moved_with_its_state_is() -> None:
    head = files(dev_new=unit(more=STATE.replace("vpc", "new")))
    changes = changes_of(files(dev_old=unit(more=STATE)), head)
    assert one(changes, "dev/old").action is Action.DESTROY


def test_a_unit_that_was_broken_when_it_went_is_left_alone() -> None:
    changes = changes_of(files(dev_a="x = (", dev_b=unit()), files(dev_b=unit()))
    assert one(changes, "dev/a").action is Action.NONE
    assert [problem.id for problem in changes.problems] == ["removed-unit-broken"]
