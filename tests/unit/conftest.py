"""Unit tests are instant and closed: no socket, no process."""

from __future__ import annotations

import subprocess
from typing import Any, NoReturn

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Fails the test that opens a network socket or starts a process."""

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise AssertionError(f"a unit test may not start a process: {args[1:2]}")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
