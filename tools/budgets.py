"""Checks the budgets of ARCHITECTURE.md that no linter knows, and what a public repository must not contain.

Prints one line for each file or function over budget and exits with 1 if there was any.
"""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50
MEDIAN_FUNCTION_LINES = 12
EXEMPT_MARK = "tabular file"
"""A file that says this in its first line may be longer."""

FORBIDDEN = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org|--index-url")
ABSOLUTE = re.compile(r"(?<![\w./-])/(?:root|work|home/\w+)/")
UNEXPLAINED = re.compile(r"#\s*(?:noqa|type:\s*ignore)[^#\n]*$")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked() -> list[Path]:
    """The files git tracks, and the new ones it does not ignore."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listing.stdout.split("\0") if name and (path := Path(name)).is_file()]


def functions(path: Path) -> Iterator[tuple[Function, int]]:
    """Every function of a module with its length in lines, decorators left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node, (node.end_lineno or node.lineno) - node.lineno + 1


def over_budget(path: Path, lengths: list[int]) -> Iterator[str]:
    """Complaints about one module of the product; its functions' lengths are added to `lengths`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > FILE_LINES and EXEMPT_MARK not in lines[0]:
        yield f"{path}: {len(lines)} lines, the budget is {FILE_LINES}"
    for node, length in functions(path):
        lengths.append(length)
        if length > FUNCTION_LINES:
            yield f"{path}:{node.lineno}: {node.name} has {length} lines, the budget is {FUNCTION_LINES}"


def unfit_for_publication(path: Path) -> Iterator[str]:
    """Complaints about names of registries, paths of a machine and suppressions without a reason."""
    if path == Path(__file__).relative_to(Path.cwd()):
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, start=1):
        if FORBIDDEN.search(line) or ABSOLUTE.search(line):
            yield f"{path}:{number}: names a registry or a path of a machine"
        if path.suffix == ".py" and UNEXPLAINED.search(line):
            yield f"{path}:{number}: a suppression without a reason beside it"


def main() -> int:
    complaints: list[str] = []
    lengths: list[int] = []
    for path in tracked():
        if path.suffix == ".py" and path.parts[0] == "src":
            complaints.extend(over_budget(path, lengths))
        complaints.extend(unfit_for_publication(path))
    median = statistics.median(lengths)
    if median >= MEDIAN_FUNCTION_LINES:
        complaints.append(f"the median function has {median:g} lines, the budget is under {MEDIAN_FUNCTION_LINES}")
    print("\n".join(complaints) or f"Within budget: {len(lengths)} functions, {median:g} lines in the median.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
