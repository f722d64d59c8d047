"""Where a unit's state is, as far as its configuration and its code say it.

State that the engine would keep in a folder that does not last (a checkout, a working folder) is kept in the
repository's own folder instead, where Terragrunt and Terraform would have it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from towpath.engines.terraform.backend import Backend, backend_of
from towpath.engines.terraform.source import LocalSource, read_source
from towpath.problems import Problem, ProblemError
from towpath.runs.workbench.evaluating import EvaluatedUnit
from towpath.runs.workbench.modules import ModuleFiles, files_of, read_module
from towpath.terragrunt.config import RemoteState

__all__ = [
    "backend_problem",
    "lasting_path",
    "lasting_settings",
    "lasting_state",
    "module_in_repository",
    "settled_backend",
]


def lasting_state(state: RemoteState, evaluated: EvaluatedUnit, home: Path) -> RemoteState:
    """The same, with state in a file where it lasts; `home` is the repository's own folder."""
    if state.backend != "local":
        return state
    written = state.config.get("path")
    settings = lasting_settings(evaluated, home, written if isinstance(written, str) else None)
    return replace(state, config={**settings, **state.config, "path": settings["path"]})


def lasting_settings(evaluated: EvaluatedUnit, home: Path, written: str | None) -> dict[str, str]:
    """Settings of the local backend, also for those who use workspaces."""
    folder = lasting_path(evaluated, home, "terraform.tfstate.d")
    return {"path": lasting_path(evaluated, home, written), "workspace_dir": folder}


def lasting_path(evaluated: EvaluatedUnit, home: Path, written: str | None) -> str:
    """Where local state is kept for good: a path in the checkout is meant in the repository; a relative one is meant
    from the unit's folder.
    """
    unit = evaluated.checkout.unit_folder(evaluated.unit)
    path = Path(os.path.normpath(unit / (written or "terraform.tfstate")))
    checkout = evaluated.checkout.folder
    return str(home / path.relative_to(checkout)) if path.is_relative_to(checkout) else str(path)


def settled_backend(evaluated: EvaluatedUnit, home: Path) -> Backend | None:
    """The unit's backend, where configuration and code in the repository say it; None when only `init` finds out.

    Raises `ProblemError` (`value-unknown`).
    """
    state = evaluated.config.remote_state if evaluated.config else None
    if state is not None:
        try:
            return backend_of(lasting_state(state, evaluated, home))
        except ValueError as error:
            raise ProblemError(backend_problem(evaluated, str(error))) from None
    module = module_in_repository(evaluated)
    if module is None:
        return None
    if module.backend_type in (None, "local"):
        return Backend("local", lasting_settings(evaluated, home, module.backend_path))
    settings = module.backend.settings if module.backend else None
    return Backend(module.backend_type or "", settings) if settings is not None else None


def module_in_repository(evaluated: EvaluatedUnit) -> ModuleFiles | None:
    """What all files declare that will lie in the unit's working folder; None when some come from elsewhere."""
    config = evaluated.config
    source = read_source(config.source) if config and isinstance(config.source, str) else None
    own = evaluated.checkout.unit_folder(evaluated.unit)
    if source is None:
        return read_module(_all_files(own, evaluated))
    if not isinstance(source, LocalSource):
        return None
    folder = own / source.folder / source.below
    return read_module((*files_of(folder), *_all_files(own, evaluated))) if folder.is_dir() else None


def _all_files(own: Path, evaluated: EvaluatedUnit) -> Iterator[tuple[str, bytes]]:
    yield from files_of(own)
    for block in evaluated.config.generate if evaluated.config else ():
        if not block.disable:
            yield block.path, block.contents.encode()


def backend_problem(evaluated: EvaluatedUnit, origin: str) -> Problem:
    detail = f"The backend of {evaluated.unit} depends on {origin}."
    hint = "Give it where Towpath runs, or write the setting as a plain value."
    return Problem("value-unknown", "A value is not known", detail, hint=hint)
