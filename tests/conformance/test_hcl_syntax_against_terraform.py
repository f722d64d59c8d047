"""A file is valid here exactly where `terraform fmt` takes it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from towpath.hcl.parse import parse

pytestmark = pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on PATH")

# One file a line, with escapes as in Python.
FILES = (Path(__file__).parent / "hcl_syntax.txt").read_text(encoding="utf-8").splitlines()


def taken_by_terraform(content: bytes) -> bool:
    process = subprocess.run(
        ["terraform", "fmt", "-"],
        input=content,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": "/dev/null"},
        check=False,
        timeout=60,
    )
    return process.returncode == 0


@pytest.mark.parametrize("line", [line for line in FILES if line and not line.startswith("#")])
def test_valid_or_not(line: str) -> None:
    content = line.encode("latin-1", "backslashreplace").decode("unicode_escape").encode()

    problems = parse(content, "a.hcl").problems

    assert (not problems) == taken_by_terraform(content), [problem.detail for problem in problems]
