"""The programming interface answers as its description says, whatever is sent to it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from made_up import made_up_services
from made_up_story import WAITING, made_up_estate
from schemathesis.specs.openapi.checks import ignored_auth

from towpath.web import create_app

OPERATIONS = (
    "get /runs",
    "post /runs",
    "get /runs/{run}",
    "get /runs/{run}/units/{path}",
    "get /runs/{run}/logs/{path}",
    "get /runs/{run}/events",
    "post /runs/{run}/approve",
    "post /runs/{run}/reject",
    "post /runs/{run}/apply",
    "post /runs/{run}/resume",
    "post /runs/{run}/cancel",
    "post /runs/{run}/plan-again",
    "post /runs/{run}/roll-back",
    "post /runs/{run}/supersede",
    "post /runs/{run}/thaw",
    "get /repositories",
    "get /units",
    "get /graph",
    "get /estate",
    "get /history/{path}",
    "get /audit",
    "get /settings",
)


@functools.cache
def operations() -> Mapping[str, Any]:
    app = create_app(made_up_services(made_up_estate(4)))
    schema: Any = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    found = [result.ok() for result in schema.get_all_operations()]
    return {f"{one.method} {one.path.removeprefix('/api/v1')}": one for one in found}


def test_every_operation_is_tried() -> None:
    assert set(operations()) == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_operation_answers_as_it_is_described(name: str) -> None:
    """Somebody who may do everything sends whatever fits the description, and much that does not."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=operations()[name].as_strategy())
    def tried(case: Any) -> None:
        for run in {WAITING, case.path_parameters.get("run", WAITING)}:
            if "run" in case.path_parameters:
                case.path_parameters["run"] = run
            answer = case.call(headers={"authorization": "Bearer ada"})
            assert answer.status_code < 500
            # The credentials are ours, so that taking others away proves nothing here.
            case.validate_response(answer, excluded_checks=[ignored_auth])

    tried()
