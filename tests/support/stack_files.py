"""A live repository whose units are made by stacks, from a catalogue in the same repository."""

from __future__ import annotations

from live_repositories import ACCOUNTS, Files

__all__ = ["CATALOGUE", "ESTATE", "stack_of", "unit_block"]

CATALOGUE: Files = {
    "catalog/units/vpc/terragrunt.hcl": """include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${get_repo_root()}/modules//vpc"
}

inputs = {
  cidr = values.cidr
}
""",
    "catalog/units/app/terragrunt.hcl": """terraform {
  source = "./module"
}

dependency "vpc" {
  config_path  = values.vpc_path
  mock_outputs = { id = "vpc-0" }
}

inputs = {
  vpc   = dependency.vpc.outputs.id
  image = try(values.image, "latest")
}
""",
    "catalog/units/app/module/main.tf": 'variable "image" {}\n',
    "catalog/stacks/service/terragrunt.stack.hcl": """unit "vpc" {
  source = "${get_repo_root()}/catalog/units/vpc"
  path   = "vpc"
  values = { cidr = values.cidr }
}

unit "app" {
  source = "${get_repo_root()}//catalog/units/app"
  path   = "app"
  values = { vpc_path = "../vpc", image = values.image }
}
""",
    "modules/vpc/main.tf": 'variable "cidr" {}\n',
    "root.hcl": "inputs = { where = path_relative_to_include() }\n",
    "accounts.json": ACCOUNTS,
}

ESTATE: Files = {
    **CATALOGUE,
    "dev/network/terragrunt.stack.hcl": """locals {
  cidr = "10.0.0.0/16"
}

unit "vpc" {
  source = "../../catalog/units/vpc"
  path   = "vpc"
  values = { cidr = local.cidr }
}

unit "app" {
  source = "${find_in_parent_folders("catalog")}/units/app"
  path   = "apps/front"
  values = { vpc_path = "../../vpc" }
}
""",
    "prod/terragrunt.stack.hcl": """stack "service" {
  source = "../catalog/stacks/service"
  path   = "service"
  values = { cidr = "10.1.0.0/16", image = "v1" }
}
""",
}
"""One stack of two units in dev; in prod a stack that asks for another, which has the same two units."""


def unit_block(
    name: str = "vpc", source: str = '"../catalog/units/vpc"', path: str | None = None, more: str = ""
) -> str:
    """The text of a `unit` block; `source` and `path` are expressions."""
    where = f'"{name}"' if path is None else path
    return f'unit "{name}" {{\n  source = {source}\n  path = {where}\n  {more}\n}}\n'


def stack_of(*blocks: str) -> Files:
    """The catalogue with one stack file in the folder `dev`."""
    return {**CATALOGUE, "dev/terragrunt.stack.hcl": "\n".join(blocks)}
