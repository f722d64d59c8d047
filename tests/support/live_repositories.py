"""Small live repositories in memory, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from towpath.git import FakeLink, fake_tree
from towpath.live import Live, LiveReader
from towpath.model.paths import UnitPath

__all__ = ["ACCOUNTS", "ESTATE", "Files", "live_of"]

Files = Mapping[str, str | bytes | FakeLink]

ACCOUNTS = """{
  "dev": {"id": "111111111111", "deploy_order": 1},
  "prod": {"id": "222222222222", "deploy_order": 2}
}"""

_UNIT = """include "root" {
  path = find_in_parent_folders("root.hcl")
}

include "common" {
  path = "${get_repo_root()}/_envcommon/%s.hcl"
}
"""

ESTATE: Files = {
    "accounts.json": ACCOUNTS,
    "root.hcl": """locals {
  account = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals
}

remote_state {
  backend = "s3"
  config = {
    bucket = "state-${local.account.name}"
    key    = "${path_relative_to_include()}/terraform.tfstate"
    region = "us-east-1"
  }
}

inputs = {
  account = local.account.name
}
""",
    "_envcommon/vpc.hcl": """terraform {
  source = "${get_repo_root()}/modules//vpc"
}

inputs = {
  cidr = "10.0.0.0/16"
}
""",
    "_envcommon/app.hcl": """terraform {
  source = "${get_repo_root()}/modules//app"
}

dependency "vpc" {
  config_path  = "../vpc"
  mock_outputs = { id = "vpc-0" }
}

inputs = {
  vpc = dependency.vpc.outputs.id
}
""",
    "dev/account.hcl": 'locals {\n  name = "dev"\n}\n',
    "prod/account.hcl": 'locals {\n  name = "prod"\n}\n',
    **{
        f"{account}/us-east-1/{name}/terragrunt.hcl": _UNIT % name
        for account in ("dev", "prod")
        for name in ("vpc", "app")
    },
    "modules/vpc/main.tf": 'variable "cidr" {\n  type = string\n}\n',
    "modules/app/main.tf": 'module "naming" {\n  source = "../naming"\n}\n',
    "modules/naming/main.tf": 'output "name" {\n  value = "x"\n}\n',
}
"""Two accounts with a network and an application in each; what they share is included, and so is the state."""


def live_of(
    files: Files,
    environment: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    commit: str = "f" * 40,
) -> Live:
    """The live repository of these files."""
    wanted = None if only is None else [UnitPath(path) for path in only]
    return LiveReader(environment or {}).read(fake_tree(files, commit), wanted)
