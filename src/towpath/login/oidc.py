"""Logging in through a provider with OpenID Connect: the authorisation code flow with PKCE.

1. `begin` makes one random secret, which the browser keeps in a cookie. State, nonce and code verifier are derived from
   it, each for its purpose: none tells another one, and nothing of it is kept here.
2. The browser comes back with a code and the state. Only the browser with that cookie can finish (state), only for the
   code that was asked for with its verifier (PKCE), and only with a token that was made for it (nonce).
3. The token is checked: signed with a key that the provider publishes, by the issuer, for this client, not expired, by
   a clock that may differ by the leeway. A key that is not known is asked for once more.
4. The address must be verified by the provider, and of an allowed domain. What the token does not tell, the provider is
   asked for (userinfo), about the same subject.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from towpath.login.claims import Claims
from towpath.login.provider import Provider
from towpath.login.secrets import derived, new_secret, same
from towpath.problems import Problem, ProblemError
from towpath.system import Clock, Ids
from towpath.system.http import Http

__all__ = ["Begun", "Client", "OidcLogin"]

_SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a private key alone: a shared secret, or none, proves nothing."""
_ERROR = re.compile(r"[a-z_]{1,40}")
_MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows this server as, and what the configuration says of logging in through it.

    `redirect` is the address that the provider sends browsers back to; `leeway` seconds that clocks may differ.
    """

    client_id: str
    redirect: str
    secret: str | None = field(default=None, repr=False)
    scopes: Sequence[str] = ("openid", "email", "profile")
    groups_claim: str = "groups"
    domains: Sequence[str] = ()
    leeway: int = 60


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it must remember until it comes back."""

    url: str
    remembered: str = field(repr=False)


class OidcLogin:
    """Logging in through one provider. Threads may share it."""

    def __init__(self, issuer: str, client: Client, http: Http, clock: Clock, ids: Ids) -> None:
        self._provider = Provider(issuer, http, clock)
        self._client = client
        self._clock = clock
        self._ids = ids

    def begin(self) -> Begun:
        """Raises `ProblemError` with `provider-unreachable` or `provider-unusable`."""
        secret = new_secret(self._ids)
        url = prepare_grant_uri(
            self._provider.addresses().authorization,
            client_id=self._client.client_id,
            response_type="code",
            redirect_uri=self._client.redirect,
            scope=" ".join(self._client.scopes),
            state=derived(secret, "state"),
            nonce=derived(secret, "nonce"),
            code_challenge=create_s256_code_challenge(derived(secret, "verifier")),
            code_challenge_method="S256",
        )
        return Begun(str(url), secret)

    def finish(self, params: Mapping[str, str], remembered: str) -> Claims:
        """Who has logged in; `params` are those that the browser came back with.

        Raises `ProblemError` with `login-not-begun`, `provider-refused`, `provider-token-invalid`,
        `email-not-verified`, `email-not-allowed`, and as `begin` does.
        """
        if not same(params.get("state", ""), derived(remembered, "state")):
            raise ProblemError(_not_begun())
        addresses = self._provider.addresses()
        issuer = params.get("iss")
        if (issuer is not None or addresses.names_itself) and issuer != self._provider.issuer:
            raise ProblemError(_invalid("the answer comes from another provider"))
        if "error" in params or not params.get("code"):
            raise ProblemError(_refused(params.get("error", "")))
        tokens = self._tokens(params["code"], derived(remembered, "verifier"))
        told = self._verified(tokens, derived(remembered, "nonce"))
        if "email" not in told or self._client.groups_claim not in told:
            told = {**self._more(tokens, told["sub"]), **told}
        return self._claims(told)

    def _tokens(self, code: str, verifier: str) -> dict[str, Any]:
        addresses, client = self._provider.addresses(), self._client
        body = prepare_token_request(
            "authorization_code", redirect_uri=client.redirect, code=code, code_verifier=verifier
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        auth = ClientAuth(client.client_id, client.secret, self._method(addresses.methods))
        url, headers, body = auth.prepare("POST", addresses.token, headers, body)
        answer = self._provider.post(url, body, headers)
        try:
            said = json.loads(answer.body)
        except ValueError:
            said = None
        if answer.status != 200 or not isinstance(said, dict):
            raise ProblemError(_refused(said.get("error", "") if isinstance(said, dict) else ""))
        return said

    def _method(self, methods: Sequence[str]) -> str:
        if self._client.secret is None:
            return "none"
        return "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"

    def _verified(self, tokens: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the ID token, which is as it must be."""
        text = tokens.get("id_token")
        if not isinstance(text, str):
            raise ProblemError(_invalid("there is no ID token"))
        client = self._client.client_id
        try:
            token = self._decoded(text)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self._provider.issuer},
                    "aud": {"essential": True, "value": client},
                    "sub": {"essential": True},
                },
                params={"nonce": nonce, "client_id": client, "access_token": tokens.get("access_token")},
            )
            claims.validate(int(self._clock.now().timestamp()), self._client.leeway)
        except (JoseError, ValueError) as error:
            raise ProblemError(_invalid(str(error) or type(error).__name__)) from error
        return dict(claims)

    def _decoded(self, text: str) -> jwt.Token:
        algorithms = [name for name in self._provider.addresses().algorithms if name in _SIGNED_WITH]
        try:
            return jwt.decode(text, self._provider.keys(), algorithms)
        except InvalidKeyIdError:
            return jwt.decode(text, self._provider.keys(lacking=True), algorithms)

    def _more(self, tokens: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """What the provider tells beside the ID token."""
        url, access = self._provider.addresses().userinfo, tokens.get("access_token")
        if url is None or not isinstance(access, str):
            return {}
        told = self._provider.get(url, {"Authorization": f"Bearer {access}", "Accept": "application/json"})
        if told.get("sub") != subject:
            raise ProblemError(_invalid("what it tells beside the token is about somebody else"))
        return told

    def _claims(self, told: Mapping[str, Any]) -> Claims:
        email = told.get("email")
        if not isinstance(email, str) or "@" not in email or told.get("email_verified") not in (True, "true"):
            raise ProblemError(_not_verified())
        domain = email.rpartition("@")[2].lower()
        if self._client.domains and domain not in self._client.domains:
            raise ProblemError(_not_allowed(domain))
        name = told.get("name")
        groups = told.get(self._client.groups_claim)
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        return Claims(
            issuer=self._provider.issuer,
            subject=str(told["sub"]),
            email=email,
            name=name if isinstance(name, str) else "",
            groups=tuple(one for one in listed[:_MOST_GROUPS] if isinstance(one, str) and one.isprintable()),
        )


def _not_begun() -> Problem:
    detail = "This browser has not begun the login that it wants to finish, or began it too long ago."
    return Problem("login-not-begun", "The login was not begun here", detail, hint="Log in once more from the start.")


def _refused(code: object) -> Problem:
    said = f" ({code})" if isinstance(code, str) and _ERROR.fullmatch(code) else ""
    return Problem(
        "provider-refused",
        "The login provider did not let you in",
        f"It refused the login, or what it gave has expired{said}.",
        hint="Log in once more from the start. If it goes on, ask who looks after the provider.",
    )


def _invalid(reason: str) -> Problem:
    return Problem(
        "provider-token-invalid",
        "What the login provider sent is not valid",
        f"Nobody was logged in: {reason[:200]}.",
        hint="Log in once more. If it goes on, compare the clocks and `login.oidc` with the provider's settings.",
    )


def _not_verified() -> Problem:
    return Problem(
        "email-not-verified",
        "The provider has not verified your address",
        "People are known by their e-mail address here, so the provider must vouch for it (`email_verified`).",
        hint="Verify the address at the provider, then log in again.",
    )


def _not_allowed(domain: str) -> Problem:
    return Problem(
        "email-not-allowed",
        "Your address is not of an allowed domain",
        f"Addresses of {domain} may not log in here.",
        hint="Log in with another account. `login.oidc.domains` lists the domains.",
    )
