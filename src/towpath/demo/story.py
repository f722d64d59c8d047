"""The story in five chapters, each told, shown, and then checked against what Towpath reports and the cloud holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from towpath.demo.account_view import AccountViews
from towpath.demo.sample import REGION, SampleRepository
from towpath.demo.stage import Chapter, Narrator, Towpath, expect

__all__ = ["CHAPTERS", "Story", "expect_halt_in_stage", "keep_logs", "make_stage_fail", "unit"]

DONE, FAILED, WAITING = 0, 1, 3
SHARED_FILE = "_envcommon/app.hcl"
QUIETLY = "--no-logs"
"""What Terraform prints would be most of what is to be read; `towpath logs` has it all."""

WALK = ("dev", "stage", "prod")


def unit(account: str, name: str) -> str:
    """The path of an account's unit."""
    return f"{account}/{REGION}/{name}"


def keep_logs(repository: SampleRepository, before: int, after: int) -> str:
    """A commit that keeps the app's logs for `after` days in every account. Gives the commit."""
    repository.replace(SHARED_FILE, f"retention_days = {before}", f"retention_days = {after}")
    return repository.commit(f"Keep the logs of the app for {after} days")


def make_stage_fail(repository: SampleRepository, accounts: AccountViews) -> str:
    """A commit that asks for a log group in every account; in stage one of that name is there already, made by hand."""
    accounts.make_log_group("stage", "audit")
    repository.replace(SHARED_FILE, "audit          = false", "audit          = true")
    return repository.commit("Give the app a log for audits")


def expect_halt_in_stage(run: Mapping[str, Any], accounts: AccountViews) -> None:
    """`run` is as `towpath status --json` or the service tells it."""
    expect(run["status"] == "halted", "the run is halted", run["status"])
    statuses = {each["path"]: each["status"] for each in run["units"]}
    found = [statuses.get(unit(account, "app")) for account in WALK]
    expect(found[:2] == ["applied", "failed"], "dev was applied and stage failed", statuses)
    expect(found[2] not in ("applied", "failed"), "prod was not reached", statuses)
    expect(accounts.log_groups("prod").keys() == {"app"}, "prod is untouched", accounts.log_groups("prod"))


@dataclass(frozen=True)
class Story:
    """Who takes part: the repository, `towpath`, the accounts as they really are, and who speaks."""

    repository: SampleRepository
    towpath: Towpath
    accounts: AccountViews
    narrator: Narrator

    def bring_up(self) -> None:
        """From nothing to everything: nothing was ever applied, so every unit is in the change set."""
        self.narrator.say(
            "Nothing was ever applied, so everything is new. prod asks for one approval; see towpath.yml."
        )
        self._apply_and_wait()
        self._approve("Bring prod up")
        everything = (unit("shared", "artifacts"), *(unit(a, n) for a in WALK for n in ("events", "app")))
        self._expect_units(dict.fromkeys(everything, "applied"))
        self._expect_retention(dict.fromkeys(WALK, 7))

    def change_one_file(self) -> None:
        """One value in one shared file: three accounts, one after another, and prod only after somebody said yes."""
        keep_logs(self.repository, 7, 30)
        self.narrator.say(f"One value changes in {SHARED_FILE}. What does that change, and why?")
        expect(self.towpath.show("changes", "HEAD~1") == DONE, "`towpath changes` ends with 0")
        self._expect_fan_out()
        self.narrator.say("The plans of all three, before anything is touched:")
        expect(self.towpath.show("plan", QUIETLY) == DONE, "`towpath plan` ends with 0")
        planned = self._latest()
        plans = {each["path"]: each["plan"] for each in planned["units"]}
        expect(all(plans[unit(a, "app")]["exactness"] == "exact" for a in WALK), "every plan is exact", plans)
        expect(all(plans[unit(a, "app")]["change"] == 1 for a in WALK), "every plan changes one resource", plans)
        self.narrator.say("Now for real: dev, then stage, then a gate.")
        self._apply_and_wait("--run", planned["run"])
        self._expect_retention({"dev": 30, "stage": 30, "prod": 7})
        self._approve("Seen in stage")
        self._expect_units({unit(a, "app"): "applied" for a in WALK})
        self._expect_retention(dict.fromkeys(WALK, 30))

    def fail_in_the_middle(self) -> None:
        """stage fails: dev stays as it is, prod is never touched; mended, the same run goes on from there."""
        self.narrator.say(
            "Somebody makes a log group by hand in stage. Then a commit asks Terraform to make the same one."
        )
        make_stage_fail(self.repository, self.accounts)
        expect(self.towpath.show("apply", QUIETLY) == FAILED, "the run halts: `towpath apply` ends with 1")
        run = self._latest()
        expect_halt_in_stage(run, self.accounts)
        self.narrator.seen("dev has the new log group, stage failed, prod is as it was.")
        self.towpath.show("logs", run["run"], unit("stage", "app"))
        self.narrator.say("The one made by hand goes; the run goes on where it stopped.")
        self.accounts.remove_log_group("stage", "audit")
        expect(self.towpath.show("resume", QUIETLY, run["run"]) == WAITING, "the resumed run waits before prod")
        self._approve("Mended in stage")
        self._expect_units({unit(account, "app"): "applied" for account in WALK})
        for account in WALK:
            found_groups = self.accounts.log_groups(account)
            expect(found_groups.keys() == {"app", "audit"}, f"{account} has both log groups", found_groups)
        self.narrator.seen("All three accounts have it now. dev was not applied again.")

    def remove_units(self) -> None:
        """Two folders go, and what they made goes after them, the reader before what it reads."""
        for name in ("app", "events"):
            self.repository.remove(unit("dev", name))
        self.repository.commit("dev needs no app and no events any more")
        self.narrator.say("Two units of dev are removed from the repository. The app reads the outputs of events.")
        expect(self.towpath.show("changes", "HEAD~1") == DONE, "`towpath changes` ends with 0")
        changes = self.towpath.ask("changes", "HEAD~1").document
        levels = [level for tier in changes["tiers"] for level in tier["levels"]]
        expect(levels == [[unit("dev", "app")], [unit("dev", "events")]], "app goes before events", levels)
        expect(self.towpath.show("apply", QUIETLY) == DONE, "`towpath apply` ends with 0")
        self._expect_units({unit("dev", name): "destroyed" for name in ("app", "events")})
        left = (self.accounts.log_groups("dev"), self.accounts.topics("dev"))
        expect(left == ({}, []), "dev has no log group and no topic left", left)
        expect(len(self.accounts.topics("stage")) == 1, "stage still has its topic", self.accounts.topics("stage"))
        self.narrator.seen("Gone from dev, app first; stage and prod still have theirs.")

    def comment(self) -> None:
        """A comment in the file that every unit includes changes nothing, so there is nothing to do."""
        self.repository.replace("root.hcl", "locals {", "# A word about the locals.\nlocals {")
        self.repository.commit("Explain the locals")
        self.narrator.say("A comment in root.hcl, which every unit includes:")
        expect(self.towpath.show("changes", "HEAD~1") == DONE, "`towpath changes` ends with 0")
        changes = self.towpath.ask("changes", "HEAD~1").document
        expect(changes["units"] == [], "a comment changes no unit", changes["units"])
        expect(self.towpath.show("apply", QUIETLY) == DONE, "`towpath apply` has nothing to do and ends with 0")
        self.narrator.seen("Nothing was planned, nothing was applied.")

    def _apply_and_wait(self, *words: str) -> None:
        expect(
            self.towpath.show("apply", QUIETLY, *words) == WAITING,
            "the run waits before prod: `towpath apply` ends with 3",
        )
        run = self._latest()
        expect(run["status"] == "waiting", "the run waits", run["status"])
        reached = [each["path"] for each in run["units"] if each["path"].startswith("prod/")]
        applied = [each["path"] for each in run["units"] if each["path"] in reached and each["status"] == "applied"]
        expect(bool(reached) and not applied, "nothing of prod was applied without an approval", applied)
        self.narrator.seen("shared, dev and stage are done; nothing of prod was touched.")

    def _approve(self, reason: str) -> None:
        run = self._latest()["run"]
        self.towpath.show("approve", run, "--reason", reason)
        if self._latest()["status"] != "succeeded":
            expect(
                self.towpath.show("apply", QUIETLY, "--run", run) == DONE, "the approved run succeeds: it ends with 0"
            )
        status = self._latest()["status"]
        expect(status == "succeeded", "the run succeeded", status)

    def _expect_fan_out(self) -> None:
        changes = self.towpath.ask("changes", "HEAD~1").document
        paths = [each["path"] for each in changes["units"]]
        expect(sorted(paths) == sorted(unit(account, "app") for account in WALK), "the three apps change", paths)
        for each in changes["units"]:
            reasons = [(r["attribute"], r["before"], r["after"], r["file"]) for r in each["reasons"]]
            wanted = ("inputs.retention_days", 7, 30, SHARED_FILE)
            expect(wanted in reasons, f"{each['path']} says why", reasons)
        tiers = [tier["accounts"] for tier in changes["tiers"]]
        expect(tiers == [[account] for account in WALK], "the tiers are dev, stage, prod", tiers)
        self.narrator.seen(
            "Three units out of seven, in three tiers, each with the value, before and after, and the file."
        )

    def _expect_units(self, statuses: Mapping[str, str]) -> None:
        found = {each["path"]: each["status"] for each in self._latest()["units"]}
        expect(found == dict(statuses), "the run's units ended as they should", found)

    def _expect_retention(self, days: Mapping[str, int]) -> None:
        found = {account: self.accounts.log_groups(account).get("app") for account in days}
        expect(found == dict(days), f"the days for which logs are kept are {_in_words(days)}", found)
        self.narrator.seen(f"For how many days the cloud keeps the logs now: {_in_words(days)}.")

    def _latest(self) -> dict[str, Any]:
        """The newest run, as `towpath status` reports it."""
        runs = self.towpath.ask("runs").document["runs"]
        expect(bool(runs), "there is a run")
        document: dict[str, Any] = self.towpath.ask("status", runs[0]["run"]).document
        return document


def _in_words(days: Mapping[str, int]) -> str:
    return ", ".join(f"{account} {number}" for account, number in days.items())


CHAPTERS = (
    Chapter("Bring everything up", Story.bring_up),
    Chapter("Change one shared file", Story.change_one_file),
    Chapter("stage fails, prod is untouched; mend, resume", Story.fail_in_the_middle),
    Chapter("Remove units", Story.remove_units),
    Chapter("A comment in the root file", Story.comment),
)
