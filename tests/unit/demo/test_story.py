"""The story notices when what it tells did not happen."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from towpath.demo.sample import SampleRepository
from towpath.demo.stage import Answer, Chapter, Narrator, StoryError, expect, tell
from towpath.demo.story import Story, unit
from towpath.system import FakeClock, FakeProcesses


class ScriptedTowpath:
    """Answers what it is told to; what nobody scripted fails the test. `ending` changes what the next ones answer."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.endings: dict[str, list[int]] = {}
        self.documents: dict[str, Any] = {}

    def show(self, *words: str) -> int:
        self.shown.append(" ".join(words))
        return self.endings[words[0]].pop(0)

    def ask(self, *words: str) -> Answer:
        return Answer(0, self.documents[words[0]])


class ScriptedAccounts:
    """Every account with the log groups and topics it is given."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, int]] = {"dev": {}, "stage": {}, "prod": {}}
        self.by_hand: list[str] = []

    def log_groups(self, account: str) -> dict[str, int]:
        return self.groups[account]

    def topics(self, account: str) -> list[str]:
        return [] if account == "dev" else ["a topic"]

    def make_log_group(self, account: str, name: str) -> None:
        self.by_hand.append(f"made {account}/{name}")

    def remove_log_group(self, account: str, name: str) -> None:
        self.by_hand.append(f"removed {account}/{name}")

    def name_topics(self, account: str, name: str) -> None:
        self.by_hand.append(f"named the topics of {account} {name}")


@pytest.fixture
def towpath() -> ScriptedTowpath:
    return ScriptedTowpath()


@pytest.fixture
def text() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def story(tmp_path: Path, towpath: ScriptedTowpath, text: io.StringIO) -> Story:
    processes = FakeProcesses()
    processes.script("git", stdout=b"abc\n")
    repository = SampleRepository(tmp_path / "live", processes)
    repository.create()
    return Story(repository, towpath, ScriptedAccounts(), Narrator(Console(file=text)))


def test_the_chapter_of_the_comment_as_it_should_be(story: Story, towpath: ScriptedTowpath) -> None:
    towpath.endings = {"changes": [0], "apply": [0]}
    towpath.documents = {"changes": {"units": []}}
    story.comment()
    assert towpath.shown == ["changes HEAD~1", "apply --no-logs"]
    assert "# A word about the locals." in story.repository.path("root.hcl").read_text()


def test_a_comment_that_changes_a_unit_is_not_as_told(story: Story, towpath: ScriptedTowpath) -> None:
    towpath.endings = {"changes": [0], "apply": [0]}
    towpath.documents = {"changes": {"units": ["dev/app"]}}
    with pytest.raises(StoryError, match="a comment changes no unit"):
        story.comment()


def test_units_that_go_in_the_wrong_order_are_not_as_told(story: Story, towpath: ScriptedTowpath) -> None:
    levels = [[unit("dev", "events")], [unit("dev", "app")]]
    towpath.endings = {"changes": [0], "apply": [0]}
    towpath.documents = {"changes": {"tiers": [{"levels": levels}]}}
    with pytest.raises(StoryError, match="app goes before events"):
        story.remove_units()
    assert not [words for words in towpath.shown if words.startswith("apply")]


def halted(prod: str) -> dict[str, Any]:
    statuses = {"dev": "applied", "stage": "failed", "prod": prod}
    units = [{"path": unit(account, "app"), "status": status} for account, status in statuses.items()]
    return {"run": "r1", "status": "halted", "units": units}


def test_prod_reached_behind_a_failure_is_not_as_told(story: Story, towpath: ScriptedTowpath) -> None:
    towpath.endings = {"apply": [1]}
    towpath.documents = {"runs": {"runs": [{"run": "r1"}]}, "status": halted("applied")}
    with pytest.raises(StoryError, match="prod was not reached"):
        story.fail_in_the_middle()


def test_prod_is_looked_at_in_the_cloud_as_well(story: Story, towpath: ScriptedTowpath) -> None:
    towpath.endings = {"apply": [1]}
    towpath.documents = {"runs": {"runs": [{"run": "r1"}]}, "status": halted("pending")}
    story.accounts.log_groups("prod").update({"app": 30, "audit": 30})
    with pytest.raises(StoryError, match="prod is untouched"):
        story.fail_in_the_middle()


def test_a_run_that_does_not_fail_is_not_as_told(story: Story, towpath: ScriptedTowpath) -> None:
    towpath.endings = {"apply": [0]}
    with pytest.raises(StoryError, match="the run halts"):
        story.fail_in_the_middle()


def chapters(clock: FakeClock, *fates: bool) -> list[Chapter[Story]]:
    """Chapters of ten seconds each; `fates` say whether they happen as told."""

    def telling(fate: bool) -> Callable[[Story], None]:
        def tell_it(story: Story) -> None:
            story.narrator.line("once upon a time")
            clock.advance(10)
            expect(fate, "a happy end", "none")

        return tell_it

    return [Chapter(f"Chapter {fate}", telling(fate)) for fate in fates]


def test_told_to_its_end_it_sums_up(story: Story, text: io.StringIO) -> None:
    clock = FakeClock()
    clock.advance(3)
    assert tell(story, chapters(clock, True, True), clock, 0.0) == 0
    summary = text.getvalue().split("== Summary\n")[1].splitlines()
    assert [line.split("  ")[0] for line in summary] == ["Set up", "1. Chapter True", "2. Chapter True", "Altogether"]
    assert [line.split()[-2] for line in summary] == ["3.0", "10.0", "10.0", "23.0"]


def test_gone_wrong_it_says_where_and_tells_no_further(story: Story, text: io.StringIO) -> None:
    clock = FakeClock()
    assert tell(story, chapters(clock, True, False, True), clock, 0.0) == 1
    assert text.getvalue().count("once upon a time") == 2
    assert "The story went wrong in chapter 2, Chapter False." in text.getvalue()
    assert "Expected: a happy end; instead: none." in text.getvalue()
