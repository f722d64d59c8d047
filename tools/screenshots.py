"""Pictures of every page, at the width of a desk and of a telephone, light and dark, from a made-up estate.

`make screenshots` writes them to `build/screenshots`. Names of pages as arguments make only those.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from made_up import made_up_services
from made_up_story import DATABASE, HALTED, PLANNED, RUNNING, WAITING, made_up_estate
from playwright.sync_api import Browser
from web_served import opened_browser, serving

FOLDER = Path("build/screenshots")
SIZES = {"desk": (1360, 900), "phone": (390, 844)}
PAGES = {
    "runs": "/runs",
    "runs-filtered": "/runs?status=halted",
    "run-waiting": f"/runs/{WAITING}",
    "run-running": f"/runs/{RUNNING}",
    "run-halted": f"/runs/{HALTED}",
    "run-planned": f"/runs/{PLANNED}",
    "confirm": f"/runs/{WAITING}/approve?gate=gate-prod",
    "begin": "/begin/apply?repository=infrastructure-live",
    "unit": f"/runs/{WAITING}/units/{DATABASE}",
    "unit-failed": f"/runs/{HALTED}/units/stage/eu-west-1/payments/queue",
    "graph": "/graph?repository=infrastructure-live",
    "estate": "/estate?repository=infrastructure-live",
    "history": f"/units/{DATABASE}?repository=infrastructure-live",
    "audit": "/audit",
    "settings": "/settings",
    "api": "/api",
    "not-found": "/runs/nowhere",
}


def main(wanted: Iterable[str]) -> int:
    chosen = set(wanted) or set(PAGES)
    FOLDER.mkdir(parents=True, exist_ok=True)
    wide: list[str] = []
    with serving(made_up_services(made_up_estate())) as address, opened_browser() as browser:
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                wide += _pictures(browser, address, f"{size}-{scheme}", (width, height), chosen)
    print("\n".join(wide) or f"The pictures are in {FOLDER}, and no page is wider than its window.")
    return 1 if wide else 0


def _pictures(browser: Browser, address: str, kind: str, size: tuple[int, int], chosen: set[str]) -> list[str]:
    """Writes the pictures; which pages were wider than the window."""
    scheme: Literal["light", "dark"] = "dark" if kind.endswith("dark") else "light"
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    context.add_cookies([{"name": "name", "value": "grace", "url": address}])
    wide: list[str] = []
    for name in PAGES:
        if name not in chosen:
            continue
        page = context.new_page()
        page.goto(f"{address}{PAGES[name]}", wait_until="load")
        page.screenshot(path=FOLDER / f"{name}-{kind}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(f"{name} is wider than {size[0]} pixels ({kind})")
        page.close()
    context.close()
    return wide


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
