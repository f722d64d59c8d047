"""A live repository that was kept is the one that was read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_edits import EDITS, edited, told
from live_repositories import ESTATE, Files

from towpath.git import fake_tree
from towpath.live import LiveReader, Unit
from towpath.live import loading as loading_module
from towpath.model.paths import UnitPath

VPC = UnitPath("dev/us-east-1/vpc")


class DictShelf:
    """A shelf in memory, which counts what was taken from it."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.taken: list[str] = []

    def get(self, key: str) -> bytes | None:
        if key in self.kept:
            self.taken.append(key)
        return self.kept.get(key)

    def latest(self, beginning: str) -> str | None:
        return next((key for key in reversed(self.kept) if key.startswith(beginning)), None)

    def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content


@pytest.fixture(autouse=True)
def _small_repositories_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading_module, "_WORTH_KEEPING", 1)


@pytest.fixture
def shelf() -> DictShelf:
    return DictShelf()


def whole(unit: Unit) -> object:
    return unit, unit.values, unit.config.as_values() if unit.config else None


@pytest.mark.parametrize("name", EDITS)
def test_the_same_commit_again(name: str, shelf: DictShelf) -> None:
    tree = fake_tree(edited(ESTATE, name), "a" * 40)
    first = LiveReader({}, shelf=shelf).read(tree)
    again = LiveReader({}, shelf=shelf).read(tree)
    assert len(shelf.taken) == 1
    assert told(again) == told(first)
    assert [whole(unit) for unit in again.units.values()] == [whole(unit) for unit in first.units.values()]
    assert again.memory() == first.memory()


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from(list(EDITS)), max_size=3), st.lists(st.sampled_from(list(EDITS)), max_size=3))
def test_another_commit_after_it(before: list[str], after: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading_module, "_WORTH_KEEPING", 1)
        shelf = DictShelf()
        LiveReader({}, shelf=shelf).read(fake_tree(edited(ESTATE, *before), "b" * 40))
        tree = fake_tree(edited(ESTATE, *before, *after), "a" * 40)
        assert told(LiveReader({}, shelf=shelf).read(tree)) == told(LiveReader({}).read(tree))


def test_a_commit_with_the_same_files_has_its_own_name(shelf: DictShelf) -> None:
    LiveReader({}, shelf=shelf).read(fake_tree(ESTATE, "b" * 40))
    assert LiveReader({}, shelf=shelf).read(fake_tree(ESTATE, "a" * 40)).commit == "a" * 40


def test_settings_are_part_of_the_key(shelf: DictShelf) -> None:
    for files in (ESTATE, edited(ESTATE, "settings"), edited(ESTATE, "accounts")):
        LiveReader({}, shelf=shelf).read(fake_tree(files, "a" * 40))
    assert len({key.partition("-")[0] for key in shelf.kept}) == 3


def test_what_comes_from_the_environment_is_not_kept(shelf: DictShelf) -> None:
    files: Files = {**ESTATE, "towpath.yml": "environment: [TOKEN]\n"}
    LiveReader({"TOKEN": "hunter2"}, shelf=shelf).read(fake_tree(files, "a" * 40))
    assert shelf.kept == {}


def test_some_units_alone_are_not_kept(shelf: DictShelf) -> None:
    LiveReader({}, shelf=shelf).read(fake_tree(ESTATE, "a" * 40), only=[VPC])
    assert shelf.kept == {}


def test_a_commit_that_differs_little_is_kept_as_what_differs(shelf: DictShelf) -> None:
    reader = LiveReader({}, shelf=shelf)
    base, head = (fake_tree(edited(ESTATE, name), name[0] * 40) for name in ("nothing", "a unit that goes"))
    first = reader.read(base)
    second = reader.read(head, known=first)
    whole, little = shelf.kept.values()
    assert len(little) < len(whole)
    again = LiveReader({}, shelf=shelf).read(head)
    assert told(again) == told(second)
    assert again.memory() == second.memory()


def test_without_the_whole_it_is_read_again(shelf: DictShelf) -> None:
    reader = LiveReader({}, shelf=shelf)
    first = reader.read(fake_tree(ESTATE, "b" * 40))
    head = fake_tree(edited(ESTATE, "a unit that goes"), "a" * 40)
    second = reader.read(head, known=first)
    del shelf.kept[next(iter(shelf.kept))]
    assert told(LiveReader({}, shelf=shelf).read(head)) == told(second)


def test_three_commits_one_after_the_other(shelf: DictShelf) -> None:
    names = ("nothing", "a module", "a value in an included file", "a broken include", "a unit inside a unit")
    trees = [fake_tree(edited(ESTATE, *names[: number + 1]), f"{number}" * 40) for number in range(len(names))]
    for tree in trees:
        LiveReader({}, shelf=shelf).read(tree)
    for tree in trees:
        assert told(LiveReader({}, shelf=shelf).read(tree)) == told(LiveReader({}).read(tree))
