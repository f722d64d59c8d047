"""JSON, YAML, CSV, base64, other encodings, hashes and names made of them."""

from __future__ import annotations

import base64
import gzip
from decimal import Decimal

import pytest
from hcl_functions import PLACE, call, refusal
from hypothesis import given
from hypothesis import strategies as st

from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_jsonencode_sorts_keys_and_escapes_what_could_end_a_script() -> None:
    value: Value = {"b": (True, None, Decimal("1.50")), "a": "<a>&\u2028é\n"}

    assert call("jsonencode", value) == '{"a":"\\u003ca\\u003e\\u0026\\u2028é\\n","b":[true,null,1.5]}'


@pytest.mark.parametrize(
    ("number", "text"), [(10**30, "1" + "0" * 30), (Decimal("0.000001"), "0.000001"), (-7, "-7"), (Decimal("2.0"), "2")]
)
def test_numbers_are_encoded_with_all_their_digits(number: Value, text: str) -> None:
    assert call("jsonencode", number) == text


def test_encoding_something_unknown_is_unknown_and_something_sensitive_sensitive() -> None:
    unknown = Unknown.of('get_env("A")', PLACE)

    assert call("jsonencode", {"a": (1, unknown)}) == unknown
    assert call("yamlencode", {"a": Sensitive("x")}) == Sensitive('"a": "x"\n')


def test_jsondecode_keeps_numbers_exact() -> None:
    decoded = call("jsondecode", '{"a": [0.1, 12345678901234567890, 1e3, null], "b": "\\ud83d\\ude00"}')

    assert decoded == {"a": (Decimal("0.1"), 12345678901234567890, 1000, None), "b": "\U0001f600"}


@pytest.mark.parametrize("text", ["", "{", "[1,]", "NaN", "1 2", '"\n"', "[" * 5000, "1e99999"])
def test_jsondecode_refuses_what_is_not_json(text: str) -> None:
    assert refusal("jsondecode", text).id == "wrong-arguments"


@given(VALUES)
def test_json_reads_what_it_wrote(value: Value) -> None:
    text = call("jsonencode", value)

    assert call("jsonencode", call("jsondecode", text)) == call("jsonencode", call("jsondecode", text))
    assert call("jsondecode", call("jsonencode", call("jsondecode", text))) == call("jsondecode", text)


YAML_TEXT = """\
"a": 1
"b":
- "x"
- "c": true
  "d": null
"e": {}
"f": []
"g": |
  one
  two
"""
YAML_VALUE: Value = {"a": 1, "b": ("x", {"c": True, "d": None}), "e": {}, "f": (), "g": "one\ntwo\n"}


def test_yaml_is_written_in_blocks_with_quoted_strings() -> None:
    assert call("yamlencode", YAML_VALUE) == YAML_TEXT
    assert call("yamldecode", YAML_TEXT) == YAML_VALUE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[yes, no, on, Off, y, True]", (True, False, True, False, True, True)),
        ("[017, 0x1F, 0o17, 1_000, 1e3, .5, 1.10]", (17, 31, 15, "1_000", 1000, Decimal("0.5"), Decimal("1.1"))),
        ("[~, null, '', \"1\", '1']", (None, None, "", "1", "1")),
        ("[2001-12-15, 2001-1-2T3:4:5Z, 2001-13-45]", ("2001-12-15T00:00:00Z", "2001-01-02T03:04:05Z", "2001-13-45")),
        ("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}", {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}),
        ("a: !!str 1\nb: !!int 2", {"a": "1", "b": 2}),
        ("1: x\ntrue: z", {"1": "x", "true": "z"}),
        ("a: >\n  x\n  y\n", {"a": "x y\n"}),
    ],
)
def test_yaml_values(text: str, value: Value) -> None:
    assert call("yamldecode", text) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no YAML document"),
        ("a\n---\nb", "more than one"),
        ("a: [", "not YAML"),
        ("a: 1\n b: 2", "line 2"),
        ("!foo bar", "tag"),
        ("a: .inf", "not finite"),
        ("~: 1", "key of a mapping"),
        ("a: &x [*x]", "not defined"),
        ("<<: [{a: 1}]", "merged"),
        ("[" * 100, "nested too deeply"),
        ("a: \x00", "character"),
    ],
)
def test_yaml_refusals(text: str, words: str) -> None:
    assert words in refusal("yamldecode", text).detail


@given(VALUES)
def test_yaml_reads_what_it_wrote(value: Value) -> None:
    plain = call("jsondecode", call("jsonencode", value))

    assert call("yamldecode", call("yamlencode", plain)) == plain


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n", ({"a": "1", "b": "2"},)),
        ('a,b\r\n"x,""y",\r\n', ({"a": 'x,"y', "b": ""},)),
        ('a\n"1\n2"\n', ({"a": "1\n2"},)),
        ("a,b\n\n1,\n\n", ({"a": "1", "b": ""},)),
        ("a,b\n1,", ({"a": "1", "b": ""},)),
        ("a\n", ()),
    ],
)
def test_csvdecode(text: str, rows: Value) -> None:
    assert call("csvdecode", text) == rows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names of the columns"),
        ("a,a\n1,2", "twice"),
        ("a,b\n1", "1 fields where there are 2"),
        ('a\nx"y', "Line 2 has a quote"),
        ('a\n"x', "Line 2 has a quoted field"),
        ('a\n"x"y', "Line 2 has a quoted field"),
    ],
)
def test_csvdecode_refusals(text: str, words: str) -> None:
    assert words in refusal("csvdecode", text).detail


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("base64encode", ("é",), "w6k="),
        ("base64decode", ("w6k=",), "é"),
        ("textencodebase64", ("é", "UTF-16LE"), "6QA="),
        ("textdecodebase64", ("6QA=", "UTF-16LE"), "é"),
        ("textencodebase64", ("a", "UTF-16"), "/v8AYQ=="),
        ("textdecodebase64", ("/v8AYQ==", "UTF-16"), "a"),
        ("urlencode", ("a b/é~*",), "a+b%2F%C3%A9~%2A"),
        ("md5", ("hello",), "5d41402abc4b2a76b9719d911017c592"),
        ("sha1", ("é",), "bf15be717ac1b080b4f1c456692825891ff5073d"),
        ("sha256", ("hello",), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        ("base64sha256", ("hello",), "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        ("uuidv5", ("dns", "www.terraform.io"), "a5008fae-b28c-5ba5-96cd-82b4c53552d6"),
        (
            "uuidv5",
            ("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "www.terraform.io"),
            "a5008fae-b28c-5ba5-96cd-82b4c53552d6",
        ),
    ],
)
def test_encodings_and_hashes(name: str, arguments: tuple[Value, ...], result: str) -> None:
    assert call(name, *arguments) == result


@pytest.mark.parametrize("text", ["", "hello", "hello hello hello hello " * 100])
def test_base64gzip_unpacks_to_the_text(text: str) -> None:
    packed = call("base64gzip", text)

    assert isinstance(packed, str)
    assert gzip.decompress(base64.b64decode(packed)).decode() == text


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("base64decode", ("w6k",), "not valid base64"),
        ("base64decode", ("/w==",), "not UTF-8"),
        ("textencodebase64", ("a", "rot13"), "not the name of a text encoding"),
        ("textencodebase64", ("€", "ISO-8859-1"), "does not have"),
        ("textdecodebase64", ("/w==", "UTF-8"), "not text in UTF-8"),
        ("uuidv5", ("nope", "x"), "nor a UUID"),
    ],
)
def test_refusals(name: str, arguments: tuple[Value, ...], words: str) -> None:
    assert words in refusal(name, *arguments).detail


def test_sets_are_encoded_as_lists() -> None:
    assert call("jsonencode", SetValue(("a", "b"))) == '["a","b"]'
    assert call("yamlencode", SetValue(("a",))) == '- "a"\n'
