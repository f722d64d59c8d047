"""Comments and layout do not count; everything else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.git import Entry
from towpath.git.objects import blob_id
from towpath.live import ContentHashes


def hash_of(text: str, path: str = "main.tf", mode: int = 0o100644) -> str:
    content = text.encode()
    return ContentHashes().of(Entry(path, mode, blob_id(content)), lambda: content)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1\n", "# a comment\na   =   1 // another\n"),
        ("a = [1, 2]\n", "a = [\n  1,\n  /* two */ 2\n]\n"),
        ('b "x" {\n  a = 1\n}\n', 'b "x" { a = 1 }\n'),
        ('a = "${var.x}"\n', 'a   = "${var.x}"\n\n\n'),
    ],
)
def test_comments_and_layout_do_not_count(one: str, other: str) -> None:
    assert hash_of(one) == hash_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1\n", "a = 2\n"),
        ('a = "x"\n', 'a = "x "\n'),
        ('a = " x"\n', 'a = "x"\n'),
        ('a = "x  y"\n', 'a = "x y"\n'),
        ("a = <<E\n  x\nE\n", "a = <<E\n x\nE\n"),
        ("a = <<-E\n  x\n  E\n", "a = <<-E\n  x\nE\n"),
        ("a = <<E\nx\n\nE\n", "a = <<E\nx\nE\n"),
        ('a = "# no comment"\n', 'a = "# another text"\n'),
        ("a = 1\n", "# a = 1\n"),
        ("a = bc\n", "a = b.c\n"),
    ],
)
def test_everything_else_counts(one: str, other: str) -> None:
    assert hash_of(one) != hash_of(other)


def test_json_counts_as_the_data_it_holds() -> None:
    assert hash_of('{"a":1,"b":2}', "x.tf.json") == hash_of('{\n "b": 2, "a": 1}', "x.tf.json")
    assert hash_of('{"a":1}', "x.tf.json") != hash_of('{"a":2}', "x.tf.json")
    assert hash_of('{"a":1}', "data.json") != hash_of('{"a": 1}', "data.json")


def test_other_files_count_byte_by_byte() -> None:
    assert hash_of("# one\n", "run.sh") != hash_of("# two\n", "run.sh")
    assert hash_of("# one\n", "run.sh") != hash_of("# one\n", "run.sh", mode=0o100755)


@pytest.mark.parametrize("broken", ["a = [1\n", "{{{", '{"a":', '"' * 3, "\ufeffa ="])
@pytest.mark.parametrize("path", ["a.tf", "a.tf.json"])
def test_what_cannot_be_read_counts_byte_by_byte(broken: str, path: str) -> None:
    assert hash_of(broken, path) == blob_id(broken.encode())


def test_a_content_is_read_once_and_other_files_never() -> None:
    hashes = ContentHashes()
    reads = []

    def read() -> bytes:
        reads.append(1)
        return b"a = 1"

    for path in ("a.tf", "b/c.tf", "d.zip"):
        hashes.of(Entry(path, 0o100644, "00"), read)
    assert len(reads) == 1


@given(st.binary(max_size=100) | st.text(alphabet='a={}"$<-E\n #/*[],%', max_size=60).map(str.encode))
def test_no_content_breaks_it(content: bytes) -> None:
    for path in ("a.tf", "a.tf.json"):
        assert ContentHashes().of(Entry(path, 0o100644, "00"), lambda: content)
