"""A house in which people log in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from login_house import LoginHouse, login_house

from towpath.model.people import Grant, Role


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LoginHouse]:
    with login_house(tmp_path, [Grant(Role.OPERATOR, people=("ann@example.com",))]) as house:
        yield house
