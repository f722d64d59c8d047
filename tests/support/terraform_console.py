"""Asks `terraform console` what expressions mean, many at once, and this package the same.

Terraform prints only the last result of a session, so a batch is one expression: a tuple of
`try(jsonencode(…), "refused")`. That takes a fraction of a second.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from towpath.hcl.evaluate import evaluate
from towpath.hcl.functions import standard_functions
from towpath.hcl.functions.encoding import encode_json
from towpath.hcl.marks import bare_deep
from towpath.hcl.parse import parse_expression
from towpath.hcl.scope import Scope
from towpath.problems import ProblemError

__all__ = ["REFUSED", "here", "marked_here", "marked_there", "printed", "there"]

REFUSED = "refused"
# Terraform reads lines of at most 64 KiB.
_LONGEST_LINE = 40_000


def here(expression: str) -> str:
    """The value as JSON."""
    return marked_here(expression)[0]


def marked_here(expression: str) -> tuple[str, bool]:
    """The value as JSON, and whether anything in it is sensitive."""
    try:
        value, sensitive = bare_deep(evaluate(parse_expression(expression), Scope({}, standard_functions())))
        return encode_json(value), sensitive
    except ProblemError:
        return REFUSED, False


def printed(line: str, folder: Path) -> str | None:
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


def there(expressions: Sequence[str], folder: Path) -> list[str]:
    """The values as JSON, none of which may be sensitive."""
    asked = [f'try(jsonencode({expression}),"{REFUSED}")' for expression in expressions]
    return [str(answer) for answer in _answers(asked, folder)]


def marked_there(expressions: Sequence[str], folder: Path) -> list[tuple[str, bool] | None]:
    """The values as JSON, and whether anything in them is sensitive; None where Terraform does not know the value, as
    that of `format("%v", null)`.
    """
    asked = [
        f'try([nonsensitive(jsonencode({expression})),issensitive(jsonencode({expression}))],["{REFUSED}",false])'
        for expression in expressions
    ]
    return [answer and (str(answer[0]), bool(answer[1])) for answer in _answers(asked, folder)]


def _answers(asked: Sequence[str], folder: Path) -> Iterator[Any]:
    for batch in _batches(asked):
        yield from _answered(batch, folder)


def _answered(batch: Sequence[str], folder: Path) -> list[Any]:
    answer = printed(f"base64encode(jsonencode([{','.join(batch)}]))", folder)
    assert answer is not None, f"Terraform cannot parse one of {batch}"
    if answer != "(known after apply)":
        answers: list[Any] = json.loads(base64.b64decode(json.loads(answer)))
        return answers
    if len(batch) == 1:
        return [None]
    middle = len(batch) // 2
    return _answered(batch[:middle], folder) + _answered(batch[middle:], folder)


def _batches(items: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for item in items:
        if batch and sum(map(len, batch)) + len(item) > _LONGEST_LINE:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch
