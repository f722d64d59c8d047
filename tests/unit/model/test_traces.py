"""A run as a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_house import House, step, walk

from towpath.model.traces import Span, spans_of


@pytest.fixture
def spans(tmp_path: Path) -> dict[str, Span]:
    house = House(tmp_path / "state")
    house.bench.apply_failures["dev/app"] = 1  # type: ignore[index] # a path is a text
    run = house.create(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"]), step("prod/app", 2)))
    house.drive(run)
    snapshot = house.state.runs.snapshot(run)
    assert snapshot is not None
    found = spans_of("live", snapshot, house.state.runs.attempts(run))
    assert found == spans_of("live", snapshot, house.state.runs.attempts(run)), "sent again, it is the same trace"
    house.state.close()
    return {span.name: span for span in found}


def test_units_are_part_of_the_run_and_attempts_of_their_units(spans: dict[str, Span]) -> None:
    run, unit = spans["run apply"], spans["unit dev/vpc"]
    assert (run.parent, unit.parent, spans["apply dev/vpc"].parent) == (None, run.id, unit.id)
    assert len({span.trace for span in spans.values()}) == 1
    assert len({span.id for span in spans.values()}) == len(spans)
    assert (len(run.trace), len(run.id)) == (16, 8)


def test_each_takes_as_long_as_all_in_it(spans: dict[str, Span]) -> None:
    by_id = {span.id: span for span in spans.values()}
    for span in spans.values():
        assert span.start <= span.end
        if span.parent is not None:
            assert by_id[span.parent].start <= span.start
            assert by_id[span.parent].end >= span.end


def test_what_failed_is_marked_and_what_never_began_is_left_out(spans: dict[str, Span]) -> None:
    assert {name for name, span in spans.items() if span.failed} == {"run apply", "unit dev/app", "apply dev/app"}
    assert not any("prod/app" in name for name in spans if name.startswith("apply"))


def test_attributes_name_things_and_hold_no_values(spans: dict[str, Span]) -> None:
    assert spans["unit dev/vpc"].attributes["towpath.account"] == "dev"
    assert spans["plan dev/vpc"].attributes["towpath.attempt"] == 1
    names = {name for span in spans.values() for name in span.attributes}
    assert names == {
        "towpath.repository", "towpath.run", "towpath.kind", "towpath.status", "towpath.unit", "towpath.account",
        "towpath.action", "towpath.attempt", "towpath.worker", "vcs.ref",
    }  # fmt: skip
