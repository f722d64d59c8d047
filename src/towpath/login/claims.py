"""People whom the login provider vouches for, and the accounts that they have here.

They are known by the provider's lasting id for them. Who comes for the first time gets the account with their address,
if nobody else from the provider has it; else a new one. The address was verified by the provider (`oidc` asks for it).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from towpath.login.registry import By, Registry, checked_email, checked_name
from towpath.model.logins import Account
from towpath.problems import Problem, ProblemError
from towpath.stores.people import AccountRows

__all__ = ["Claims", "account_of"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says of somebody: `subject` is its id for them, which never changes hands."""

    issuer: str
    subject: str
    email: str
    name: str = ""
    groups: tuple[str, ...] = ()


def account_of(connection: Connection, registry: Registry, claims: Claims, by: By) -> Account:
    """The account, brought up to date with what the provider says, or made. Raises `ProblemError` with `email-invalid`,
    or `email-of-another`.
    """
    rows = AccountRows(connection)
    email = checked_email(claims.email)
    same_email = rows.by_email(email)
    known = rows.by_subject(claims.issuer, claims.subject)
    if same_email is not None and _is_another(same_email, known, claims):
        raise ProblemError(_of_another(email))
    account = known or same_email
    if account is None:
        name = checked_name(claims.name, email)
        account = Account(registry.ids.short(), email, name, registry.clock.now())
        rows.add(account)
        registry.write_down(connection, by, "account-added", email, role=None, groups=[])
    fresh = replace(
        account,
        email=email,
        name=checked_name(claims.name, account.name),
        claimed=tuple(sorted(set(claims.groups))),
        issuer=claims.issuer,
        subject=claims.subject,
    )
    if fresh != account:
        rows.save(fresh)
        registry.write_down(connection, by, "account-updated", email, groups=list(fresh.claimed))
    return fresh


def _is_another(same_email: Account, known: Account | None, claims: Claims) -> bool:
    """Whether the account with the address belongs to somebody else of the same provider, or of none while the one who
    comes has an account already."""
    if known is not None:
        return same_email.id != known.id
    return same_email.issuer == claims.issuer


def _of_another(email: str) -> Problem:
    return Problem(
        "email-of-another",
        "The address belongs to another account",
        f"{email} was the address of somebody else here. An address that changed hands does not bring their rights.",
        hint="Ask an administrator to disable the old account, or to give it another address.",
    )
