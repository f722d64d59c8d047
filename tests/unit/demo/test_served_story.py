"""The story in the browser notices when what it tells did not happen."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest
from rich.console import Console

from towpath.demo.sample import SampleRepository
from towpath.demo.served_story import DRIFTS, ServedStory, WatchedLive
from towpath.demo.stage import Narrator, StoryError, expect
from towpath.demo.story import unit
from towpath.system import FakeProcesses

T = TypeVar("T")
WALK = ("dev", "stage", "prod")


class ScriptedService:
    """Each run comes to stand as it is asked for; `units` says how its units stand then."""

    base = "http://server"

    def __init__(self) -> None:
        self.approved: list[str] = []
        self.units: dict[str, str] = dict.fromkeys(WALK, "planned")
        self.found: list[list[str]] = []

    def page(self, run: Mapping[str, Any]) -> str:
        return f"{self.base}/runs/{run['run']}"

    def settled(self, repository: str, commit: str, status: str) -> dict[str, Any]:
        units = [{"path": unit(account, "app"), "status": stands} for account, stands in self.units.items()]
        return {"run": f"{repository}-{commit}", "status": status, "units": units}

    def approve(self, run: Mapping[str, Any], environment: str, reason: str) -> None:
        assert reason
        self.approved.append(f"{run['run']} {environment}")

    def drifted(self, repository: str) -> list[str]:
        assert repository == "shop"
        return self.found.pop(0)

    def wait(self, what: str, look: Callable[[], T | None]) -> T:
        while (found := look()) is None:
            expect(bool(self.found), what)
        return found


class Accounts:
    """Log groups as they are scripted; what was done by hand is written down."""

    def __init__(self) -> None:
        self.by_hand: list[str] = []
        self.groups = {"app": 7}

    def log_groups(self, account: str) -> dict[str, int]:
        assert account == "prod"
        return self.groups

    def topics(self, account: str) -> list[str]:
        raise AssertionError(f"nobody asks for the topics of {account}")

    def make_log_group(self, account: str, name: str) -> None:
        self.by_hand.append(f"made {account}/{name}")

    def remove_log_group(self, account: str, name: str) -> None:
        raise AssertionError(f"nobody removes {account}/{name}")

    def name_topics(self, account: str, name: str) -> None:
        self.by_hand.append(f"named {account} {name}")


@pytest.fixture
def service() -> ScriptedService:
    return ScriptedService()


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
def text() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def story(tmp_path: Path, service: ScriptedService, accounts: Accounts, text: io.StringIO) -> ServedStory:
    def watched(name: str) -> WatchedLive:
        processes = FakeProcesses()
        processes.script("git", stdout=b"c2\n")
        repository = SampleRepository(tmp_path / name, processes)
        repository.create()
        return WatchedLive(name, repository, accounts, "c1")

    return ServedStory(service, watched("shop"), watched("billing"), Narrator(Console(file=text, width=200)))


def said(text: io.StringIO) -> list[str]:
    return [line.removeprefix("ok: ") for line in text.getvalue().splitlines() if line.startswith("ok: ")]


def test_both_come_up_when_ada_said_yes(story: ServedStory, service: ScriptedService, text: io.StringIO) -> None:
    story.bring_up()
    assert service.approved == ["shop-c1 prod", "billing-c1 prod"]
    assert said(text)[-1] == "billing is through to prod: http://server/runs/billing-c1"


def test_prod_that_is_applied_before_the_yes_is_not_as_told(story: ServedStory, service: ScriptedService) -> None:
    service.units["prod"] = "applied"
    with pytest.raises(StoryError, match=r"before somebody said yes; instead: .*prod/eu-west-1/app"):
        story.walk_to_prod()
    assert service.approved == []


def test_the_last_commit_is_left_to_wait(story: ServedStory, service: ScriptedService) -> None:
    story.walk_to_prod()
    story.wait_for_you()
    assert service.approved == ["shop-c2 prod"]
    assert "retention_days = 90" in story.shop.repository.path("_envcommon/app.hcl").read_text()


def test_a_halt_leaves_prod_as_it_was(story: ServedStory, service: ScriptedService, accounts: Accounts) -> None:
    service.units = {"dev": "applied", "stage": "failed", "prod": "pending"}
    story.halt()
    assert accounts.by_hand == ["made stage/audit"]
    service.units["stage"] = "applied"
    story.billing.repository.replace("_envcommon/app.hcl", "audit          = true", "audit          = false")
    with pytest.raises(StoryError, match="stage failed"):
        story.halt()


def test_drift_is_waited_for(story: ServedStory, service: ScriptedService, accounts: Accounts) -> None:
    service.found = [[], [], [DRIFTS]]
    story.change_by_hand()
    story.find_drift()
    assert accounts.by_hand == ["named stage Changed by hand"]


def test_drift_elsewhere_is_not_as_told(story: ServedStory, service: ScriptedService) -> None:
    service.found = [[unit("dev", "app"), DRIFTS]]
    with pytest.raises(StoryError, match=r"nothing else has; instead: .*dev/eu-west-1/app"):
        story.find_drift()
