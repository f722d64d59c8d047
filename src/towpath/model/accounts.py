"""Accounts: where units land, in which order."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OUTSIDE_TIER", "Account"]

OUTSIDE_TIER = 0
"""The tier of units outside any account: before every account, since what is shared by all is built first."""


@dataclass(frozen=True, slots=True)
class Account:
    """One cloud account. Accounts of equal `deploy_order` form a tier; `id` is 12 digits, None when it was not given.

    `plan_role` and `apply_role` are the role ARNs to assume for each; None means the credentials at hand are used.
    """

    name: str
    id: str | None
    deploy_order: int
    email: str | None = None
    regions: tuple[str, ...] = ()
    plan_role: str | None = None
    apply_role: str | None = None
