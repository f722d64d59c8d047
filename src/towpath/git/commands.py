"""Runs the git binary in a way that nothing of the caller's surroundings can bend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from towpath.problems import Problem, ProblemError
from towpath.system import Processes, ProcessResult

__all__ = ["Git"]

_PASSED_ON = ("HOME", "PATH", "XDG_CONFIG_HOME", "USER", "LOGNAME", "TMPDIR")
"""What git gets of the caller's environment: where the user's configuration is, and no variable of git's own."""

_FIXED = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_PAGER": "cat",
    # A partial clone would otherwise reach for the network in the middle of reading a blob.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
}
_OPTIONS = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "log.showSignature=false",
    "--no-pager",
)


class Git:
    """Git commands in one folder. `environment` is the caller's; only where to find the user's configuration is passed
    on from it.
    """

    def __init__(self, folder: Path, processes: Processes, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._processes = processes
        self._program = processes.which("git")
        given = environment or {}
        self._environment = {name: given[name] for name in _PASSED_ON if name in given} | _FIXED

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> ProcessResult:
        """Runs one command to its end, whatever its status. `settings` win over git's configuration, `environment`
        over what every command gets; only where that allows a protocol does git reach beyond this machine's disk.

        Raises `ProblemError` (`executable-not-found`, `repository-not-trusted` when git refuses a repository of
        another user, and what the processes raise after `timeout` seconds).
        """
        if self._program is None:
            raise ProblemError(_not_installed())
        argv = (self._program, *_OPTIONS, *arguments)
        variables = {**self._environment, **(environment or {}), **_as_variables(settings or {})}
        result = self._processes.run(argv, folder=self.folder, environment=variables, stdin=stdin, timeout=timeout)
        if not result.ok and environment is None and b"dubious ownership" in result.stderr:
            raise ProblemError(_not_trusted(self.folder))
        return result

    def output(self, *arguments: str, settings: Mapping[str, str] | None = None) -> bytes:
        """What the command printed. Raises `ProblemError` (`git-failed`) when it did not succeed."""
        result = self.run(*arguments, settings=settings)
        if not result.ok:
            raise ProblemError(git_failed(arguments, result))
        return result.stdout

    def line(self, *arguments: str) -> str:
        """What the command printed, without the end of the line."""
        return self.output(*arguments).decode("utf-8", "surrogateescape").removesuffix("\n")


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as git takes them from its environment: unlike on a command line, their names may hold any character."""
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (name, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def git_failed(arguments: tuple[str, ...], result: ProcessResult) -> Problem:
    """Git said no for a reason nobody foresaw: its own words are the best there are."""
    said = result.stderr.decode("utf-8", "replace").strip() or f"It ended with status {result.status}."
    hint = "Type it in the repository yourself; `git fsck` tells whether something is damaged."
    return Problem("git-failed", "Git could not do what was asked", f"git {arguments[0]}: {said}", hint=hint)


def _not_installed() -> Problem:
    return Problem(
        "executable-not-found",
        "A program is not installed",
        "git was not found. Towpath reads the live repository through it.",
        hint="Install git, or put it on PATH.",
    )


def _not_trusted(folder: Path) -> Problem:
    return Problem(
        "repository-not-trusted",
        "Git does not trust this repository",
        f"The repository at {folder} belongs to another user, and git refuses to read it.",
        hint=f"If you trust it: git config --global --add safe.directory {folder}",
    )
