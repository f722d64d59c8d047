"""Reads one `terragrunt.stack.hcl`: the units and stacks that it asks for.

1. `locals` see functions and `values`; everything else sees the locals too.
2. `include` brings in the units and stacks of another file, which are evaluated as if they stood in this one.
3. Each `unit` and each `stack` is evaluated by itself, so that one that is broken hides no other. Their `values` see
   where the others will stand (`unit.NAME.path`, `stack.NAME.path`).

Nothing is made of them here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from towpath.hcl.forms import quoted
from towpath.hcl.syntax import Block, Body, ParsedFile
from towpath.hcl.values import Unknown, Value, unmark
from towpath.problems import Place, Problem, ProblemError, has_errors
from towpath.terragrunt.decode import Decoder
from towpath.terragrunt.language import STACK, STACK_COMPONENT, STACK_INCLUDE, BodyRule
from towpath.terragrunt.paths import join
from towpath.terragrunt.reader import FileReader
from towpath.terragrunt.session import Context
from towpath.terragrunt.typed import flag
from towpath.terragrunt.written import Branch, plain

__all__ = ["GENERATED_FOLDER", "STACK_FILE", "Component", "ComponentKind", "StackFile"]

STACK_FILE = "terragrunt.stack.hcl"
GENERATED_FOLDER = ".terragrunt-stack"
"""The folder beside a stack file in which its units and stacks stand."""
AUTOINCLUDE = "autoinclude"
_NOT_INCLUDED = (AUTOINCLUDE, "include", "locals")
_PLACING = BodyRule({name: STACK_COMPONENT.attributes[name] for name in ("path", "no_dot_terragrunt_stack")})


class ComponentKind(StrEnum):
    """What a block of a stack file asks for."""

    UNIT = "unit"
    STACK = "stack"


@dataclass(frozen=True)
class Component:
    """One `unit` or `stack` block. `source` and `path` are texts, or unknown, or None where they are wrong, which
    `problems` tell then. `has_autoinclude`: the block holds more configuration for the unit. `is_beside`: it stands
    beside the stack file instead of in `GENERATED_FOLDER`; `is_checked`: its source must hold a configuration of its
    kind.
    """

    kind: ComponentKind
    name: str
    place: Place
    source: Value
    source_place: Place
    path: Value
    path_place: Place
    values: Value = None
    has_autoinclude: bool = False
    is_beside: bool = False
    is_checked: bool = True
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {quoted(self.name)}"


class StackFile:
    """One stack file in one context. What is wrong with it as a whole is reported to the context's session."""

    def __init__(self, context: Context, parsed: ParsedFile) -> None:
        self._context = context
        self._reader = FileReader(context, parsed)
        context.session.report(*parsed.problems)
        self._bodies = (parsed.body, *self._included(parsed.body))
        for body in self._bodies:
            Decoder(context.session, self._reader.scope()).body(body, STACK, body, skip=tuple(STACK.blocks))

    @property
    def locals(self) -> dict[str, Value]:
        return self._reader.locals

    def components(self) -> tuple[Component, ...]:
        """Every unit and stack, in the order of the text."""
        return tuple(self._component(kind, block) for kind in ComponentKind for block in self._blocks(kind))

    def as_value(self) -> dict[str, Value]:
        """What `read_terragrunt_config` gives. Raises `ProblemError` with everything that is wrong in the file."""
        components = self.components()
        values: dict[str, Value] = {"local": self.locals}
        problems = [*self._context.session.problems, *(each for one in components for each in one.problems)]
        if has_errors(problems):
            raise ProblemError(*(problem for problem in problems if problem.is_error))
        for kind in ComponentKind:
            values[kind] = {one.name: _as_value(one) for one in components if one.kind is kind}
        return values

    def _included(self, body: Body) -> Iterator[Body]:
        decoder = Decoder(self._context.session, self._reader.scope({"local": lambda: self.locals}))
        for block in body.blocks_of("include"):
            path = _plain(decoder.body(block.body, STACK_INCLUDE, block, "include.")).get("path")
            try:
                if isinstance(path, str):
                    yield self._included_body(path, block)
                elif isinstance(path, Unknown):
                    raise ProblemError(_unknown_include(path, block))
            except ProblemError as error:
                self._context.session.report_error(error, block.place)

    def _included_body(self, path: str, block: Block) -> Body:
        file = self._context.inside(path, block.place)
        parsed = self._context.session.parse(file)
        if parsed is None:
            detail = f'"{file}" is to be included, and there is no such file.'
            hint = "Correct the path: a relative one starts at the stack's folder. Or add the file."
            raise ProblemError(Problem("include-not-found", "An included file is not there", detail, block.place, hint))
        self._context.session.report(*parsed.problems)
        for inner in (*parsed.body.blocks_of("include"), *parsed.body.blocks_of("locals")):
            detail = f'"{file}" is included in a stack file, so it may hold no `{inner.type}`.'
            hint = "Take the block out of the included file."
            self._context.session.report(Problem("unknown-block", "A block is not known", detail, inner.place, hint))
        return parsed.body

    def _blocks(self, kind: ComponentKind) -> Iterator[Block]:
        """The blocks with a name, each name once."""
        seen: set[str] = set()
        for block in (block for body in self._bodies for block in body.blocks_of(kind)):
            if len(block.labels) != 1:
                detail = f"A `{kind}` block takes one label, and here are {len(block.labels)}."
                summary = "A block has the wrong number of labels"
                hint = f'Write it as `{kind} "name" {{ … }}`.'
                self._context.session.report(Problem("wrong-labels", summary, detail, block.place, hint))
            elif block.labels[0] in seen:
                detail = f'`{kind} "{block.labels[0]}"` stands twice; only one of them could take effect.'
                hint = "Give one of them another name, or remove it."
                self._context.session.report(
                    Problem("duplicate-block", "A block stands twice", detail, block.place, hint)
                )
            else:
                seen.add(block.labels[0])
                yield block

    def _component(self, kind: ComponentKind, block: Block) -> Component:
        session = self._context.session.apart()
        name = block.labels[0]
        decoder = Decoder(session, self._reader.scope(self.roots()))
        values = _plain(decoder.body(block.body, STACK_COMPONENT, block, f"{kind}.{name}.", skip=(AUTOINCLUDE,)))
        session.report(*_wrong_autoincludes(kind, block))
        beside = values.get("no_dot_terragrunt_stack")
        return Component(
            kind=kind,
            name=name,
            place=block.place,
            source=unmark(values.get("source"))[0],
            source_place=_place_in(block, "source"),
            # Where it cannot be known in which folder a path starts, the path cannot be known.
            path=beside if isinstance(beside, Unknown) else unmark(values.get("path"))[0],
            path_place=_place_in(block, "path"),
            values=values.get("values"),
            has_autoinclude=bool(block.body.blocks_of(AUTOINCLUDE)),
            is_beside=flag(beside),
            is_checked=not flag(values.get("no_validation")) and not flag(beside),
            problems=tuple(session.problems),
        )

    def roots(self) -> dict[str, Callable[[], Value]]:
        """The variables that units and stacks see."""
        return {
            "local": lambda: self.locals,
            "unit": lambda: self._paths(ComponentKind.UNIT),
            "stack": lambda: self._paths(ComponentKind.STACK),
        }

    def autoinclude(self, unit: str) -> Body | None:
        """The configuration that the block of a unit adds to it; None where there is none."""
        blocks = (block for block in self._blocks(ComponentKind.UNIT) if block.labels[0] == unit)
        found = (inner.body for block in blocks for inner in block.body.blocks_of(AUTOINCLUDE))
        return next(found, None)

    def _paths(self, kind: ComponentKind) -> dict[str, Value]:
        """The variable `unit` or `stack`: the folder of each, by name."""
        decoder = Decoder(self._context.session.apart(), self._reader.scope({"local": lambda: self.locals}))
        paths: dict[str, Value] = {}
        for block in (block for body in self._bodies for block in body.blocks_of(kind) if len(block.labels) == 1):
            kept = {name: item for name, item in block.body.attributes.items() if name in _PLACING.attributes}
            values = _plain(decoder.body(replace(block.body, attributes=kept, blocks=()), _PLACING, block))
            beside = flag(values.get("no_dot_terragrunt_stack"))
            paths[block.labels[0]] = {"path": self._absolute(values.get("path"), beside=beside)}
        return paths

    def _absolute(self, path: Value, *, beside: bool) -> Value:
        if not isinstance(path, str):
            return path
        folder = self._context.folder
        return self._context.absolute(join(folder if beside else join(folder, GENERATED_FOLDER), path))


def _wrong_autoincludes(kind: ComponentKind, block: Block) -> Iterator[Problem]:
    found = block.body.blocks_of(AUTOINCLUDE)
    if found and kind is ComponentKind.STACK:
        detail = "Towpath merges `autoinclude` into units alone: this one would add to another stack."
        hint = "Write the units into the stack that is used, or make them in a stack of their own."
        summary = "A configuration is not supported"
        yield Problem("unsupported-configuration", summary, detail, found[0].place, hint)
    for twice in found[1:]:
        detail = "`autoinclude` stands twice in this block; only one of them could take effect."
        yield Problem("duplicate-block", "A block stands twice", detail, twice.place, "Remove one of them.")
    for inner in (inner for one in found for inner in one.body.blocks if inner.type in _NOT_INCLUDED):
        detail = f"An `autoinclude` may hold no `{inner.type}`. Its expressions see the locals of the stack file."
        yield Problem("unknown-block", "A block is not known", detail, inner.place, "Take the block out.")


def _plain(branch: Branch) -> dict[str, Value]:
    return {name: plain(item) for name, item in branch.items.items()}


def _as_value(component: Component) -> dict[str, Value]:
    return {"source": component.source, "path": component.path, "values": component.values}


def _place_in(block: Block, attribute: str) -> Place:
    found = block.body.attributes.get(attribute)
    return found.place if found is not None else block.place


def _unknown_include(path: Unknown, block: Block) -> Problem:
    sources = ", ".join(sorted({origin.source for origin in path.origins}))
    detail = f"The path comes from {sources}, which cannot be known without running something."
    hint = "Write it so that the repository alone decides; variables may stand under `environment` in towpath.yml."
    return Problem("unknown-include-path", "The path of an include cannot be known", detail, block.place, hint)
