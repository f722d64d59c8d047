"""The schema of `towpath.yml`, from which its JSON Schema is made. Every default has its one place here."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from towpath.config.calendar import Zone
from towpath.config.defaults import DATA_TYPES, PROTECTED
from towpath.terragrunt.versions import satisfies

__all__ = [
    "ACCOUNT_ID",
    "ROLE_ARN",
    "WALL_TIME",
    "AccountSettings",
    "ChangesSettings",
    "EngineSettings",
    "GateSettings",
    "HoldSettings",
    "LayerName",
    "ListedAccount",
    "ListedAccounts",
    "OutsideSettings",
    "RoleSettings",
    "RunsSettings",
    "TowpathConfig",
    "UnitsSettings",
    "json_schema",
]

# Lists of the document become tuples; everything inside stays strict: "3" is no number, 1 is no text.
Texts = Annotated[tuple[str, ...], Field(strict=False)]
ACCOUNT_ID = r"^[0-9]{12}$"
ROLE_ARN = r"^arn:[a-z-]+:iam::([0-9]{12}|\{account_id\}):role/.+$"
AccountId = Annotated[str, Field(pattern=ACCOUNT_ID, description="12 digits; quote it.")]
RoleArn = Annotated[str, Field(pattern=ROLE_ARN)]
Count = Annotated[int, Field(ge=0)]
LayerName = Literal["data", "foundation", "app", "edge"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WALL_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
WallTime = Annotated[str, Field(pattern=WALL_TIME)]
EngineName = Literal["terraform", "tofu", "terragrunt"]


def _relative(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError("should be a path relative to the repository's root")
    return "/".join(part for part in path.split("/") if part not in ("", ".")) or "."


def _constraint(text: str) -> str:
    try:
        satisfies("1.0.0", text)
    except ValueError as error:
        raise ValueError("should be a constraint on versions, such as >= 1.6 or ~> 1.9") from error
    return text


VersionConstraint = Annotated[str, AfterValidator(_constraint)]
RepositoryPath = Annotated[str, AfterValidator(_relative)]
Paths = Annotated[tuple[RepositoryPath, ...], Field(strict=False)]


class Settings(BaseModel):
    """What all parts share: keys nobody knows are refused, values are not bent into shape, nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True, defer_build=True)
    schema_command: ClassVar[str] = "towpath schema"
    """What to type to see the schema of the file."""

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, data: Any) -> Any:
        """A key with nothing after it is as good as no key: everything below it may be commented out."""
        if data is None:
            return {}
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


class RunsSettings(Settings):
    """The engine that Terragrunt runs."""

    name: Literal["terraform", "tofu"] | None = Field(None, description="Default: whichever is found, OpenTofu first.")
    version: VersionConstraint | None = Field(
        None, description='A version constraint the binary must meet, such as "~> 1.9".'
    )
    binary: str | None = Field(None, description="Path of the binary. Default: looked up on PATH.")


class EngineSettings(Settings):
    """Which engine plans and applies. `engine: NAME` is short for `engine: {name: NAME}`."""

    name: EngineName | None = Field(
        None,
        description="Default: whichever is found of terraform and tofu, OpenTofu first. terragrunt: an installed "
        "Terragrunt 1.x plans and applies each unit that has a `terragrunt.hcl`.",
    )
    version: VersionConstraint | None = Field(
        None, description='A version constraint the binary must meet, such as "~> 1.9".'
    )
    binary: str | None = Field(None, description="Path of the binary. Default: looked up on PATH.")
    runs: RunsSettings = Field(RunsSettings(), description="With terragrunt: the engine that it runs.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _runs_something(self) -> EngineSettings:
        if self.name != "terragrunt" and self.runs != RunsSettings():
            raise ValueError("has `runs`, which is for `name: terragrunt` only")
        return self


class AccountSettings(Settings):
    """One account. Without `paths`, units whose first folder is the account's name belong to it."""

    id: AccountId | None = None
    email: str | None = Field(None, description="The address of the account's root user; only kept.")
    deploy_order: Count = Field(1, description="Accounts of equal order form a tier; lower ones go first.")
    paths: Texts = Field((), description="Patterns of the paths of its units.")
    regions: Texts = Field((), description="Its regions; the only one is that of units whose path names none.")
    plan_role: RoleArn | None = Field(None, description="Role to assume for planning.")
    apply_role: RoleArn | None = Field(None, description="Role to assume for applying.")


class ListedAccount(AccountSettings):
    """One account of `accounts.json`, which other tools write too: keys they added are passed over."""

    model_config = ConfigDict(extra="ignore")


class ListedAccounts(Settings):
    """The accounts of `accounts.json`, which holds them at its top level."""

    accounts: dict[str, ListedAccount] = {}


class RoleSettings(Settings):
    """Roles to assume in accounts that name none. `{account_id}` and `{account}` stand for the account's."""

    plan: RoleArn | None = Field(None, description="Role to assume for planning.")
    apply: RoleArn | None = Field(None, description="Role to assume for applying.")


class OutsideSettings(Settings):
    """Units that belong to no account."""

    deploy_order: Count = Field(0, description="Their tier; by default they go first.")


class UnitsSettings(Settings):
    """What is a unit, beyond the folders with a `terragrunt.hcl`."""

    terraform: Texts = Field((), description="Patterns of folders that are plain Terraform root modules.")
    exclude: Texts = Field((), description="Patterns of folders that are not units.")
    layers: dict[str, LayerName] = Field({}, description="Pattern to layer; the first that fits counts.")
    dependencies: dict[RepositoryPath, Paths] = Field(
        {}, description="For plain Terraform root modules: the units that come before them."
    )


class ChangesSettings(Settings):
    """When a unit counts as changed."""

    rule: Literal["semantic", "files"] = Field(
        "semantic", description="semantic: what it evaluates to differs. files: a file it read differs."
    )


class WindowSettings(Settings):
    """The hours of the week in which an environment may be changed."""

    days: Annotated[tuple[Day, ...], Field(strict=False, min_length=1)] = Field(
        ("mon", "tue", "wed", "thu", "fri"), description="Days of the week."
    )
    start: WallTime = Field("00:00", alias="from", description="When it opens, such as 09:00.")
    end: WallTime = Field("00:00", alias="until", description="When it closes; not after `from`: on the next day.")
    time_zone: Zone = Field("UTC", description="The zone that both are of, such as Europe/Berlin.")


class GateSettings(Settings):
    """What must hold before a tier of an environment is applied."""

    approvals: Annotated[int, Field(ge=0)] = Field(1, description="How many different people must approve.")
    approvers: Texts = Field(
        (), alias="from", description="Who may approve: addresses, and on a server names of groups; empty: anybody."
    )
    not_author: bool = Field(False, description="Who wrote the commit cannot approve it.")
    window: WindowSettings | None = Field(None, description="When what was approved may go on. Default: at any time.")


class HoldSettings(Settings):
    """A run that touches more than this waits for a person."""

    units: Count | None = Field(None, description="Most units that go on unasked. Default: no limit.")
    accounts: Count | None = Field(None, description="Most accounts that go on unasked. Default: no limit.")


class TowpathConfig(Settings):
    """`towpath.yml` at the root of a live repository. Everything has a default; an empty file is valid."""

    engine: EngineSettings = EngineSettings()
    accounts: dict[str, AccountSettings] = Field(
        {}, description="Name to account. Default: as `accounts.json` or `accounts.yml` at the root lists them."
    )
    roles: RoleSettings = RoleSettings()
    outside_accounts: OutsideSettings = OutsideSettings()
    units: UnitsSettings = UnitsSettings()
    environment: Texts = Field((), description="Names of the environment variables that detection may read.")
    changes: ChangesSettings = ChangesSettings()
    gates: dict[str, GateSettings] = Field(
        {}, description="Environment (an account's name) or a pattern of it to gate."
    )
    hold_above: HoldSettings = HoldSettings()
    data_types: Texts = Field(DATA_TYPES, description="Resource types, or patterns of them, that hold data.")
    protected: Texts = Field(PROTECTED, description="Patterns of units that a run shows but never applies.")
    allow_protected: Texts = Field((), description="Patterns of protected units that a run may apply all the same.")
    parallelism: Annotated[int, Field(ge=1, le=256)] = Field(4, description="How many units are worked on at once.")
    lock_timeout: Count = Field(300, description="Seconds to wait for a state lock that somebody else holds.")
    state: str | None = Field(
        None, description="Folder for Towpath's own state. Default: below the user's state folder (XDG)."
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `towpath.yml`, for editors."""
    schema = TowpathConfig.model_json_schema(by_alias=True)
    _allow_short_engine(schema["properties"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "towpath.yml"}


def _allow_short_engine(properties: dict[str, Any]) -> None:
    """The short form is understood before the schema's model is."""
    whole = {name: properties["engine"].pop(name) for name in ("$ref", "allOf") if name in properties["engine"]}
    properties["engine"]["anyOf"] = [{"enum": list(get_args(EngineName)), "type": "string"}, whole]
