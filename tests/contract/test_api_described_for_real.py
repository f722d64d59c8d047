"""The programming interface over HTTP and a real database answers as its description says, whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from role_house import UNIT, RoleHouse
from schemathesis.specs.openapi.checks import ignored_auth
from web_served import serving

from towpath.system import FakeClock
from towpath.web import Services, create_app
from towpath.web.views.deeds import DeedKind

_NONE = cast(Any, None)
_DESCRIPTION = create_app(Services(_NONE, _NONE, _NONE, FakeClock())).openapi()
OPERATIONS = [f"{method} {path}" for path, methods in _DESCRIPTION["paths"].items() for method in methods]


@dataclass(frozen=True, slots=True)
class Served:
    house: RoleHouse
    base: str
    headers: dict[str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Somebody who may do everything sends whatever comes to their mind."""
    house = RoleHouse(tmp_path_factory.mktemp("described"))
    with serving(house.services()) as base:
        yield Served(house, base, {"cookie": house.visitor("admin").headers["cookie"]})
    house.close()


def send(served: Served, name: str, examples: int) -> None:
    method, _, path = name.partition(" ")
    schema: Any = schemathesis.openapi.from_dict(_DESCRIPTION)
    # A run in each state, some of which are changed on the way.
    runs = ["no-such-run", *(served.house.run_for(deed)[0] for deed in (*DeedKind, ""))]
    key = served.house.visitor("admin").key

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(case=schema[path][method].as_strategy(), run=st.sampled_from(runs), is_known=st.booleans())
    def tried(case: Any, run: str, is_known: bool) -> None:
        if is_known and "run" in case.path_parameters:
            case.path_parameters["run"] = run
        if is_known and "path" in case.path_parameters:
            case.path_parameters["path"] = UNIT
        answer = case.call(base_url=served.base, headers={**served.headers, "x-towpath-form": key})
        assert answer.status_code < 500, answer.text
        # The credentials are ours, so that taking others away proves nothing here.
        case.validate_response(answer, excluded_checks=[ignored_auth])

    tried()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers_as_it_is_described(served: Served, name: str) -> None:
    send(served, name, 8)


@pytest.mark.soak
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers_as_it_is_described_for_long(served: Served, name: str) -> None:
    send(served, name, 300)
