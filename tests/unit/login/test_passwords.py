"""Passwords: what is refused, what is right, and that a hash at another cost is made anew."""

from __future__ import annotations

import pytest
from login_house import CHEAP, PASSWORD

from towpath.login import Cost, Passwords
from towpath.problems import ProblemError
from towpath.system import RandomIds


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(RandomIds(), CHEAP)


def test_the_right_password_is_right_and_another_is_not(passwords: Passwords) -> None:
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert passwords.check(PASSWORD, kept).is_right
    assert not passwords.check(PASSWORD + " ", kept).is_right
    assert not passwords.check("", kept).is_right


def test_two_hashes_of_a_password_differ(passwords: Passwords) -> None:
    assert passwords.hashed(PASSWORD) != passwords.hashed(PASSWORD)


@pytest.mark.parametrize("kept", [None, "", "not a hash"])
def test_without_a_hash_no_password_is_right(passwords: Passwords, kept: str | None) -> None:
    assert not passwords.check("", kept).is_right
    assert not passwords.check(PASSWORD, kept).is_right


def test_an_unknown_name_costs_as_much_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(RandomIds(), CHEAP)
    kept = passwords.hashed(PASSWORD)
    looked_at: list[str] = []
    hasher = passwords._hasher
    real = type(hasher).verify

    def verify(self: object, hashed: str, password: bytes) -> bool:
        looked_at.append(hashed.rpartition("$p=")[0].rpartition("$")[0])
        return bool(real(hasher, hashed, password))

    monkeypatch.setattr(type(hasher), "verify", verify)
    passwords.check("wrong password", kept)
    passwords.check("wrong password", None)
    assert len(looked_at) == 2
    assert looked_at[0] == looked_at[1]


def test_the_same_letters_composed_in_another_way_are_the_same(passwords: Passwords) -> None:
    assert passwords.check("cafe\u0301 am alten Markt", passwords.hashed("caf\u00e9 am alten Markt")).is_right


def test_a_hash_at_another_cost_is_made_anew_and_then_stays() -> None:
    old, new = Passwords(RandomIds(), CHEAP), Passwords(RandomIds(), Cost(2, 16, 1))
    verdict = new.check(PASSWORD, old.hashed(PASSWORD))
    assert verdict.is_right
    assert verdict.better is not None
    assert "m=16,t=2" in verdict.better
    assert new.check(PASSWORD, verdict.better).better is None
    assert new.check("wrong password", old.hashed(PASSWORD)).better is None


@pytest.mark.parametrize(
    ("password", "words"),
    [("short", "fewer than 12"), ("a" * 600, "more than 512"), ("abababababababab", "same few characters")],
)
def test_what_is_easy_to_guess_is_refused_without_being_repeated(
    passwords: Passwords, password: str, words: str
) -> None:
    with pytest.raises(ProblemError, match=words) as raised:
        passwords.hashed(password)
    assert password not in str(raised.value)


def test_a_password_of_a_megabyte_costs_no_more_than_another(passwords: Passwords) -> None:
    kept = passwords.hashed("x1y2" * 128)
    assert not passwords.check("x1y2" * 250_000, kept).is_right
