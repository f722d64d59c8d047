from __future__ import annotations

import pytest

from towpath.hcl.functions.registry import ArgumentError
from towpath.terragrunt.globs import glob_matcher, marking_matcher


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("*.yaml", ["a.yaml", ".yaml"], ["a/b.yaml", "a.yaml.bak"]),
        ("**/*.yaml", ["a.yaml", "a/b.yaml", "a/b/c.yaml"], ["a.yml"]),
        ("config/**", ["config/a", "config/a/b"], ["config", "other/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb"]),
        ("?.tf", ["a.tf"], ["ab.tf", "/.tf"]),
        ("[ab].tf", ["a.tf"], ["c.tf"]),
        ("[!ab].tf", ["c.tf"], ["a.tf"]),
        ("[]x].tf", ["].tf", "x.tf"], ["a.tf"]),
        ("{a,b/c}.tf", ["a.tf", "b/c.tf"], ["c.tf"]),
        ("{*.json,**/*.json}", ["a.json", "a/b.json"], ["a.yaml"]),
        ("a,b", ["a,b"], ["a"]),
        (r"\*.tf", ["*.tf"], ["a.tf"]),
        ("a.b+(c)", ["a.b+(c)"], ["axb+(c)"]),
    ],
)
def test_patterns(pattern: str, fits: list[str], does_not: list[str]) -> None:
    matches = glob_matcher(pattern)
    assert [path for path in fits if not matches(path)] == []
    assert [path for path in does_not if matches(path)] == []


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("config/**/*.yaml", ["config/a/b.yaml", "config/a/b/c.yaml"], ["config/a.yaml"]),
        ("config/{*.yaml,**/*.yaml}", ["config/a.yaml", "config/a/b.yaml"], ["config/a.yml"]),
        ("config/**/a.yaml", ["config/a.yaml", "config/x/a.yaml"], ["config/x/b.yaml"]),
        ("config/**", ["config/a", "config/a/b"], ["config"]),
        ("**/*.tf", ["a/b.tf", "a/b/c.tf"], ["b.tf"]),
        ("?/[ab].tf", ["x/a.tf"], ["x/c.tf", "xy/a.tf"]),
        (r"a/\**", ["a/*", "a/*b"], ["a/b"]),
    ],
)
def test_patterns_of_files_to_mark_keep_the_separators(pattern: str, fits: list[str], does_not: list[str]) -> None:
    matches = marking_matcher(pattern)
    assert [path for path in fits if not matches(path)] == []
    assert [path for path in does_not if matches(path)] == []


@pytest.mark.parametrize("pattern", ["[a", "{a,b", "a[!]", "[z-a]"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ArgumentError):
        glob_matcher(pattern)


def test_no_pattern_keeps_us_busy() -> None:
    assert glob_matcher("*a" * 30 + "b")("a" * 200) is False
    assert glob_matcher("**/" * 30 + "b")("a/" * 100 + "c") is False
