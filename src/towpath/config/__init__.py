"""`towpath.yml`, `accounts.json` and the server's file: what they may say, and what they said.

1. A file is read as plain data that knows the line and column of every key and value; nothing in it can build an
   object, and documents that grow through aliases are refused.
2. The data is checked against one schema, which also holds every default, and from which the published JSON Schema is
   made. An empty file is valid.
3. Whatever does not fit is a problem at its line, with what was probably meant.
4. The accounts come from `accounts.json` (or `.yml`), completed setting by setting by `towpath.yml`.
5. `server` is the file of `towpath serve`, read in the same way; commands on a repository load nothing of it.

This package does not look for files, and does not know what units are.
"""

from __future__ import annotations

from towpath.config.accounts import ACCOUNT_FILES, Accounts, load_accounts
from towpath.config.globs import Globs
from towpath.config.loading import Loaded, load_config, load_listed_accounts
from towpath.config.schema import (
    AccountSettings,
    ChangesSettings,
    EngineSettings,
    GateSettings,
    HoldSettings,
    LayerName,
    ListedAccounts,
    RoleSettings,
    TowpathConfig,
    UnitsSettings,
    json_schema,
)

__all__ = [
    "ACCOUNT_FILES",
    "AccountSettings",
    "Accounts",
    "ChangesSettings",
    "EngineSettings",
    "GateSettings",
    "Globs",
    "HoldSettings",
    "LayerName",
    "ListedAccounts",
    "Loaded",
    "RoleSettings",
    "TowpathConfig",
    "UnitsSettings",
    "json_schema",
    "load_accounts",
    "load_config",
    "load_listed_accounts",
]
