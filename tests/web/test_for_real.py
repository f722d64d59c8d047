"""The whole story in a browser, on a real server: pushed, planned, read, approved by a second person, watched while it
goes on, halted, resumed. With the real Terraform and a real repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from emulated_aws import provider_configuration
from local_live import LocalLive
from playwright.sync_api import Browser, Page, expect
from served import SETTLES_SECONDS, Server, newest_run, served_by
from world import World

GATE = "gates:\n  prod: {approvals: 1, not_author: true}\n"
PASSWORD = "correct horse battery staple"  # of nobody
PATIENT = SETTLES_SECONDS * 1000


@pytest.fixture
def live(tmp_path: Path) -> LocalLive:
    world = World(tmp_path)
    world.environment["TF_CLI_CONFIG_FILE"] = str(provider_configuration())
    live = LocalLive(world, {"dev": 1, "prod": 2})
    world.write({"towpath.yml": GATE})
    for account in ("dev", "prod"):
        live.unit(f"{account}/app", '"one"')
    world.push("The first of all")
    return live


@pytest.fixture
def server(live: LocalLive) -> Iterator[Server]:
    live.set_trap("prod/app", "fail")
    live.set_trap("dev/app", "wait")
    with served_by(live.world) as running:
        yield running


@pytest.fixture
def enter(browser: Browser, server: Server) -> Iterator[Callable[[str], Page]]:
    """Logs somebody in at the form, in a browser of their own; no page may break its own rules."""
    contexts, faults = [], []

    def enter(email: str) -> Page:
        server.person(email, "operator")
        server.password(email, PASSWORD)
        context = browser.new_context(base_url=server.base)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto("/runs")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Runs")).to_be_visible()
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not faults


def test_from_the_push_to_the_end(live: LocalLive, server: Server, enter: Callable[[str], Page]) -> None:
    robin, ada = enter("robin@example.com"), enter("ada@example.com")
    newest_run(server.talkers[0], 0)
    robin.reload()
    robin.get_by_role("link", name="The first of all").click()
    row = robin.locator('[data-unit="dev/app"]')
    expect(row).to_contain_text("applying", timeout=PATIENT)
    live.remove_trap("dev/app", "wait")
    expect(row).to_contain_text("applied", timeout=PATIENT)
    gate = robin.get_by_label("Gate of prod")
    expect(gate).to_be_visible(timeout=PATIENT)
    expect(robin.get_by_text("you cannot give it: you wrote a commit in this run")).to_be_visible()
    expect(gate.get_by_role("link", name="Approve")).to_have_count(0)

    ada.goto(robin.url)
    ada.get_by_role("link", name="prod/app").click()
    expect(ada.get_by_text("terraform_data.this").first).to_be_visible()
    ada.go_back()
    ada.get_by_label("Gate of prod").get_by_role("link", name="Approve").click()
    ada.get_by_role("dialog").get_by_role("button", name="Approve 1 plan").click()
    failed = robin.locator('[data-unit="prod/app"]')
    expect(failed).to_contain_text("failed", timeout=PATIENT)
    expect(robin.get_by_role("status").first).to_have_text("halted", timeout=PATIENT)
    robin.get_by_role("link", name="prod/app").click()
    expect(robin.get_by_role("log")).to_contain_text("this account is out of quota")
    robin.go_back()

    live.remove_trap("prod/app", "fail")
    robin.get_by_role("link", name="Resume").click()
    robin.get_by_role("dialog").get_by_role("button", name="Resume").click()
    # What the failed apply left has to be replaced: that is more than was approved, so that somebody is asked again.
    expect(robin.get_by_role("status").first).to_have_text("waiting", timeout=PATIENT)
    ada.goto(robin.url)
    ada.get_by_label("Gate of prod").get_by_role("link", name="Approve").click()
    expect(ada.get_by_role("dialog")).to_contain_text("1 unit of these destroys or replaces resources")
    ada.get_by_role("dialog").get_by_role("button", name="Approve 1 plan").click()
    expect(ada.get_by_text("The plan does more than the one that was approved").first).to_be_visible()
    ada.get_by_role("link", name="Approve").click()
    ada.get_by_role("dialog").get_by_role("button", name="Approve 1 plan").click()
    expect(robin.get_by_role("status").first).to_have_text("succeeded", timeout=PATIENT)
    assert live.journal()[-1] == "made prod/app one"
    robin.goto("/estate")
    expect(robin.get_by_text("2 units in 2 accounts")).to_be_visible()
