"""What a login provider may send, and what nobody is logged in with: tokens by hand, signed or not."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from towpath.login.claims import Claims
from towpath.login.oidc import Client, OidcLogin
from towpath.login.secrets import derived
from towpath.problems import ProblemError
from towpath.system import FakeClock, RandomIds
from towpath.system.http import FakeHttp, HttpAnswer

ISSUER = "https://login.example.com/realm"
BASE = "https://login.example.com"
CALLBACK = "https://towpath.example.com/login/oidc/callback"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{BASE}/authorize",
    "token_endpoint": f"{BASE}/token",
    "jwks_uri": f"{BASE}/keys",
    "userinfo_endpoint": f"{BASE}/me",
    "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
}


def answer(said: object, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(said).encode())


class Provider:
    """A provider that says whatever a test wants it to, and the login through it."""

    def __init__(self, metadata: Mapping[str, Any] = METADATA, **client: Any) -> None:
        self.http = FakeHttp()
        self.clock = FakeClock()
        self.http.script(f"{ISSUER}/.well-known/openid-configuration", answer(metadata))
        settings = {"secret": "s3cret", "leeway": 30, **client}
        self.login = OidcLogin(ISSUER, Client("towpath", CALLBACK, **settings), self.http, self.clock, RandomIds())

    def claims(self, remembered: str, **other: Any) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": "towpath",
            "sub": "subject-1",
            "iat": now,
            "exp": now + 300,
            "nonce": derived(remembered, "nonce"),
            "email": "ann@example.com",
            "email_verified": True,
            "name": "Ann",
            "groups": ["platform"],
            **other,
        }
        return {key: value for key, value in claims.items() if value is not ...}

    def finish(self, id_token: object, remembered: str, keys: object = None, **params: str) -> Claims:
        self.http.script(
            f"{BASE}/token", answer({"id_token": id_token, "access_token": "access", "token_type": "Bearer"})
        )
        self.http.script(f"{BASE}/keys", answer(keys or {"keys": [KEY.as_dict(private=False)]}))
        whole = {"code": "the-code", "state": derived(remembered, "state"), **params}
        return self.login.finish(whole, remembered)


def signed(claims: Mapping[str, Any], key: Any = KEY, **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one", **header}, dict(claims), key, [header.get("alg", "RS256")])


def unsigned(claims: Mapping[str, Any], alg: str = "none") -> str:
    parts = ({"alg": alg, "kid": "one"}, dict(claims))
    return ".".join(_text(json.dumps(part).encode()) for part in parts) + "."


def with_what_is_public(claims: Mapping[str, Any]) -> str:
    """Signed with the public key, taken for a shared secret."""
    text = unsigned(claims, "HS256")
    return text + _text(hmac.digest(KEY.as_pem(private=False), text.rstrip(".").encode(), "sha256"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_the_browser_is_sent_with_all_that_protects_the_way_back() -> None:
    provider = Provider()
    begun = provider.login.begin()
    url = urlsplit(begun.url)
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{BASE}/authorize"
    assert query["response_type"] == "code"
    assert query["client_id"] == "towpath"
    assert query["redirect_uri"] == CALLBACK
    assert query["scope"] == "openid email profile"
    assert query["code_challenge_method"] == "S256"
    secrets = {query["state"], query["nonce"], query["code_challenge"], begun.remembered}
    assert len(secrets) == 4
    assert begun.remembered not in begun.url
    assert begun.remembered not in repr(begun)
    assert provider.login.begin().remembered != begun.remembered


def test_a_good_token_tells_who_it_is() -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    claims = provider.finish(signed(provider.claims(remembered)), remembered)
    assert claims == Claims(ISSUER, "subject-1", "ann@example.com", "Ann", ("platform",))
    sent = {key: values[0] for key, values in parse_qs(provider.http.asked[1][1]).items()}
    assert sent["code_verifier"] == derived(remembered, "verifier")
    assert sent["code"] == "the-code"
    assert "client_secret" not in sent


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"iss": "https://evil.example.com"}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["another"]}, "aud"),
        ({"aud": ["towpath", "another"], "azp": "another"}, "azp"),
        ({"exp": 0}, "expired"),
        ({"exp": ...}, "exp"),
        ({"iat": 4_000_000_000}, "future"),
        ({"nbf": 4_000_000_000}, "not yet valid"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": ...}, "nonce"),
        ({"sub": ...}, "sub"),
        ({"at_hash": "AAAA"}, "at_hash"),
    ],
)
def test_a_token_that_is_not_for_this_login_lets_nobody_in(change: dict[str, Any], words: str) -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    with pytest.raises(ProblemError, match=words) as raised:
        provider.finish(signed(provider.claims(remembered, **change)), remembered)
    assert raised.value.problems[0].id == "provider-token-invalid"


def test_a_token_that_nobody_signed_lets_nobody_in() -> None:
    for forge in (
        unsigned,
        lambda claims: signed(claims, OTHER),
        with_what_is_public,
        lambda claims: signed(claims)[:-4] + "AAAA",
        lambda claims: signed(claims).replace(".", "", 1),
        lambda _: "",
        lambda _: None,
        lambda _: 7,
    ):
        provider = Provider()
        remembered = provider.login.begin().remembered
        with pytest.raises(ProblemError) as raised:
            provider.finish(forge(provider.claims(remembered)), remembered)
        assert raised.value.problems[0].id == "provider-token-invalid"


def test_clocks_may_differ_by_the_leeway_and_no_more() -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    now = int(provider.clock.now().timestamp())
    late = signed(provider.claims(remembered, exp=now - 29))
    assert provider.finish(late, remembered).email == "ann@example.com"
    with pytest.raises(ProblemError, match="expired"):
        provider.finish(signed(provider.claims(remembered, exp=now - 30)), remembered)


def test_a_key_that_is_new_is_asked_for_but_not_again_and_again() -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    provider.finish(signed(provider.claims(remembered)), remembered)
    new = ECKey.generate_key("P-256", {"kid": "two", "use": "sig", "alg": "ES256"})
    token = signed(provider.claims(remembered), new, alg="ES256", kid="two")
    for _ in range(3):
        with pytest.raises(ProblemError, match="kid"):
            provider.finish(token, remembered, {"keys": [new.as_dict(private=False)]})
    assert [url for url, _ in provider.http.asked].count(f"{BASE}/keys") == 1
    provider.clock.advance(5)
    assert provider.finish(token, remembered).email == "ann@example.com"
    assert [url for url, _ in provider.http.asked].count(f"{BASE}/keys") == 2


@pytest.mark.parametrize("state", ["", "another", "é"])
def test_who_did_not_begin_the_login_cannot_finish_it_and_the_provider_is_not_asked(state: str) -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    with pytest.raises(ProblemError, match="not begun here"):
        provider.login.finish({"code": "c", "state": state}, remembered)
    assert [url for url, _ in provider.http.asked] == [f"{ISSUER}/.well-known/openid-configuration"]


def test_an_answer_that_comes_from_another_provider_is_refused() -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    with pytest.raises(ProblemError, match="another provider"):
        provider.finish("", remembered, iss="https://evil.example.com")
    naming = Provider({**METADATA, "authorization_response_iss_parameter_supported": True})
    remembered = naming.login.begin().remembered
    with pytest.raises(ProblemError, match="another provider"):
        naming.finish("", remembered)


@pytest.mark.parametrize(("error", "said"), [("access_denied", "(access_denied)"), ("<script>", "expired.")])
def test_what_the_provider_refuses_is_told_without_repeating_what_anybody_wrote(error: str, said: str) -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    with pytest.raises(ProblemError) as raised:
        provider.finish("", remembered, error=error)
    problem = raised.value.problems[0]
    assert problem.id == "provider-refused"
    assert said in problem.detail
    assert "<" not in problem.detail


@pytest.mark.parametrize("verified", [False, None, "false", "yes", 0, ...])
def test_an_address_that_was_not_verified_lets_nobody_in(verified: object) -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    provider.http.script(f"{BASE}/me", answer({"sub": "subject-1"}))
    with pytest.raises(ProblemError, match="has not verified"):
        provider.finish(signed(provider.claims(remembered, email_verified=verified)), remembered)


@pytest.mark.parametrize(
    ("email", "is_let_in"),
    [
        ("ann@example.com", True),
        ("ann@EXAMPLE.com", True),
        ("ann@sub.example.com", False),
        ("ann@example.com.evil.org", False),
        ("ann@example.com@evil.org", False),
    ],
)
def test_only_addresses_of_the_allowed_domains_are_let_in(email: str, is_let_in: bool) -> None:
    provider = Provider(domains=("example.com",))
    remembered = provider.login.begin().remembered
    token = signed(provider.claims(remembered, email=email))
    if is_let_in:
        assert provider.finish(token, remembered).email == email
        return
    with pytest.raises(ProblemError, match="allowed domain"):
        provider.finish(token, remembered)


def test_what_the_token_does_not_tell_is_asked_for_and_must_be_about_the_same() -> None:
    more = {"sub": "subject-1", "email": "ann@example.com", "email_verified": True, "teams": ["ops", 7, "a\nb"]}
    provider = Provider(groups_claim="teams")
    remembered = provider.login.begin().remembered
    short = {"email": ..., "email_verified": ..., "groups": ...}
    provider.http.script(f"{BASE}/me", answer(more), answer({**more, "sub": "subject-2"}))
    token = signed(provider.claims(remembered, **short))
    assert provider.finish(token, remembered).groups == ("ops",)
    with pytest.raises(ProblemError, match="somebody else"):
        provider.finish(token, remembered)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"issuer": "https://evil.example.com"}, "issuer is another"),
        ({"token_endpoint": "http://login.example.com/token"}, "token_endpoint is not an https"),
        ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri is not an https"),
        ({"authorization_endpoint": None}, "authorization_endpoint is not an https"),
    ],
)
def test_a_provider_that_cannot_be_meant_is_not_used(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ProblemError, match=words):
        Provider({**METADATA, **change}).login.begin()


@pytest.mark.parametrize("said", [HttpAnswer(302, b""), HttpAnswer(200, b"<html>"), HttpAnswer(200, b"[]")])
def test_a_provider_that_talks_nonsense_is_told_as_such_and_asked_again_after_a_while(said: HttpAnswer) -> None:
    provider = Provider()
    provider.http._answers[f"{ISSUER}/.well-known/openid-configuration"].insert(0, said)
    with pytest.raises(ProblemError) as raised:
        provider.login.begin()
    assert raised.value.problems[0].id == "provider-unusable"
    for _ in range(3):
        with pytest.raises(ProblemError):
            provider.login.begin()
    assert len(provider.http.asked) == 1
    provider.clock.advance(5)
    assert provider.login.begin().url.startswith(BASE)


def test_nobody_waits_for_long_behind_somebody_who_waits_for_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("towpath.login.provider._TURN_SECONDS", 0.01)
    provider, asked, answered = Provider(), threading.Event(), threading.Event()
    really = provider.http.get

    def slowly(url: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        asked.set()
        assert answered.wait(20)
        return really(url, headers)

    monkeypatch.setattr(provider.http, "get", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(provider.login.begin)
        assert asked.wait(20)
        with pytest.raises(ProblemError, match="Others wait"):
            provider.login.begin()
        answered.set()
        assert first.result().url.startswith(BASE)
    assert provider.login.begin().url.startswith(BASE)


def test_keys_of_a_kind_that_is_not_known_do_not_disturb() -> None:
    provider = Provider()
    remembered = provider.login.begin().remembered
    keys = {"keys": [{"kty": "XYZ", "kid": "x"}, KEY.as_dict(private=False)]}
    assert provider.finish(signed(provider.claims(remembered)), remembered, keys).email == "ann@example.com"
    broken = Provider()
    remembered = broken.login.begin().remembered
    with pytest.raises(ProblemError, match="keys cannot be read"):
        broken.finish(signed(broken.claims(remembered)), remembered, {"keys": 7})


def test_the_secret_of_the_client_is_in_no_repr() -> None:
    assert "s3cret" not in repr(Client("towpath", CALLBACK, "s3cret"))
