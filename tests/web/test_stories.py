"""Stories in a real browser: looking, deciding, watching, losing the connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from made_up import MadeUp, made_up_services
from made_up_story import DATABASE, HALTED, RUNNING, WAITING
from playwright.sync_api import Page, expect
from web_served import serving
from web_visits import EVERYBODY

from towpath.model.paths import UnitPath
from towpath.model.runs import UnitStatus

Visitor = Callable[[str], Page]

INDEX = UnitPath("stage/eu-west-1/search/index")
_UNNAMED = """[...document.querySelectorAll('a, button, input, select, textarea')]
  .filter((one) => one.type !== 'hidden' && !(one.textContent.trim() || one.ariaLabel || one.labels?.length))
  .map((one) => one.outerHTML)"""
EVIL = '"><img src=x onerror="document.title=1">\u202e'


def test_a_second_person_approves_after_reading_the_plan(visitor: Visitor, estate: MadeUp) -> None:
    page = visitor("grace")
    page.goto("/runs")
    page.get_by_role("link", name="Keep backups of the orders database").click()
    page.get_by_role("link", name=DATABASE).click()
    expect(page.get_by_role("heading", name="Data is lost")).to_be_visible()
    expect(page.get_by_text("forces replacement").first).to_be_visible()
    page.go_back()
    page.get_by_label("Gate of prod").get_by_role("link", name="Approve").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("You say yes to 2 plans, exactly as they are now")
    dialog.get_by_label("A word for those who read it later").fill("Checked with the team")
    dialog.get_by_role("button", name="Approve 2 plans").click()
    expect(page.get_by_label("Gate of prod")).to_contain_text("passed")
    expect(page.get_by_text("Checked with the team")).to_be_visible()
    assert estate.done == [("grace@example.com", "approve", WAITING)]


def test_an_author_may_not_approve_and_is_told_why(visitor: Visitor) -> None:
    page = visitor("ada")
    page.goto(f"/runs/{WAITING}")
    expect(page.get_by_text("you cannot give it: you wrote a commit in this run")).to_be_visible()
    expect(page.get_by_label("Gate of prod").get_by_role("link", name="Approve")).to_have_count(0)


def test_two_decide_at_once_and_the_second_is_told(visitor: Visitor, estate: MadeUp) -> None:
    grace, linus = visitor("grace"), visitor("linus")
    for page in (grace, linus):
        page.goto(f"/runs/{WAITING}")
    grace.get_by_label("Gate of prod").get_by_role("link", name="Reject").click()
    linus.get_by_label("Gate of prod").get_by_role("link", name="Approve").click()
    grace.get_by_role("dialog").get_by_label("Why").fill("Not this week")
    grace.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(grace.get_by_text("Rejected by grace@example.com: Not this week").first).to_be_visible()
    linus.get_by_role("dialog").get_by_role("button", name="Approve 2 plans").click()
    expect(linus.get_by_role("heading", name="It has changed meanwhile")).to_be_visible()
    expect(linus.get_by_text("grace@example.com rejected it")).to_be_visible()
    assert [what for _, what, _ in estate.done] == ["reject"]


def test_a_run_goes_on_while_somebody_watches_and_nothing_jumps(visitor: Visitor, estate: MadeUp) -> None:
    page = visitor("victor")
    page.goto(f"/runs/{RUNNING}")
    row = page.locator(f'[data-unit="{INDEX}"]')
    expect(row).to_contain_text("planned")
    before = row.bounding_box()
    unit = estate.snapshot(RUNNING).units[INDEX]
    estate.put_unit(RUNNING, replace(unit, status=UnitStatus.APPLIED))
    expect(row).to_contain_text("applied")
    assert row.bounding_box() == before
    expect(page.locator("#column-2")).to_contain_text("4 of 9 done")


def test_a_log_streams_with_its_colours_and_without_markup(visitor: Visitor, estate: MadeUp) -> None:
    page = visitor("victor")
    page.goto(f"/runs/{RUNNING}/units/{INDEX}")
    expect(page.get_by_text("Nothing was printed yet.")).to_be_visible()
    lines = estate.logs.setdefault((RUNNING, INDEX), [])
    lines.append("\x1b[32mApplying\x1b[0m now")
    expect(page.get_by_role("log").locator(".l-green")).to_have_text("Applying")
    lines.append(EVIL)
    expect(page.get_by_role("log")).to_contain_text("<img src=x")
    assert page.locator("img").count() == 0
    assert page.title() != "1"


def test_a_lost_connection_says_so_and_comes_back_without_losing_anything(visitor: Visitor, estate: MadeUp) -> None:
    page = visitor("victor")
    services = made_up_services(estate, EVERYBODY)
    unit = estate.snapshot(RUNNING).units[INDEX]
    with serving(services) as address:
        page.context.add_cookies([{"name": "name", "value": "victor", "url": address}])
        page.goto(f"{address}/runs/{RUNNING}")
        row = page.locator(f'[data-unit="{INDEX}"]')
        estate.put_unit(RUNNING, replace(unit, reason="Seen before it broke"))
        expect(row).to_contain_text("Seen before it broke")
    expect(page.get_by_text("The connection is lost")).to_be_visible(timeout=60_000)
    estate.put_unit(RUNNING, replace(unit, status=UnitStatus.FAILED, reason="It failed meanwhile"))
    with serving(services, int(address.rpartition(":")[2])):
        expect(row).to_contain_text("It failed meanwhile", timeout=60_000)
        expect(page.get_by_text("The connection is lost")).to_be_hidden()


def test_what_differs_is_applied_by_hand(visitor: Visitor, estate: MadeUp) -> None:
    page = visitor("ada")
    page.goto("/estate")
    page.get_by_role("link", name="Apply now").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("applied tier by tier, through the same gates as after a push")
    dialog.get_by_role("button", name="Apply now").click()
    expect(page.get_by_role("status").first).to_have_text("running")
    assert [what for _, what, _ in estate.done] == ["start-apply"]


def test_a_halted_run_is_resumed_and_cancelled_by_who_may(visitor: Visitor, estate: MadeUp) -> None:
    page = visitor("ada")
    page.goto(f"/runs/{HALTED}")
    page.get_by_role("link", name="Resume").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 failed unit and 1 skipped unit are planned again")
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.get_by_role("status").first).to_have_text("running")
    page.get_by_role("link", name="Cancel the run").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [what for _, what, _ in estate.done] == ["resume"]


def test_a_run_is_approved_with_the_keyboard_alone(visitor: Visitor, estate: MadeUp) -> None:
    page = visitor("grace")
    page.goto(f"/runs/{WAITING}")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.get_by_label("Gate of prod").get_by_role("link", name="Approve").focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog textarea")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Gate of prod")).to_contain_text("passed")
    assert len(estate.done) == 1


def test_it_works_without_scripts(visitor: Visitor, estate: MadeUp) -> None:
    page = visitor("grace")
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"/runs/{WAITING}")
    page.get_by_label("Gate of prod").get_by_role("link", name="Approve").click()
    expect(page.get_by_role("heading", name="Approve prod")).to_be_visible()
    page.get_by_role("button", name="Approve 2 plans").click()
    expect(page.get_by_label("Gate of prod")).to_contain_text("passed")
    assert len(estate.done) == 1


@pytest.mark.parametrize(
    "path",
    ["/runs", f"/runs/{WAITING}", f"/runs/{WAITING}/units/{DATABASE}", "/graph?repository=infrastructure-live",
     "/estate?repository=infrastructure-live", f"/units/{DATABASE}?repository=infrastructure-live", "/audit",
     "/settings", "/api"],
)  # fmt: skip
def test_every_page_fits_a_telephone_and_has_its_landmarks(visitor: Visitor, path: str) -> None:
    page = visitor("victor")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate(_UNNAMED) == []
