"""Traces, sent over OTLP by HTTP to where OpenTelemetry's own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT`, headers and
all). The library is an extra: it is loaded when somebody wants traces.
"""

from __future__ import annotations

import contextlib
import datetime
import queue
import threading
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Protocol

from towpath.model.traces import Span
from towpath.problems import Problem, ProblemError

__all__ = ["OtlpTraces", "Traces"]

_MOST_WAITING = 200
"""Traces that wait while the collector does not answer; what comes then is not sent."""
_SECONDS = 10
"""How long one trace may take."""


class Traces(Protocol):
    """Takes traces, and never keeps anybody waiting."""

    def send(self, spans: Sequence[Span]) -> None:
        """The trace is lost where too many wait already."""
        ...

    def lost(self) -> int:
        """How many traces were lost since this was last asked: too many waited, or the collector did not take them."""
        ...

    def close(self) -> None:
        """Sends nothing more, and does not wait for what is being sent."""
        ...


class OtlpTraces:
    """Sends from a thread of its own."""

    def __init__(self) -> None:
        """Raises `ProblemError` with `telemetry-extra-missing`."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        except ImportError as error:
            raise ProblemError(_no_extra()) from error
        self._exporter = OTLPSpanExporter(timeout=_SECONDS)
        self._waiting: queue.Queue[Sequence[Span]] = queue.Queue(_MOST_WAITING)
        self._closed = threading.Event()
        self._lost = queue.SimpleQueue[None]()
        threading.Thread(target=self._work, name="towpath-traces", daemon=True).start()

    def send(self, spans: Sequence[Span]) -> None:
        try:
            self._waiting.put_nowait(spans)
        except queue.Full:
            self._lost.put(None)

    def lost(self) -> int:
        number = self._lost.qsize()
        for _ in range(number):
            self._lost.get()
        return number

    def close(self) -> None:
        self._closed.set()
        # What waits is dropped; nothing more wakes whoever sends.
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(())

    def _work(self) -> None:
        while not self._closed.is_set():
            spans = self._waiting.get()
            if not self._closed.is_set() and not self._export(spans):
                self._lost.put(None)
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # of the library

    def _export(self, spans: Sequence[Span]) -> bool:
        from opentelemetry.sdk.trace.export import SpanExportResult

        return self._exporter.export([_readable(span) for span in spans]) is SpanExportResult.SUCCESS


def _readable(span: Span) -> Any:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    def context(id_: bytes) -> SpanContext:
        trace = int.from_bytes(span.trace, "big")
        return SpanContext(trace, int.from_bytes(id_, "big"), is_remote=False, trace_flags=TraceFlags(1))

    return ReadableSpan(
        name=span.name,
        context=context(span.id),
        parent=context(span.parent) if span.parent is not None else None,
        resource=Resource.create({"service.name": "towpath", "service.version": version("towpath")}),
        attributes=dict(span.attributes),
        kind=SpanKind.INTERNAL,
        instrumentation_scope=InstrumentationScope("towpath"),
        status=Status(StatusCode.ERROR if span.failed else StatusCode.OK),
        start_time=_nanoseconds(span.start),
        end_time=_nanoseconds(span.end),
    )


def _nanoseconds(moment: datetime.datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000


def _no_extra() -> Problem:
    detail = "OpenTelemetry's variables ask for traces, and the library that sends them is not installed."
    hint = "Install `towpath[telemetry]`, or unset OTEL_EXPORTER_OTLP_ENDPOINT."
    return Problem("telemetry-extra-missing", "Traces cannot be sent", detail, hint=hint)
