"""The environment the engine gets: nothing but what is named here reaches it from the unit.

1. It starts from Towpath's own environment, without what would mix units up (`TF_DATA_DIR`).
2. Credentials, if a role was assumed, replace whatever credentials or profiles it named.
3. Inputs become `TF_VAR_name`: a text as it is, anything else as JSON. A variable that is set already wins, as in
   Terragrunt. Nulls, and what is too long for an environment, go into a file of variables instead; what holds `${` goes
   there as well, since the engine would take it for a template.
4. `extra_arguments` may set variables on top.
5. Go's collector is told to wait longer, unless somebody set that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from towpath.engines.terraform.state import exact_json
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

__all__ = ["Inputs", "engine_environment", "pass_inputs", "secret_texts", "shares_a_mirror", "to_data"]

_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_NOT_PASSED_ON = ("TF_DATA_DIR", "TF_INPUT", "TF_PLUGIN_CACHE_DIR")
_MEMORY = {"GOGC": "400"}
"""How much Go programs, which engines and providers are, may let lie before they collect, in percent of what they use.
They live for seconds: with Go's own 100 a third of that goes into collecting. Who has little memory sets the variable.
"""
_LONGEST = 100_000
"""Linux takes 131,072 bytes for one variable and its name (MAX_ARG_STRLEN)."""
_SHORTEST_SECRET = 4
"""Shorter texts (a digit, `yes`) say little by themselves, and masking them would leave no log."""

_TEMPLATE = re.compile(r"[$%]\{")
_MIRROR = re.compile(r"^[^#\n]*\b(?:filesystem_mirror|plugin_cache_dir|dev_overrides)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Inputs:
    """`variables` for the environment, `file` for a JSON file of variables. `templates` are in `variables` too; they
    hold what the engine takes for a template where it reads the variable as an expression.
    """

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    file: Mapping[str, object] = field(default_factory=dict, repr=False)
    templates: Mapping[str, object] = field(default_factory=dict, repr=False)

    def in_file(
        self, declared: Collection[str], verbatim: Collection[str], environment: Mapping[str, str]
    ) -> dict[str, object]:
        """What to write into the file. The engine warns about variables in a file that the module has not declared;
        `verbatim` are those that take a text of the environment as it is. What the environment sets otherwise wins.
        """
        wanted = {name: value for name, value in self.templates.items() if name not in verbatim} | dict(self.file)
        return {
            name: value
            for name, value in wanted.items()
            if name in declared and environment.get(f"TF_VAR_{name}") == self.variables.get(f"TF_VAR_{name}")
        }


def engine_environment(
    own: Mapping[str, str], credentials: Mapping[str, str], inputs: Mapping[str, str], extra: Mapping[str, str]
) -> dict[str, str]:
    """All of it. `credentials` empty: those of Towpath's own environment are used."""
    kept = {name: value for name, value in own.items() if name not in _NOT_PASSED_ON}
    if credentials:
        kept = {name: value for name, value in kept.items() if name not in _CREDENTIALS}
    return {**_MEMORY, **inputs, **kept, **credentials, **extra, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}


def pass_inputs(inputs: Mapping[str, Value]) -> Inputs:
    variables: dict[str, str] = {}
    file: dict[str, object] = {}
    templates: dict[str, object] = {}
    for name, value in inputs.items():
        data = to_data(value)
        text = data if isinstance(data, str) else exact_json(data)
        if data is None or len(text.encode()) > _LONGEST or "\0" in text:
            file[name] = data
        else:
            variables[f"TF_VAR_{name}"] = text
            if not isinstance(data, str) and _TEMPLATE.search(text):
                templates[name] = data
    return Inputs(variables, file, templates)


def to_data(value: Value) -> object:
    """JSON data with exact numbers and nothing masked: for the engine only. Raises `ValueError` at an unknown."""
    if isinstance(value, Sensitive):
        return to_data(value.value)
    if isinstance(value, dict):
        return {key: to_data(item) for key, item in value.items()}
    if isinstance(value, tuple | SetValue):
        return [to_data(item) for item in value]
    if isinstance(value, Unknown):
        raise ValueError(", ".join(origin.source for origin in value.origins) or "an unknown value")
    return value


def secret_texts(value: Value, *, secret: bool = False) -> Iterator[str]:
    """The texts that must not be shown: every text inside of something sensitive."""
    if isinstance(value, Sensitive):
        yield from secret_texts(value.value, secret=True)
    elif isinstance(value, dict):
        for item in value.values():
            yield from secret_texts(item, secret=secret)
    elif isinstance(value, tuple | SetValue):
        for item in value:
            yield from secret_texts(item, secret=secret)
    elif secret and not isinstance(value, bool | Unknown | None) and len(str(value)) >= _SHORTEST_SECRET:
        yield str(value)


def shares_a_mirror(cli_configuration: str) -> bool:
    """Whether the user's own CLI configuration says where providers come from, so that no cache is needed."""
    return bool(_MIRROR.search(cli_configuration))
