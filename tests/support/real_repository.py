"""A real git repository in a temporary folder, for tests that stand outside the product."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from towpath.git import FakeLink

__all__ = ["RealRepository"]


class RealRepository:
    """Writes files and commits them, as a person would. `commit` means the same as the fake repository's."""

    def __init__(self, folder: Path, author: str = "ada@example.com") -> None:
        self.folder = folder
        self._author = author
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.email", author)
        self.git("config", "user.name", author.partition("@")[0])
        self.git("config", "commit.gpgsign", "false")

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_ALLOW_PROTOCOL": "file",
        }
        done = subprocess.run(
            ["git", *arguments], cwd=folder or self.folder, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def commit(self, files: Mapping[str, bytes | str | FakeLink], subject: str = "A change") -> str:
        """Commits exactly these files; returns the commit's id."""
        self.git("rm", "-r", "-q", "--ignore-unmatch", "--cached", ".")
        for path, content in files.items():
            self.write(path, content)
        if files:
            self.git("add", "--force", "--", *files)
        self.git("commit", "--quiet", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def write(self, path: str, content: bytes | str | FakeLink) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_symlink() or isinstance(content, FakeLink):
            target.unlink(missing_ok=True)
        if isinstance(content, FakeLink):
            target.symlink_to(content.target)
        else:
            target.write_bytes(content.encode() if isinstance(content, str) else content)
