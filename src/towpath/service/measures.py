"""What a monitoring system reads: figures of this process, and of the database that it shares with others."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from towpath.model.runs import RunStatus
from towpath.stores import WorkQueue

__all__ = ["Measures"]


class Measures:
    """Figures in Prometheus' text form. Names of people, repositories and units are not among them."""

    def __init__(self, queue: WorkQueue) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._registry.register(_Load(queue))
        self._queue = queue

    def text(self) -> bytes:
        """Raises `ProblemError` when the database cannot be asked."""
        return generate_latest(self._registry)

    def is_ready(self) -> None:
        """Raises `ProblemError` when the database cannot be asked."""
        self._queue.last_event()


class _Load(Collector):
    def __init__(self, queue: WorkQueue) -> None:
        self._queue = queue

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked of the database before somebody wants to know."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        load = self._queue.load()
        runs = GaugeMetricFamily("towpath_runs", "Runs that have not ended.", labels=["status"])
        for status in RunStatus:
            if not status.is_terminal:
                runs.add_metric([status.value], load.runs.get(status, 0))
        yield runs
        attempts = GaugeMetricFamily("towpath_attempts", "Plans and applies under way.", labels=["state"])
        attempts.add_metric(["queued"], load.queued)
        attempts.add_metric(["running"], load.running)
        yield attempts
        yield GaugeMetricFamily("towpath_workers", "Workers that are alive.", value=load.workers)
        yield GaugeMetricFamily(
            "towpath_unreachable_repositories", "Repositories whose last look failed.", value=load.unreachable
        )
        yield CounterMetricFamily("towpath_events", "Events of all runs so far.", value=load.events)
