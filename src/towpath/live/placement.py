"""Where a unit lands: account, region, tier, layer, and whether it is protected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from towpath.config import Accounts, Globs, LayerName, TowpathConfig
from towpath.model.accounts import Account
from towpath.model.paths import UnitPath

__all__ = ["Placement", "Placer"]

_REGION = re.compile(
    r"(af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(-(de|gov|iso[a-z]?))?"
    r"-(central|north|south|east|west|northeast|northwest|southeast|southwest)-[1-9]"
)
"""The form of the names of AWS's regions."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one unit lands."""

    account: Account | None
    region: str | None
    tier: int
    layer: LayerName | None
    protected: bool


class Placer:
    """Places units by their path alone.

    1. The account is the one whose pattern in `towpath.yml` fits first, or the one whose name is the path's first
       folder; a unit may belong to none.
    2. The tier is the account's deploy order; units outside any account have one of their own.
    3. The region is the first part of the path that looks like one, or the account's only region.
    """

    def __init__(self, config: TowpathConfig, accounts: Accounts) -> None:
        self._accounts: Mapping[str, Account] = accounts.by_name
        self._names = dict(accounts.paths)
        self._paths = Globs(self._names)
        self._outside = config.outside_accounts.deploy_order
        self._layers: Mapping[str, LayerName] = config.units.layers
        self._layer_globs = Globs(self._layers)
        self._protected = Globs(config.protected)
        self._allowed = Globs(config.allow_protected)

    def place(self, path: UnitPath) -> Placement:
        account = self._account(path)
        layer = self._layer_globs.first(path)
        return Placement(
            account=account,
            region=_region(path, account),
            tier=account.deploy_order if account else self._outside,
            layer=self._layers[layer] if layer is not None else None,
            protected=self._protected.fits(path) and not self._allowed.fits(path),
        )

    def _account(self, path: UnitPath) -> Account | None:
        pattern = self._paths.first(path)
        name = self._names[pattern] if pattern is not None else path.split("/")[0]
        return self._accounts.get(name)


def _region(path: UnitPath, account: Account | None) -> str | None:
    for part in path.split("/"):
        if _REGION.fullmatch(part):
            return part
    return account.regions[0] if account and len(account.regions) == 1 else None
