"""What evaluations share, what one of them has found so far, and the context of each file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from towpath.hcl.scope import Call
from towpath.hcl.syntax import ParsedFile
from towpath.hcl.values import Value
from towpath.model.paths import UnitPath
from towpath.problems import Place, Problem, ProblemError
from towpath.terragrunt.config import Dependency
from towpath.terragrunt.files import Files
from towpath.terragrunt.globs import glob_matcher
from towpath.terragrunt.outside import Outside
from towpath.terragrunt.parsing import ParseCache
from towpath.terragrunt.paths import OutsideRepositoryError, absolute, folder_of, to_repository
from towpath.terragrunt.watching import Seen, WatchedFiles

__all__ = ["MISSING_FILE_HINT", "Commons", "Context", "ContextFiles", "Session", "context_of"]

ConfigurationReader: TypeAlias = Callable[["Context", str, Call], Value]


@dataclass(frozen=True, slots=True)
class _Read:
    """A configuration that was read, and all that came of reading it: it is the same for every unit."""

    value: Value
    session: Session


@dataclass
class Commons:
    """What the evaluations of all units of one set of files share. `reader` evaluates another configuration, for
    `read_terragrunt_config`; what it gives is kept where it does not depend on the unit that asks."""

    files: Files
    outside: Outside
    cache: ParseCache
    reader: ConfigurationReader
    _read: dict[str, _Read] = field(default_factory=dict)
    _parsed: dict[str, ParsedFile | None] = field(default_factory=dict)
    _found_above: dict[tuple[str, str], tuple[str | None, Seen]] = field(default_factory=dict)

    def session(self, unit_file: str) -> Session:
        """For one unit."""
        return Session(unit_file, self, WatchedFiles(self.files))

    def parse(self, file: str, session: Session) -> ParsedFile | None:
        """The parsed file; only the unit's own configuration is not asked for again."""
        if file in self._parsed:
            session.files.seen.looked_at.add(file)
            return self._parsed[file]
        content = session.files.read(file)
        # Places in a copied file name the one it was copied from, which is there to be looked at.
        parsed = None if content is None else self.cache.parse(content, self.files.origin(file))
        if file != session.unit_file:
            self._parsed[file] = parsed
        return parsed

    def find_above(self, folder: str, name: str, path_in: Callable[[str], str], session: Session) -> str | None:
        """The first path of a name that is there, in the folders above one; neighbours find the same."""
        above = folder_of(folder)
        if not folder:
            return None
        if (above, name) not in self._found_above:
            files = session.files.afresh()
            found = _first_above(above, path_in, files)
            self._found_above[above, name] = found, files.seen
        found, seen = self._found_above[above, name]
        session.files.seen.update(seen)
        return found

    def read_configuration(self, context: Context, file: str, call: Call) -> Value:
        """Another configuration as a value. Raises `ProblemError`."""
        session = context.session
        known = self._read.get(file)
        if known is not None and known.session.reads.isdisjoint(context.chain):
            session.absorb(known.session)
            return known.value
        inner = session.afresh()
        try:
            value = self.reader(replace(context, session=inner), file, call)
        except ProblemError:
            # Whoever asks may have something to fall back on.
            inner.problems.clear()
            raise
        finally:
            session.absorb(inner)
        if not inner.files.seen.unit:
            self._read[file] = _Read(value, inner)
        return value


def _first_above(folder: str, path_in: Callable[[str], str], files: WatchedFiles) -> str | None:
    while True:
        path = path_in(folder)
        if files.exists(path):
            return path
        if not folder:
            return None
        folder = folder_of(folder)


@dataclass
class Session:
    """One evaluation of one unit. `unit_file` is the unit's own configuration. `problems` keeps each problem once, in
    the order of finding; `configurations` are those that were read, by file, and `read_dependencies` their
    dependencies, by name and path."""

    unit_file: str
    commons: Commons
    files: WatchedFiles
    reads: set[str] = field(default_factory=set)
    problems: dict[Problem, None] = field(default_factory=dict)
    read_dependencies: dict[tuple[str, UnitPath], Dependency] = field(default_factory=dict)
    configurations: dict[str, Value] = field(default_factory=dict)

    @property
    def outside(self) -> Outside:
        return self.commons.outside

    @property
    def cache(self) -> ParseCache:
        return self.commons.cache

    def original_folder(self) -> str:
        """The folder of the unit that is evaluated, whatever file asks."""
        self.files.seen.unit = True
        return folder_of(self.unit_file)

    def read_configuration(self, context: Context, file: str, call: Call) -> Value:
        """Another configuration as a value; one that is read twice is evaluated once. Raises `ProblemError`."""
        if file not in self.configurations:
            self.configurations[file] = self.commons.read_configuration(context, file, call)
        return self.configurations[file]

    def find_above(self, folder: str, name: str, path_in: Callable[[str], str]) -> str | None:
        """The first path of a name that is there, in the folders above one; `path_in` gives its path in a folder."""
        return self.commons.find_above(folder, name, path_in, self)

    def afresh(self) -> Session:
        """The same unit, and nothing found yet."""
        return Session(self.unit_file, self.commons, self.files.afresh())

    def absorb(self, inner: Session) -> None:
        """Takes over what another session of the same files found."""
        self.reads |= inner.reads
        self.files.seen.update(inner.files.seen)
        self.problems.update(inner.problems)
        self.read_dependencies.update(inner.read_dependencies)

    def apart(self) -> Session:
        """The same evaluation, with problems of its own."""
        return replace(self, problems={})

    def report(self, *problems: Problem) -> None:
        self.problems.update(dict.fromkeys(problems))

    def report_error(self, error: ProblemError, place: Place | None = None) -> None:
        """Reports what the error carries; a problem without a place gets this one."""
        self.report(*(replace(problem, place=problem.place or place) for problem in error.problems))

    def parse(self, file: str) -> ParsedFile | None:
        """The parsed file, noted as read; None where there is none."""
        parsed = self.commons.parse(file, self)
        if parsed is not None:
            self.reads.add(file)
        return parsed


@dataclass(frozen=True)
class Context:
    """In which context a file is evaluated. Paths are from the repository's root.

    `file` is the file whose expressions are evaluated: functions of files start from its folder. `config_file` is the
    configuration that path functions speak of: an included file is evaluated in the context of the file that includes
    it, so there it is that one. `included` is the path of the file itself where it is included; `includes` are the
    includes of a file that has some, by label. `chain` are the files being read, outermost first.
    """

    session: Session
    file: str
    config_file: str
    included: str | None = None
    includes: Mapping[str, str] = field(default_factory=dict)
    chain: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The folder of the configuration that path functions speak of."""
        return folder_of(self.config_file)

    @property
    def root(self) -> str:
        return self.session.files.root

    def absolute(self, path: str) -> str:
        return absolute(self.root, path)

    def inside(self, path: str, at: Place | Call | None, folder: str | None = None) -> str:
        """The path from the repository's root, which may be written absolute or relative to `folder` (by default the
        configuration's). Raises `ProblemError` (`outside-repository`), which is said to be `at` this place.
        """
        try:
            return to_repository(self.root, self.folder if folder is None else folder, path)
        except OutsideRepositoryError:
            place = at.place if isinstance(at, Call) else at
            detail = f'"{path}" leads out of the repository. Only files of the commit can take part in evaluating it.'
            hint = "Copy what is needed into the repository."
            raise ProblemError(
                Problem("outside-repository", "A path leads out of the repository", detail, place, hint)
            ) from None


class ContextFiles:
    """The files that functions may read in a context; relative paths start from the folder of the file they are
    written in. Terragrunt's own functions find their context through it.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self._folder = folder_of(context.file)

    def read(self, path: str) -> bytes | None:
        inside = self._inside(path)
        content = self.context.session.files.read(inside)
        if content is not None:
            self.context.session.reads.add(inside)
        return content

    def exists(self, path: str) -> bool:
        return self.context.session.files.exists(self._inside(path))

    def fileset(self, path: str, pattern: str) -> tuple[str, ...]:
        inside = self._inside(path)
        matches = glob_matcher(pattern)
        prefix = len(inside) + 1 if inside else 0
        session = self.context.session
        found = tuple(file for file in session.files.files_below(inside) if matches(file[prefix:]))
        session.reads.update(found)
        return tuple(sorted(file[prefix:] for file in found))

    def _inside(self, path: str) -> str:
        return self.context.inside(path, None, self._folder)


MISSING_FILE_HINT = "Correct the path, or add the file."


def context_of(call: Call) -> Context:
    """The context in which a function was called."""
    files = call.scope.files
    if not isinstance(files, ContextFiles):
        detail = f"{call.name} can be used in Terragrunt's own files alone, not in a template."
        hint = "Call it in the configuration, and give the template what comes out as a variable."
        raise ProblemError(Problem("unknown-function", "A function is not known here", detail, call.place, hint))
    return files.context
