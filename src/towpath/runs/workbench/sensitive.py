"""The texts that a unit's module calls sensitive."""

from __future__ import annotations

import json
from collections.abc import Mapping

from towpath.engines.terraform.environment import Inputs
from towpath.engines.terraform.state import exact_json
from towpath.runs.workbench.modules import ModuleFiles

__all__ = ["declared_secrets"]


def declared_secrets(inputs: Inputs, module: ModuleFiles, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Values of variables that the module calls sensitive are secrets, wherever they come from: also from the module
    itself.
    """
    found = list(module.secrets)
    for name, sensitive in module.variables.items():
        long = inputs.file.get(name)
        in_file = long if isinstance(long, str | None) else exact_json(long)
        text = environment.get(f"TF_VAR_{name}") or in_file
        if sensitive and text and len(text) >= 4:
            found.extend([text, *_texts_in(text)])
    return tuple(found)


def _texts_in(text: str) -> list[str]:
    try:
        data = json.loads(text)
    except ValueError:
        return []
    waiting, found = [data], []
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and len(item) >= 4:
            found.append(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found
