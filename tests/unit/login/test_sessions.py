"""Logging in and out: every way in, every way out, and what a stranger learns (nothing)."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from login_house import ADMIN, PASSWORD, LoginHouse

from towpath.access import Act, Place, may
from towpath.login import Claims, Cost, Passwords, Sessions, form_key
from towpath.model.people import Role, Via
from towpath.problems import ProblemError
from towpath.stores.people import AccountRows
from towpath.system import RandomIds

ANN = "ann@example.com"
HERE = "192.0.2.7"
CLAIMS = Claims("https://login.example.com", "subject-1", ANN, "Ann Example", ("platform", "dev"))


def problem_of(raised: pytest.ExceptionInfo[ProblemError]) -> tuple[str, str, str]:
    problem = raised.value.problems[0]
    return problem.id, problem.summary, problem.detail


def test_with_the_right_password_a_session_begins(house: LoginHouse) -> None:
    house.person(ANN)
    logged_in = house.sessions.with_password("Ann@Example.com ", PASSWORD, HERE)
    caller = house.sessions.caller(logged_in.secret, HERE)
    assert caller is not None
    assert (caller.who, caller.via, caller.address, caller.scopes) == (ANN, Via.SESSION, HERE, None)
    assert may(caller, Act.OPERATE, Place("infra"))
    assert house.audited()[-1] == f"logged-in {ANN}"
    assert house.entries()[-1].record.address == HERE


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_look_alike(house: LoginHouse) -> None:
    house.person(ANN)
    house.person("off@example.com")
    house.person("provider-only@example.com", password=None)
    house.accounts.set_active("off@example.com", False, ADMIN)
    said = set()
    for email, password in [
        (ANN, "wrong password"),
        ("bob@example.com", PASSWORD),
        ("off@example.com", PASSWORD),
        ("provider-only@example.com", ""),
        ("not an address", PASSWORD),
        ("", ""),
    ]:
        with pytest.raises(ProblemError) as raised:
            house.sessions.with_password(email, password, HERE)
        said.add(problem_of(raised))
    assert len(said) == 1
    assert next(iter(said))[0] == "login-failed"


def test_what_was_typed_as_a_name_is_kept_nowhere(house: LoginHouse) -> None:
    with pytest.raises(ProblemError):
        house.sessions.with_password("my-secret@password.here", "wrong", HERE)
    assert house.audited() == ["login-failed unknown"]
    dump = house.database.file.read_bytes() + house.database.file.with_name("state.db-wal").read_bytes()
    assert b"my-secret" not in dump


def test_guessing_at_an_account_is_slow_from_wherever_it_comes(house: LoginHouse) -> None:
    house.person(ANN)
    for number in range(5):
        with pytest.raises(ProblemError, match="do not belong together"):
            house.sessions.with_password(ANN, f"guess {number}", f"192.0.2.{number}")
    with pytest.raises(ProblemError, match="possible in 1 second") as raised:
        house.sessions.with_password(ANN, PASSWORD, "198.51.100.9")
    assert problem_of(raised)[0] == "login-throttled"
    house.fake_clock.advance(1)
    assert house.sessions.with_password(ANN, PASSWORD, HERE).account.email == ANN
    for _ in range(5):
        with pytest.raises(ProblemError, match="do not belong together"):
            house.sessions.with_password(ANN, "guess", HERE)


def test_guessing_from_an_address_is_slow_whomever_it_is_about_and_one_good_login_does_not_help(
    house: LoginHouse,
) -> None:
    house.person(ANN)
    for number in range(19):
        with pytest.raises(ProblemError, match="do not belong together"):
            house.sessions.with_password(f"user{number}@example.com", "guess", HERE)
    house.sessions.with_password(ANN, PASSWORD, HERE)
    with pytest.raises(ProblemError, match="do not belong together"):
        house.sessions.with_password("bob@example.com", "guess", HERE)
    with pytest.raises(ProblemError, match="too many tries"):
        house.sessions.with_password("bob@example.com", "guess", HERE)
    assert house.sessions.with_password(ANN, PASSWORD, "198.51.100.9").account.active


def test_tries_that_come_too_early_do_not_make_the_wait_longer(house: LoginHouse) -> None:
    house.person(ANN)
    for _ in range(6):
        house.fake_clock.advance(2)
        with pytest.raises(ProblemError):
            house.sessions.with_password(ANN, "guess", HERE)
    for _ in range(50):
        with pytest.raises(ProblemError, match="possible in 2 seconds"):
            house.sessions.with_password(ANN, "guess", HERE)


def test_a_hash_at_an_old_cost_is_replaced_at_login(house: LoginHouse) -> None:
    house.person(ANN)
    dearer = Passwords(RandomIds(), Cost(2, 16, 1))
    sessions = Sessions(house.registry, dearer)
    logged_in = sessions.with_password(ANN, PASSWORD, HERE)
    with house.database.reading() as connection:
        kept = AccountRows(connection).password(logged_in.account.id)
    assert kept is not None
    assert "m=16,t=2" in kept
    assert sessions.with_password(ANN, PASSWORD, HERE).account.active


def test_a_secret_from_before_the_login_is_worth_nothing_after_it(house: LoginHouse) -> None:
    house.person(ANN)
    first = house.sessions.with_password(ANN, PASSWORD, HERE)
    second = house.sessions.with_password(ANN, PASSWORD, HERE, had=first.secret)
    assert first.secret != second.secret
    assert house.sessions.caller(first.secret, HERE) is None
    assert house.sessions.caller(second.secret, HERE) is not None
    assert form_key(first.secret) != form_key(second.secret)


def test_a_session_ends_when_it_is_idle_or_old(house: LoginHouse) -> None:
    house.person(ANN)
    idle = house.sessions.with_password(ANN, PASSWORD, HERE).secret
    used = house.sessions.with_password(ANN, PASSWORD, HERE).secret
    for _ in range(7 * 4 - 1):
        house.fake_clock.advance(6 * 3600)
        assert house.sessions.caller(used, HERE) is not None
    assert house.sessions.caller(idle, HERE) is None
    house.fake_clock.advance(6 * 3600)
    assert house.sessions.caller(used, HERE) is None


def test_logging_out_ends_this_session_alone(house: LoginHouse) -> None:
    house.person(ANN)
    one = house.sessions.with_password(ANN, PASSWORD, HERE).secret
    other = house.sessions.with_password(ANN, PASSWORD, HERE).secret
    house.sessions.end(one, HERE)
    house.sessions.end(one, HERE)
    assert house.sessions.caller(one, HERE) is None
    assert house.sessions.caller(other, HERE) is not None
    assert house.audited().count(f"logged-out {ANN}") == 1


def test_who_is_disabled_is_out_at_once(house: LoginHouse) -> None:
    house.person(ANN)
    secret = house.sessions.with_password(ANN, PASSWORD, HERE).secret
    link = house.accounts.link(ANN, ADMIN)
    house.accounts.set_active(ANN, False, ADMIN)
    assert house.sessions.caller(secret, HERE) is None
    house.accounts.set_active(ANN, True, ADMIN)
    assert house.sessions.caller(secret, HERE) is None
    with pytest.raises(ProblemError, match="does not hold"):
        house.sessions.with_link(link.secret, HERE)


@pytest.mark.parametrize("secret", ["", "x", "é\udce9", "a" * 5000])
def test_a_secret_that_nobody_has_is_nobodys(house: LoginHouse, secret: str) -> None:
    assert house.sessions.caller(secret, HERE) is None
    assert house.tokens.caller(secret, HERE) is None
    with pytest.raises(ProblemError, match="does not hold"):
        house.sessions.with_link(secret, HERE)


def test_a_link_lets_in_once_and_for_a_day(house: LoginHouse) -> None:
    house.person(ANN, password=None)
    old = house.accounts.link(ANN, ADMIN)
    house.fake_clock.advance(24 * 3600)
    with pytest.raises(ProblemError, match="does not hold"):
        house.sessions.with_link(old.secret, HERE)
    fresh = house.accounts.link(ANN, ADMIN)
    assert house.sessions.with_link(fresh.secret, HERE).account.email == ANN
    with pytest.raises(ProblemError, match="does not hold"):
        house.sessions.with_link(fresh.secret, HERE)


def test_a_new_password_ends_all_sessions_and_begins_one(house: LoginHouse) -> None:
    house.person(ANN)
    other = house.sessions.with_password(ANN, PASSWORD, HERE).secret
    mine = house.sessions.with_password(ANN, PASSWORD, HERE).secret
    caller = house.sessions.caller(mine, HERE)
    assert caller is not None
    assert house.sessions.has_password(caller)
    with pytest.raises(ProblemError, match="current password"):
        house.sessions.change_password(caller, "wrong password", "another good password")
    new = house.sessions.change_password(caller, PASSWORD, "another good password")
    assert house.sessions.caller(other, HERE) is None
    assert house.sessions.caller(mine, HERE) is None
    assert house.sessions.caller(new.secret, HERE) is not None
    assert house.sessions.with_password(ANN, "another good password", HERE).account.active


def test_guessing_at_the_current_password_is_slow_as_well(house: LoginHouse) -> None:
    house.person(ANN)
    secret = house.sessions.with_password(ANN, PASSWORD, HERE).secret
    caller = house.sessions.caller(secret, HERE)
    assert caller is not None
    for _ in range(5):
        with pytest.raises(ProblemError, match="current password"):
            house.sessions.change_password(caller, "guess", "another good password")
    with pytest.raises(ProblemError, match="too many tries"):
        house.sessions.change_password(caller, PASSWORD, "another good password")


def test_who_came_by_a_link_chooses_a_first_password(house: LoginHouse) -> None:
    house.person(ANN, password=None)
    secret = house.sessions.with_link(house.accounts.link(ANN, ADMIN).secret, HERE).secret
    caller = house.sessions.caller(secret, HERE)
    assert caller is not None
    assert not house.sessions.has_password(caller)
    house.sessions.change_password(caller, "", PASSWORD)
    assert house.sessions.with_password(ANN, PASSWORD, HERE).account.active


def test_who_comes_from_the_provider_gets_an_account_with_the_groups_it_names(house: LoginHouse) -> None:
    first = house.sessions.with_claims(CLAIMS, HERE)
    assert (first.account.email, first.account.name, first.account.claimed) == (ANN, "Ann Example", ("dev", "platform"))
    again = house.sessions.with_claims(replace(CLAIMS, groups=("dev",)), HERE)
    assert again.account.id == first.account.id
    assert again.account.claimed == ("dev",)
    assert "account-added ann@example.com" in house.audited()


def test_who_has_an_account_here_keeps_it_with_its_role(house: LoginHouse) -> None:
    house.person(ANN, Role.ADMIN)
    account = house.sessions.with_claims(CLAIMS, HERE).account
    assert (account.role, account.subject) == (Role.ADMIN, "subject-1")
    assert house.sessions.with_password(ANN, PASSWORD, HERE).account.id == account.id


def test_an_address_that_changed_hands_does_not_bring_the_rights_of_who_had_it(house: LoginHouse) -> None:
    house.sessions.with_claims(CLAIMS, HERE)
    with pytest.raises(ProblemError, match="belongs to another account"):
        house.sessions.with_claims(replace(CLAIMS, subject="subject-2"), HERE)


def test_who_has_a_new_address_at_the_provider_stays_who_they_are(house: LoginHouse) -> None:
    first = house.sessions.with_claims(CLAIMS, HERE)
    moved = house.sessions.with_claims(replace(CLAIMS, email="ann.new@example.com"), HERE)
    assert moved.account.id == first.account.id
    assert moved.account.email == "ann.new@example.com"
    house.person("bob@example.com")
    with pytest.raises(ProblemError, match="belongs to another account"):
        house.sessions.with_claims(replace(CLAIMS, email="bob@example.com"), HERE)


def test_the_provider_does_not_bring_back_who_is_disabled(house: LoginHouse) -> None:
    house.sessions.with_claims(CLAIMS, HERE)
    house.accounts.set_active(ANN, False, ADMIN)
    with pytest.raises(ProblemError, match="is disabled"):
        house.sessions.with_claims(CLAIMS, HERE)


def test_secrets_are_in_no_repr_and_in_no_row(house: LoginHouse) -> None:
    house.person(ANN)
    session = house.sessions.with_password(ANN, PASSWORD, HERE)
    link = house.accounts.link(ANN, ADMIN)
    assert session.secret not in repr(session)
    assert link.secret not in repr(link)
    dump = house.database.file.read_bytes() + house.database.file.with_name("state.db-wal").read_bytes()
    for secret in (session.secret, link.secret, form_key(session.secret), PASSWORD):
        assert secret.encode() not in dump
        assert all(secret not in line for line in house.log.lines())


def test_everything_is_in_one_unbroken_log(house: LoginHouse) -> None:
    house.person(ANN)
    house.sessions.with_password(ANN, PASSWORD, HERE)
    assert house.log.verify() is None
    assert house.audited() == [f"account-added {ANN}", f"password-set {ANN}", f"logged-in {ANN}"]
    assert house.entries()[0].record.at == house.clock.now().astimezone(datetime.UTC)
