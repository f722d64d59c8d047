"""The demo in the browser: everything is started, the story is played, and all of it stays until Ctrl-C."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from towpath.demo.account_view import CloudViews
from towpath.demo.cloud import EmulatedCloud
from towpath.demo.ground import DemoTools, demo_cloud, demo_environment, lay_out
from towpath.demo.sample import SampleRepository
from towpath.demo.served_story import SERVED_CHAPTERS, ServedStory, WatchedLive
from towpath.demo.serving import HOST, Service, free_port, serving, write_config
from towpath.demo.stage import Narrator, StoryError, Towpath, TowpathProgram, expect, tell
from towpath.system.foreground import raising_on_terminate

__all__ = ["run_served_demo"]

ADA = "ada@example.com"
REPOSITORIES = ("shop", "billing")
EVERY_FIVE_MINUTES = "*/5 * * * *"
"""A schedule may not be denser."""


@dataclass(frozen=True)
class _People:
    """What lets them in: you by a link in the browser, Ada by a token."""

    your_link: str
    adas_token: str


def run_served_demo(*, console: Console, tools: DemoTools) -> int:
    """Gives the exit status: 0 until somebody ended it, 1 the story or the server went wrong.

    Raises `ProblemError` when the demo cannot start.
    """
    narrator = Narrator(console)
    status = 0
    with (
        raising_on_terminate(),
        tempfile.TemporaryDirectory(prefix="towpath-demo-", ignore_cleanup_errors=True) as made,
    ):
        try:
            with demo_cloud(tools, Path(made).resolve()) as cloud:
                status = _play(tools, narrator, Path(made).resolve(), cloud)
        except KeyboardInterrupt:
            pass
    narrator.say("Everything the demo started is stopped, and its folder is removed.")
    return status


def _play(tools: DemoTools, narrator: Narrator, folder: Path, cloud: EmulatedCloud) -> int:
    began = tools.clock.steady()
    narrator.chapter("Set up")
    environment = demo_environment(tools.environment.all(), folder, cloud)
    shop, billing = (_watched(tools, folder, cloud, name) for name in REPOSITORIES)
    port = free_port(tools)
    watched = {live.name: live.repository.folder for live in (shop, billing)}
    schedule = {
        "name": "drift-of-topics",
        "cron": EVERY_FIVE_MINUTES,
        "repositories": [shop.name],
        "units": ["**/events"],
    }
    config = write_config(folder, port, watched, schedule)
    narrator.seen(f"An emulated AWS answers on {cloud.endpoint}.")
    narrator.seen(f"Two live repositories, shop and billing, stand in {folder}.")
    towpath = TowpathProgram(folder, environment, narrator, tools.foreground, tools.processes)
    with serving(tools, narrator, config, f"http://{HOST}:{port}", environment) as service:
        try:
            people = _people(towpath, config)
        except StoryError as error:
            narrator.failed("The people of the story could not be added.", f"Expected: {error}.")
            return 1
        service.token = people.adas_token
        narrator.seen(f"`towpath serve` answers on {service.base} and writes its log to {service.log}.")
        _let_in(narrator, people)
        status = tell(ServedStory(service, shop, billing, narrator), SERVED_CHAPTERS, tools.clock, began)
        _say_where_to_look(narrator, service, billing)
        service.stay()
        narrator.failed("The server ended by itself.", f"It said: {service.last_words()}")
        return 1 if status == 0 else status


def _watched(tools: DemoTools, folder: Path, cloud: EmulatedCloud, name: str) -> WatchedLive:
    # Both are in the same accounts, so that their names must differ.
    repository = SampleRepository(folder / name, tools.processes, f"acme-{name}")
    first_commit = lay_out(cloud, repository)
    views = CloudViews(cloud, repository.organisation, repository.account_ids)
    return WatchedLive(name, repository, views, first_commit)


def _people(towpath: Towpath, config: Path) -> _People:
    """You, Robin who commits, Ada who approves. Raises `StoryError` when the command line does not add them."""

    def administer(*words: str) -> Mapping[str, Any]:
        answer = towpath.ask("admin", "--config", str(config), *words)
        expect(answer.status == 0, f"`towpath admin {words[0]}` ends with 0", answer.document)
        document: Mapping[str, Any] = answer.document
        return document

    administer("user", "add", "robin@example.com", "--name", "Robin Lock", "--role", "operator")
    administer("user", "add", ADA, "--name", "Ada Gate", "--role", "approver")
    token = administer("token", "create", ADA, "demo", "--role", "approver")
    you = administer("user", "add", "you@example.com", "--name", "You", "--role", "admin")
    return _People(you["link"], token["secret"])


def _let_in(narrator: Narrator, people: _People) -> None:
    narrator.seen("Robin commits, Ada approves, and you are an administrator. This link lets you in, once:")
    narrator.line(f"  {people.your_link}")


def _say_where_to_look(narrator: Narrator, service: Service, billing: WatchedLive) -> None:
    narrator.chapter("Yours to look at")
    where = shlex.quote(str(billing.repository.folder))
    for line in (
        f"Every run:                  {service.base}/runs",
        f"What stands where in shop:  {service.base}/estate?repository=shop",
        "What you can do: approve the run of shop that waits before prod; or take billing's failing commit back with",
        f"  git -C {where} revert --no-edit HEAD",
        "Ctrl-C ends it all.",
    ):
        narrator.line(line)
