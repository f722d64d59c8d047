"""DBOS carries the work: the only module that knows it.

1. Its tables live in the same SQLite file as the rows, so a job is enqueued in the transaction that decided it.
2. A job is a workflow of one step: carry out one attempt. Its arguments are the attempt's id, its result is nothing.
3. The executor id is new for every process, so that DBOS never runs again what another process had begun; the
   application version is fixed, so that an upgrade strands nothing.
4. Whoever opens a carrier has the state to itself. Jobs that are left from before are deleted: the rows know better.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Sequence

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import Connection
from sqlalchemy.engine import URL

from towpath.runs.carrying import Carrier, CarryOut
from towpath.stores import State
from towpath.stores.failures import keeping_state

__all__ = ["DbosCarriers"]

APPLICATION = "towpath"
VERSION = "1"
QUEUE = "attempts"
WORKFLOW = "attempt"
POLL_SECONDS = 0.05
"""How often the queue is looked at; only while a run is driven."""
LISTEN_SECONDS = 0.1
"""DBOS listens for messages nobody sends here; it also looks that often whether it is to end."""
DRAIN_SECONDS = 10.0


class DbosCarriers:
    """Opens carriers on a state folder. Only one at a time: DBOS is one per process."""

    def __init__(self, state: State) -> None:
        self._state = state

    def open(self, worker: str, parallelism: int) -> Carrier:
        url = URL.create("sqlite", database=str(self._state.database.file)).render_as_string(hide_password=False)
        with keeping_state(self._state.folder):
            return _DbosCarrier(url, self._state, worker, parallelism)


class _DbosCarrier:
    def __init__(self, url: str, state: State, worker: str, parallelism: int) -> None:
        _tame_logger()
        DBOS.migrate(url)
        self._clock = state.clock
        self._folder = state.folder
        self._worker = worker
        self._client = DBOSClient(
            system_database_url=url, serializer=DBOSPortableJSONSerializer(), application_name=APPLICATION
        )
        self._client.register_queue(QUEUE, worker_concurrency=parallelism, polling_interval_sec=POLL_SECONDS)
        self._delete_jobs()
        self._news = threading.Condition()
        self._ended = 0
        self._working = 0
        self._closing = False
        self._failures: list[BaseException] = []
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": url,
                "executor_id": worker,
                "application_version": VERSION,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "CRITICAL",
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": LISTEN_SECONDS,
            }
        )

    def start(self, carry_out: CarryOut) -> None:
        @DBOS.step(name="carry-out")
        def step(attempt: str) -> None:
            self._carry(carry_out, attempt)

        @DBOS.workflow(name=WORKFLOW)
        def workflow(attempt: str) -> None:
            step(attempt)

        DBOS.launch()

    def _carry(self, carry_out: CarryOut, attempt: str) -> None:
        """Notes what the attempt raises, for whoever waits."""
        with self._news:
            if self._closing:
                return
            self._working += 1
        done = False
        try:
            carry_out(attempt)
            done = True
        finally:
            error = None if done else sys.exception()
            with self._news:
                self._working -= 1
                self._ended += 1
                if error is not None:
                    self._failures.append(error)
                self._news.notify_all()

    def enqueue(self, connection: Connection, attempts: Sequence[str]) -> None:
        for attempt in attempts:
            self._client.enqueue_in_transaction(
                connection,
                {"queue_name": QUEUE, "workflow_name": WORKFLOW, "workflow_id": attempt, "app_version": VERSION},
                attempt,
            )

    def wait(self, seconds: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._ended > 0, seconds)
            self._ended = 0
            if self._failures:
                raise self._failures[0]

    def close(self) -> None:
        with self._news:
            self._closing = True
            self._news.wait_for(lambda: self._working == 0)
        try:
            with keeping_state(self._folder):
                self._drain()
        finally:
            DBOS.destroy(destroy_registry=True)
        with keeping_state(self._folder):
            self._delete_jobs()
        self._client.destroy()

    def _drain(self) -> None:
        """DBOS still writes down that the last jobs ended."""
        end = self._clock.steady() + DRAIN_SECONDS
        while self._clock.steady() < end:
            if not self._client.list_workflows(
                status="PENDING", executor_id=self._worker, load_input=False, load_output=False
            ):
                return
            self._clock.sleep(POLL_SECONDS / 5)

    def _delete_jobs(self) -> None:
        jobs = self._client.list_workflows(queue_name=QUEUE, load_input=False, load_output=False)
        if jobs:
            self._client.delete_workflows([job.workflow_id for job in jobs])


def _tame_logger() -> None:
    """DBOS logs to the terminal unless its logger has a handler already."""
    logger = logging.getLogger("dbos")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
