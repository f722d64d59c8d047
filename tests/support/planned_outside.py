"""The outside as it is when a unit is planned, with answers written down beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towpath.hcl.convert import from_json
from towpath.hcl.scope import Call
from towpath.hcl.values import Sensitive, Value
from towpath.problems import Problem, ProblemError
from towpath.terragrunt import Dependency
from towpath.terragrunt.outside import Command, HermeticOutside

__all__ = ["PlannedOutside"]


class PlannedOutside(HermeticOutside):
    """`answers` has `environment`, `printed` (by command line), `aws`, `decrypted` (by path) and `outputs` (by unit);
    what has no answer is unknown, as in detection.
    """

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(answers.get("environment", {}))
        self._answers = answers

    def env(self, name: str, default: Value, call: Call) -> Value:
        variables = self._answers.get("environment", {})
        if name not in variables and default is None:
            raise ProblemError(Problem("environment-missing", "An environment variable is not set", name, call.place))
        return str(variables[name]) if name in variables else default

    def run_cmd(self, command: Command, call: Call) -> Value:
        printed = self._answers.get("printed", {})
        line = " ".join(command.arguments)
        return str(printed[line]) if line in printed else super().run_cmd(command, call)

    def aws(self, what: str, call: Call) -> Value:
        known = self._answers.get("aws", {})
        return str(known[what]) if what in known else super().aws(what, call)

    def sops(self, path: str, call: Call) -> Value:
        decrypted = self._answers.get("decrypted", {})
        return Sensitive(decrypted[path]) if path in decrypted else super().sops(path, call)

    def dependency_outputs(self, dependency: Dependency) -> Value:
        outputs = self._answers.get("outputs", {})
        if dependency.path in outputs:
            return from_json(outputs[dependency.path])
        return super().dependency_outputs(dependency)
