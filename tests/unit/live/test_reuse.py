"""What did not change since another commit is not evaluated again, and nothing is different for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_edits import EDITS, edited, told
from live_repositories import ESTATE, Files

from towpath.git import fake_tree
from towpath.live import Live, LiveReader

_T = TypeVar("_T")
_R = TypeVar("_R")


class Watched:
    """Does everything here, and remembers what there was to do."""

    def __init__(self) -> None:
        self.pieces: list[object] = []

    def share(self, work: Callable[[_T], _R], pieces: Sequence[_T]) -> list[_R]:
        self.pieces = list(pieces)
        return [work(piece) for piece in pieces]


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
