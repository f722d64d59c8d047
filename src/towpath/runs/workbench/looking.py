"""Looks at a unit's state as it is: its mark, its outputs, who holds its lock."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from towpath.engines.engine import Engine
from towpath.engines.terraform.backend import Backend, backend_of_init
from towpath.engines.terraform.engine import Console, Done
from towpath.engines.terraform.state import Output, StateSnapshot, read_outputs, read_state
from towpath.problems import Problem, ProblemError
from towpath.runs.workbench.backends import settled_backend
from towpath.runs.workbench.credentials import UnitCredentials
from towpath.runs.workbench.evaluating import EvaluatedUnit, EvaluationRequest, Evaluator, unknown_outputs
from towpath.runs.workbench.outputs import Remembered
from towpath.runs.workbench.preparing import Prepared, Preparer
from towpath.runs.workbench.states import StateAccess, StateReader
from towpath.runs.workbench.tools import InterruptedWorkError, Tools
from towpath.system.aws import session_name

__all__ = ["Look", "Looking", "finished", "init", "must_last", "state_access"]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen; `locked_by` None: nobody holds the lock, or it cannot be seen."""

    snapshot: StateSnapshot
    locked_by: str | None = None


class Looking:
    """Looks directly where it can, and through the engine where it must."""

    def __init__(self, tools: Tools, evaluator: Evaluator, preparer: Preparer) -> None:
        self._tools = tools
        self._evaluator = evaluator
        self._preparer = preparer
        self._reader = StateReader(tools.aws, tools.environment)
        self._remembered = Remembered()

    def outputs(self, request: EvaluationRequest, console: Console) -> Mapping[str, Output] | None:
        """The outputs in a unit's state; None when nothing is deployed."""
        evaluated = self._remembered.get(request, self._evaluate)
        # The session of the role may have come near its end since.
        evaluated = self._renewed(evaluated)
        snapshot = self._directly(evaluated) or self._through_engine(evaluated, console)
        return None if snapshot.is_empty else snapshot.outputs

    def look(self, request: EvaluationRequest, console: Console) -> Look:
        evaluated = self._evaluate(request)
        access = self._access(evaluated)
        snapshot = self._reader.snapshot(access) if access else None
        holder = self._reader.lock_holder(access) if access else None
        return Look(snapshot or self._through_engine(evaluated, console), holder)

    def while_working(self, evaluated: EvaluatedUnit, prepared: Prepared[Engine], console: Console) -> StateSnapshot:
        """The state of a unit that is being worked on. Once it is initialised, the engine has written down where it is;
        one that initialises only when it plans or applies may not have come to it yet.
        """
        folder = prepared.engine.folder(prepared.workspace)
        if folder is None:
            return self._directly(evaluated) or self._through_engine(evaluated, console)
        access = state_access(_initialised(folder), evaluated)
        snapshot = self._reader.snapshot(access)
        if snapshot is not None:
            return snapshot
        return read_state(finished(prepared.engine.pull(prepared.workspace, console)).stdout)

    def _evaluate(self, request: EvaluationRequest) -> EvaluatedUnit:
        return self._evaluator.evaluate(request, unknown_outputs)

    def _renewed(self, evaluated: EvaluatedUnit) -> EvaluatedUnit:
        request = evaluated.request
        given = UnitCredentials(self._tools.aws, request.run)
        fresh = given.of(evaluated.account, evaluated.config, request.unit, request.purpose)
        return replace(evaluated, credentials=fresh)

    def _access(self, evaluated: EvaluatedUnit) -> StateAccess | None:
        backend = settled_backend(evaluated, self._tools.commits.folder)
        return state_access(backend, evaluated) if backend else None

    def _directly(self, evaluated: EvaluatedUnit) -> StateSnapshot | None:
        access = self._access(evaluated)
        return self._reader.snapshot(access) if access else None

    def _through_engine(self, evaluated: EvaluatedUnit, console: Console) -> StateSnapshot:
        with self._preparer.prepared_for_looking(evaluated, console) as prepared:
            init(self._preparer, prepared, console)
            snapshot = self.while_working(evaluated, prepared, console)
            if snapshot.is_empty:
                return snapshot
            outputs = read_outputs(finished(prepared.engine.outputs(prepared.workspace, console)).stdout)
            return replace(snapshot, outputs=outputs)


def init(preparer: Preparer, prepared: Prepared[Engine], console: Console) -> None:
    """Initialises, and makes sure that the state will last. Raises `ProblemError` or `InterruptedWorkError`."""
    with preparer.providers.turn(console.cancellation):
        finished(prepared.engine.init(prepared.workspace, console))
    must_last(prepared)


def must_last(prepared: Prepared[Engine]) -> None:
    """Raises `ProblemError` (`state-would-be-lost`) when the engine would keep the state where it is soon removed. Says
    nothing of a unit that is not initialised yet.
    """
    folder = prepared.engine.folder(prepared.workspace)
    if folder is None:
        return
    backend = _initialised(folder)
    path = Path(os.path.normpath(folder / (backend.text("path") or "terraform.tfstate")))
    if backend.type == "local" and any(path.is_relative_to(place) for place in prepared.passing):
        detail = f"The engine would keep the state at {path}, in a folder that is removed when the work is done."
        hint = "Give the backend a path outside of the folder in which the engine runs, or `remote_state` one."
        raise ProblemError(Problem("state-would-be-lost", "The state would be lost", detail, hint=hint))


def finished(done: Done) -> Done:
    """The same, if it went well. Raises `ProblemError` or `InterruptedWorkError` if not."""
    if done.interrupted:
        raise InterruptedWorkError
    if done.problem:
        raise ProblemError(done.problem)
    return done


def state_access(backend: Backend, evaluated: EvaluatedUnit) -> StateAccess:
    session = session_name("towpath", evaluated.request.run, evaluated.unit)
    return StateAccess(backend, evaluated.credentials, session)


def _initialised(folder: Path) -> Backend:
    written = folder / ".terraform" / "terraform.tfstate"
    return backend_of_init(written.read_bytes() if written.is_file() else None)
