"""What a source means."""

from __future__ import annotations

import pytest

from towpath.engines.terraform.source import LocalSource, RemoteSource, read_source
from towpath.problems import ProblemError

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("../../../modules//vpc", LocalSource("../../../modules", "vpc")),
        ("../../modules/vpc", LocalSource("../../modules/vpc")),
        ("../modules//net/vpc/", LocalSource("../modules", "net/vpc")),
        ("/live/modules//vpc", LocalSource("/live/modules", "vpc")),
        ("modules//vpc", LocalSource("modules", "vpc")),
        (".", LocalSource(".")),
        ("..//vpc", LocalSource("..", "vpc")),
        ("../m//vpc?ref=x", LocalSource("../m", "vpc")),
        (
            "git::https://host/m.git//vpc?ref=v1.2.0",
            RemoteSource("git::https://host/m.git//vpc?ref=v1.2.0", None, True),
        ),
        ("git::ssh://git@host/m.git?ref=main", RemoteSource("git::ssh://git@host/m.git?ref=main")),
        (f"git@host:o/m.git//a?ref={SHA}", RemoteSource(f"git@host:o/m.git//a?ref={SHA}", None, True)),
        ("github.com/o/m//a?ref=vpc-v0.1", RemoteSource("github.com/o/m//a?ref=vpc-v0.1", None, True)),
        ("github.com/o/m", RemoteSource("github.com/o/m")),
        ("https://host/m.zip", RemoteSource("https://host/m.zip")),
        ("tfr://reg.example/ns/vpc/aws?version=3.3.0", RemoteSource("reg.example/ns/vpc/aws", "3.3.0", True)),
        ("tfr:///ns/vpc/aws//sub/x?version=3.3.0", RemoteSource("ns/vpc/aws//sub/x", "3.3.0", True)),
    ],
)
def test_sources(written: str, meant: object) -> None:
    assert read_source(written) == meant


@pytest.mark.parametrize(
    ("written", "below"),
    [
        ("git::https://host/m.git//net/vpc?ref=v1.2.0", "net/vpc"),
        ("git::https://host/m.git?ref=a//b", ""),
        ("git@host:o/m.git//a", "a"),
        ("github.com/o/m//a/", "a"),
        ("https://host/m.zip", ""),
        ("tfr:///ns/vpc/aws//sub/x?version=3.3.0", "sub/x"),
        ("../modules//vpc", "vpc"),
    ],
)
def test_where_the_engine_runs_in_a_source(written: str, below: str) -> None:
    source = read_source(written)
    assert source is not None
    assert source.below == below


def test_no_source() -> None:
    assert read_source(None) is None


@pytest.mark.parametrize("written", ["tfr:///ns/vpc/aws", "tfr:///vpc?version=1"])
def test_a_registrys_module_needs_a_name_and_a_version(written: str) -> None:
    with pytest.raises(ProblemError) as error:
        read_source(written)
    assert error.value.problems[0].id == "invalid-source"
