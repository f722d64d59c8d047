"""Small live repositories in memory, evaluated as detection does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from towpath.git import fake_tree
from towpath.hcl.convert import to_json
from towpath.hcl.values import Value
from towpath.live import evaluation_files
from towpath.live.stacks import expand
from towpath.model.paths import unit_path
from towpath.terragrunt import DictFiles, Evaluation, HermeticOutside, Outside, ParseCache, UnitConfig, evaluate_unit

__all__ = ["config_of", "evaluation_of", "input_of", "inputs_of", "problem_ids", "stacked_evaluation_of", "values_of"]

UNIT = "dev/app"


def evaluation_of(
    files: Mapping[str, str] | str,
    unit: str = UNIT,
    outside: Outside | None = None,
    environment: Mapping[str, str] | None = None,
) -> Evaluation:
    """The unit's evaluation. A text alone is the configuration of the unit `dev/app`."""
    repository = {f"{unit}/terragrunt.hcl": files} if isinstance(files, str) else files
    return evaluate_unit(
        unit_path(unit), DictFiles(repository), outside or HermeticOutside(environment or {}), ParseCache()
    )


def stacked_evaluation_of(
    files: Mapping[str, str],
    unit: str = UNIT,
    outside: Outside | None = None,
    environment: Mapping[str, str] | None = None,
) -> Evaluation:
    """The evaluation of a unit that a stack may make; what is wrong with any stack is in it, too."""
    hermetic, cache = HermeticOutside(environment or {}), ParseCache()
    made = expand(fake_tree(files), cache, hermetic)
    problems = (*made.problems, *made.broken.get(unit_path(unit), ()))
    if problems:
        return Evaluation(None, frozenset(), problems, ())
    evaluation = evaluate_unit(unit_path(unit), evaluation_files(made.tree), outside or hermetic, cache)
    return replace(evaluation, reads=made.reads(unit, evaluation.reads))


def config_of(files: Mapping[str, str] | str, unit: str = UNIT, outside: Outside | None = None) -> UnitConfig:
    """The unit's configuration, of which nothing may be wrong."""
    evaluation = evaluation_of(files, unit, outside)
    assert evaluation.problems == ()
    assert evaluation.config is not None
    return evaluation.config


def values_of(files: Mapping[str, str] | str, unit: str = UNIT) -> Any:
    """The unit's values as JSON data."""
    return to_json(config_of(files, unit).as_values())


def inputs_of(files: Mapping[str, str] | str, unit: str = UNIT) -> Any:
    return values_of(files, unit)["inputs"]


def input_of(expression: str, files: Mapping[str, str] | None = None, unit: str = UNIT) -> Value:
    """The value of one expression in a unit of the repository."""
    written = {**(files or {}), f"{unit}/terragrunt.hcl": f"inputs = {{ it = {expression} }}"}
    return config_of(written, unit).inputs["it"]


def problem_ids(files: Mapping[str, str] | str, unit: str = UNIT) -> list[str]:
    """What is wrong with the unit, which has no configuration then."""
    evaluation = evaluation_of(files, unit)
    assert evaluation.config is None
    return [problem.id for problem in evaluation.problems]
