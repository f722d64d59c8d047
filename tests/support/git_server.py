"""A git server on loopback: the real `git http-backend` behind a small HTTP server that can refuse, fail and dawdle."""

from __future__ import annotations

import base64
import gzip
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["GitServer", "git_server"]

_SECRET = "sesame"


@dataclass
class GitServer:
    """Serves every repository below `folder`. `wanted` is the authorization it asks for; `status` answers everything
    with this status; `silent` never answers until it is released; `elsewhere` redirects there.
    """

    folder: Path
    wanted: str | None = None
    status: int | None = None
    elsewhere: str | None = None
    silent: threading.Event | None = None
    port: int = 0
    requests: list[str] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask_for_basic(self, user: str = "x-access-token", token: str = _SECRET) -> str:
        self.wanted = "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()
        return token

    def ask_for_bearer(self, token: str = _SECRET) -> str:
        self.wanted = f"Bearer {token}"
        return token

    def fetches(self) -> int:
        """How many packs were asked for."""
        return sum(request.startswith("POST") and "fetch" in request for request in self.requests)


@contextmanager
def git_server(folder: Path) -> Iterator[GitServer]:
    """Serves the repositories below the folder until the end."""
    server = GitServer(folder)

    class Handler(_Handler):
        git = server

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_port
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            if server.silent is not None:
                server.silent.set()
            listening.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    git: GitServer

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def _answer(self, body: bytes) -> None:
        server = self.git
        plain = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        server.requests.append(f"{self.command} {self.path} {'fetch' if b'command=fetch' in plain else 'look'}")
        server.authorizations.append(self.headers.get("Authorization"))
        if server.silent is not None:
            server.silent.wait()
        elif server.elsewhere is not None:
            self._say(302, {"Location": server.elsewhere + self.path})
        elif server.status is not None:
            self._say(server.status, {})
        elif server.wanted is not None and self.headers.get("Authorization") != server.wanted:
            self._say(401, {"WWW-Authenticate": 'Basic realm="git"'})
        else:
            self._serve(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _serve(self, body: bytes) -> None:
        where = urlsplit(self.path)
        variables = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GIT_PROJECT_ROOT": str(self.git.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": where.path,
            "QUERY_STRING": where.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], env=variables, input=body, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._say(int(headers.pop("Status", "200").split()[0]), headers, content)

    def _say(self, status: int, headers: dict[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """What was asked for is kept by the server."""
