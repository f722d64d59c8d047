"""What one evaluation of one unit shares: its files, what it read, what went wrong; and the context of each file."""

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

__all__ = ["Context", "ContextFiles", "Session", "context_of"]

ConfigurationReader: TypeAlias = Callable[["Context", str, Call], Value]


@dataclass
class Session:
    """`unit_file` is the unit's own configuration. `problems` keeps each problem once, in the order of finding;
    `reader` evaluates another configuration, for `read_terragrunt_config`; `configurations` are those evaluated, by
    file, and `read_dependencies` their dependencies, by name and path."""

    unit_file: str
    files: Files
    outside: Outside
    cache: ParseCache
    reader: ConfigurationReader
    reads: set[str] = field(default_factory=set)
    problems: dict[Problem, None] = field(default_factory=dict)
    read_dependencies: dict[tuple[str, UnitPath], Dependency] = field(default_factory=dict)
    configurations: dict[str, Value] = field(default_factory=dict)

    def read_configuration(self, context: Context, file: str, call: Call) -> Value:
        """Another configuration as a value; one that is read twice is evaluated once. Raises `ProblemError`."""
        if file not in self.configurations:
            self.configurations[file] = self.reader(context, file, call)
        return self.configurations[file]

    def apart(self) -> Session:
        """For a file that is read: the same unit, with problems of its own."""
        return replace(self, problems={})

    def report(self, *problems: Problem) -> None:
        self.problems.update(dict.fromkeys(problems))

    def report_error(self, error: ProblemError, place: Place | None = None) -> None:
        """Reports what the error carries; a problem without a place gets this one."""
        self.report(*(replace(problem, place=problem.place or place) for problem in error.problems))

    def parse(self, file: str) -> ParsedFile | None:
        """The parsed file, noted as read; None where there is none."""
        content = self.files.read(file)
        if content is None:
            return None
        self.reads.add(file)
        return self.cache.parse(content, file)


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

    def inside(self, path: str, place: Place | None, folder: str | None = None) -> str:
        """The path from the repository's root, which may be written absolute or relative to `folder` (by default the
        configuration's). Raises `ProblemError` (`outside-repository`).
        """
        try:
            return to_repository(self.root, self.folder if folder is None else folder, path)
        except OutsideRepositoryError:
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


def context_of(call: Call) -> Context:
    """The context in which a function was called."""
    files = call.scope.files
    if not isinstance(files, ContextFiles):
        detail = f"{call.name} can be used in Terragrunt's own files alone, not in a template."
        raise ProblemError(Problem("unknown-function", "A function is not known here", detail, call.place))
    return files.context
