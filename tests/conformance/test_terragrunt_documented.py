"""Every case of the table of Terragrunt's reference gives what the table says, and nothing of the language is without a
case.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from planned_outside import PlannedOutside
from terragrunt_repositories import evaluation_of, stacked_evaluation_of

from terragrunt_table import Case, read_topics
from towpath.engines.terraform.commands import extra_arguments
from towpath.engines.terraform.environment import engine_environment, pass_inputs
from towpath.engines.terraform.generated import FileChange, decide_files
from towpath.engines.terraform.hooks import after_hooks, before_hooks, error_hooks
from towpath.hcl.convert import to_json
from towpath.hcl.values import Sensitive, SetValue, Unknown
from towpath.terragrunt import STACK_FILE, Evaluation, UnitConfig
from towpath.terragrunt.config_functions import CONFIG_FUNCTIONS
from towpath.terragrunt.language import CONFIGURATION, STACK, BodyRule
from towpath.terragrunt.outside_functions import OUTSIDE_FUNCTIONS
from towpath.terragrunt.path_functions import PATH_FUNCTIONS

CASES = [case for topic in read_topics() for case in topic.cases]
NEWER_THAN_ITS_LIBRARY = ("startswith", "endswith", "strcontains", "timecmp")
"""Functions of Terraform that Terragrunt adds itself, because the library it takes the others from is older."""


def evaluated(case: Case) -> Evaluation:
    outside = None if case.answers is None else PlannedOutside(case.answers)
    with_stacks = any(path.endswith(STACK_FILE) for path in case.files)
    evaluation = stacked_evaluation_of if with_stacks else evaluation_of
    return evaluation(case.files, case.unit, outside, case.environment)


def configuration(case: Case) -> UnitConfig:
    evaluation = evaluated(case)
    assert evaluation.problems == ()
    assert evaluation.config is not None
    return evaluation.config


def at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values


def plain(value: Any) -> Any:
    """The parts of a configuration as the table writes them."""
    if isinstance(value, Unknown | Sensitive | SetValue):
        return to_json(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return to_json(value)


def having(expecting: str) -> pytest.MarkDecorator:
    cases = [case for case in CASES if getattr(case, expecting) is not None]
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.id)


@having("values")
def test_values(case: Case) -> None:
    values = to_json(configuration(case).as_values())
    expected = case.values or {}
    assert {path: at(values, path) for path in expected} == expected


@having("config")
def test_parts_of_the_configuration(case: Case) -> None:
    config = configuration(case)
    for name, expected in (case.config or {}).items():
        found = plain(getattr(config, name))
        assert narrowed(found, expected) == expected


def narrowed(found: Any, expected: Any) -> Any:
    """What was found, without keys that the table does not speak of."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return {key: narrowed(found.get(key), item) for key, item in expected.items()}
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return [narrowed(one, other) for one, other in zip(found, expected, strict=True)]
    return found


@having("dependencies")
def test_dependencies(case: Case) -> None:
    assert list(configuration(case).all_dependency_paths()) == case.dependencies


@having("reads")
def test_reads(case: Case) -> None:
    assert set(case.reads or ()) <= evaluated(case).reads


@having("problems")
def test_problems(case: Case) -> None:
    evaluation = evaluated(case)
    assert evaluation.config is None
    found = []
    for problem in evaluation.problems:
        assert problem.place is not None
        found.append(f"{problem.id} {problem.place.file}:{problem.place.line or 1}")
    assert found == case.problems


@having("adds")
def test_arguments_of_the_engine(case: Case, tmp_path: Path) -> None:
    for path, content in case.files.items():
        if path.startswith(f"{case.unit}/") and not path.endswith(".hcl"):
            (tmp_path / path.removeprefix(f"{case.unit}/")).write_text(content, encoding="utf-8")
    blocks = configuration(case).extra_arguments
    found = {command: list(extra_arguments(blocks, command, tmp_path)) for command in case.adds or ()}
    assert found == case.adds


@having("hooks")
def test_hooks(case: Case) -> None:
    """When which hooks run: `before plan`, `after plan`, `after failed plan`, `error plan: what was printed`. `before
    failed plan`: those that run after a before hook failed.
    """
    config, here = configuration(case), Path("/module")
    found = {}
    for moment in case.hooks or ():
        when, _, printed = moment.partition(": ")
        command = [when.split()[-1]]
        if moment.startswith("before"):
            calls = before_hooks(config.before_hooks, command, here)
        elif moment.startswith("after"):
            calls = after_hooks(config.after_hooks, command, here)
        else:
            calls = error_hooks(config.error_hooks, command, here, printed)
        running = [call for call in calls if call.after_failure or "failed" not in when]
        found[moment] = [" ".join([f"{call.folder}$", *call.argv]) for call in running]
    assert found == case.hooks


@having("generated")
def test_generated_files(case: Case) -> None:
    """`there` are files of the working folder; `then` what becomes of them: a content, null where one is removed."""
    asked = case.generated or {}
    there: dict[str, str] = asked.get("there", {})
    config = configuration(case)
    changes, problems = decide_files(config.generate, lambda path: there[path].encode() if path in there else None)
    assert [problem.id for problem in problems] == asked.get("problems", [])
    assert {change.path: content_of(change) for change in changes} == asked["then"]


def content_of(change: FileChange) -> str | None:
    return None if change.content is None else change.content.decode()


@having("variables")
def test_variables_of_the_engine(case: Case) -> None:
    """`set` are variables that Towpath's own environment has, `then` those of the engine; `file` is what is written for
    a module that declares all of them, those called `text` as strings.
    """
    asked = case.variables or {}
    config = configuration(case)
    inputs = pass_inputs(config.inputs)
    environment = engine_environment(asked["set"], {}, inputs.variables, {})
    assert {name: text for name, text in environment.items() if name.startswith("TF_VAR_")} == asked["then"]
    assert inputs.in_file(config.inputs, ("text",), environment) == asked["file"]


# The table is complete


def names(rule: BodyRule, prefix: str = "") -> Iterator[str]:
    yield from (f"{prefix}{name}" for name in rule.attributes)
    for name, block in rule.blocks.items():
        yield f"{prefix}{name}"
        yield from names(block.body, f"{prefix}{name}.")


def test_every_block_and_attribute_has_a_case() -> None:
    assert missing([*names(CONFIGURATION), *names(STACK)]) == []


def test_every_function_has_a_case() -> None:
    functions = [*PATH_FUNCTIONS, *OUTSIDE_FUNCTIONS, *CONFIG_FUNCTIONS, *NEWER_THAN_ITS_LIBRARY]
    assert missing(f"{name}()" for name in functions) == []


def missing(wanted: Iterable[str]) -> list[str]:
    spoken_of = {name for case in CASES for name in case.about}
    return sorted(set(wanted) - spoken_of)
