"""A signed request to any program, as Standard Webhooks has it (github.com/standard-webhooks/standard-webhooks).

The signature is HMAC-SHA256 over id, timestamp and body, so that nobody can send, change or repeat one. The id is the
notice's: a receiver that keeps the ids it has seen takes each once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from towpath.notifiers.notifier import Delivery, Sending, check_answer
from towpath.problems import Problem, ProblemError
from towpath.system import Clock
from towpath.system.http import Http

__all__ = ["Webhook", "signature", "signing_key"]

_PREFIX = "whsec_"
_SHORTEST = 16


@dataclass(frozen=True, slots=True)
class Webhook:
    """`key` is what `signing_key` made of the secret."""

    url: str = field(repr=False)
    key: bytes = field(repr=False)
    http: Http
    clock: Clock

    def send(self, sending: Sending) -> Delivery:
        body = json.dumps({"type": f"towpath.{sending.notice.event}", "data": sending.notice.as_json()})
        at = int(self.clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": sending.notice.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self.key, sending.notice.id, at, body),
        }
        check_answer(self.http.post(self.url, body, headers), urlsplit(self.url).hostname or "The address")
        return Delivery()


def signature(key: bytes, id_: str, at: int, body: str) -> str:
    """Of a request with this id and body, sent at this second."""
    signed = hmac.new(key, f"{id_}.{at}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def signing_key(secret: str) -> bytes:
    """The key that a secret stands for. Raises `ProblemError` with `webhook-secret-unusable`."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or len(key) < _SHORTEST:
        raise ProblemError(
            Problem(
                "webhook-secret-unusable",
                "The secret of a webhook cannot be used",
                f"It should be {_PREFIX} and the base64 form of at least {_SHORTEST} random bytes.",
                hint=f'Make one with: echo "{_PREFIX}$(openssl rand -base64 32)"',
            )
        )
    return key
