"""Regular expressions: the answers of RE2, and no pattern that takes forever."""

from __future__ import annotations

import pytest
from hcl_functions import call, refusal
from hypothesis import given
from hypothesis import strategies as st

from towpath.hcl.functions.patterns import compile_pattern
from towpath.hcl.functions.registry import ArgumentError
from towpath.hcl.values import Value


@pytest.mark.parametrize(
    ("pattern", "text", "result"),
    [
        ("[a-z]+", "12abc34", "abc"),
        (r"(\d{4})-(\d\d)", "on 2019-02", ("2019", "02")),
        (r"(?P<key>\w+)=(?P<value>\w*)", "a=1", {"key": "a", "value": "1"}),
        ("(a)|(b)", "b", (None, "b")),
        ("a|ab", "ab", "a"),
        ("(a|ab)(c|bcd)", "abcd", ("a", "bcd")),
        ("(a*)*", "aab", ("aa",)),
        ("(|a)*", "aa", ("",)),
        ("a{2,3}?", "aaaa", "aa"),
        ("(?i)straSSe", "STRASSE", "STRASSE"),
        ("(?i)k", "\u212a", "K"),
        ("(?s)a.b", "a\nb", "a\nb"),
        ("(?m)^b$", "a\nb\nc", "b"),
        (r"\bfoo\b", "afoo foo", "foo"),
        (r"\Qa.b\E+", "a.bb", "a.bb"),
        (r"[^\s\]-]+", " ]-ab", "ab"),
        (r"[[:alpha:]\d_]+", "-a1_-", "a1_"),
        (r"\p{Lu}\P{Lu}", "abCd", "Cd"),
        (r"\x41\x{42}\103", "ABC", "ABC"),
        (r"\w+", "éa", "a"),
        (r"\p{Cyrillic}+", "abжд", "жд"),
    ],
)
def test_regex(pattern: str, text: str, result: Value) -> None:
    assert call("regex", pattern, text) == result


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        *[
            (pattern, "not a regular expression")
            for pattern in (
                "(?=a)",
                "(?<!a)b",
                r"(a)\1",
                "a++",
                "(",
                "a)",
                "[a",
                "*a",
                "a{1001}",
                "[b-a]",
                "[[:nope:]]",
            )
        ],
        ("(?:a{100}){100}", "not a regular expression"),
        ("(?P<a>x)(y)", "all have names or all have none"),
        ("(" * 300, "not a regular expression"),
    ],
)
def test_patterns_that_are_refused(pattern: str, words: str) -> None:
    assert words in refusal("regex", pattern, "text").detail


def test_regex_without_a_match_is_refused_and_regexall_gives_none() -> None:
    assert "not found" in refusal("regex", "x", "abc").detail
    assert call("regexall", "x", "abc") == ()


def test_regexall_does_not_count_an_empty_match_beside_another() -> None:
    assert call("regexall", "a*", "baac") == ("", "aa", "")
    assert call("regexall", r"(\w)=(\w)", "a=1,b=2") == (("a", "1"), ("b", "2"))


@pytest.mark.parametrize(
    ("part", "replacement", "result"),
    [
        (".", "-", "a-b-c"),
        ("/[.]/", "-", "a-b-c"),
        ("/(a).(?P<rest>b)/", "${rest}$1", "ba.c"),
        ("/b/", "[$0]$$", "a.[b]$.c"),
        ("/b/", "$9$1x", "a..c"),
        ("/", "-", "a.b.c"),
    ],
)
def test_replace(part: str, replacement: str, result: str) -> None:
    assert call("replace", "a.b.c", part, replacement) == result


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a?){40}a{40}x", "(.*)(.*)(.*)(.*)(.*)x"])
def test_patterns_that_make_others_hang_are_answered_at_once(pattern: str) -> None:
    assert call("regexall", pattern, "a" * 60 + "!") == ()


@given(st.text(alphabet="ab()[]{}|*+?.^$\\d-:1,2=<>P!", max_size=14), st.text(alphabet="ab1-\n", max_size=8))
def test_any_pattern_is_answered_or_refused(pattern: str, text: str) -> None:
    try:
        match = compile_pattern(pattern).search(text)
    except ArgumentError:
        return
    if match:
        start, end = match.span(0)
        assert 0 <= start <= end <= len(text)
