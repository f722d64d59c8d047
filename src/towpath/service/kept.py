"""The runs that are kept, for those who only want to see their names."""

from __future__ import annotations

from towpath.model.runs import Run
from towpath.service.outside import Outside
from towpath.service.reading import Reading
from towpath.service.state import state_folder
from towpath.stores import open_state

__all__ = ["kept_runs"]


def kept_runs(reading: Reading, outside: Outside) -> tuple[Run, ...]:
    """Every run, newest first. Makes no state folder where there is none. Raises `ProblemError` as `open_state`."""
    folder = state_folder(reading.repository, reading.config(), outside.state, outside.environment)
    if not folder.is_dir():
        return ()
    state = open_state(folder, outside.ids, outside.clock, outside.environment)
    try:
        return state.runs.runs()
    finally:
        state.close()
