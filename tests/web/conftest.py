"""A browser, and the pages of a made-up estate served on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from made_up import MadeUp, made_up_services
from made_up_story import made_up_estate
from playwright.sync_api import Browser, Page, expect
from web_served import BROWSER, opened_browser, serving
from web_visits import EVERYBODY

Visitor = Callable[[str], Page]

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if shutil.which(BROWSER) is None:
        pytest.skip(f"there is no browser at {BROWSER}")
    with opened_browser() as browser:
        yield browser


@pytest.fixture
def estate() -> MadeUp:
    return made_up_estate(8)


@pytest.fixture
def address(estate: MadeUp) -> Iterator[str]:
    with serving(made_up_services(estate, EVERYBODY)) as address:
        yield address


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    """Gives a browser window in which somebody is logged in; fails the test when a page broke its own rules."""
    contexts, faults = [], []

    def visit(name: str) -> Page:
        context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": "name", "value": name, "url": address}])
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not faults
