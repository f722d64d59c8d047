"""The outputs of the units that a unit depends on.

1. The dependency's own configuration says where its state is; it is read there directly, with the dependency's own
   credentials. Where that cannot be, the engine is asked (`output -json`).
2. Nothing deployed, or nothing with outputs: mocks, if the dependency has some and they are allowed for the command.
   Without them, what is not deployed is a problem. Mocks may also be merged under real outputs, as the dependency says.
3. What stands on a mock, or on a unit that this run is still to apply, is not final: the plan is provisional.

States are read afresh each time: another worker may have applied the dependency a moment ago. Only where a dependency's
state is stays in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from towpath.engines.terraform.state import Output
from towpath.hcl.convert import from_json
from towpath.hcl.values import Sensitive, Value
from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError
from towpath.runs.workbench.credentials import Purpose
from towpath.runs.workbench.evaluating import EvaluatedUnit, EvaluationRequest
from towpath.terragrunt.config import Dependency, MockMerge

__all__ = ["DependencyOutputs", "OutputsOf", "merge_mocks"]

OutputsOf = Callable[[EvaluationRequest], Mapping[str, Output] | None]
"""Reads the outputs in a unit's state; None when nothing is deployed."""


@dataclass(slots=True)
class DependencyOutputs:
    """Answers one evaluation. `pending` are units that the run is still to apply; `not_final` collects the
    dependencies whose outputs may still change.
    """

    request: EvaluationRequest
    pending: frozenset[UnitPath]
    commands: tuple[str, ...]
    read: OutputsOf
    not_final: set[UnitPath]

    def __call__(self, dependency: Dependency) -> Value:
        if not dependency.enabled:
            return {}
        mocks = dependency.mock_outputs if self._mocks_allowed(dependency) else None
        if dependency.path in self.pending:
            self.not_final.add(dependency.path)
        if dependency.skip_outputs:
            return self._skipped(dependency, mocks)
        real = self._real(dependency)
        if real is None and mocks is None:
            raise ProblemError(self._missing(dependency))
        if not real and mocks is not None:
            return self._mocked(dependency, mocks)
        return self._merged(dependency, real or {}, mocks)

    def _mocks_allowed(self, dependency: Dependency) -> bool:
        return any(_is_mocked_for(dependency, command) for command in self.commands)

    def _skipped(self, dependency: Dependency, mocks: dict[str, Value] | None) -> Value:
        """Nothing real will ever take the place of these mocks: whoever allows them for an apply means them."""
        if mocks is not None and not _is_mocked_for(dependency, "apply"):
            self.not_final.add(dependency.path)
        return mocks or {}

    def _mocked(self, dependency: Dependency, mocks: dict[str, Value]) -> Value:
        self.not_final.add(dependency.path)
        return mocks

    def _real(self, dependency: Dependency) -> dict[str, Value] | None:
        request = replace(self.request, unit=dependency.path, purpose=Purpose.PLAN, command="output")
        try:
            outputs = self.read(request)
        except ProblemError as error:
            raise ProblemError(*(_at(problem, dependency) for problem in error.problems)) from None
        return None if outputs is None else {name: _value(output) for name, output in outputs.items()}

    def _merged(self, dependency: Dependency, real: dict[str, Value], mocks: dict[str, Value] | None) -> Value:
        # A unit that is still to be applied may be about to get the output that is mocked.
        strategy: MockMerge = dependency.mock_merge
        if strategy == "no_merge" and dependency.path in self.pending:
            strategy = "shallow"
        if mocks is None or strategy == "no_merge":
            return real
        merged = merge_mocks(real, mocks, strategy)
        if merged != real:
            self.not_final.add(dependency.path)
        return merged

    def _missing(self, dependency: Dependency) -> Problem:
        detail = f"{self.request.unit} reads outputs of {dependency.path}, which is not applied yet."
        hint = f"Apply {dependency.path} first, or give the dependency `mock_outputs` to plan with until then."
        summary = "The outputs of a dependency are not there"
        return Problem("dependency-outputs-missing", summary, detail, dependency.place, hint)


def _is_mocked_for(dependency: Dependency, command: str) -> bool:
    return dependency.mock_commands is None or command in dependency.mock_commands


def merge_mocks(real: dict[str, Value], mocks: dict[str, Value], strategy: MockMerge) -> dict[str, Value]:
    """What is real wins. `shallow`: whole outputs are filled in; `deep_map_only`: keys inside of maps as well."""
    merged = {**mocks, **real}
    if strategy == "deep_map_only":
        for name in mocks.keys() & real.keys():
            mock, found = mocks[name], real[name]
            if isinstance(mock, dict) and isinstance(found, dict):
                merged[name] = merge_mocks(found, mock, strategy)
    return merged


def _value(output: Output) -> Value:
    value = from_json(output.value)
    return Sensitive(value) if output.sensitive and not isinstance(value, Sensitive) else value


def _at(problem: Problem, dependency: Dependency) -> Problem:
    return replace(problem, place=problem.place or dependency.place)


class Remembered:
    """Keeps evaluated dependencies, by commit and unit: evaluating is dear, reading a state is not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str, UnitPath], EvaluatedUnit] = {}

    def get(self, request: EvaluationRequest, evaluate: Callable[[EvaluationRequest], EvaluatedUnit]) -> EvaluatedUnit:
        key = (request.run, request.commit, request.unit)
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = evaluate(request)
            with self._lock:
                while len(self._known) >= 500:
                    self._known.pop(next(iter(self._known)))
                self._known[key] = known
        return known
