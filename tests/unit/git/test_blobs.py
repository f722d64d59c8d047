"""Blobs are read many at a time, kept up to a bound, and large ones only when somebody names them."""

from __future__ import annotations

import pytest

from towpath.git import FakeBlobs, fake_tree
from towpath.git.blobs import LARGEST_KEPT, BlobCache
from towpath.problems import ProblemError


def test_reading_ahead_brings_in_what_evaluation_will_ask_for() -> None:
    blobs = FakeBlobs()
    tree = fake_tree({"a.hcl": "1", "b/c.tf": "2", "d.yaml": "3", "e.zip": "4"}, blobs=blobs)
    tree.read_ahead()
    assert tree.read("a.hcl") == b"1"
    assert tree.read("b/c.tf") == b"2"
    assert tree.read("d.yaml") == b"3"
    assert len(blobs.reads) == 1
    assert tree.read("e.zip") == b"4"
    assert len(blobs.reads) == 2


def test_large_files_are_neither_read_ahead_nor_kept() -> None:
    blobs = FakeBlobs()
    tree = fake_tree({"a.hcl": "1", "large.json": b"x" * (LARGEST_KEPT + 1)}, blobs=blobs)
    tree.read_ahead()
    assert len(blobs.reads[0]) == 1
    for _ in range(2):
        content = tree.read("large.json")
        assert content is not None
        assert len(content) == LARGEST_KEPT + 1
    assert len(blobs.reads) == 3


def test_equal_files_of_two_commits_are_read_once() -> None:
    blobs = FakeBlobs()
    cache = BlobCache(blobs)
    oid = blobs.add(b"same")
    assert cache.get(oid) == cache.get(oid) == b"same"
    cache.prefetch([oid])
    assert len(blobs.reads) == 1


def test_the_least_recently_used_go_first() -> None:
    blobs = FakeBlobs()
    cache = BlobCache(blobs, kept_bytes=2)
    one, two, three = (blobs.add(text) for text in (b"1", b"2", b"3"))
    for oid in (one, two, one, three):
        cache.get(oid)
    before = len(blobs.reads)
    cache.get(one)
    assert len(blobs.reads) == before
    cache.get(two)
    assert len(blobs.reads) == before + 1


def test_an_object_that_is_not_there_is_a_problem_with_a_hint() -> None:
    cache = BlobCache(FakeBlobs())
    cache.prefetch(["0" * 40])
    for call in (lambda: cache.get("0" * 40), lambda: list(cache.chunks(["0" * 40]))):
        with pytest.raises(ProblemError) as caught:
            call()
        assert caught.value.problems[0].id == "missing-object"
        assert "Clone without --filter" in str(caught.value.problems[0].hint)


def test_an_export_reads_in_portions_that_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("towpath.git.blobs.CHUNK_BYTES", 4)
    blobs = FakeBlobs()
    ids = [blobs.add(text) for text in (b"aaa", b"bb", b"c", b"dddddd", b"c")]
    chunks = list(BlobCache(blobs).chunks(ids))
    assert [sorted(chunk.values()) for chunk in chunks] == [[b"aaa"], [b"bb", b"c"], [b"dddddd"]]
    assert list(BlobCache(blobs).chunks([])) == []


def test_a_blob_that_the_repository_does_not_hold_stays() -> None:
    blobs = FakeBlobs()
    cache = BlobCache(blobs, kept_bytes=0)
    oid = cache.make(b"made here")
    stored = blobs.add(b"stored")
    cache.prefetch([oid])
    assert cache.get(oid) == b"made here"
    assert blobs.reads == []
    assert [dict(chunk) for chunk in cache.chunks([stored, oid])] == [{oid: b"made here"}, {stored: b"stored"}]
