"""Whose credentials a unit is worked on with.

1. The account's role decides: its plan role for looking, its apply role for changing.
2. An account without one leaves it to the unit's own `iam_role`.
3. Neither: the credentials of Towpath's own environment are used, and nothing is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from towpath.hcl.values import Value, unmark
from towpath.model.accounts import Account
from towpath.model.paths import UnitPath
from towpath.system.aws import Aws, AwsCredentials, RoleRequest, session_name
from towpath.terragrunt.config import UnitConfig

__all__ = ["Purpose", "UnitCredentials"]

Given = AwsCredentials | None


class Purpose(StrEnum):
    """What the credentials are for."""

    PLAN = "plan"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class UnitCredentials:
    """Gives credentials for the units of one run."""

    aws: Aws
    run: str

    def session(self, unit: UnitPath) -> str:
        """What the session is called in AWS's own logs."""
        return session_name("towpath", self.run, unit)

    def of(self, account: Account | None, config: UnitConfig | None, unit: UnitPath, purpose: Purpose) -> Given:
        """By the rules above."""
        return self.of_account(account, unit, purpose) or self.of_config(config, unit)

    def of_account(self, account: Account | None, unit: UnitPath, purpose: Purpose) -> Given:
        """From the account's role; None where it names none."""
        role = None if account is None else account.apply_role if purpose is Purpose.APPLY else account.plan_role
        return self.aws.assume(RoleRequest(role, self.session(unit))) if role else None

    def of_config(self, config: UnitConfig | None, unit: UnitPath) -> Given:
        """From the unit's own `iam_role`; None where it names none."""
        role = _text(config.iam_role) if config else None
        if config is None or not role:
            return None
        request = RoleRequest(
            role=role,
            session=session_name(_text(config.iam_assume_role_session_name) or self.session(unit)),
            seconds=_whole(config.iam_assume_role_duration) or 3600,
            web_identity_token=_text(config.iam_web_identity_token),
        )
        return self.aws.assume(request)


def _text(value: Value) -> str | None:
    bare, _ = unmark(value)
    return bare if isinstance(bare, str) and bare else None


def _whole(value: Value) -> int | None:
    bare, _ = unmark(value)
    return bare if isinstance(bare, int) and not isinstance(bare, bool) else None
