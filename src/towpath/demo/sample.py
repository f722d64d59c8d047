"""The demo's live repository: the files of `sample/`, and the accounts and units they are for.

`sample/` holds what all accounts share, as it is. The small files that differ per account are written from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from towpath.system import Processes

__all__ = ["REGION", "SampleRepository"]

REGION = "eu-west-1"
SAMPLE = Path(__file__).with_name("sample")
ACCOUNT_IDS: Mapping[str, str] = MappingProxyType(
    {"shared": "100000000001", "dev": "200000000002", "stage": "300000000003", "prod": "400000000004"}
)
_CONFIG: Mapping[str, str] = MappingProxyType(
    {
        "user.name": "Robin Lock",
        "user.email": "robin@example.com",
        "commit.gpgsign": "false",
        "core.hooksPath": "/dev/null",
        "core.autocrlf": "false",
    }
)


@dataclass(frozen=True)
class SampleRepository:
    """The repository in `folder`. `organisation` begins every global name in it, bucket names above all."""

    folder: Path
    processes: Processes
    organisation: str = "acme"
    account_ids: Mapping[str, str] = field(default_factory=lambda: ACCOUNT_IDS)

    def create(self) -> str:
        """Writes every file, commits, and gives the commit."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._git("init", "--quiet", "--initial-branch=main")
        for key, value in _CONFIG.items():
            self._git("config", key, value)
        for path, content in self.files().items():
            self.write(path, content)
        return self.commit("The live repository")

    def files(self) -> dict[str, str]:
        """Every file's path and content."""
        shared = {
            path.relative_to(SAMPLE).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(SAMPLE.rglob("*"))
            if path.is_file()
        }
        return shared | {
            "common.hcl": f'locals {{\n  organisation = "{self.organisation}"\n}}\n',
            "accounts.json": json.dumps(self._accounts(), indent=2) + "\n",
            **self._account_files(),
        }

    def state_buckets(self) -> dict[str, str]:
        """The bucket of each account's states, name to account id."""
        return {f"{self.organisation}-state-{name}": number for name, number in self.account_ids.items()}

    def path(self, path: str) -> Path:
        return self.folder / path

    def write(self, path: str, content: str) -> None:
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Raises ValueError when `old` is not in the file exactly once: the story would not be what it says."""
        text = self.path(path).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{path} contains {old!r} {text.count(old)} times")
        self.write(path, text.replace(old, new))

    def remove(self, path: str) -> None:
        self._git("rm", "-r", "--quiet", path)

    def commit(self, message: str) -> str:
        """Commits everything and gives the commit."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "-m", message)
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *arguments: str) -> str:
        done = self.processes.run(("git", *arguments), folder=self.folder)
        if not done.ok:
            raise ValueError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode()

    def _accounts(self) -> dict[str, dict[str, str | int]]:
        return {
            name: {"id": number, "email": f"aws+{name}@example.com", "deploy_order": order}
            for order, (name, number) in enumerate(self.account_ids.items(), start=1)
        }

    def _account_files(self) -> dict[str, str]:
        files: dict[str, str] = {}
        for name in self.account_ids:
            files[f"{name}/account.hcl"] = f'locals {{\n  account_name = "{name}"\n}}\n'
            files[f"{name}/{REGION}/region.hcl"] = f'locals {{\n  region = "{REGION}"\n}}\n'
            units = ("artifacts",) if name == "shared" else ("events", "app")
            for unit in units:
                files[f"{name}/{REGION}/{unit}/terragrunt.hcl"] = _unit(unit)
        return files


def _unit(kind: str) -> str:
    return f"""include "root" {{
  path = find_in_parent_folders("root.hcl")
}}

include "envcommon" {{
  path = "${{dirname(find_in_parent_folders("root.hcl"))}}/_envcommon/{kind}.hcl"
}}
"""
