"""The parts of the server's configuration that say who can log in, and what they may do then."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from towpath.config.schema import Settings, Texts
from towpath.model.people import Grant, Role

__all__ = ["GrantSettings", "LoginSettings", "OidcSettings", "SessionSettings"]

_LOOPBACK = frozenset(["localhost", "127.0.0.1", "::1"])


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("should be the address of the provider, as https://login.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("should begin with https://, so that nobody on the way can answer for the provider")
    return text


def _domain(text: str) -> str:
    if "@" in text or "." not in text.strip("."):
        raise ValueError("should be what stands behind the @ of an address, as example.com")
    return text.lower()


IssuerAddress = Annotated[str, AfterValidator(_issuer)]
Domain = Annotated[str, AfterValidator(_domain)]
Seconds = Annotated[int, Field(ge=1)]


class OidcSettings(Settings):
    """A login provider that speaks OpenID Connect."""

    issuer: IssuerAddress = Field(description="The provider's address, exactly as its tokens name it.")
    client_id: str = Field(description="What the provider knows this server as.")
    client_secret_env: str | None = Field(None, description="The environment variable that holds the client's secret.")
    client_secret_file: str | None = Field(None, description="The file that holds the client's secret.")
    name: str = Field("single sign-on", description="What the button calls it.")
    scopes: Texts = Field(("openid", "email", "profile"), description="What the provider is asked to tell.")
    groups_claim: str = Field("groups", description="The claim that lists a person's groups.")
    domains: Annotated[tuple[Domain, ...], Field(strict=False)] = Field(
        (), description="Only addresses of these domains may log in. Default: all that the provider lets in."
    )
    leeway: Annotated[int, Field(ge=0, le=600)] = Field(
        60, description="Seconds that the provider's clock and ours may differ."
    )

    @model_validator(mode="after")
    def _one_secret(self) -> OidcSettings:
        if self.client_secret_env and self.client_secret_file:
            raise ValueError("has both client_secret_env and client_secret_file; only one of them can count")
        if "openid" not in self.scopes or "email" not in self.scopes:
            raise ValueError("has scopes without openid and email, by which people are known")
        return self


class SessionSettings(Settings):
    """How long somebody stays logged in."""

    idle: Seconds = Field(8 * 3600, description="Seconds without a request after which a session ends.")
    longest: Seconds = Field(7 * 86400, description="Seconds after which a session ends in any case.")


class LoginSettings(Settings):
    """Who can log in."""

    local: bool = Field(True, description="Accounts with a password, kept by this server.")
    oidc: OidcSettings | None = Field(None, description="A login provider. Default: none.")
    session: SessionSettings = SessionSettings()

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> LoginSettings:
        if not self.local and self.oidc is None:
            raise ValueError("lets nobody in: there is no oidc, and local is false")
        return self


class GrantSettings(Settings):
    """A role, to whom, and where. Patterns are those of paths: `*` within a part, `**` over parts."""

    role: Literal["viewer", "planner", "approver", "operator", "admin"] = Field(
        description="viewer sees, planner plans, approver approves, operator applies, resumes and cancels, admin does "
        "everything; each may do what the ones before it may."
    )
    people: Texts = Field((), description='Addresses, or patterns of them; "*" is everybody who can log in.')
    groups: Texts = Field((), description="Groups, or patterns of them.")
    repositories: Texts = Field((), description="Names of repositories, or patterns of them. Default: all.")
    environments: Texts = Field((), description="Names of environments, or patterns of them. Default: all.")
    paths: Texts = Field((), description="Patterns of the paths of units. Default: all.")

    @model_validator(mode="after")
    def _for_somebody(self) -> GrantSettings:
        if not self.people and not self.groups:
            raise ValueError('names neither people nor groups; people: ["*"] is everybody who can log in')
        return self

    @property
    def grant(self) -> Grant:
        return Grant(Role(self.role), self.people, self.groups, self.repositories, self.environments, self.paths)
