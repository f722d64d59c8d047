"""What repositories, engines and log lines say is text in a real browser, whatever it looks like."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from made_up import MadeUp
from made_up_story import WAITING
from playwright.sync_api import Browser, Dialog, Page, Request, expect
from poisoned import EVIL, poisoned

_UNIT = quote(EVIL, safe="")
PAGES = (
    "/runs",
    f"/runs?text={_UNIT}",
    f"/runs/{WAITING}",
    f"/runs/{WAITING}/units/{_UNIT}",
    f"/runs/{WAITING}/approve?gate=gate-prod",
    "/graph?repository=infrastructure-live",
    "/estate?repository=infrastructure-live",
    f"/units/{_UNIT}?repository=infrastructure-live",
    f"/audit?text={_UNIT}",
    "/settings",
    f"/runs/{_UNIT}",
)
_FOREIGN = """[...document.querySelectorAll('*')].filter((one) =>
  ['IMG', 'IFRAME', 'OBJECT', 'EMBED', 'BASE'].includes(one.tagName)
  || (one.tagName === 'SCRIPT' && (!one.src.startsWith(location.origin + '/static/') || one.textContent.trim()))
  || one.getAttributeNames().some((name) => name.startsWith('on') || name === 'style')
  || /^\\s*(javascript|data):/i.test(one.getAttribute('href') ?? '')).map((one) => one.outerHTML)"""

Visitor = Callable[[str], Page]


@pytest.fixture
def watched(visitor: Visitor, estate: MadeUp) -> tuple[Page, list[str]]:
    """A page of the poisoned estate, and what ran or was asked for that should not be."""
    poisoned(estate)
    page, seen = visitor("grace"), list[str]()

    def answered(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.dismiss()

    def asked(request: Request) -> None:
        if not request.url.startswith("http://127.0.0.1:"):
            seen.append(request.url)

    page.on("dialog", answered)
    page.on("request", asked)
    return page, seen


@pytest.mark.parametrize("path", PAGES)
def test_no_words_of_others_become_a_part_of_the_page(watched: tuple[Page, list[str]], path: str) -> None:
    page, seen = watched
    page.goto(path)
    expect(page.get_by_role("main")).to_be_visible()
    assert page.evaluate(_FOREIGN) == []
    assert "\u202e" not in page.locator("body").inner_text()
    assert seen == []


def test_even_a_script_that_got_into_a_page_would_not_run(browser: Browser, address: str) -> None:
    """The policy of the pages, tried with what escaping should never let through."""
    page = browser.new_page(extra_http_headers={"authorization": "Bearer grace"})
    page.goto(f"{address}/runs")
    page.evaluate("""() => {
      document.addEventListener('securitypolicyviolation', (one) => {
        document.body.dataset.refused = `${document.body.dataset.refused ?? ''} ${one.effectiveDirective}`;
      });
      const script = document.createElement('script');
      script.textContent = "document.body.dataset.ran = 'yes'";
      document.body.append(script);
      const image = document.createElement('img');
      image.src = 'http://192.0.2.1/pixel';
      document.body.append(image);
    }""")
    expect(page.locator("body")).to_have_attribute("data-refused", " script-src-elem img-src")
    assert page.locator("body").get_attribute("data-ran") is None
    page.close()
