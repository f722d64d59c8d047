"""HCL, the language of Terraform and Terragrunt: reading, evaluating, writing.

1. `parse` has tree-sitter read the bytes and turns its nodes into the syntax tree of `syntax`, once. What is wrong is a
   problem with its place; what could be read nevertheless is still there.
2. `references` tells which names an expression needs.
3. `evaluate` walks the syntax tree in a `Scope` of variables and functions. A value that cannot be known is `Unknown`,
   carries where it came from, and spreads no further than it must; a sensitive one marks what is made of it.
4. Types are converted as Terraform 1.11 converts them (`convert`), numbers computed as it computes them (`numbers`).
5. `functions` has the function library; `set_attribute` changes a literal in a file and no other byte.

Nothing here knows what a block means, reads a file or runs anything: files come through `Scope.files`, and what must be
run is left unknown.
"""

from __future__ import annotations

from towpath.hcl.convert import ConversionError, canonical, from_json, render, to_json
from towpath.hcl.edit import set_attribute
from towpath.hcl.evaluate import evaluate
from towpath.hcl.parse import parse, parse_expression
from towpath.hcl.references import Reference, references
from towpath.hcl.scope import Call, Function, FunctionFiles, Scope
from towpath.hcl.syntax import Attribute, Block, Body, Expression, ParsedFile
from towpath.hcl.values import Origin, Sensitive, SetValue, Unknown, Value

__all__ = [
    "Attribute",
    "Block",
    "Body",
    "Call",
    "ConversionError",
    "Expression",
    "Function",
    "FunctionFiles",
    "Origin",
    "ParsedFile",
    "Reference",
    "Scope",
    "Sensitive",
    "SetValue",
    "Unknown",
    "Value",
    "canonical",
    "evaluate",
    "from_json",
    "parse",
    "parse_expression",
    "references",
    "render",
    "set_attribute",
    "to_json",
]
