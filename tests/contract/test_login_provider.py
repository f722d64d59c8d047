"""Logging in through a real provider, and everything that can go wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from login_providers import CALLBACK, RunningProvider, running_provider

from towpath.login.claims import Claims
from towpath.login.oidc import Client, OidcLogin
from towpath.problems import ProblemError
from towpath.system import Clock, FakeClock, RandomIds, SystemClock
from towpath.system.http import HttpxHttp

KNOWN = {"email": "ann@example.com", "email_verified": True, "name": "Ann Example", "groups": ["platform", "dev"]}
SCOPES = ("openid", "email", "profile", "groups")


@pytest.fixture(scope="module")
def provider() -> Iterator[RunningProvider]:
    with running_provider() as provider:
        provider.account("ann", **KNOWN)
        provider.account("eve", **{**KNOWN, "email_verified": False})
        yield provider


def a_login(provider: RunningProvider, clock: Clock | None = None) -> OidcLogin:
    client = Client("towpath", CALLBACK, "the-secret", SCOPES)
    return OidcLogin(provider.issuer, client, HttpxHttp(), clock or SystemClock(), RandomIds())


def problem_of(raised: pytest.ExceptionInfo[ProblemError]) -> str:
    return raised.value.problems[0].id


@pytest.mark.parametrize("in_token", [False, True])
def test_who_logs_in_is_known_with_their_groups(provider: RunningProvider, in_token: bool) -> None:
    provider.tell_in_the_token(in_token)
    login = a_login(provider)
    begun = login.begin()
    claims = login.finish(provider.log_in(begun.url, "ann"), begun.remembered)
    assert claims == Claims(provider.issuer, "ann", "ann@example.com", "Ann Example", ("platform", "dev"))


def test_a_code_that_was_used_or_has_expired_lets_nobody_in(provider: RunningProvider) -> None:
    login = a_login(provider)
    begun = login.begin()
    params = provider.log_in(begun.url, "ann")
    login.finish(params, begun.remembered)
    with pytest.raises(ProblemError) as raised:
        login.finish(params, begun.remembered)
    assert problem_of(raised) == "provider-refused"
    again = login.begin()
    params = provider.log_in(again.url, "ann")
    provider.expire_codes()
    with pytest.raises(ProblemError, match="invalid_grant") as raised:
        login.finish(params, again.remembered)
    assert problem_of(raised) == "provider-refused"


def test_a_code_of_somebody_else_is_worth_nothing_in_another_browser(provider: RunningProvider) -> None:
    """The state of the victim's browser, the code of the attacker's: PKCE does not let it through."""
    login = a_login(provider)
    victim, attacker = login.begin(), login.begin()
    stolen = provider.log_in(attacker.url, "ann")
    mine = parse_qs(urlsplit(victim.url).query)
    with pytest.raises(ProblemError) as raised:
        login.finish({**stolen, "state": mine["state"][0]}, victim.remembered)
    assert problem_of(raised) == "provider-refused"


def test_another_state_is_refused(provider: RunningProvider) -> None:
    login = a_login(provider)
    begun = login.begin()
    params = provider.log_in(begun.url, "ann")
    with pytest.raises(ProblemError) as raised:
        login.finish({**params, "state": "another"}, begun.remembered)
    assert problem_of(raised) == "login-not-begun"
    with pytest.raises(ProblemError) as raised:
        login.finish(params, login.begin().remembered)
    assert problem_of(raised) == "login-not-begun"


def test_another_nonce_is_refused(provider: RunningProvider) -> None:
    login = a_login(provider)
    begun = login.begin()
    parts = urlsplit(begun.url)
    query = {**dict(parse_qsl(parts.query)), "nonce": "another"}
    params = provider.log_in(parts._replace(query=urlencode(query)).geturl(), "ann")
    with pytest.raises(ProblemError, match="nonce") as raised:
        login.finish(params, begun.remembered)
    assert problem_of(raised) == "provider-token-invalid"


def test_keys_may_be_rotated(provider: RunningProvider) -> None:
    clock = FakeClock(SystemClock().now())
    login = a_login(provider, clock)
    first = login.begin()
    login.finish(provider.log_in(first.url, "ann"), first.remembered)
    provider.rotate_keys()
    clock.advance(6)
    second = login.begin()
    assert login.finish(provider.log_in(second.url, "ann"), second.remembered).subject == "ann"


def test_an_address_that_is_not_verified_lets_nobody_in(provider: RunningProvider) -> None:
    login = a_login(provider)
    begun = login.begin()
    with pytest.raises(ProblemError) as raised:
        login.finish(provider.log_in(begun.url, "eve"), begun.remembered)
    assert problem_of(raised) == "email-not-verified"


def test_who_goes_away_without_logging_in_is_not_logged_in(provider: RunningProvider) -> None:
    login = a_login(provider)
    begun = login.begin()
    with pytest.raises(ProblemError, match="access_denied") as raised:
        login.finish(provider.deny(begun.url), begun.remembered)
    assert problem_of(raised) == "provider-refused"


def test_a_clock_that_is_far_behind_takes_no_token_and_one_within_the_leeway_does(provider: RunningProvider) -> None:
    now = SystemClock().now()
    near, far = FakeClock(now), FakeClock(now)
    near.advance(-50)
    far.advance(-300)
    login = a_login(provider, near)
    begun = login.begin()
    assert login.finish(provider.log_in(begun.url, "ann"), begun.remembered).subject == "ann"
    login = a_login(provider, far)
    begun = login.begin()
    with pytest.raises(ProblemError, match="future"):
        login.finish(provider.log_in(begun.url, "ann"), begun.remembered)


def test_a_client_whose_secret_is_wrong_is_refused_and_the_secret_is_not_told(provider: RunningProvider) -> None:
    client = Client("towpath", CALLBACK, "not-the-secret", SCOPES)
    login = OidcLogin(provider.issuer, client, HttpxHttp(), SystemClock(), RandomIds())
    begun = login.begin()
    with pytest.raises(ProblemError, match="invalid_client") as raised:
        login.finish(provider.log_in(begun.url, "ann"), begun.remembered)
    assert "not-the-secret" not in str(raised.value)


def test_a_provider_that_is_down_is_told_as_such() -> None:
    with running_provider() as provider:
        provider.account("ann", **KNOWN)
        login = a_login(provider)
        begun = login.begin()
        params = provider.log_in(begun.url, "ann")
        provider.stop()
        with pytest.raises(ProblemError) as raised:
            login.finish(params, begun.remembered)
        assert problem_of(raised) == "provider-unreachable"
        with pytest.raises(ProblemError) as raised:
            a_login(provider).begin()
        assert problem_of(raised) == "provider-unreachable"
        assert params["code"] not in str(raised.value)
