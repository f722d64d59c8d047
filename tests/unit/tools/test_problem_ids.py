"""Every way in which the code builds problems is seen through; any other is an error."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[3] / "tools" / "problem_ids.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    specification = importlib.util.spec_from_file_location("problem_ids_tool", TOOL)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


def found(tool: ModuleType, folder: Path, code: str) -> list[tuple[str, str, str]]:
    (folder / "hcl").mkdir()
    (folder / "hcl" / "some.py").write_text(code, encoding="utf-8")
    return list(tool.found_problems(folder))


@pytest.mark.parametrize(
    "code",
    [
        'Problem("too-big", "It is too big", detail)',
        'Problem(id="too-big", summary="It is too big")',
        'def f():\n    summary = "It is too big"\n    return Problem("too-big", summary)',
        'S = {"too-big": "It is too big"}\ndef f(kind):\n    return Problem(kind, S[kind])',
        'def f(kind, words):\n    return Problem(kind, words)\nf("too-big", "It is too big")',
        'class Failure:\n    BIG = "too-big"\nProblem(Failure.BIG.value, "It is too big")',
        'class F:\n    BIG = "too-big"\nS = {F.BIG: "It is too big"}\ndef f(k):\n    return Problem(k.value, S[k])',
    ],
)
def test_a_problem_is_found_however_it_is_built(tool: ModuleType, tmp_path: Path, code: str) -> None:
    assert found(tool, tmp_path, code) == [("hcl", "too-big", "It is too big")]


def test_a_problem_made_of_another_is_none_of_its_own(tool: ModuleType, tmp_path: Path) -> None:
    assert found(tool, tmp_path, "Problem(other.id, other.summary)") == []


def test_what_nobody_can_read_is_an_error(tool: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"hcl/some\.py:1"):
        found(tool, tmp_path, 'Problem(f"too-{size}", "It is too big")')


def test_every_problem_says_what_to_do(tool: ModuleType) -> None:
    assert list(tool.problems_without_hint(TOOL.parents[1] / "src" / "towpath")) == []


def test_a_problem_without_a_hint_is_found(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('Problem("a", "A", "Detail.", None, "Do it.")\nProblem("b", "B", hint="Do it.")\n')
    (tmp_path / "two.py").write_text('\nProblem("a", "A", "Detail.")\nProblem("b", "B", hint=None)\n')
    assert list(tool.problems_without_hint(tmp_path)) == ["two.py:2", "two.py:3"]
