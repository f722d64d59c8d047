"""Makes the units that stack files ask for, as a layer over the commit's files.

1. Every `terragrunt.stack.hcl` is evaluated, hermetically. One that refers to `values` that nobody gives it is a
   template: other stacks use it, and where it stands it makes nothing.
2. Each unit and each stack is copied from its source to its own folder, with a file of its values beside it. Whatever
   is relative there (a dependency on `../vpc`, a module) then works as for any other unit.
3. Stack files among the copies are evaluated in turn, until there are no more.

What cannot be made is a problem with its place, and hides nothing else. Where it cannot be known which units there
would be, the folder is `unsure`: what stood there before must not be taken for removed. Folders of generated files that
were committed do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from towpath.config import Globs
from towpath.git import Layer, Tree
from towpath.hcl.values import Unknown, unmark
from towpath.live.discovery import CONFIGURATION, is_working_folder
from towpath.live.files import evaluation_files
from towpath.live.stack_copies import Copies
from towpath.live.stack_places import destination, source_folder
from towpath.live.stack_problems import beside_unit, cannot_be_known, going_round, path_twice, template_unused
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem, ProblemError, has_errors
from towpath.terragrunt import (
    GENERATED_FOLDER,
    STACK_FILE,
    VALUES_FILE,
    VIRTUAL_ROOT,
    Component,
    ComponentKind,
    Outside,
    ParseCache,
    evaluate_stack,
    lacks_values,
    values_text,
)
from towpath.terragrunt.autoinclude import POINTER_FILE, pointer_text
from towpath.terragrunt.paths import folder_of, join
from towpath.terragrunt.typed import mapping

__all__ = ["Expansion", "Made", "expand", "has_stacks"]


@dataclass(frozen=True)
class Made:
    """How a folder came about. `stack` is the file of the commit that holds the block; `reads` are all files of the
    commit that decided what is made of it, without those that were copied."""

    stack: str
    reads: frozenset[str]


@dataclass(frozen=True)
class Expansion:
    """`tree` holds the commit's files and those made from stacks; `made` are the folders that blocks of stacks ask for.
    `broken` are the units among them that could not be made, with the reasons. `sources` are the folders that units
    are made from. `unsure` are folders of which it cannot be said which units are in them, with a sentence why.
    """

    tree: Tree
    problems: tuple[Problem, ...] = ()
    made: Mapping[str, Made] = field(default_factory=dict)
    broken: Mapping[UnitPath, tuple[Problem, ...]] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    unsure: Mapping[str, str] = field(default_factory=dict)

    def made_by(self, folder: str) -> Made | None:
        """How the folder, or the nearest one around it, came about; None where nothing made it."""
        around = folder
        while around and around not in self.made:
            around = folder_of(around)
        return self.made.get(around)

    def reads(self, folder: str, files: Iterable[str]) -> frozenset[str]:
        """The files of the commit that took part when something in `folder` was evaluated, which read `files`."""
        if not self.made:
            return frozenset(files)
        made = self.made_by(folder)
        own = frozenset(self.tree.origin(file) for file in files if not self._is_written(file))
        return own if made is None else own | made.reads

    def _is_written(self, file: str) -> bool:
        """Whether it is a file of values that no file of the commit is the origin of."""
        is_values = file.endswith(VALUES_FILE) and folder_of(file) in self.made
        return is_values and self.tree.origin(file) == file


@dataclass(frozen=True)
class _Stack:
    """A stack file that waits. `reads` are the files that decided how it came about, `chain` the folders of the commit
    whose stacks led to it. `is_asked`: a block asks for this very stack, so it is no template."""

    folder: str
    reads: frozenset[str] = frozenset()
    chain: tuple[str, ...] = ()
    is_asked: bool = False


def expand(
    tree: Tree, cache: ParseCache, outside: Outside, excluded: Globs | None = None, root: str = VIRTUAL_ROOT
) -> Expansion:
    """The tree with everything that its stack files ask for. Stacks in folders that `excluded` fits make nothing.
    `root` is where the tree will stand; path functions give paths below it. Raises nothing.
    """
    stacks = _stack_folders(tree)
    stale = [path for path in tree.entries() if GENERATED_FOLDER in path and GENERATED_FOLDER in path.split("/")]
    if stale:
        tree = tree.overlaid(Layer(dropped=frozenset(stale)))
    if not stacks:
        return Expansion(tree)
    return _Expander(tree, cache, outside, excluded or Globs(()), root).expand(stacks)


def has_stacks(tree: Tree) -> bool:
    """Whether anything is to be made of the tree."""
    return bool(_stack_folders(tree))


def _stack_folders(tree: Tree) -> list[str]:
    found = (path for path in tree.entries() if f"/{path}".endswith(f"/{STACK_FILE}"))
    return [folder_of(path) for path in found if not is_working_folder(path)]


class _Expander:
    """Waves: what the stacks of one wave make is laid over the tree before the next one is evaluated."""

    def __init__(self, tree: Tree, cache: ParseCache, outside: Outside, excluded: Globs, root: str) -> None:
        self._committed = tree
        self._tree = tree
        self._cache = cache
        self._outside = outside
        self._excluded = excluded
        self._root = root
        self._copies = Copies(tree)
        self._waiting: list[_Stack] = []
        self._placed: dict[str, Component] = {}
        self._sources: dict[ComponentKind, set[str]] = {kind: set() for kind in ComponentKind}
        self._problems: list[Problem] = []
        self._made: dict[str, Made] = {}
        self._broken: dict[UnitPath, tuple[Problem, ...]] = {}
        self._unsure: dict[str, str] = {}

    def expand(self, folders: Iterable[str]) -> Expansion:
        self._waiting = [_Stack(folder) for folder in folders]
        templates: list[_Stack] = []
        while self._waiting:
            wave = [stack for stack in self._waiting if not self._excluded.fits(stack.folder or ".")]
            self._waiting = []
            for stack in wave:
                if not stack.is_asked and self._lacks_values(stack):
                    templates.append(stack)
                else:
                    self._expand_stack(stack)
            self._tree = self._tree.overlaid(self._copies.layer())
            self._copies = Copies(self._tree)
        for template in templates:
            self._leave_template(template)
        return Expansion(
            self._tree,
            tuple(dict.fromkeys(self._problems)),
            self._made,
            self._broken,
            frozenset(self._sources[ComponentKind.UNIT]),
            self._unsure,
        )

    def _lacks_values(self, stack: _Stack) -> bool:
        files = evaluation_files(self._tree, self._root)
        try:
            return lacks_values(stack.folder, frozenset([join(stack.folder, STACK_FILE)]), files, self._cache)
        except ProblemError:
            # What is wrong with the file is told when it is evaluated.
            return False

    def _leave_template(self, stack: _Stack) -> None:
        file = self._tree.origin(join(stack.folder, STACK_FILE))
        self._unsure[stack.folder] = f"{file} is a template now: it refers to `values` that nobody gives it."
        if stack.folder not in self._sources[ComponentKind.STACK]:
            self._problems.append(template_unused(file, ComponentKind.STACK))

    def _expand_stack(self, stack: _Stack) -> None:
        file = join(stack.folder, STACK_FILE)
        if join(stack.folder, CONFIGURATION) in self._tree.entries():
            problem = beside_unit(stack.folder, Place(self._tree.origin(file)))
            self._broken[UnitPath(stack.folder or ".")] = (problem,)
            self._unsure[stack.folder] = "Its folder is both a unit and a stack."
            return
        found = evaluate_stack(stack.folder, evaluation_files(self._tree, self._root), self._outside, self._cache)
        self._report(stack.folder, found.problems)
        reads = stack.reads | {self._tree.origin(read) for read in found.reads} & self._committed.entries().keys()
        origin = self._tree.origin(file)
        evaluated = replace(stack, reads=reads, chain=(*stack.chain, folder_of(origin)))
        for component in found.components:
            self._make(evaluated, component, Made(origin, reads))

    def _report(self, folder: str, problems: Iterable[Problem]) -> None:
        """Something keeps the stack in a folder from being known."""
        said = [problem.in_unit(folder or ".") for problem in problems]
        self._problems.extend(said)
        if has_errors(said):
            self._unsure.setdefault(folder, f"The stack in {folder or 'the root'} cannot be read entirely.")

    def _make(self, stack: _Stack, component: Component, made: Made) -> None:
        try:
            folder = destination(component, stack.folder)
        except ProblemError as error:
            self._report(stack.folder, error.problems)
            return
        if folder in self._placed:
            first = self._placed[folder]
            problem = path_twice(component, folder, first.path_place)
            for kind in {first.kind, component.kind}:
                self._fail(kind, folder, (problem,))
            return
        self._placed[folder] = component
        self._made[folder] = made
        try:
            if has_errors(component.problems):
                raise ProblemError(*component.problems)
            self._problems.extend(component.problems)
            self._fill(stack, component, folder)
        except ProblemError as error:
            self._fail(component.kind, folder, error.problems)

    def _fail(self, kind: ComponentKind, folder: str, problems: tuple[Problem, ...]) -> None:
        if kind is ComponentKind.STACK:
            self._report(folder, problems)
        else:
            path = UnitPath(folder)
            self._broken[path] = (*self._broken.get(path, ()), *(problem.in_unit(path) for problem in problems))

    def _fill(self, stack: _Stack, component: Component, folder: str) -> None:
        """Puts the source and the values into the folder. Raises `ProblemError`."""
        source = source_folder(component, stack.folder, self._tree, self._root)
        written = self._written(component, stack.folder, folder)
        files = self._copies.of(component, source, folder)
        nested = [folder_of(path) for path in files if path.rpartition("/")[2] == STACK_FILE]
        for inner in nested:
            origin = folder_of(self._tree.origin(files[join(inner, STACK_FILE)]))
            if origin in stack.chain:
                raise ProblemError(going_round(component, (*stack.chain[stack.chain.index(origin) :], origin)))
        self._problems.extend(self._copies.put(component, folder, files, written))
        self._note_source(component.kind, source)
        is_stack = component.kind is ComponentKind.STACK
        self._waiting += [_Stack(inner, stack.reads, stack.chain, is_stack and inner == folder) for inner in nested]

    def _written(self, component: Component, stack_folder: str, folder: str) -> dict[str, bytes]:
        """The files that stand there and are copies of none."""
        texts: dict[str, str] = {}
        if component.has_autoinclude:
            texts[POINTER_FILE] = pointer_text(component.name, stack_folder, folder)
        if component.values is not None:
            bare, _ = unmark(component.values)
            if isinstance(bare, Unknown):
                raise ProblemError(cannot_be_known(component, "values", bare, component.place))
            texts[VALUES_FILE] = values_text(component, mapping(component.values), stack_folder, folder)
        return {join(folder, name): text.encode("utf-8", "surrogateescape") for name, text in texts.items()}

    def _note_source(self, kind: ComponentKind, source: str) -> None:
        """A copy of a folder is used: so is the folder itself."""
        file = CONFIGURATION if kind is ComponentKind.UNIT else STACK_FILE
        self._sources[kind].update((source, folder_of(self._tree.origin(join(source, file)))))
