"""What a module source means."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.live.sources import LocalSource, OutsideRepositoryError, local_source, shown_source, unpinned
from towpath.model.paths import UnitPath
from towpath.problems import Place
from towpath.terragrunt import VIRTUAL_ROOT

UNIT = UnitPath("dev/us-east-1/vpc")


@pytest.mark.parametrize(
    ("source", "base", "folder"),
    [
        ("../../../modules//vpc", "modules", "modules/vpc"),
        ("../../../modules/vpc", "modules/vpc", "modules/vpc"),
        ("./module", "dev/us-east-1/vpc/module", "dev/us-east-1/vpc/module"),
        (".", "dev/us-east-1/vpc", "dev/us-east-1/vpc"),
        ("../../..//modules/vpc/", "", "modules/vpc"),
        (f"{VIRTUAL_ROOT}/modules//vpc", "modules", "modules/vpc"),
        (f"{VIRTUAL_ROOT}//modules/vpc", "", "modules/vpc"),
        (f"{VIRTUAL_ROOT}/dev/../modules/vpc", "modules/vpc", "modules/vpc"),
        (f"file://{VIRTUAL_ROOT}/modules/vpc?archive=false", "modules/vpc", "modules/vpc"),
    ],
)
def test_local_sources_are_folders_of_the_repository(source: str, base: str, folder: str) -> None:
    assert local_source(UNIT, source) == LocalSource(base, folder)


@pytest.mark.parametrize(
    "source",
    [
        "git::https://example.com/modules.git//vpc?ref=v1",
        "git@github.com:org/modules.git//vpc",
        "github.com/org/modules//vpc",
        "tfr:///terraform-aws-modules/vpc/aws?version=5.0.0",
        "https://example.com/vpc.zip",
        "s3::https://bucket.example.com/vpc.zip",
    ],
)
def test_remote_sources_are_elsewhere(source: str) -> None:
    assert local_source(UNIT, source) is None
    assert shown_source(UNIT, source) == source


@pytest.mark.parametrize("source", ["../../../../modules", "/opt/modules", "file:///opt/modules"])
def test_a_path_that_leaves_the_repository(source: str) -> None:
    with pytest.raises(OutsideRepositoryError):
        local_source(UNIT, source)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (f"{VIRTUAL_ROOT}/modules//vpc", "../../../modules//vpc"),
        (f"{VIRTUAL_ROOT}//modules/vpc", "../../..//modules/vpc"),
        (f"{VIRTUAL_ROOT}/dev/us-east-1/vpc/inner", "./inner"),
        ("../../../modules//vpc", "../../../modules//vpc"),
        (
            "git::https://x:ghp_123@github.com/a/b.git//m?ref=v1",
            "git::https://(sensitive)@github.com/a/b.git//m?ref=v1",
        ),
        ("https://ghp_123@example.com/b.zip", "https://(sensitive)@example.com/b.zip"),
        (
            "git::ssh://git@github.com/a/b.git?ref=v1&sshkey=abc&x=1",
            "git::ssh://git@github.com/a/b.git?ref=v1&sshkey=(sensitive)&x=1",
        ),
        ("git@github.com:a/b.git//m@1", "git@github.com:a/b.git//m@1"),
    ],
)
def test_a_source_is_shown_as_a_person_would_write_it(source: str, shown: str) -> None:
    assert shown_source(UNIT, source) == shown


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("git::https://example.com/modules.git//vpc", "Add ?ref= and a tag or a version."),
        ("git@github.com:org/modules.git//vpc", "Add ?ref= and a tag or a version."),
        ("https://example.com/modules.git", "Add ?ref= and a tag or a version."),
        ("tfr:///terraform-aws-modules/vpc/aws", "Add ?version= and a tag or a version."),
        ("git::https://example.com/modules.git//vpc?ref=v1", None),
        ("github.com/org/modules//vpc?ref=v1", None),
        ("tfr:///terraform-aws-modules/vpc/aws?version=5.0.0", None),
        ("https://example.com/vpc.zip", None),
    ],
)
def test_a_remote_source_without_a_version_is_a_doubt(source: str, hint: str | None) -> None:
    problem = unpinned(source, Place("terragrunt.hcl", 2))
    assert (problem.hint if problem else None) == hint
    if problem:
        assert (problem.id, problem.is_error, problem.place) == ("source-not-pinned", False, Place("terragrunt.hcl", 2))


@given(st.text(alphabet="./:?@ga-", max_size=30))
def test_any_text_is_a_source_of_some_kind(source: str) -> None:
    with contextlib.suppress(OutsideRepositoryError):
        found = local_source(UNIT, source)
        assert found is None or ".." not in found.folder.split("/")
