"""A real login provider (npm's oidc-provider) on loopback, and a browser that logs in there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

__all__ = ["CALLBACK", "RunningProvider", "running_provider"]

FOLDER = Path(__file__).parent / "login_provider"
CALLBACK = "http://127.0.0.1:9/login/oidc/callback"
"""Where browsers are sent back to; nobody listens there, the test takes what they bring."""


class RunningProvider:
    """One provider. People log in by name; what is known of them is told by `account`."""

    def __init__(self, issuer: str, process: subprocess.Popen[str]) -> None:
        self.issuer = issuer
        self._process = process

    def account(self, name: str, /, **claims: object) -> None:
        self._control(account={"id": name, "claims": claims})

    def rotate_keys(self) -> None:
        self._control(rotate=True)

    def expire_codes(self) -> None:
        self._control(expireCodes=True)

    def tell_in_the_token(self, yes: bool) -> None:
        """Whether the ID token has the claims; else they are asked for."""
        self._control(idTokenTells=yes)

    def log_in(self, url: str, name: str) -> dict[str, str]:
        """Goes to the address as a browser would, logs in, says yes to what is asked. What the browser is sent back
        with.
        """
        with httpx.Client(timeout=20) as browser:
            answer = browser.get(url)
            while not answer.has_redirect_location or not answer.headers["location"].startswith(CALLBACK):
                if answer.has_redirect_location:
                    answer = browser.get(answer.url.join(answer.headers["location"]))
                    continue
                assert answer.status_code == 200, answer.text
                prompt = "login" if 'value="login"' in answer.text else "consent"
                answer = browser.post(answer.url, data={"prompt": prompt, "login": name})
            return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def deny(self, url: str) -> dict[str, str]:
        """Goes to the address, and away without logging in."""
        with httpx.Client(timeout=20) as browser:
            page = browser.get(url, follow_redirects=True)
            answer = browser.get(f"{page.url}/abort")
            while not answer.headers["location"].startswith(CALLBACK):
                answer = browser.get(answer.url.join(answer.headers["location"]))
            return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def stop(self) -> None:
        """From now on nobody answers."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait(20)

    def _control(self, **said: object) -> None:
        httpx.post(f"{self.issuer}/control", json=said, timeout=20).raise_for_status()


@contextmanager
def running_provider(redirect: str = CALLBACK) -> Iterator[RunningProvider]:
    """Skips the test where the provider is not installed."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        pytest.skip("needs Node.js, and `make provider` for the login provider")
    argv = [node, str(FOLDER / "server.mjs"), redirect]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        provider = RunningProvider(process.stdout.readline().strip(), process)
        try:
            assert provider.issuer.startswith("http://127.0.0.1:"), "the login provider did not start"
            yield provider
        finally:
            provider.stop()
