"""`towpath` on a repository in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from towpath.cli.app import Ask, Doors
from towpath.cli.main import run
from towpath.git import FakeRepository
from towpath.service.outside import Outside
from towpath.service.working import Working
from towpath.system import FakeClock, FakeEnvironment, FakeIds, FakeProcesses


@dataclass(frozen=True)
class Said:
    """What one invocation said."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """Runs `towpath` and captures what it says; nothing outside is touched."""

    def __init__(
        self,
        repository: FakeRepository,
        capture: pytest.CaptureFixture[str],
        working: Callable[[Outside], AbstractContextManager[Working]] | None = None,
    ) -> None:
        self.repository = repository
        self.processes = FakeProcesses()
        self.ask: Ask | None = None
        self._capture = capture
        self._working = working

    def __call__(self, *arguments: str, folder: Path | None = None) -> Said:
        doors = Doors(
            self.processes,
            FakeEnvironment(),
            FakeClock(),
            FakeIds(),
            folder or self.repository.folder,
            repository=self.repository,
            working=self._working,
            ask=self.ask,
        )
        self._capture.readouterr()
        status = run(arguments, doors)
        captured = self._capture.readouterr()
        return Said(status, captured.out, captured.err)
