"""Every expression of the tables means here what `terraform console` says it means, refusals included.

A table has an expression a line. Terraform prints only the last result of a session, so a whole table is one
expression: a tuple of `try(jsonencode(…), "refused")`. That takes a fraction of a second.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from towpath.hcl.evaluate import evaluate
from towpath.hcl.functions import standard_functions
from towpath.hcl.functions.encoding import encode_json
from towpath.hcl.marks import bare_deep
from towpath.hcl.parse import parse_expression
from towpath.hcl.scope import Scope
from towpath.problems import ProblemError

TABLES = Path(__file__).parent / "hcl"
REFUSED = "refused"
# Terraform reads lines of at most 64 KiB.
_LONGEST_LINE = 40_000

pytestmark = pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on PATH")


def expressions(table: str) -> list[str]:
    lines = (TABLES / f"{table}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def here(expression: str) -> str:
    try:
        return encode_json(bare_deep(evaluate(parse_expression(expression), Scope({}, standard_functions())))[0])
    except ProblemError:
        return REFUSED


def console(line: str, folder: Path) -> str | None:
    """What Terraform prints for one line; None where it refuses it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TF_CLI_CONFIG_FILE": "/dev/null"}
    process = subprocess.run(
        ["terraform", "console", "-no-color"],
        input=f"{line}\n",
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
        timeout=60,
    )
    return process.stdout.strip() if process.returncode == 0 else None


def batches(items: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for item in items:
        if sum(map(len, batch)) + len(item) > _LONGEST_LINE:
            yield batch
            batch = []
        batch.append(item)
    yield batch


def there(table: list[str], folder: Path) -> list[str]:
    results: list[str] = []
    for batch in batches([f'try(jsonencode({expression}),"{REFUSED}")' for expression in table]):
        printed = console(f"base64encode(jsonencode([{','.join(batch)}]))", folder)
        assert printed is not None, "an expression of the table cannot be parsed; it belongs into static.txt"
        results += json.loads(base64.b64decode(json.loads(printed)))
    return results


@pytest.mark.parametrize("table", sorted(path.stem for path in TABLES.glob("*.txt") if path.stem != "static"))
def test_same_values_and_same_refusals(table: str, tmp_path: Path) -> None:
    cases = expressions(table)

    differences = [
        f"{expression}\n  terraform: {expected}\n  here:      {found}"
        for expression, expected in zip(cases, there(cases, tmp_path), strict=True)
        if (found := here(expression)) != expected
    ]

    assert not differences, f"{len(differences)} of {len(cases)} differ:\n" + "\n".join(differences)


@pytest.mark.parametrize("expression", expressions("static"))
def test_neither_takes_it(expression: str, tmp_path: Path) -> None:
    assert console(expression, tmp_path) is None
    assert here(expression) == REFUSED
