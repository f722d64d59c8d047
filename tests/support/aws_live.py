"""Live repositories for the emulated AWS: the demo's root file and roles, and one small unit for each account."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from emulated_aws import REGION, EmulatedAws
from world import World

from towpath.demo.sample import SampleRepository
from towpath.system import SystemProcesses

__all__ = ["AwsLive"]

MODULE = """
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "name" {
  type = string
}

variable "value" {
  type = string
}

resource "aws_ssm_parameter" "this" {
  name  = "/${var.name}/setting"
  type  = "String"
  value = var.value
}

output "parameter" {
  value = aws_ssm_parameter.this.arn
}
"""

ENVCOMMON = """terraform {
  source = "${dirname(find_in_parent_folders("root.hcl"))}/modules//setting"
}

inputs = {
  value = "one"
}
"""

GATE = """gates:
  prod:
    approvals: 1

"""

UNIT = """include "root" {
  path = find_in_parent_folders("root.hcl")
}

include "envcommon" {
  path = "${dirname(find_in_parent_folders("root.hcl"))}/_envcommon/setting.hcl"
}
"""


class AwsLive:
    """One unit `ACCOUNT/REGION/setting` for each account, in that deploy order; all share `_envcommon/setting.hcl`.
    prod, if it is one of them, asks for an approval.

    Everything in the AWS that has a name begins with `organisation`; nothing is committed until the test pushes.
    """

    def __init__(self, world: World, aws: EmulatedAws, accounts: Sequence[str]) -> None:
        self.world = world
        self.aws = aws
        self.accounts = tuple(accounts)
        self.organisation = aws.organisation()
        self.account_ids = aws.account_ids(*accounts)
        sample = SampleRepository(world.folder, SystemProcesses(), self.organisation, self.account_ids)
        kept = {path: text for path, text in sample.files().items() if _is_common(path)}
        world.write(kept | {"modules/setting/main.tf": MODULE, "_envcommon/setting.hcl": ENVCOMMON})
        world.write({self.unit(account) + "/terragrunt.hcl": UNIT for account in accounts})
        if "prod" not in accounts:
            world.edit("towpath.yml", GATE, "")
        for bucket, account_id in sample.state_buckets().items():
            aws.cloud.make_bucket(bucket, account_id)
        world.environment = aws.environment(world.environment)

    def unit(self, account: str) -> str:
        """The path of the account's unit."""
        return f"{account}/{REGION}/setting"

    def setting(self, account: str) -> str | None:
        """The value that stands in the account, None when there is none."""
        return self.aws.parameters(self.account_ids[account]).get(f"/{self.organisation}-{account}/setting")

    def meddle(self, account: str, value: str) -> None:
        """Somebody sets the value by hand."""
        name = f"/{self.organisation}-{account}/setting"
        client = self.aws.client("ssm", self.account_ids[account])
        client.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def states(self, account: str) -> list[str]:
        """The keys in the account's bucket for states."""
        return self.aws.objects(self.account_ids[account], self._bucket(account))

    def lock(self, account: str, who: str) -> None:
        """Somebody takes the lock of the unit's state, as Terraform itself would (`use_lockfile`)."""
        content = {
            "ID": "11111111-2222-3333-4444-555555555555",
            "Operation": "OperationTypeApply",
            "Info": "",
            "Who": who,
            "Version": "1.11.4",
            "Created": "2026-01-05T09:00:00Z",
            "Path": f"{self._bucket(account)}/{self._key(account)}",
        }
        body = json.dumps(content).encode()
        self._s3(account).put_object(Bucket=self._bucket(account), Key=f"{self._key(account)}.tflock", Body=body)

    def unlock(self, account: str) -> None:
        self._s3(account).delete_object(Bucket=self._bucket(account), Key=f"{self._key(account)}.tflock")

    def _s3(self, account: str) -> Any:
        return self.aws.client("s3", self.account_ids[account])

    def _bucket(self, account: str) -> str:
        return f"{self.organisation}-state-{account}"

    def _key(self, account: str) -> str:
        return f"{self.unit(account)}/terraform.tfstate"


def _is_common(path: str) -> bool:
    return not path.startswith(("_envcommon/", "modules/")) and not path.endswith(("/terragrunt.hcl", "README.md"))
