"""The pages served on loopback, and a browser to look at them with."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from towpath.web import Services, create_app

__all__ = ["BROWSER", "opened_browser", "serving"]

BROWSER = "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def serving(services: Services, port: int = 0) -> Iterator[str]:
    """The address at which the application answers, from a thread of this process."""
    config = uvicorn.Config(
        create_app(services), host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    started = threading.Event()
    startup = server.startup

    async def telling(*arguments: object, **options: object) -> None:
        await startup(*arguments, **options)  # type: ignore[arg-type] # of uvicorn's own
        started.set()

    server.startup = telling  # type: ignore[method-assign] # it offers no other way to hear of it
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        if not started.wait(30):
            raise TimeoutError("the server did not start")
        taken = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{taken}"
    finally:
        server.should_exit = True
        thread.join(30)


@contextlib.contextmanager
def opened_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
