"""What must be true of everything that is told to somebody who did something wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from world import Outcome, World

__all__ = ["only_problem", "place_of", "printed_as"]


def only_problem(outcome: Outcome, id_: str, unit: str | None = None) -> Mapping[str, Any]:
    """The problem of that id (and unit). It says what is wrong in full sentences, and what to do."""
    found = [each for each in outcome.document["problems"] if each["id"] == id_ and unit in (None, each["unit"])]
    assert len(found) == 1, outcome.document["problems"]
    (problem,) = found
    assert problem["summary"]
    assert len(problem["detail"].split()) > 2, problem
    assert problem["hint"], problem
    return dict(problem)


def place_of(problem: Mapping[str, Any]) -> tuple[str | None, int | None, int | None]:
    return problem["file"], problem["line"], problem["column"]


def printed_as(world: World, *words: str) -> str:
    """What a person sees, on one line and without the margins in which it is drawn."""
    return " ".join(line.strip(" =|") for line in world.spoken(*words).splitlines())
