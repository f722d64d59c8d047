"""Logging in, as the server's configuration has it: wired once, used by the pages and the commands."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from towpath.config.login import OidcSettings
from towpath.config.server import ServerConfig
from towpath.login import Accounts, Lifetimes, Passwords, Registry, Sessions, Tokens
from towpath.login.oidc import Client, OidcLogin
from towpath.problems import Problem, ProblemError
from towpath.system import Environment
from towpath.system.http import Http

__all__ = ["OIDC_CALLBACK", "Login", "open_login"]

OIDC_CALLBACK = "/login/oidc/callback"
"""Where the login provider sends browsers back to, below the address that people reach the server at."""


@dataclass(frozen=True, slots=True)
class Login:
    """Every way in. `oidc` None: there is no provider; `local` tells whether passwords let in; `is_https` whether
    people reach the server by https, and cookies can ask for it; `proxies` are believed when they say who asks.
    """

    registry: Registry
    sessions: Sessions
    tokens: Tokens
    accounts: Accounts
    passwords: Passwords
    oidc: OidcLogin | None = None
    provider: str = ""
    local: bool = True
    base_url: str = ""
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def open_login(config: ServerConfig, registry: Registry, environment: Environment, http: Http) -> Login:
    """Raises `ProblemError` with `login-secret-missing`. The provider is not asked for anything yet."""
    settings = config.login
    grants = [role.grant for role in config.roles]
    passwords = Passwords(registry.ids)
    lifetimes = Lifetimes(
        datetime.timedelta(seconds=settings.session.idle), datetime.timedelta(seconds=settings.session.longest)
    )
    return Login(
        registry=registry,
        sessions=Sessions(registry, passwords, grants, lifetimes),
        tokens=Tokens(registry, grants),
        accounts=Accounts(registry),
        passwords=passwords,
        oidc=_provider(settings.oidc, config.url, registry, environment, http) if settings.oidc else None,
        provider=settings.oidc.name if settings.oidc else "",
        local=settings.local,
        base_url=config.url,
        proxies=tuple(ipaddress.ip_network(network) for network in config.proxies),
    )


def _provider(
    settings: OidcSettings, base_url: str, registry: Registry, environment: Environment, http: Http
) -> OidcLogin:
    client = Client(
        client_id=settings.client_id,
        redirect=base_url + OIDC_CALLBACK,
        secret=_secret(settings, environment),
        scopes=settings.scopes,
        groups_claim=settings.groups_claim,
        domains=settings.domains,
        leeway=settings.leeway,
    )
    return OidcLogin(settings.issuer, client, http, registry.clock, registry.ids)


def _secret(settings: OidcSettings, environment: Environment) -> str | None:
    if settings.client_secret_env is not None:
        given = environment.get(settings.client_secret_env)
        if not given:
            raise ProblemError(_missing(f"The variable {settings.client_secret_env} is not set."))
        return given
    if settings.client_secret_file is not None:
        try:
            return Path(settings.client_secret_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ProblemError(_missing(f"The file {settings.client_secret_file} cannot be read.")) from error
    return None


def _missing(detail: str) -> Problem:
    return Problem(
        "login-secret-missing",
        "The secret of the login provider is missing",
        f"{detail} Without it nobody can log in through the provider.",
        hint="Set what `login.oidc` names in the server's configuration.",
    )
