"""Stand-ins for where notices go: an HTTP host that answers as Slack, Teams and programs do, and a mail server."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["MailHost", "NoticeHost", "certificate", "mail_host", "notice_host"]

TOKEN = "xoxb-right"
PASSWORD = "a long password"


@dataclass
class NoticeHost:
    """`posts` is what programs, workflows and Teams got: path, headers, body. `refuse` answers all with this status."""

    url: str = ""
    posts: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    refuse: int | None = None

    def slack_post(self, method: str, said: dict[str, Any], token: str) -> dict[str, Any]:
        if token != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if said["channel"] != "C1":
            return {"ok": False, "error": "channel_not_found"}
        if method == "chat.postMessage":
            message = {**said, "ts": f"17000000{len(self.messages):02}.000100"}
            self.messages.append(message)
            return {"ok": True, "ts": message["ts"], "channel": "C1"}
        found = next((message for message in self.messages if message["ts"] == said["ts"]), None)
        if found is None:
            return {"ok": False, "error": "message_not_found"}
        found.update(said)
        return {"ok": True, "ts": said["ts"]}

    def slack_look(self, method: str, asked: dict[str, str]) -> dict[str, Any]:
        if method == "conversations.replies":
            found = [m for m in self.messages if asked["ts"] in (m["ts"], m.get("thread_ts"))]
        else:
            oldest, latest = asked.get("oldest", "0"), asked.get("latest", "9")
            tops = [m for m in self.messages if "thread_ts" not in m]
            found = [m for m in reversed(tops) if oldest <= m["ts"] <= latest]
        assert asked["include_all_metadata"] == "true"
        return {"ok": True, "messages": found, "has_more": False}


@contextmanager
def notice_host() -> Iterator[NoticeHost]:
    host = NoticeHost()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._answer(200, host.slack_look(parts.path.rpartition("/")[2], asked))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if host.refuse is not None:
                self._answer(host.refuse, {})
            elif self.path.startswith("/api/"):
                method = self.path.rpartition("/")[2]
                self._answer(200, host.slack_post(method, json.loads(body), self.headers["Authorization"]))
            else:
                host.posts.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self._answer(202 if self.path == "/teams" else 200, {"ok": True})

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Retry-After", "30")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as it is called
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_pem = folder / "mail.pem", folder / "mail.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return pem, key_pem


class MailHost:
    """A mail server; `messages` is what it took. It may know nobody."""

    def __init__(self, ca_file: Path) -> None:
        self.ca_file = str(ca_file)
        self.port = 0
        self.messages: list[EmailMessage] = []
        self.knows_nobody = False

    async def handle_RCPT(  # noqa: N802  # as it is called
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.knows_nobody or address.startswith("nobody@"):
            return "550 no such user"
        if address.startswith("later@"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # as it is called
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.messages.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


def _may_log_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"towpath", PASSWORD.encode())
    return AuthResult(success=right, handled=False) if not right else AuthResult(success=True)


class _AnyPort(Controller):
    """At a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # it has no types


@contextmanager
def mail_host(folder: Path, kind: str = "starttls") -> Iterator[MailHost]:
    """`kind` is starttls, tls, or none: a server that offers no encryption."""
    pem, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    host = MailHost(pem)
    tls: dict[str, Any] = {"authenticator": _may_log_in, "auth_require_tls": kind == "starttls"}
    if kind == "tls":
        tls["ssl_context"] = context
    if kind == "starttls":
        tls |= {"tls_context": context, "require_starttls": True}
    controller = _AnyPort(host, hostname="127.0.0.1", port=0, **tls)
    controller.start()
    try:
        host.port = controller.port
        yield host
    finally:
        controller.stop()
