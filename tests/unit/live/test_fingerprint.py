"""What changes a fingerprint, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from towpath.live import FingerprintParts, UnitKind
from towpath.live.fingerprint import fingerprint_of, fingerprint_of_bytes
from towpath.model.paths import UnitPath

PATH = UnitPath("dev/vpc")
PARTS = FingerprintParts(
    '{"inputs":{}}', {"dev/vpc/x.tf": "1"}, {"modules/vpc/main.tf": "2"}, account_id="1", region="r"
)


def test_a_fingerprint_is_stable_across_releases() -> None:
    """Ledgers keep fingerprints for years: a new form of them needs a new name in the hash."""
    assert fingerprint_of(PATH, PARTS) == "sha256:476d2161e7c01241df2e3254435fd32acfab0232d8f8b9de1a33667f40e3c2e4"


@pytest.mark.parametrize(
    "other",
    [
        replace(PARTS, values="{}"),
        replace(PARTS, files={"dev/vpc/x.tf": "9"}),
        replace(PARTS, files={"dev/vpc/y.tf": "1"}),
        replace(PARTS, files={}),
        replace(PARTS, module={}),
        replace(PARTS, kind=UnitKind.TERRAFORM),
        replace(PARTS, account_id=None),
        replace(PARTS, region=None),
    ],
)
def test_each_part_counts(other: FingerprintParts) -> None:
    assert fingerprint_of(PATH, other) != fingerprint_of(PATH, PARTS)


def test_the_order_of_files_does_not_count() -> None:
    one = replace(PARTS, files={"a": "1", "b": "2"})
    assert fingerprint_of(PATH, one) == fingerprint_of(PATH, replace(PARTS, files={"b": "2", "a": "1"}))


def test_a_folder_that_moved_as_a_whole_keeps_its_fingerprint() -> None:
    moved = replace(PARTS, files={"stage/vpc/x.tf": "1"})
    assert fingerprint_of(UnitPath("stage/vpc"), moved) == fingerprint_of(PATH, PARTS)
    assert fingerprint_of(UnitPath("."), replace(PARTS, files={"x.tf": "1"})) == fingerprint_of(PATH, PARTS)


def test_a_broken_unit_has_the_fingerprint_of_its_bytes() -> None:
    assert fingerprint_of_bytes({"a": "1"}).startswith("sha256:")
    assert fingerprint_of_bytes({"a": "1"}) != fingerprint_of_bytes({"a": "2"})
    assert fingerprint_of(PATH, FingerprintParts()) != fingerprint_of_bytes({})


def test_names_that_are_not_utf_8_can_be_hashed() -> None:
    assert fingerprint_of_bytes({"a\udcff": "1"}) != fingerprint_of_bytes({"a\udcfe": "1"})
