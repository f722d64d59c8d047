"""What the server's configuration says about people: what is refused, and what the roles become."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from towpath.config.login import GrantSettings, LoginSettings
from towpath.model.people import Grant, Role

PROVIDER = {"issuer": "https://login.example.com", "client_id": "towpath"}


def test_without_a_word_people_have_local_accounts() -> None:
    login = LoginSettings.model_validate(None)
    assert login.local
    assert login.oidc is None
    assert login.session.idle < login.session.longest


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ({"local": False}, "lets nobody in"),
        ({"oidc": {**PROVIDER, "issuer": "http://login.example.com"}}, "begin with https://"),
        ({"oidc": {**PROVIDER, "issuer": "login.example.com"}}, "address of the provider"),
        ({"oidc": {**PROVIDER, "issuer": "https://u@login.example.com"}}, "address of the provider"),
        ({"oidc": {**PROVIDER, "domains": ["ann@example.com"]}}, "behind the @"),
        ({"oidc": {**PROVIDER, "client_secret_env": "A", "client_secret_file": "b"}}, "only one of them"),
        ({"oidc": {**PROVIDER, "scopes": ["openid"]}}, "scopes without openid and email"),
        ({"oidc": {**PROVIDER, "client_secret": "hunter2"}}, "Extra inputs"),
        ({"session": {"idle": 0}}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(login: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        LoginSettings.model_validate(login)


def test_a_provider_on_this_machine_may_speak_plainly() -> None:
    login = LoginSettings.model_validate({"oidc": {**PROVIDER, "issuer": "http://127.0.0.1:9000"}})
    assert login.oidc is not None


def test_a_role_becomes_a_grant() -> None:
    said = {"role": "operator", "groups": ["platform"], "environments": ["dev"], "paths": ["dev/**"]}
    grant = GrantSettings.model_validate(said).grant
    assert grant == Grant(Role.OPERATOR, (), ("platform",), (), ("dev",), ("dev/**",))


@pytest.mark.parametrize("said", [{"role": "admin"}, {"role": "admin", "people": []}])
def test_a_role_for_nobody_in_particular_is_not_a_role_for_all(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="neither people nor groups"):
        GrantSettings.model_validate(said)
