"""Traces reach a collector over OTLP, and a collector that does not answer keeps nobody waiting."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from patience import until
from run_house import House, step, walk

from towpath.model.runs import RunStatus
from towpath.problems import Problem, ProblemError
from towpath.service.tracing import Tracing, traces_wanted
from towpath.stores import WorkQueue
from towpath.system import FakeEnvironment
from towpath.system.traces import OtlpTraces


class Collector(HTTPServer):
    """Takes what is sent to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.taken: list[ExportTraceServiceRequest] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.status = 200

    def spans(self) -> dict[str, object]:
        return {
            span.name: span
            for taken in self.taken
            for resource in taken.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        self.server.may_answer.wait(30)
        request = ExportTraceServiceRequest()
        request.ParseFromString(self.rfile.read(int(self.headers["content-length"])))
        assert self.path == "/v1/traces"
        self.server.taken.append(request)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.may_answer.set()
        server.shutdown()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "state")
    yield house
    house.state.close()


@pytest.fixture
def told() -> list[Problem]:
    return []


@pytest.fixture
def tracing(house: House, collector: Collector, told: list[Problem]) -> Iterator[Tracing]:
    traces = traces_wanted(FakeEnvironment({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector"}))
    assert traces is not None
    yield Tracing(traces, WorkQueue(house.state.database, house.clock), {"": house.state}, told.append)
    collector.may_answer.set()
    traces.close()
    assert until(lambda: "towpath-traces" not in {thread.name for thread in threading.enumerate()})


def test_the_trace_of_a_run_is_sent_when_it_came_to_rest(house: House, collector: Collector, tracing: Tracing) -> None:
    run = house.create(walk(step("dev/vpc"), step("dev/app", waits_for=["dev/vpc"])))
    assert house.drive(run).status is RunStatus.SUCCEEDED
    seen = tracing.look(0)
    assert until(lambda: len(collector.spans()) == 7)
    assert set(collector.spans()) == {
        "run apply", "unit dev/vpc", "plan dev/vpc", "apply dev/vpc", "unit dev/app", "plan dev/app", "apply dev/app",
    }  # fmt: skip
    (resource,) = collector.taken[0].resource_spans
    assert {one.key: one.value.string_value for one in resource.resource.attributes}["service.name"] == "towpath"
    assert tracing.look(seen) == seen
    assert len(collector.taken) == 1


def test_a_collector_that_does_not_answer_keeps_nobody_waiting(
    house: House, collector: Collector, tracing: Tracing, told: list[Problem]
) -> None:
    collector.may_answer.clear()
    run = house.create(walk(step("dev/vpc")))
    house.drive(run)
    begun = time.monotonic()
    for _ in range(300):
        tracing.look(0)
    assert time.monotonic() - begun < 10
    assert {problem.id for problem in told} == {"traces-not-sent"}
    collector.may_answer.set()
    assert until(lambda: bool(collector.taken))


def test_a_collector_that_refuses_is_told_of(
    house: House, collector: Collector, tracing: Tracing, told: list[Problem]
) -> None:
    collector.status = 401
    house.drive(house.create(walk(step("dev/vpc"))))
    seen = tracing.look(0)
    assert until(lambda: tracing.look(seen) == seen and bool(told))
    assert [problem.detail.split(".")[0] for problem in told] == ["Traces that were lost: 1"]


def test_without_the_variable_nothing_is_sent_and_nothing_loaded() -> None:
    assert traces_wanted(FakeEnvironment()) is None


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ProblemError) as error:
        OtlpTraces()
    assert error.value.problems[0].id == "telemetry-extra-missing"
    assert "towpath[telemetry]" in (error.value.problems[0].hint or "")
