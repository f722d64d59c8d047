"""Patterns of paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.config import Globs


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("dev", "dev", "dev/a xdev devx"),
        ("dev/*", "dev/a dev/.b", "dev dev/a/b"),
        ("dev/**", "dev dev/a dev/a/b", "devx xdev/a"),
        ("**", ". a a/b", ""),
        (".", ".", "a"),
        ("*", "a", ". a/b"),
        ("**/vpc", "vpc a/vpc a/b/vpc", "vpc/a xvpc"),
        ("**/towpath/**", "towpath a/towpath a/b/towpath/c towpath/x", "a/towpathx xtowpath"),
        ("a/**/b", "a/b a/x/b a/x/y/b", "ab axb a/xb"),
        ("**/**/b", "b a/b a/c/b", "ab"),
        ("v?c-[0-9]", "vpc-1 vxc-9", "v/c-1 vpc-a vpc-10"),
        ("v[!a-z]", "v1 v-", "va v/"),
        ("{dev,stage}/*", "dev/a stage/b", "prod/a dev/a/b"),
        ("aws_fsx_*_system", "aws_fsx_lustre_system", "aws_fsx_system"),
        ("a.b+(c)", "a.b+(c)", "axb+(c)"),
        ("./dev/", "dev", "dev/a"),
        ("a[", "a[", "a"),
        ("[z-a]", "[z-a]", "z a"),
        ("[^[-a]", "^ [ a", "b -"),
        ("[!]", "!", "a"),
        ("{dev*,[st]age}-x", "devel-x dev-x sage-x", "xdev-x stage-x"),
        ("{}", "", "a"),
    ],
)
def test_what_fits_a_pattern(pattern: str, fitting: str, others: str) -> None:
    globs = Globs([pattern])
    assert [path for path in fitting.split() if not globs.fits(path)] == []
    assert [path for path in others.split() if globs.fits(path)] == []


def test_the_first_pattern_that_fits_is_named() -> None:
    globs = Globs(["dev/**", "**/vpc"])
    assert globs.first("dev/vpc") == "dev/**"
    assert globs.first("prod/vpc") == "**/vpc"
    assert globs.first("prod/app") is None
    assert not Globs([]).fits("a")


@given(st.text(alphabet="a/*?[]{}!^,-.\\~&|", max_size=20), st.text(alphabet="ab/.", max_size=10))
def test_any_text_is_a_pattern(pattern: str, path: str) -> None:
    assert Globs([pattern]).fits(path) in (True, False)
