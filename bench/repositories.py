"""Makes live repositories of any size: nested includes, shared `_envcommon` files, configurations read across folders,
and dependencies between units. The same size gives the same bytes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

ACCOUNTS = ("dev", "stage", "prod", "shared", "security")
REGIONS = ("eu-west-1", "us-east-1")
COMPONENTS = ("vpc", "kms", "database", "queue", "service", "alarms", "dns", "bucket", "cache", "roles")
NEEDS = {"database": ("vpc", "kms"), "service": ("vpc", "database", "queue"), "alarms": ("service",), "cache": ("vpc",)}

ROOT = """
locals {
  account = read_terragrunt_config(find_in_parent_folders("account.hcl"))
  region  = read_terragrunt_config(find_in_parent_folders("region.hcl"))
}
remote_state {
  backend = "s3"
  config = {
    bucket  = "state-${local.account.locals.name}"
    key     = "${path_relative_to_include()}/terraform.tfstate"
    region  = local.region.locals.region
    encrypt = true
  }
  generate = { path = "backend.tf", if_exists = "overwrite_terragrunt" }
}
inputs = merge(local.account.locals, {
  tags = { account = local.account.locals.name, region = local.region.locals.region }
})
"""

COMMON = """
locals {{
  account = read_terragrunt_config(find_in_parent_folders("account.hcl"))
}}
terraform {{
  source = "${{get_repo_root()}}/modules//{name}"
}}
inputs = {{
  name     = "{name}-${{local.account.locals.name}}"
  size     = lookup(local.account.locals.sizes, "{name}", 1)
  schedule = [for day in ["mon", "tue", "wed"] : upper(day) if day != "tue"]
}}
"""


def unit_files(component: str, folder: str) -> str:
    """One unit's `terragrunt.hcl`; no two are the same."""
    parts = [
        'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n',
        f'include "common" {{\n  path   = "${{get_repo_root()}}/_envcommon/{component}.hcl"\n  expose = true\n}}\n',
    ]
    needs = NEEDS.get(component, ())
    parts += [
        f'dependency "{need}" {{\n  config_path  = "../{need}"\n  mock_outputs = {{ id = "mock" }}\n}}\n'
        for need in needs
    ]
    wired = "".join(f"  {need}_id = dependency.{need}.outputs.id\n" for need in needs)
    parts.append(f'inputs = {{\n{wired}  component = "{component}"\n  domain    = "{component}.{folder}"\n}}\n')
    return "\n".join(parts)


def live_repository(units: int) -> dict[str, str]:
    """The files of a live repository with this many units."""
    order = {"shared": 1, "security": 1, "dev": 2, "stage": 3, "prod": 4}
    files = {
        "root.hcl": ROOT,
        "accounts.json": json.dumps(
            {name: {"id": f"{index + 1}" * 12, "deploy_order": order[name]} for index, name in enumerate(ACCOUNTS)}
        ),
    }
    for component in COMPONENTS:
        files[f"_envcommon/{component}.hcl"] = COMMON.format(name=component)
        files[f"modules/{component}/main.tf"] = (
            'variable "name" {\n  type = string\n}\noutput "id" {\n  value = var.name\n}\n'
        )
    for account in ACCOUNTS:
        files[f"{account}/account.hcl"] = f'locals {{\n  name  = "{account}"\n  sizes = {{ database = 3 }}\n}}\n'
    made, cell = 0, 0
    while made < units:
        for account in ACCOUNTS:
            for region in REGIONS:
                folder = f"{account}/{region}/cell-{cell:04}"
                files[f"{folder}/region.hcl"] = f'locals {{\n  region = "{region}"\n}}\n'
                for component in COMPONENTS[: max(0, units - made)]:
                    files[f"{folder}/{component}/terragrunt.hcl"] = unit_files(component, folder)
                    made += 1
        cell += 1
    return files


def commit(folder: Path, files: dict[str, str], message: str) -> str:
    """Writes the files and commits everything; returns the commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not (folder / ".git").exists():
        _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", "--all")
    _git(folder, "-c", "user.name=Bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "-m", message)
    return _git(folder, "rev-parse", "HEAD").strip()


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
