"""The `include` blocks of a file, and a reader of each included file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from towpath.hcl.syntax import Block, ParsedFile
from towpath.hcl.values import Unknown, Value, unmark
from towpath.problems import Place, Problem, ProblemError
from towpath.terragrunt.decode import Decoder
from towpath.terragrunt.language import INCLUDE
from towpath.terragrunt.paths import folder_of, join
from towpath.terragrunt.reader import FileReader
from towpath.terragrunt.session import Context
from towpath.terragrunt.written import plain

__all__ = ["Include", "read_includes"]


@dataclass(frozen=True)
class Include:
    """One include. `name` is its label, empty for a bare one; `file` is from the repository's root."""

    name: str
    file: str
    reader: FileReader
    expose: bool = False
    strategy: str = "shallow"

    @property
    def is_merged(self) -> bool:
        return self.strategy != "no_merge"

    @property
    def is_deep(self) -> bool:
        return self.strategy == "deep"


def read_includes(context: Context, parsed: ParsedFile) -> tuple[tuple[Include, ...], tuple[str, ...]]:
    """The includes in their order, and the labels of those that failed; what is wrong with one is reported."""
    found: dict[str, Include] = {}
    failed: list[str] = []
    decoder = Decoder(context.session, FileReader(context, parsed).scope())
    for block in parsed.body.blocks_of("include"):
        name = block.labels[0] if block.labels else ""
        if len(block.labels) > 1:
            detail = f"An `include` block takes no label or one, and here are {len(block.labels)}."
            hint = 'Write it as `include "name" { … }`.'
            context.session.report(
                Problem("wrong-labels", "A block has the wrong number of labels", detail, block.place, hint)
            )
        elif name in found:
            detail = f'`include "{name}"` stands twice in this file; every include needs a label of its own.'
            hint = "Give one of them another label, or remove it."
            context.session.report(Problem("duplicate-block", "A block stands twice", detail, block.place, hint))
        else:
            values = plain(decoder.body(block.body, INCLUDE, block, "include."))
            include = _include(context, block, name, values if isinstance(values, dict) else {})
            if include is not None:
                found[name] = include
            else:
                failed.append(name)
    return tuple(found.values()), tuple(failed)


def _include(context: Context, block: Block, name: str, values: Mapping[str, Value]) -> Include | None:
    place = block.body.attributes["path"].place if "path" in block.body.attributes else block.place
    path, _ = unmark(values.get("path"))
    if isinstance(path, Unknown):
        sources = ", ".join(sorted({origin.source for origin in path.origins}))
        detail = f"The path comes from {sources}, which cannot be known without running something."
        summary = "The path of an include cannot be known"
        hint = "Write it so that the repository alone decides; variables may stand under `environment` in towpath.yml."
        context.session.report(Problem("unknown-include-path", summary, detail, place, hint))
        return None
    if not isinstance(path, str):
        return None
    try:
        reader = _reader(context, path, place)
    except ProblemError as error:
        context.session.report_error(error, place)
        return None
    strategy = unmark(values.get("merge_strategy"))[0]
    return Include(
        name,
        reader.context.file,
        reader,
        expose=unmark(values.get("expose"))[0] is True,
        strategy=strategy if isinstance(strategy, str) else "shallow",
    )


def _reader(context: Context, path: str, place: Place) -> FileReader:
    file = context.inside(path, place)
    if context.session.files.is_folder(file):
        file = join(file, "terragrunt.hcl")
    parsed = context.session.parse(file)
    if parsed is None:
        detail = f'"{file}" is to be included, and there is no such file.'
        hint = _meant(context, file) or "Correct the path: a relative one starts at the unit's folder. Or add the file."
        raise ProblemError(Problem("include-not-found", "An included file is not there", detail, place, hint))
    context.session.report(*parsed.problems)
    nested = parsed.body.blocks_of("include")
    if nested:
        detail = f'"{file}" is included and includes something itself; Terragrunt takes one level alone.'
        hint = "Include both files in the unit itself, each with a label of its own."
        raise ProblemError(
            Problem("nested-include", "An included file includes another", detail, nested[0].place, hint)
        )
    return FileReader(replace(context, file=file, included=file, includes={}), parsed)


def _meant(context: Context, file: str) -> str | None:
    """The file beside the one that is missing whose name is most like it. Nothing is looked for at the repository's
    root, below which everything is.
    """
    folder = folder_of(file)
    beside = context.session.files.files_below(folder) if folder else ()
    close = get_close_matches(file, [path for path in beside if folder_of(path) == folder], n=1)
    return f'Did you mean "{close[0]}"?' if close else None
