"""Keys of objects, and the joining of the parts of a template."""

from __future__ import annotations

from collections.abc import Sequence

from towpath.hcl.computation import computed
from towpath.hcl.convert import ConversionError, to_string
from towpath.hcl.evaluate_problems import failed, too_large
from towpath.hcl.forms import normal_text
from towpath.hcl.marks import marked
from towpath.hcl.size import LONGEST_TEXT
from towpath.hcl.syntax import Expression
from towpath.hcl.values import Unknown, Value, unmark

__all__ = ["join_parts", "join_texts", "object_key"]


def object_key(key: Value, expression: Expression) -> str:
    """The key of an object as text. Raises `ProblemError`."""
    if key is None:
        raise failed("invalid-key", expression, "The key is null; a key must be a string.")
    try:
        return str(to_string(key))
    except ConversionError as error:
        raise failed("invalid-key", expression, f"The key does not fit. {error}") from error


def join_parts(parts: Sequence[tuple[Value, Expression]], whole: Expression) -> Value:
    """The text of all parts; each comes with the expression to blame for it. One unknown part makes it unknown."""
    texts: list[str] = []
    unknown: list[Unknown] = []
    sensitive = False
    for part, blamed in parts:
        value, part_sensitive = unmark(part)
        sensitive = sensitive or part_sensitive
        if isinstance(value, Unknown):
            unknown.append(value)
        else:
            texts.append(value if isinstance(value, str) else _text(value, blamed))
    if unknown:
        merged = computed(unknown[0].merged(*unknown[1:]), '"', tuple(value for value, _ in parts))
        return marked(merged, sensitive)
    return marked(join_texts(texts, whole), sensitive)


def join_texts(texts: Sequence[str], whole: Expression) -> str:
    """The text of parts that are texts already."""
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise too_large(whole, f"The text has more than {LONGEST_TEXT} characters.")
    return normal_text("".join(texts))


def _text(value: Value, part: Expression) -> str:
    if value is None:
        raise failed("invalid-template", part, "This part of the text is null, and null cannot be put into a text.")
    try:
        return str(to_string(value))
    except ConversionError as error:
        raise failed("invalid-template", part, f"This cannot be put into a text. {error}") from error
