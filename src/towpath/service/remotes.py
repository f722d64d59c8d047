"""How the server reaches the repositories of its configuration."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from towpath.config.server import RepositorySettings
from towpath.git.access import RemoteAccess
from towpath.git.remotes import RemoteKind, parse_remote
from towpath.problems import Problem, ProblemError
from towpath.system import Environment

__all__ = ["access_to"]

_MOST_CHARACTERS = 16 * 1024


def access_to(settings: RepositorySettings, folder: Path, environment: Environment) -> RemoteAccess:
    """Paths are relative to `folder`. The token is looked up each time it is needed, since tokens are replaced while a
    server runs; that raises `ProblemError` with `token-missing`.
    """
    address = parse_remote(settings.url)
    if address.kind is RemoteKind.FOLDER and "://" not in settings.url:
        address = parse_remote(str((folder / Path(settings.url).expanduser()).resolve()))
    return RemoteAccess(
        address,
        token=partial(_token, settings, folder, environment),
        user=settings.user,
        scheme=settings.token_as,
        ssh_key=_placed(settings.ssh_key, folder),
        known_hosts=_placed(settings.known_hosts, folder),
    )


def _token(settings: RepositorySettings, folder: Path, environment: Environment) -> str | None:
    if settings.token_env is not None:
        given = (environment.get(settings.token_env) or "").strip()
        if not given:
            raise ProblemError(_missing(settings.name, f"The variable {settings.token_env} is not set."))
        return given
    file = _placed(settings.token_file, folder)
    if file is None:
        return None
    try:
        with Path(file).open(encoding="utf-8") as stream:
            return stream.read(_MOST_CHARACTERS).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemError(_missing(settings.name, f"The file {file} cannot be read.")) from error


def _placed(name: str | None, folder: Path) -> str | None:
    return None if name is None else str(folder / Path(name).expanduser())


def _missing(name: str, detail: str) -> Problem:
    hint = "Set what `token_env` or `token_file` of the repository names in the server's configuration."
    return Problem("token-missing", "The token of a repository is missing", f"{name}: {detail}", hint=hint)
