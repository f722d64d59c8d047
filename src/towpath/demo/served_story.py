"""The story as the pages show it: commits come, somebody agrees, a run halts, one waits, and a unit drifts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from towpath.demo.account_view import AccountViews
from towpath.demo.sample import SampleRepository
from towpath.demo.stage import Chapter, Narrator, expect
from towpath.demo.story import expect_halt_in_stage, keep_logs, make_stage_fail, unit

__all__ = ["SERVED_CHAPTERS", "ServedStory", "WatchedLive"]

DRIFTS = unit("stage", "events")
"""No later commit changes it: it is found as it was left."""


T = TypeVar("T")


class Talks(Protocol):
    """The server, as far as the story needs it; see `serving.Service`."""

    base: str

    def page(self, run: Mapping[str, Any]) -> str: ...

    def settled(self, repository: str, commit: str, status: str) -> dict[str, Any]: ...

    def drifted(self, repository: str) -> Sequence[str]: ...

    def approve(self, run: Mapping[str, Any], environment: str, reason: str) -> None: ...

    def wait(self, what: str, look: Callable[[], T | None]) -> T: ...


@dataclass(frozen=True)
class WatchedLive:
    """A live repository that the server watches by this name, and its accounts as they really are."""

    name: str
    repository: SampleRepository
    accounts: AccountViews
    first_commit: str


@dataclass(frozen=True)
class ServedStory:
    """Who takes part. What is said to the service is said by Ada, who approves; Robin commits."""

    service: Talks
    shop: WatchedLive
    billing: WatchedLive
    narrator: Narrator

    def bring_up(self) -> None:
        """Two repositories, each from its first commit to prod."""
        self.narrator.say(
            "The server looks at two repositories every five seconds, and finds that nothing of them was ever applied."
        )
        both = (self.shop, self.billing)
        waiting = [self._waits_for_prod(live, live.first_commit) for live in both]
        for run in waiting:
            self.service.approve(run, "prod", "Bring prod up.")
        self.narrator.seen("Ada said yes to prod, in both.")
        for live in both:
            self._succeeds(live, live.first_commit)

    def change_by_hand(self) -> None:
        """Behind Towpath's back. It is found later, by the schedule."""
        self.shop.accounts.name_topics("stage", "Changed by hand")
        self.narrator.say(f"Somebody renames the topic of {DRIFTS} in the cloud, by hand. No commit says so.")

    def walk_to_prod(self) -> None:
        """One value in one shared file, through all accounts."""
        commit = keep_logs(self.shop.repository, 7, 30)
        self.narrator.say("Robin pushes to shop: the logs of the app are kept for 30 days, in all three accounts.")
        run = self._waits_for_prod(self.shop, commit)
        self.service.approve(run, "prod", "Seen in stage.")
        self.narrator.seen("Ada said yes to prod.")
        self._succeeds(self.shop, commit)

    def halt(self) -> None:
        """stage fails for real, and prod is not touched."""
        commit = make_stage_fail(self.billing.repository, self.billing.accounts)
        self.narrator.say(
            "Robin pushes to billing: a log group for audits. In stage somebody made one of that name by hand."
        )
        run = self.service.settled(self.billing.name, commit, "halted")
        expect_halt_in_stage(run, self.billing.accounts)
        self.narrator.seen(f"dev has it, stage failed, prod is as it was: {self.service.page(run)}")

    def wait_for_you(self) -> None:
        """The last commit gets as far as the gate."""
        commit = keep_logs(self.shop.repository, 30, 90)
        self.narrator.say("Robin pushes to shop once more: 90 days. This time Ada says nothing.")
        self._waits_for_prod(self.shop, commit)

    def find_drift(self) -> None:
        """Only what was changed by hand has drifted."""
        self.narrator.say("Every five minutes the server compares the topics of shop with what was applied.")
        found = self.service.wait("something of shop has drifted", self._drifted)
        expect(found == [DRIFTS], f"{DRIFTS} has drifted and nothing else has", found)
        self.narrator.seen(f"{DRIFTS} is not as it was applied: {self.service.base}/estate?repository={self.shop.name}")

    def _drifted(self) -> Sequence[str] | None:
        return self.service.drifted(self.shop.name) or None

    def _waits_for_prod(self, live: WatchedLive, commit: str) -> dict[str, Any]:
        run = self.service.settled(live.name, commit, "waiting")
        early = [
            each["path"] for each in run["units"] if each["path"].startswith("prod/") and each["status"] != "planned"
        ]
        expect(not early, "nothing of prod is applied before somebody said yes", early)
        self.narrator.seen(f"{live.name} is through to stage and waits before prod: {self.service.page(run)}")
        return run

    def _succeeds(self, live: WatchedLive, commit: str) -> None:
        run = self.service.settled(live.name, commit, "succeeded")
        self.narrator.seen(f"{live.name} is through to prod: {self.service.page(run)}")


SERVED_CHAPTERS = (
    Chapter("Two repositories come up", ServedStory.bring_up),
    Chapter("Somebody changes the cloud", ServedStory.change_by_hand),
    Chapter("A commit walks to prod", ServedStory.walk_to_prod),
    Chapter("stage fails, prod is untouched", ServedStory.halt),
    Chapter("One run waits for you", ServedStory.wait_for_you),
    Chapter("What has drifted", ServedStory.find_drift),
)
