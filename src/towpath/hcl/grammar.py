"""The grammar of tree-sitter-hcl: its language, and what problems of syntax are made of."""

from __future__ import annotations

from typing import Final

import tree_sitter_hcl
from tree_sitter import Language

from towpath.hcl.text import SourceText
from towpath.problems import Problem, ProblemError

__all__ = ["LANGUAGE", "MOST_DEPTH", "syntax_error", "syntax_problem", "too_deep"]

LANGUAGE: Final = Language(tree_sitter_hcl.language())

MOST_DEPTH: Final = 100
"""How deep blocks and expressions may nest, and how many operators may follow each other; far above what is written by
hand.
"""


_SYNTAX_HINT = "Look here and at the end of the line before: a quote, a bracket or a comma may be missing, or too many."


def syntax_problem(text: SourceText, offset: int, detail: str, hint: str | None = None) -> Problem:
    return Problem("hcl-syntax", "The file is not valid HCL", detail, text.place(offset), hint or _SYNTAX_HINT)


def syntax_error(text: SourceText, offset: int, detail: str, hint: str | None = None) -> ProblemError:
    return ProblemError(syntax_problem(text, offset, detail, hint))


def too_deep(text: SourceText, offset: int) -> ProblemError:
    detail = f"What stands here is nested more than {MOST_DEPTH} levels deep, which is more than is evaluated."
    hint = "Take parts of it into `locals`, or read data from a file."
    return ProblemError(
        Problem("expression-too-deep", "An expression is nested too deeply", detail, text.place(offset), hint)
    )
