"""Reads one file in one context, part by part; the parts are computed when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from towpath.hcl.evaluate import evaluate
from towpath.hcl.functions import standard_functions
from towpath.hcl.scope import Function, Scope
from towpath.hcl.syntax import Attribute, Body, ParsedFile
from towpath.hcl.values import Value
from towpath.problems import Problem, ProblemError
from towpath.terragrunt.config_functions import CONFIG_FUNCTIONS
from towpath.terragrunt.decode import Decoder
from towpath.terragrunt.language import CONFIGURATION, GENERATE
from towpath.terragrunt.locals import evaluate_locals
from towpath.terragrunt.outputs import OutputsUsed
from towpath.terragrunt.outside_functions import OUTSIDE_FUNCTIONS
from towpath.terragrunt.path_functions import PATH_FUNCTIONS
from towpath.terragrunt.paths import join
from towpath.terragrunt.session import Context, ContextFiles, Session
from towpath.terragrunt.written import Branch, Written, as_branch, plain

__all__ = ["VALUES_FILE", "FileReader", "Roots", "read_values"]

_FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {**standard_functions(), **PATH_FUNCTIONS, **OUTSIDE_FUNCTIONS, **CONFIG_FUNCTIONS}
)
_BASE_BLOCKS = ("include", "locals", "feature", "dependency")
VALUES_FILE = "terragrunt.values.hcl"
"""Beside a configuration that a stack generated: what the stack hands to it."""


class Roots(Mapping[str, Value]):
    """Variables that are computed when they are first asked for."""

    def __init__(self, roots: Mapping[str, Callable[[], Value]]) -> None:
        self._roots = roots
        self._values: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._values:
            self._values[name] = self._roots[name]()
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._roots

    def __iter__(self) -> Iterator[str]:
        return iter(self._roots)

    def __len__(self) -> int:
        return len(self._roots)


@dataclass
class FileReader:
    """One file. `includes` gives the variable `include`, for locals and dependencies; None: there are no includes.
    `inherited` gives the flags of included files, which the file's own come before.
    """

    context: Context
    parsed: ParsedFile
    includes: Callable[[], Value] | None = None
    inherited: Callable[[], dict[str, Value]] = dict

    @property
    def _session(self) -> Session:
        return self.context.session

    @cached_property
    def _values(self) -> dict[str, Value] | None:
        return read_values(self.context, self.context.folder)

    def scope(self, roots: Mapping[str, Callable[[], Value]] | None = None) -> Scope:
        """What expressions see: functions, `values`, and the given roots."""
        given = dict(roots or {})
        values = self._values
        if values is not None:
            given["values"] = lambda: values
        return Scope(Roots(given), _FUNCTIONS, ContextFiles(self.context))

    def _roots(self) -> dict[str, Callable[[], Value]]:
        roots: dict[str, Callable[[], Value]] = {"feature": lambda: self.features}
        if self.includes is not None:
            roots["include"] = self.includes
        return roots

    @cached_property
    def features(self) -> dict[str, Value]:
        """The variable `feature`: of every flag its default, since nobody overrides it here."""
        if not self.parsed.body.blocks_of("feature"):
            return self.inherited()
        decoder = Decoder(self._session, self.scope())
        blocks = decoder.labelled(self.parsed.body, CONFIGURATION, "feature")
        own: dict[str, Value] = {
            name: {"value": plain(block.items["default"])} for name, block in blocks.items() if "default" in block.items
        }
        return self.inherited() | own

    @cached_property
    def locals(self) -> dict[str, Value]:
        attributes: dict[str, Attribute] = {}
        blocks = self.parsed.body.blocks_of("locals")
        for block in blocks:
            if block.labels:
                detail = f"A `locals` block takes no label, and here are {len(block.labels)}."
                self._session.report(
                    Problem(
                        "wrong-labels",
                        "A block has the wrong number of labels",
                        detail,
                        block.place,
                        "Write it as `locals { … }`.",
                    )
                )
            if block.body.blocks:
                inner = block.body.blocks[0]
                detail = f"`locals` holds attributes alone, no block `{inner.type}`."
                hint = f"Write it as a value: `{inner.type} = {{ … }}`."
                self._session.report(Problem("unknown-block", "A block is not known", detail, inner.place, hint))
            attributes.update(block.body.attributes)
        for block in blocks[1:]:
            detail = "`locals` stands twice in this file; Terragrunt takes one block alone."
            hint = "Put everything into the first of them."
            self._session.report(Problem("duplicate-block", "A block stands twice", detail, block.place, hint))
        return evaluate_locals(attributes, self.scope(self._roots()), self._session)

    @cached_property
    def dependency_blocks(self) -> dict[str, Branch]:
        """The `dependency` blocks of this file alone, by name."""
        if not self.parsed.body.blocks_of("dependency"):
            return {}
        roots = {**self._roots(), "local": lambda: self.locals}
        return Decoder(self._session, self.scope(roots)).labelled(self.parsed.body, CONFIGURATION, "dependency")

    @property
    def dependencies_used(self) -> OutputsUsed:
        """The outputs of dependencies that expressions of this file refer to."""
        return self._session.cache.outputs_used(self.parsed)

    def body(
        self,
        dependency: Callable[[], Value],
        includes: Callable[[], Value] | None = None,
        session: Session | None = None,
    ) -> Branch:
        """All but the blocks above. `dependency` and `includes` give the variables of these names; problems go to
        `session`, by default that of the context.
        """
        roots = {**self._roots(), "local": lambda: self.locals, "dependency": dependency}
        if includes is not None:
            roots["include"] = includes
        decoder = Decoder(session or self._session, self.scope(roots))
        body = decoder.body(self.parsed.body, CONFIGURATION, self.parsed.body, skip=_BASE_BLOCKS)
        return _with_blocks_of_attributes(body, decoder, self.parsed.body)


def _with_blocks_of_attributes(decoded: Branch, decoder: Decoder, body: Body) -> Branch:
    """`generate` may be given as an attribute; after this it looks as if it were blocks."""
    items = dict(decoded.items)
    generate = as_branch(items["generate"]) if "generate" in items else None
    if generate is not None:
        blocks = {label for block in body.blocks_of("generate") for label in block.labels}
        entries: dict[str, Written] = {
            name: item if name in blocks else decoder.of_value(item, GENERATE, f"generate.{name}")
            for name, item in generate.items.items()
        }
        items["generate"] = Branch(entries, generate.node)
    return Branch(items, decoded.node)


def read_values(context: Context, folder: str) -> dict[str, Value] | None:
    """The variable `values` of a unit that a stack generated: the attributes of the file beside it; None without one.
    They see functions alone.

    Raises `ProblemError` when the file cannot be read.
    """
    file = join(folder, VALUES_FILE)
    parsed = context.session.parse(file)
    if parsed is None:
        return None
    if parsed.problems:
        raise ProblemError(*parsed.problems)
    scope = Scope({}, _FUNCTIONS, ContextFiles(replace(context, file=file)))
    return {name: evaluate(attribute.expression, scope) for name, attribute in parsed.body.attributes.items()}
