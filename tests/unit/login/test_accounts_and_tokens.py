"""What administrators do with accounts, the first login of all, and tokens for programs."""

from __future__ import annotations

import datetime

import pytest
from login_house import ADMIN, PASSWORD, LoginHouse

from towpath.access import Act, Place, may
from towpath.model.people import Role, Scopes, Via
from towpath.problems import ProblemError

ANN = "ann@example.com"
HERE = "192.0.2.7"
DAY = datetime.timedelta(days=1)


def test_an_account_is_added_once(house: LoginHouse) -> None:
    account = house.accounts.add(" Ann@Example.com", "Ann\x1b[31m", Role.VIEWER, ("ops",), ADMIN)
    assert (account.email, account.name, account.person.groups) == (ANN, "Ann[31m", ("ops",))
    with pytest.raises(ProblemError, match="has an account already"):
        house.accounts.add(ANN, "", None, (), ADMIN)
    assert house.accounts.all() == (account,)


@pytest.mark.parametrize("email", ["", "ann", "@", "a@", "@b", "a b@c", "a@b@c", "a@b\x00", "a\n@b", "x" * 65 + "@y"])
def test_what_is_no_address_is_refused(house: LoginHouse, email: str) -> None:
    with pytest.raises(ProblemError, match="not an e-mail address"):
        house.accounts.add(email, "", None, (), ADMIN)


def test_nothing_can_be_done_to_an_account_that_is_not_there(house: LoginHouse) -> None:
    for act in (
        lambda: house.accounts.set_active(ANN, False, ADMIN),
        lambda: house.accounts.set_password(ANN, PASSWORD, house.passwords, ADMIN),
        lambda: house.accounts.link(ANN, ADMIN),
        lambda: house.tokens.create(ANN, "CI", Scopes(Role.VIEWER), DAY, ADMIN),
    ):
        with pytest.raises(ProblemError, match="no such account"):
            act()


def test_the_first_administrator_gets_links_until_one_was_used(house: LoginHouse) -> None:
    first, second = house.accounts.first_link(), house.accounts.first_link()
    assert first is not None
    assert second is not None
    assert first.account.role is Role.ADMIN
    with pytest.raises(ProblemError, match="does not hold"):
        house.sessions.with_link(first.secret, HERE)
    house.sessions.with_link(second.secret, HERE)
    assert house.accounts.first_link() is None


def test_an_administrator_who_was_added_by_hand_is_the_first(house: LoginHouse) -> None:
    house.person(ANN, Role.ADMIN)
    link = house.accounts.first_link()
    assert link is not None
    assert link.account.email == ANN
    assert [account.email for account in house.accounts.all()] == [ANN]


def test_who_is_disabled_gets_no_link(house: LoginHouse) -> None:
    house.person(ANN)
    house.accounts.set_active(ANN, False, ADMIN)
    with pytest.raises(ProblemError, match="disabled"):
        house.accounts.link(ANN, ADMIN)


def test_a_token_lets_in_what_its_owner_may_do_up_to_its_scopes(house: LoginHouse) -> None:
    house.person(ANN)
    made = house.tokens.create(ANN, "CI", Scopes(Role.PLANNER, ("infra",)), 30 * DAY, ADMIN)
    assert made.secret.startswith("towpath_")
    assert made.secret not in repr(made)
    caller = house.tokens.caller(made.secret, HERE)
    assert caller is not None
    assert (caller.who, caller.via, caller.address) == (ANN, Via.TOKEN, HERE)
    assert may(caller, Act.PLAN, Place("infra"))
    assert not may(caller, Act.OPERATE, Place("infra"))
    assert not may(caller, Act.PLAN, Place("other"))


def test_a_token_ends_when_it_expires_is_revoked_or_its_owner_is_disabled(house: LoginHouse) -> None:
    house.person(ANN)
    scopes = Scopes(Role.VIEWER)
    short = house.tokens.create(ANN, "short", scopes, DAY, ADMIN)
    endless = house.tokens.create(ANN, "endless", scopes, None, ADMIN)
    other = house.tokens.create(ANN, "other", scopes, None, ADMIN)
    house.fake_clock.advance(DAY.total_seconds())
    assert house.tokens.caller(short.secret, HERE) is None
    assert house.tokens.caller(endless.secret, HERE) is not None
    house.tokens.revoke(endless.token.id, ADMIN)
    house.tokens.revoke(endless.token.id, ADMIN)
    assert house.tokens.caller(endless.secret, HERE) is None
    house.accounts.set_active(ANN, False, ADMIN)
    assert house.tokens.caller(other.secret, HERE) is None
    assert house.audited().count(f"token-revoked {endless.token.id}") == 1


def test_when_a_token_was_used_is_known_to_the_minute(house: LoginHouse) -> None:
    house.person(ANN)
    made = house.tokens.create(ANN, "CI", Scopes(Role.VIEWER), None, ADMIN)
    start = house.clock.now()
    for _ in range(4):
        assert house.tokens.caller(made.secret, HERE) is not None
        house.fake_clock.advance(25)
    assert [token.used_at for token in house.tokens.all()] == [start + datetime.timedelta(seconds=75)]


def test_nobody_revokes_the_token_of_somebody_else_as_their_own(house: LoginHouse) -> None:
    house.person(ANN)
    house.person("bob@example.com")
    made = house.tokens.create(ANN, "CI", Scopes(Role.VIEWER), None, ADMIN)
    bob = house.accounts.all()[1]
    with pytest.raises(ProblemError, match="no such token"):
        house.tokens.revoke(made.token.id, ADMIN, owner=bob.id)
    assert house.tokens.caller(made.secret, HERE) is not None
    assert house.tokens.of(bob.id) == ()
    house.tokens.revoke(made.token.id, ADMIN, owner=made.token.person)
    assert house.tokens.caller(made.secret, HERE) is None


def test_a_token_that_would_never_hold_is_refused(house: LoginHouse) -> None:
    house.person(ANN)
    with pytest.raises(ProblemError, match="never hold"):
        house.tokens.create(ANN, "CI", Scopes(Role.VIEWER), datetime.timedelta(0), ADMIN)


def test_the_secret_of_a_token_is_kept_nowhere(house: LoginHouse) -> None:
    house.person(ANN)
    made = house.tokens.create(ANN, "CI", Scopes(Role.VIEWER), None, ADMIN)
    dump = house.database.file.read_bytes() + house.database.file.with_name("state.db-wal").read_bytes()
    assert made.secret.encode() not in dump
    assert made.secret.removeprefix("towpath_").encode() not in dump
