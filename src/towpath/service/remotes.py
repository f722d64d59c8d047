"""How the server reaches the repositories of its configuration."""

from __future__ import annotations

from pathlib import Path

from towpath.config.server import RepositorySettings
from towpath.git.access import RemoteAccess
from towpath.git.remotes import parse_remote
from towpath.problems import Problem, ProblemError
from towpath.system import Environment

__all__ = ["access_to"]


def access_to(settings: RepositorySettings, environment: Environment) -> RemoteAccess:
    """Raises `ProblemError` with `token-missing`."""
    return RemoteAccess(
        parse_remote(settings.url),
        token=_token(settings, environment),
        user=settings.user,
        scheme=settings.token_as,
        ssh_key=settings.ssh_key,
        known_hosts=settings.known_hosts,
    )


def _token(settings: RepositorySettings, environment: Environment) -> str | None:
    if settings.token_env is not None:
        given = environment.get(settings.token_env)
        if not given:
            raise ProblemError(_missing(settings.name, f"The variable {settings.token_env} is not set."))
        return given
    if settings.token_file is not None:
        try:
            return Path(settings.token_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            detail = f"The file {settings.token_file} cannot be read."
            raise ProblemError(_missing(settings.name, detail)) from error
    return None


def _missing(name: str, detail: str) -> Problem:
    hint = "Set what `token_env` or `token_file` of the repository names in the server's configuration."
    return Problem("token-missing", "The token of a repository is missing", f"{name}: {detail}", hint=hint)
