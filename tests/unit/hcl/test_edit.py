from __future__ import annotations

import pytest
from hcl_files import Around, surroundings
from hypothesis import given, settings
from hypothesis import strategies as st

from towpath.hcl.edit import set_attribute
from towpath.hcl.evaluate import evaluate
from towpath.hcl.forms import canonical, normal_text, render
from towpath.hcl.parse import parse
from towpath.hcl.scope import Scope
from towpath.hcl.values import Value
from towpath.problems import ProblemError

CONTENT = b"""# The image of the service, r\xc3\xa9sum\xc3\xa9
locals {
  image = {
    name  = "svc"  # its name
    "tag" = "1.2.3" // set by releases
    count = -1
    list  = [
      1, 2, # two
    ]
  }
  tag = "x${local.image.tag}"
  text = <<-EOT
    old
  EOT
}

locals { other = 1 }

module "a" "b" {
  size = 3
  size_text = "three"
}
inputs = merge(local.image, { a = 1 })
"""


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("locals", "image", "tag"), "2.0.0", b'"1.2.3"', b'"2.0.0"'),
        (("locals", "image", "count"), 4, b"-1", b"4"),
        (("locals", "image", "name"), None, b'"svc"', b"null"),
        (("locals", "other"), True, b"1 }\n\nmodule", b"true }\n\nmodule"),
        (("module", "a", "b", "size"), "${x}", b"3\n  size_text", b'"$${x}"\n  size_text'),
        (("locals", "text"), "new", b"<<-EOT\n    old\n  EOT", b'"new"'),
        (("locals", "image", "list"), (3,), b"[\n      1, 2, # two\n    ]", b"[3]"),
        (
            ("locals", "image", "name"),
            {"a": "b"},
            b'"svc"',
            b'{\n      a = "b"\n    }',
        ),
    ],
)
def test_only_the_literal_changes(path: tuple[str, ...], value: Value, old: bytes, new: bytes) -> None:
    assert CONTENT.count(old) == 1
    assert set_attribute(CONTENT, path, value) == CONTENT.replace(old, new)


def test_nothing_changes_when_the_value_is_there_already() -> None:
    assert set_attribute(CONTENT, ("locals", "image", "list"), (1, 2)) == CONTENT


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (("locals", "missing"), "attribute-not-found"),
        (("missing", "tag"), "attribute-not-found"),
        (("locals", "image", "missing"), "attribute-not-found"),
        (("locals", "image", "tag", "deeper"), "attribute-not-found"),
        (("module", "a", "size"), "attribute-not-found"),
        (("locals",), "attribute-not-found"),
        ((), "attribute-not-found"),
        (("locals", "tag"), "not-a-literal"),
        (("inputs", "a"), "not-a-literal"),
    ],
)
def test_what_cannot_be_set(path: tuple[str, ...], kind: str) -> None:
    with pytest.raises(ProblemError) as caught:
        set_attribute(CONTENT, path, 1, "a.hcl")
    (problem,) = caught.value.problems
    assert problem.id == kind
    assert problem.place is not None
    assert problem.place.file == "a.hcl"


def test_a_broken_file_is_not_touched() -> None:
    with pytest.raises(ProblemError, match="not valid HCL"):
        set_attribute(b"a = 1\nb = [\n", ("a",), 2)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(normal_text)
LITERALS: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
BLANKS = st.sampled_from([b" ", b"  ", b"\t", b" /* c */ "])


@given(LITERALS, LITERALS, BLANKS, st.sampled_from([b"", b" # c", b" // \xc3\xa9 ${"]))
@settings(max_examples=60)
def test_every_other_byte_stays(old: Value, new: Value, blanks: bytes, end: bytes) -> None:
    before = b"# top\r\nb {\n  x" + blanks + b"=" + blanks
    after = end + b"\n  y = x\n}\n\n# end"
    written = set_attribute(before + b"0.123" + after, ("b", "x"), old)
    edited = set_attribute(written, ("b", "x"), new)
    assert edited.startswith(before)
    assert edited.endswith(after)
    parsed = parse(edited, "a.hcl")
    assert parsed.problems == ()
    value = evaluate(parsed.body.blocks[0].body.attributes["x"].expression, Scope())
    assert canonical(value) == canonical(new)
    assert set_attribute(edited, ("b", "x"), new) == edited


def _value(content: bytes, path: tuple[str, ...]) -> Value:
    """What stands at the path, read without what edits."""
    parsed = parse(content, "a.hcl")
    assert parsed.problems == ()
    body, rest = parsed.body, list(path)
    while rest[0] == "target":
        (block,) = body.blocks_of("target")
        body, rest = block.body, rest[1 + len(block.labels) :]
    value = evaluate(body.attributes[rest[0]].expression, Scope())
    for key in rest[1:]:
        assert isinstance(value, dict)
        value = value[key]
    return value


@given(surroundings(), LITERALS, LITERALS)
@settings(max_examples=150, deadline=None)
def test_every_byte_around_the_literal_stays(around: Around, old: Value, new: Value) -> None:
    content = around.before + render(old).encode() + around.after
    edited = set_attribute(content, around.path, new)
    assert edited.startswith(around.before)
    assert edited.endswith(around.after)
    assert canonical(_value(edited, around.path)) == canonical(new)
    assert set_attribute(edited, around.path, new) == edited


@given(surroundings(), LITERALS)
@settings(max_examples=50, deadline=None)
def test_a_heredoc_is_a_literal_as_well(around: Around, new: Value) -> None:
    newline = b"\r\n" if b"\r\n" in around.before + around.after else b"\n"
    after = around.after[around.after.index(newline) :]
    content = around.before + newline.join([b"<<-MARK", b"    \xc3\xa9 $${x}", b"  x = 1", b"  MARK"]) + after
    edited = set_attribute(content, around.path, new)
    assert (edited.startswith(around.before), edited.endswith(after)) == (True, True)
    assert canonical(_value(edited, around.path)) == canonical(new)
