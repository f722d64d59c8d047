from __future__ import annotations

import pytest

from towpath.terragrunt.source_text import tidy


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('get_env( "X",\n  "y" )', 'get_env("X", "y")'),
        ('run_cmd("a","b") # why', 'run_cmd("a", "b")'),
        ("merge(a,{b=1}) // why", "merge(a, {b = 1})"),
        ("merge(/* why */ a)", "merge(a)"),
        ("a+b*2", "a + b * 2"),
        ("a?b:c", "a ? b : c"),
        ("concat(a ... )", "concat(a...)"),
        ("[for a in b:a if !c]", "[for a in b : a if !c]"),
        ("a.b[0] . c", "a.b[0].c"),
        ('"two  blanks # stay"', '"two  blanks # stay"'),
        ('"${get_env("X")}-${local.a}"', '"${get_env("X")}-${local.a}"'),
        ("<<EOT\n  a   b\nEOT\n", "<<EOT\n  a   b\nEOT\n"),
    ],
)
def test_one_form_whatever_the_layout(written: str, expected: str) -> None:
    assert tidy(written) == expected
    assert tidy(tidy(written)) == expected
