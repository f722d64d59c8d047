"""Serving the application: a server in a thread of its own, so that the main thread can hear signals."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from towpath.problems import Problem, ProblemError
from towpath.system.listening import Listening

__all__ = ["serving"]

_STOP_SECONDS = 5
"""How long open connections have when the server stops; streams of events end at once."""
_PATIENCE_SECONDS = 0.1


@contextmanager
def serving(app: ASGIApp, listening: Listening) -> Iterator[None]:
    """While inside, requests that come to the socket are answered. Raises `ProblemError` with `server-not-started`."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever stands before it is nobody to believe without being told so.
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="towpath-web")
    thread.start()
    try:
        while not server.started:
            thread.join(_PATIENCE_SECONDS)
            if not thread.is_alive():
                raise ProblemError(_not_started())
        yield
    finally:
        server.should_exit = True
        thread.join()


def _not_started() -> Problem:
    detail = "The web server ended before it could answer anybody."
    return Problem("server-not-started", "The server did not start", detail, hint="Its log says why.")
