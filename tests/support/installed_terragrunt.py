"""Installs the stand-in for Terragrunt where a test can find it, and reads what it recorded."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["InstalledTerragrunt", "RecordedCall"]

SUPPORT = Path(__file__).parent


@dataclass(frozen=True)
class RecordedCall:
    """One start of the stand-in. `environment` holds what concerns it: settings of Terragrunt, Terraform, AWS, git."""

    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    pid: int

    @property
    def engine(self) -> tuple[str, ...]:
        """What the engine was to be told."""
        return self.argv[self.argv.index("--") + 1 :] if "--" in self.argv else ()

    def setting(self, name: str) -> str:
        """The value of `--name=value`."""
        return next(word for word in self.argv if word.startswith(f"--{name}=")).partition("=")[2]


class InstalledTerragrunt:
    """A `terragrunt` in a folder of its own, to be put on PATH."""

    def __init__(self, home: Path, version: str = "1.0.4") -> None:
        self.folder = home / "terragrunt-bin"
        self.folder.mkdir()
        self._record = home / "terragrunt-calls"
        self.install(version)

    @property
    def path(self) -> Path:
        return self.folder / "terragrunt"

    def install(self, version: str) -> None:
        program = (
            f"import sys, pathlib\nsys.path.insert(0, {str(SUPPORT)!r})\nimport terragrunt_standin\n"
            f"sys.exit(terragrunt_standin.main(sys.argv[1:], {version!r}, pathlib.Path({str(self._record)!r})))\n"
        )
        code = self.folder / "program.py"
        code.write_text(program, encoding="utf-8")
        words = (sys.executable, str(code))
        self.path.write_text(f'#!/bin/sh\nexec {" ".join(map(shlex.quote, words))} "$@"\n', encoding="utf-8")
        self.path.chmod(0o755)

    def before(self, path: str) -> str:
        """A PATH on which this one comes first."""
        return f"{self.folder}:{path}"

    def calls(self) -> Sequence[RecordedCall]:
        """Every start so far, oldest first."""
        lines = self._record.read_text(encoding="utf-8").splitlines() if self._record.exists() else []
        found = [json.loads(line) for line in lines]
        return [RecordedCall(tuple(one["argv"]), Path(one["cwd"]), one["environment"], one["pid"]) for one in found]

    def work(self) -> Sequence[RecordedCall]:
        """Those that were about a unit."""
        return [call for call in self.calls() if call.argv != ("--version",)]
