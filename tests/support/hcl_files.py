"""Strategies for files of the language in which one literal has a known place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

__all__ = ["Around", "surroundings"]

TRIVIA = st.sampled_from(
    [
        "",
        "  ",
        '# é ${ } "',
        "// x = 1",
        "/* x = {\n  a = 2 */",
        'other = "x = 1" # {',
        'text = <<-EOT\n    x = 1 ${"}"}\n      é\n  EOT',
        "text_2 = <<E\n%{ if true }x = 1%{ endif }\nE",
        "more { x = 2 }",
        'list = [1, # ]\n  "b",\n]',
        "computed = 1 + 2",
    ]
)
IN_OBJECT = st.sampled_from(["", "# } é", "y = 1,", '"z" = "x = 1"', "n = { x = 5 }", "h = <<E\nx = 1\nE", "/* a\n */"])
BLANKS = st.sampled_from([" ", "  ", "\t", " /* = */ "])
NAMES = st.sampled_from(["x", "image", "größe", "a-b", "for_each"])
LABELS = st.sampled_from([(), ("one",), ("one", "größe x")])


@dataclass(frozen=True)
class Around:
    """What stands before and after the literal, and the path to it. The bytes are those of the file."""

    before: bytes
    after: bytes
    path: tuple[str, ...]


@st.composite
def surroundings(draw: st.DrawFn) -> Around:
    """A file with the literal in an attribute, in blocks and objects or not, on lines that end in either way."""
    before, after, path = "", "", tuple[str, ...]()
    for _ in range(draw(st.integers(0, 2))):
        labels = draw(LABELS)
        written = "".join(f' "{label}"' for label in labels)
        before += f"{_lines(draw, TRIVIA)}target{written} {{\n"
        after = f"\n}}\n{_later_lines(draw)}{after}"
        path += ("target", *labels)
    name = draw(NAMES)
    before += f"{_lines(draw, TRIVIA)}  {name}{draw(BLANKS)}={draw(BLANKS)}"
    after = f"{draw(st.sampled_from(['', ' # é', '  // }', ' /* */']))}\n{_later_lines(draw)}{after}"
    path += (name,)
    for _ in range(draw(st.integers(0, 2))):
        key, name = draw(st.sampled_from([("x", "x"), ('"key x"', "key x"), ('"größe"', "größe"), ("null", "null")]))
        before += f"{{\n{_lines(draw, IN_OBJECT)}    {key}{draw(BLANKS)}{draw(st.sampled_from(['=', ':']))} "
        after = f"{draw(st.sampled_from(['', ',', ' # }', ', // é']))}\n{_lines(draw, IN_OBJECT)}  }}{after}"
        path += (name,)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return Around(before.replace("\n", newline).encode(), after.replace("\n", newline).encode(), path)


def _lines(draw: st.DrawFn, kinds: st.SearchStrategy[str]) -> str:
    """Different lines: an attribute stands once."""
    return "".join(f"{line}\n" for line in draw(st.lists(kinds, max_size=2, unique=True)))


def _later_lines(draw: st.DrawFn) -> str:
    """Lines that may follow those before: their attributes have other names."""
    return re.sub(r"(?m)^(\w+) =", r"\1_later =", _lines(draw, TRIVIA))
