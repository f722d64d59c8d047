"""Reading what git prints."""

from __future__ import annotations

from towpath.git.objects import parse_batch, parse_listing, parse_sizes


def test_a_listing_holds_files_folders_and_submodules() -> None:
    output = (
        b"040000 tree 1111\tdev\0"
        b"100644 blob 2222\tdev/a b\nc\0"
        b"120000 blob 3333\tdev/link\0"
        b"160000 commit 4444\tmodules\0"
        b"100755 blob 5555\ta\xff\0"
    )
    listing = parse_listing("0000", output)
    assert list(listing.entries) == ["a\udcff", "dev/a b\nc", "dev/link"]
    assert listing.entries["a\udcff"].is_executable
    assert listing.folders == {"": "0000", "dev": "1111"}
    assert listing.submodules == {"modules": "4444"}
    assert parse_listing("0000", b"").entries == {}


def test_contents_may_hold_anything() -> None:
    output = b"aa blob 5\na\nb\0\n\nbb missing\ncc blob 0\n\n"
    assert parse_batch(output) == {"aa": b"a\nb\0\n", "bb": None, "cc": b""}


def test_sizes_leave_out_what_is_missing() -> None:
    assert parse_sizes(b"aa blob 5\nbb missing\n") == {"aa": 5}
