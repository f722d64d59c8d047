"""Listening for connections."""

from __future__ import annotations

import socket

from towpath.problems import Problem, ProblemError

__all__ = ["Listening", "listen_at"]

Listening = socket.socket
"""A socket that listens already."""


def listen_at(host: str, port: int) -> Listening:
    """A socket that listens; port 0 lets the system choose one. Raises `ProblemError` with `cannot-listen`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ProblemError(_cannot(host, port, error)) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise ProblemError(_cannot(host, port, error)) from error
    return listening


def _cannot(host: str, port: int, error: OSError) -> Problem:
    detail = f"{host}:{port}: {error.strerror or error}."
    hint = "Choose another address with `--listen`, or end what listens there."
    return Problem("cannot-listen", "Nobody can be listened to at this address", detail, hint=hint)
