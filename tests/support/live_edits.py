"""Edits of a small live repository, for tests of what an edit leaves as it is."""

from __future__ import annotations

from collections.abc import Mapping

from live_repositories import ESTATE, Files

from towpath.git import FakeLink
from towpath.live import Live

__all__ = ["EDITS", "edited", "told"]

VPC, APP = "dev/us-east-1/vpc/terragrunt.hcl", "dev/us-east-1/app/terragrunt.hcl"
EDITS: Mapping[str, Mapping[str, str | FakeLink | None]] = {
    "nothing": {},
    "a comment": {"root.hcl": f"# why\n{ESTATE['root.hcl']!s}"},
    "a value in an included file": {"_envcommon/vpc.hcl": str(ESTATE["_envcommon/vpc.hcl"]).replace("10.0", "10.1")},
    "a configuration that is read": {"dev/account.hcl": 'locals {\n  name = "development"\n}\n'},
    "an account's file that comes nearer": {"dev/us-east-1/account.hcl": 'locals {\n  name = "near"\n}\n'},
    "a module": {"modules/naming/main.tf": 'output "name" {\n  value = "y"\n}\n'},
    "a file in a module": {"modules/vpc/more/more.tf": 'output "more" {\n  value = 1\n}\n'},
    "a module that goes": {"modules/vpc/main.tf": None},
    "a unit that goes": {VPC: None},
    "a unit that comes": {"dev/us-east-1/dns/terragrunt.hcl": str(ESTATE[VPC])},
    "a unit inside a unit": {"dev/us-east-1/vpc/inner/terragrunt.hcl": str(ESTATE[VPC])},
    "a file beside a unit": {"dev/us-east-1/vpc/notes.txt": "hello"},
    "Terraform files beside a unit": {"dev/us-east-1/vpc/main.tf": 'output "x" {\n  value = 1\n}\n'},
    "a broken unit": {APP: "inputs = {"},
    "a broken include": {"_envcommon/app.hcl": "inputs = {"},
    "a unit that reads its neighbour": {
        APP: str(ESTATE[APP]) + 'locals {\n  n = read_terragrunt_config("../vpc/x.hcl", {})\n}\n'
    },
    "the neighbour's file": {"dev/us-east-1/vpc/x.hcl": "locals {\n  a = 1\n}\n"},
    "files of a folder": {VPC: str(ESTATE[VPC]) + 'inputs = {\n  all = fileset("../../../data", "**")\n}\n'},
    "one more file there": {"data/deep/one.txt": "1"},
    "a unit that knows its name": {
        "_envcommon/vpc.hcl": str(ESTATE["_envcommon/vpc.hcl"]) + "locals {\n  o = get_original_terragrunt_dir()\n}\n"
    },
    "settings": {"towpath.yml": "protected: ['dev/**']\n"},
    "accounts": {"accounts.json": str(ESTATE["accounts.json"]).replace('"deploy_order": 2', '"deploy_order": 1')},
    "a link": {"dev/us-east-1/vpc/link.hcl": FakeLink("../../account.hcl")},
}


def edited(files: Files, *names: str) -> Files:
    changed = dict(files)
    for name in names:
        for path, content in EDITS[name].items():
            if content is None:
                changed.pop(path, None)
            else:
                changed[path] = content
    return changed


def told(live: Live) -> object:
    return live.commit, dict(live.units), live.problems, dict(live.blobs), live.accounts
