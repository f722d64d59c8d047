"""The one door to the outside: processes, the clock, the environment, random ids.

Each has a `Protocol`, the real thing, and a fake that fails closed: what a test did not script is an error. Nothing
here knows a word of the product. Raw input and output appear in this package alone (checked by ruff's banned-api).
"""

from __future__ import annotations

from towpath.system.clock import Clock, FakeClock, SystemClock
from towpath.system.environment import Environment, FakeEnvironment, ProcessEnvironment
from towpath.system.ids import FakeIds, Ids, RandomIds
from towpath.system.processes import FakeProcesses, Processes, ProcessResult, SystemProcesses

__all__ = [
    "Clock",
    "Environment",
    "FakeClock",
    "FakeEnvironment",
    "FakeIds",
    "FakeProcesses",
    "Ids",
    "ProcessEnvironment",
    "ProcessResult",
    "Processes",
    "RandomIds",
    "SystemClock",
    "SystemProcesses",
]
