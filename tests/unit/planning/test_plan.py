"""From a change set to a walk."""

from __future__ import annotations

from collections.abc import Mapping

from hand_made import BASE, HEAD, affected, change_set, follower, hand_made_live, hand_made_unit, held

from towpath.live import Live
from towpath.model.changes import Action, AffectedUnit, Change, Held
from towpath.planning import Step, Walk, plan_walk
from towpath.problems import Problem, ProblemError

REMOVED, ADDED = Change.REMOVED, Change.ADDED


def steps(walk: Walk) -> Mapping[str, Step]:
    return {step.unit: step for step in walk.steps()}


def tiers(walk: Walk) -> Mapping[int, tuple[tuple[str, ...], ...]]:
    return {tier.deploy_order: tier.levels for tier in walk.tiers}


def test_nothing_differs_nothing_to_walk() -> None:
    assert plan_walk(change_set(), hand_made_live(), None).is_empty


def test_tiers_follow_the_deploy_order() -> None:
    live = hand_made_live(*(hand_made_unit(f"{account}/app") for account in ("prod", "dev", "stage")))
    walk = plan_walk(change_set(affected("prod/app"), affected("dev/app"), affected("stage/app")), live, None)
    assert [(tier.deploy_order, tier.accounts) for tier in walk.tiers] == [
        (1, ("dev",)),
        (2, ("stage",)),
        (3, ("prod",)),
    ]


def test_accounts_of_equal_order_walk_side_by_side() -> None:
    live = hand_made_live(hand_made_unit("dev/app", tier=1), hand_made_unit("stage/app", tier=1))
    walk = plan_walk(change_set(affected("dev/app"), affected("stage/app")), live, None)
    assert [tier.accounts for tier in walk.tiers] == [("dev", "stage")]
    assert tiers(walk) == {1: (("dev/app", "stage/app"),)}


def test_a_unit_waits_for_its_dependencies_in_the_walk_only() -> None:
    live = hand_made_live(
        hand_made_unit("dev/vpc"), hand_made_unit("dev/dns"), hand_made_unit("dev/app", "dev/vpc", "dev/dns")
    )
    walk = plan_walk(change_set(affected("dev/vpc"), affected("dev/app")), live, None)
    assert steps(walk)["dev/app"].waits_for == ("dev/vpc",)
    assert tiers(walk) == {1: (("dev/vpc",), ("dev/app",))}


def test_waiting_goes_through_units_that_do_not_differ() -> None:
    live = hand_made_live(hand_made_unit("dev/c"), hand_made_unit("dev/b", "dev/c"), hand_made_unit("dev/a", "dev/b"))
    walk = plan_walk(change_set(affected("dev/a"), affected("dev/c")), live, None)
    assert steps(walk)["dev/a"].waits_for == ("dev/c",)


def test_only_the_nearest_are_waited_for() -> None:
    live = hand_made_live(hand_made_unit("dev/c"), hand_made_unit("dev/b", "dev/c"), hand_made_unit("dev/a", "dev/b"))
    walk = plan_walk(change_set(affected("dev/a"), affected("dev/b"), affected("dev/c")), live, None)
    assert steps(walk)["dev/a"].waits_for == ("dev/b",)
    assert tiers(walk) == {1: (("dev/c",), ("dev/b",), ("dev/a",))}


def test_an_earlier_tier_need_not_be_waited_for() -> None:
    live = hand_made_live(hand_made_unit("dev/zone"), hand_made_unit("prod/dns", "dev/zone"))
    walk = plan_walk(change_set(affected("dev/zone"), affected("prod/dns")), live, None)
    assert steps(walk)["prod/dns"].waits_for == ()
    assert tiers(walk) == {1: (("dev/zone",),), 3: (("prod/dns",),)}


def test_steps_carry_what_a_run_needs() -> None:
    live = hand_made_live(hand_made_unit("dev/app", fingerprint="sha256:1"))
    (step,) = plan_walk(change_set(affected("dev/app")), live, None).steps()
    assert (step.account, step.tier, step.action, step.commit, step.fingerprint) == (
        "dev", 1, Action.APPLY, HEAD, "sha256:1"
    )  # fmt: skip
    assert step.reasons[0].attribute == "inputs.x"


def test_units_that_are_left_alone_are_not_in_the_walk() -> None:
    live = hand_made_live(hand_made_unit("dev/vpc"), hand_made_unit("dev/app", "dev/vpc"))
    walk = plan_walk(change_set(affected("dev/vpc", action=Action.NONE), affected("dev/app")), live, None)
    assert set(steps(walk)) == {"dev/app"}
    assert steps(walk)["dev/app"].waits_for == ()


def test_a_protected_unit_is_part_of_the_walk_and_held() -> None:
    live = hand_made_live(hand_made_unit("dev/towpath"))
    (step,) = plan_walk(change_set(held("dev/towpath")), live, None).steps()
    assert (step.action, step.held) == (Action.APPLY, Held.PROTECTED)


# Removed units


def removal(base: Live, head: Live, *changes: AffectedUnit) -> Walk:
    return plan_walk(change_set(*changes), head, base)


def test_removed_units_go_against_their_dependencies() -> None:
    base = hand_made_live(
        hand_made_unit("dev/vpc"),
        hand_made_unit("dev/db", "dev/vpc"),
        hand_made_unit("dev/app", "dev/db"),
        commit=BASE,
    )
    gone = (affected(path, REMOVED) for path in ("dev/vpc", "dev/db", "dev/app"))
    walk = removal(base, hand_made_live(), *gone)
    assert tiers(walk) == {1: (("dev/app",), ("dev/db",), ("dev/vpc",))}
    assert {step.commit for step in walk.steps()} == {BASE}
    assert {step.action for step in walk.steps()} == {Action.DESTROY}


def test_a_removed_unit_waits_for_what_stops_using_it() -> None:
    base = hand_made_live(hand_made_unit("dev/queue"), hand_made_unit("dev/app", "dev/queue"), commit=BASE)
    head = hand_made_live(hand_made_unit("dev/app"))
    walk = removal(base, head, affected("dev/queue", REMOVED), affected("dev/app"))
    assert steps(walk)["dev/queue"].waits_for == ("dev/app",)
    assert tiers(walk) == {1: (("dev/app",), ("dev/queue",))}


def test_it_waits_for_users_behind_units_that_do_not_differ() -> None:
    units = hand_made_unit("dev/mid", "dev/queue"), hand_made_unit("dev/app", "dev/mid")
    base = hand_made_live(hand_made_unit("dev/queue"), *units, commit=BASE)
    head = hand_made_live(hand_made_unit("dev/mid"), units[1])
    walk = removal(base, head, affected("dev/queue", REMOVED), affected("dev/app"))
    assert steps(walk)["dev/queue"].waits_for == ("dev/app",)


def test_a_removed_unit_that_a_later_tier_stops_using_goes_after_that_tier() -> None:
    base = hand_made_live(
        hand_made_unit("dev/kms"),
        hand_made_unit("dev/zone", "dev/kms"),
        hand_made_unit("prod/dns", "dev/zone"),
        commit=BASE,
    )
    head = hand_made_live(hand_made_unit("prod/dns"))
    walk = removal(base, head, affected("dev/kms", REMOVED), affected("dev/zone", REMOVED), affected("prod/dns"))
    assert tiers(walk) == {3: (("prod/dns",), ("dev/zone",), ("dev/kms",))}
    assert walk.tiers[0].accounts == ("dev", "prod")
    assert steps(walk)["dev/kms"].account == "dev"


def test_each_removed_unit_is_read_where_it_was_applied_last() -> None:
    old = hand_made_live(
        hand_made_unit("dev/a", "dev/b", fingerprint="sha256:old"), hand_made_unit("dev/b"), commit="1"
    )
    newer = hand_made_live(hand_made_unit("dev/b", fingerprint="sha256:newer"), commit="2")
    gone = affected("dev/a", REMOVED, base_commit="1"), affected("dev/b", REMOVED, base_commit="2")
    walk = plan_walk(change_set(*gone), hand_made_live(), {"1": old, "2": newer}.__getitem__)
    found = steps(walk)
    assert (found["dev/a"].commit, found["dev/a"].fingerprint) == ("1", "sha256:old")
    assert (found["dev/b"].commit, found["dev/b"].fingerprint) == ("2", "sha256:newer")
    assert found["dev/b"].waits_for == ("dev/a",)


def test_a_base_commit_that_is_gone_stops_nothing() -> None:
    old = hand_made_live(hand_made_unit("dev/b"), commit="1")

    def live_at(commit: str) -> Live:
        if commit != "1":
            raise ProblemError(Problem("unknown-commit", "There is no such commit"))
        return old

    changes = change_set(affected("dev/a", base_commit="lost"), affected("dev/b", REMOVED, base_commit="1"))
    assert set(steps(plan_walk(changes, hand_made_live(hand_made_unit("dev/a")), live_at))) == {"dev/a", "dev/b"}


def test_a_unit_that_moved_is_made_before_the_old_one_goes() -> None:
    base = hand_made_live(hand_made_unit("dev/old/vpc"), hand_made_unit("dev/app", "dev/old/vpc"), commit=BASE)
    head = hand_made_live(hand_made_unit("dev/new/vpc"), hand_made_unit("dev/app", "dev/new/vpc"))
    walk = removal(base, head, affected("dev/old/vpc", REMOVED), affected("dev/new/vpc", ADDED), affected("dev/app"))
    assert tiers(walk) == {1: (("dev/new/vpc",), ("dev/app",), ("dev/old/vpc",))}


# Units that may follow


def test_followers_know_what_they_wait_for() -> None:
    live = hand_made_live(
        hand_made_unit("dev/vpc"), hand_made_unit("dev/db", "dev/vpc"), hand_made_unit("dev/app", "dev/db")
    )
    changes = change_set(affected("dev/vpc"), may_follow=[follower("dev/db", "dev/vpc"), follower("dev/app", "dev/db")])
    walk = plan_walk(changes, live, None)
    assert set(steps(walk)) == {"dev/vpc"}
    db, app = sorted(walk.may_follow, key=lambda step: step.unit, reverse=True)
    assert (db.waits_for, db.may_wait_for) == (("dev/vpc",), ())
    assert (app.waits_for, app.may_wait_for) == (("dev/vpc",), ("dev/db",))


def test_a_step_behind_a_follower_would_wait_for_it() -> None:
    live = hand_made_live(
        hand_made_unit("dev/vpc"), hand_made_unit("dev/db", "dev/vpc"), hand_made_unit("dev/app", "dev/db")
    )
    changes = change_set(affected("dev/vpc"), affected("dev/app"), may_follow=[follower("dev/db", "dev/vpc")])
    app = steps(plan_walk(changes, live, None))["dev/app"]
    assert (app.waits_for, app.may_wait_for) == (("dev/vpc",), ("dev/db",))


# What cannot be ordered


def test_a_cycle_is_reported_and_hides_nothing_else() -> None:
    live = hand_made_live(
        hand_made_unit("dev/a", "dev/b"),
        hand_made_unit("dev/b", "dev/a"),
        hand_made_unit("dev/behind", "dev/a"),
        hand_made_unit("dev/free"),
    )
    walk = plan_walk(change_set(*(affected(path) for path in live.units)), live, None)
    assert set(steps(walk)) == {"dev/free"}
    assert [problem.unit for problem in walk.problems] == ["dev/a", "dev/b", "dev/behind"]


def test_removed_units_in_a_cycle_are_reported() -> None:
    base = hand_made_live(hand_made_unit("dev/a", "dev/b"), hand_made_unit("dev/b", "dev/a"), commit=BASE)
    walk = removal(base, hand_made_live(), affected("dev/a", REMOVED), affected("dev/b", REMOVED))
    assert walk.is_empty
    assert {problem.id for problem in walk.problems} == {"unit-cannot-be-ordered"}
