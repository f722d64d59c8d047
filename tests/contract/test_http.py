"""Requests to other hosts: what is answered, and everything that is not an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from towpath.problems import ProblemError
from towpath.system.http import HttpAnswer, HttpxHttp


class Host(BaseHTTPRequestHandler):
    """Answers by path."""

    asked: list[str]
    stop: threading.Event

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/elsewhere":
            self._answer(302, b"", Location="/hello")
        elif self.path == "/large":
            self._answer(200, b"x" * 5000)
        elif self.path == "/endless":
            self._answer(200, b"x", length=100)
            self.stop.wait(20)
        else:
            self._answer(200, self.headers.get("X-Said", "").encode())

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self._answer(400, self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as it is called
        del format, args


@pytest.fixture
def host() -> Iterator[str]:
    Host.asked, Host.stop = [], threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        Host.stop.set()
        server.shutdown()
        thread.join()


def test_an_answer_is_an_answer_whatever_its_status(host: str) -> None:
    http = HttpxHttp()
    assert http.get(f"{host}/hello", {"X-Said": "hello"}) == HttpAnswer(200, b"hello")
    assert http.post(f"{host}/form", "a=b", {"Content-Type": "text/plain"}) == HttpAnswer(400, b"a=b")


def test_nobody_is_asked_but_the_one_who_was_named(host: str) -> None:
    assert HttpxHttp().get(f"{host}/elsewhere").status == 302
    assert Host.asked == ["/elsewhere"]


def test_an_answer_that_is_too_large_is_none(host: str) -> None:
    with pytest.raises(ProblemError, match="larger than 1000 bytes"):
        HttpxHttp(most_bytes=1000).get(f"{host}/large")


def test_who_does_not_finish_in_time_does_not_answer(host: str) -> None:
    with pytest.raises(ProblemError) as raised:
        HttpxHttp(seconds=0.2).get(f"{host}/endless")
    assert raised.value.problems[0].id == "host-unreachable"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x?token=secret", "http://[::1", "ftp://example.com/", ""])
def test_who_cannot_be_asked_is_named_without_the_rest_of_the_address(url: str) -> None:
    with pytest.raises(ProblemError) as raised:
        HttpxHttp().get(url)
    assert raised.value.problems[0].id == "host-unreachable"
    assert "secret" not in str(raised.value)
