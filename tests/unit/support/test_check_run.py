"""The check that every story's runs go through does find what must not be."""

from __future__ import annotations

from typing import Any

import pytest
from world import check_run


def unit(path: str, tier: int, status: str, exactness: str = "exact") -> dict[str, Any]:
    return {"path": path, "tier": tier, "status": status, "plan": {"exactness": exactness}}


def run(status: str, *units: dict[str, Any]) -> dict[str, Any]:
    return {"run": "r", "status": status, "units": list(units)}


@pytest.mark.parametrize(
    "document",
    [
        run("succeeded", unit("a", 1, "applied"), unit("b", 2, "unchanged")),
        run("halted", unit("a", 1, "applied"), unit("b", 1, "failed"), unit("c", 2, "pending")),
        run("waiting", unit("a", 1, "applied"), unit("b", 2, "planned", "provisional")),
        run("succeeded"),
    ],
)
def test_what_may_be_passes(document: dict[str, Any]) -> None:
    check_run(document)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (run("succeeded", unit("a", 1, "applied"), unit("a", 1, "applied")), "twice"),
        (run("halted", unit("a", 1, "failed"), unit("b", 2, "applied")), "beyond the failure"),
        (run("succeeded", unit("a", 1, "applied", "provisional")), "not exact"),
        (run("succeeded", unit("a", 1, "applied"), unit("b", 2, "planned")), "not done"),
        (run("halted", unit("a", 1, "applied")), "all is done"),
    ],
)
def test_what_must_not_be_is_found(document: dict[str, Any], why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        check_run(document)
