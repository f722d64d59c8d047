"""Terraform's functions.

1. Each family of functions has a file and a table in it: numbers, strings, formats, patterns, collections, sets,
   encoding, yaml, hashes, secrets, networks, dates, files, types, templates, and those that are unknown.
2. A function is declared in one line: signature, kinds of its parameters, and a Python function of few lines that gets
   plain values. `registry` does the rest: the number of arguments, conversions, null, unknown and sensitive values.
3. `standard_functions` puts the tables together. The evaluator calls a function with a `Call`.

Wrong arguments are the problem `wrong-arguments`, at the place of the call. `try` and `can` are not here: they need
their arguments unevaluated, and belong to the evaluator (`evaluate_attempts`). Nothing here reads a clock, a disk or
the environment: files come through the call's scope, and what differs from run to run or from machine to machine is
unknown. Functions of providers are left out. `base64gzip` unpacks to the same text as Terraform's, but
need not have its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from towpath.hcl.functions.collections import COLLECTIONS
from towpath.hcl.functions.dates import DATES
from towpath.hcl.functions.encoding import ENCODING
from towpath.hcl.functions.files import FILES
from towpath.hcl.functions.formats import FORMATS
from towpath.hcl.functions.hashes import HASHES
from towpath.hcl.functions.networks import NETWORKS
from towpath.hcl.functions.numbers import NUMBERS
from towpath.hcl.functions.patterns import PATTERNS
from towpath.hcl.functions.secrets import SECRETS
from towpath.hcl.functions.sets import SETS
from towpath.hcl.functions.strings import TEXT
from towpath.hcl.functions.templates import TEMPLATES
from towpath.hcl.functions.types import TYPES
from towpath.hcl.functions.unknown import UNKNOWN
from towpath.hcl.functions.yaml import YAML
from towpath.hcl.scope import Function, FunctionFiles

__all__ = ["FunctionFiles", "standard_functions"]

_FAMILIES = (
    NUMBERS,
    TEXT,
    FORMATS,
    PATTERNS,
    COLLECTIONS,
    SETS,
    ENCODING,
    YAML,
    HASHES,
    SECRETS,
    NETWORKS,
    DATES,
    FILES,
    TEMPLATES,
    TYPES,
    UNKNOWN,
)
_STANDARD: Mapping[str, Function] = MappingProxyType(
    {name: function for family in _FAMILIES for name, function in family.items()}
)


def standard_functions() -> Mapping[str, Function]:
    """Every function of the library by its name; the same mapping each time, which nobody can change."""
    return _STANDARD
