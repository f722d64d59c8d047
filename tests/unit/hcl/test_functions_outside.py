"""Networks, dates, files and paths."""

from __future__ import annotations

import pytest
from hcl_functions import PLACE, call, refusal

from towpath.hcl.values import SetValue, Unknown, Value

FILES = {"a.txt": "cafe\u0301\n".encode(), "data/one.json": b"{}", "data/two.json": b"[]", "raw.bin": b"\xff\x00"}


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("cidrsubnet", ("10.0.0.0/16", 8, 2), "10.0.2.0/24"),
        ("cidrsubnet", ("10.0.5.3/16", 8, 2), "10.0.2.0/24"),
        ("cidrsubnet", ("fd00:fd12:3456:7890::/56", 16, 162), "fd00:fd12:3456:7800:a200::/72"),
        ("cidrsubnet", ("010.0.0.0/16", 0, 0), "10.0.0.0/16"),
        ("cidrsubnets", ("10.1.0.0/16", 4, 4, 8, 4), ("10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20")),
        ("cidrhost", ("10.12.112.0/20", 268), "10.12.113.12"),
        ("cidrhost", ("10.12.112.0/20", -1), "10.12.127.255"),
        ("cidrhost", ("::/0", 5), "::5"),
        ("cidrnetmask", ("172.16.0.0/12",), "255.240.0.0"),
        ("formatdate", ("EEEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z"), "Tuesday, 02 Jan 2018 23:12:01 UTC"),
        ("formatdate", ("H:m aa 'o''clock' Z", "2018-01-02T00:02:01-08:00"), "12:2 am o'clock -08:00"),
        ("formatdate", ("YY/M/D MMMM EEE ZZZZ ZZZZZ", "2024-02-09T12:00:00+05:30"), "24/2/9 February Fri +0530 +05:30"),
        ("timeadd", ("2017-11-22T00:00:00Z", "-1h30m"), "2017-11-21T22:30:00Z"),
        ("timeadd", ("2017-11-22T00:00:00.5+02:00", "600ms"), "2017-11-22T00:00:01+02:00"),
        ("timecmp", ("2017-11-22T01:00:00+01:00", "2017-11-22T00:00:00Z"), 0),
        ("timecmp", ("2017-11-22T00:00:00Z", "2017-11-22T00:00:00.1Z"), -1),
        ("dirname", ("a//b/../c",), "a"),
        ("dirname", ("a",), "."),
        ("dirname", ("/",), "/"),
        ("basename", ("a/b/",), "b"),
        ("basename", ("",), "."),
        ("abspath", ("/a/../b",), "/b"),
        ("pathexpand", ("a/~",), "a/~"),
    ],
)
def test_results(name: str, arguments: tuple[Value, ...], result: Value) -> None:
    assert call(name, *arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("cidrsubnet", ("10.0.0.0", 8, 2), "not a network"),
        ("cidrsubnet", ("10.0.0.0/33", 8, 2), "not a network"),
        ("cidrsubnet", ("10.0.0.0/16", 17, 0), "an address has 32 bits"),
        ("cidrsubnet", ("10.0.0.0/16", 8, 256), "no subnet of the number 256"),
        ("cidrsubnets", ("10.0.0.0/16", 1, 1, 1), "No addresses are left"),
        ("cidrsubnets", ("10.0.0.0/16", 0), "one bit at least"),
        ("cidrhost", ("10.0.0.0/32", 1), "has 1 addresses"),
        ("cidrnetmask", ("fd00::/48",), "IPv4"),
        ("formatdate", ("YYYYY", "2018-01-02T23:12:01Z"), '"YYYYY"'),
        ("formatdate", ("'x", "2018-01-02T23:12:01Z"), "has no end"),
        ("formatdate", ("YYYY", "2018-01-02"), "RFC 3339"),
        ("formatdate", ("YYYY", "2018-02-30T00:00:00Z"), "is not a time"),
        ("timeadd", ("2017-11-22T00:00:00Z", "1d"), "not a duration"),
        ("timeadd", ("2017-11-22T00:00:00Z", "9999999h"), "too long"),
        ("timeadd", ("9999-12-31T23:59:59Z", "1h"), "out of range"),
        ("pathexpand", ("~other/x",), "home folder"),
        ("file", ("a.txt",), "cannot be read here"),
    ],
)
def test_refusals(name: str, arguments: tuple[Value, ...], words: str) -> None:
    assert words in refusal(name, *arguments).detail


@pytest.mark.parametrize(("name", "path"), [("abspath", "a"), ("pathexpand", "~/x")])
def test_paths_that_depend_on_the_machine_are_unknown(name: str, path: str) -> None:
    assert call(name, path) == Unknown.of(f"{name}(…)", PLACE)


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("file", ("a.txt",), "café\n"),
        ("filebase64", ("raw.bin",), "/wA="),
        ("fileexists", ("a.txt",), True),
        ("fileexists", ("b.txt",), False),
        ("filemd5", ("data/one.json",), "99914b932bd37a50b983c5e7c90ae93b"),
        ("fileset", ("data", "*.json"), SetValue(("one.json", "two.json"))),
    ],
)
def test_files(name: str, arguments: tuple[Value, ...], result: Value) -> None:
    assert call(name, *arguments, files=FILES) == result


def test_hashes_of_files_are_of_their_bytes() -> None:
    assert call("filesha256", "data/one.json", files=FILES) == call("sha256", "{}")
    assert call("filebase64sha512", "data/two.json", files=FILES) == call("base64sha512", "[]")


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [
        ("file", "b.txt", 'no file "b.txt"'),
        ("file", "raw.bin", "not UTF-8"),
        ("fileexists", "data", "is a folder"),
        ("filesha1", "b.txt", 'no file "b.txt"'),
    ],
)
def test_files_that_cannot_be_read(name: str, path: str, words: str) -> None:
    assert words in refusal(name, path, files=FILES).detail
