"""What did not change since another commit is not evaluated again, and nothing is different for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_repositories import ESTATE, Files

from towpath.git import FakeLink, fake_tree
from towpath.live import Live, LiveReader

_T = TypeVar("_T")
_R = TypeVar("_R")

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


class Watched:
    """Does everything here, and remembers what there was to do."""

    def __init__(self) -> None:
        self.pieces: list[object] = []

    def share(self, work: Callable[[_T], _R], pieces: Sequence[_T]) -> list[_R]:
        self.pieces = list(pieces)
        return [work(piece) for piece in pieces]


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


def reread(before: Files, after: Files) -> tuple[Live, Live, Watched]:
    """The second repository: read with the first one known, and alone; and what was evaluated for it."""
    workers = Watched()
    reader = LiveReader({}, workers=workers)
    known = reader.read(fake_tree(before, "b" * 40))
    live = reader.read(fake_tree(after, "a" * 40), known=known)
    return live, LiveReader({}).read(fake_tree(after, "a" * 40)), workers


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("backwards", [False, True])
def test_one_edit(name: str, *, backwards: bool) -> None:
    pair = (ESTATE, edited(ESTATE, name))
    live, alone, _ = reread(*(reversed(pair) if backwards else pair))
    assert told(live) == told(alone)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(list(EDITS)), max_size=4), st.lists(st.sampled_from(list(EDITS)), max_size=4))
def test_any_edits(before: list[str], after: list[str]) -> None:
    live, alone, _ = reread(edited(ESTATE, *before), edited(ESTATE, *before, *after))
    assert told(live) == told(alone)


@pytest.mark.parametrize(
    ("name", "evaluated"),
    [
        ("nothing", []),
        ("a module", []),
        ("a value in an included file", ["dev/us-east-1/vpc", "prod/us-east-1/vpc"]),
        ("a configuration that is read", ["dev/us-east-1/app", "dev/us-east-1/vpc"]),
        ("an account's file that comes nearer", ["dev/us-east-1/app", "dev/us-east-1/vpc"]),
        ("a file beside a unit", ["dev/us-east-1/vpc"]),
        ("a unit that comes", ["dev/us-east-1/dns"]),
        ("a unit that goes", []),
        ("settings", ["dev/us-east-1/app", "dev/us-east-1/vpc", "prod/us-east-1/app", "prod/us-east-1/vpc"]),
    ],
)
def test_only_what_may_differ_is_evaluated(name: str, evaluated: list[str]) -> None:
    _, _, workers = reread(ESTATE, edited(ESTATE, name))
    assert workers.pieces == evaluated


def test_the_configuration_can_still_be_had() -> None:
    live, _, _ = reread(ESTATE, edited(ESTATE, "a value in an included file"))
    configs = [unit.config for unit in live.units.values()]
    assert [config.inputs.get("cidr") for config in configs if config] == [None, "10.1.0.0/16", None, "10.1.0.0/16"]
