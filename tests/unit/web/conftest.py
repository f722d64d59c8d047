"""An application without services: what every answer has in common."""

from __future__ import annotations

from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from web_visits import KnownByName

from towpath.system import FakeClock
from towpath.web import Services, create_app


class Untouched:
    """Fails the test that asks it for anything."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nothing should be asked for {name}")


@pytest.fixture
def bare() -> FastAPI:
    untouched = cast(Any, Untouched())
    return create_app(Services(untouched, untouched, untouched, FakeClock(), KnownByName()))


@pytest.fixture
def stranger(bare: FastAPI) -> TestClient:
    return TestClient(bare, follow_redirects=False, raise_server_exceptions=False)
