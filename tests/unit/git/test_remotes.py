"""Addresses of repositories: which are taken, and which could do harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from towpath.git.remotes import RemoteKind, check_branch, parse_remote


@pytest.mark.parametrize(
    ("text", "kind", "host", "port", "path"),
    [
        ("https://git.example.com/a/b.git", RemoteKind.HTTP, "git.example.com", None, "/a/b.git"),
        ("https://git.example.com:8443/a", RemoteKind.HTTP, "git.example.com", 8443, "/a"),
        ("http://127.0.0.1:99/a", RemoteKind.HTTP, "127.0.0.1", 99, "/a"),
        ("http://[::1]:99/a", RemoteKind.HTTP, "::1", 99, "/a"),
        ("ssh://git@h:2222/a", RemoteKind.SSH, "h", 2222, "/a"),
        ("git@h.example.com:a/b.git", RemoteKind.SSH, "h.example.com", None, "a/b.git"),
        ("h:a", RemoteKind.SSH, "h", None, "a"),
        ("/srv/live", RemoteKind.FOLDER, None, None, "/srv/live"),
        ("../live", RemoteKind.FOLDER, None, None, "../live"),
        ("./a:b", RemoteKind.FOLDER, None, None, "./a:b"),
        ("file:///srv/li%20ve", RemoteKind.FOLDER, None, None, "/srv/li ve"),
    ],
)
def test_an_address_is_taken_apart(text: str, kind: RemoteKind, host: str | None, port: int | None, path: str) -> None:
    found = parse_remote(text)
    assert (found.kind, found.host, found.port, found.path, found.text) == (kind, host, port, path, text)


def test_the_origin_is_what_credentials_are_for() -> None:
    assert parse_remote("https://git.example.com:8443/a/b").origin == "https://git.example.com:8443"
    assert parse_remote("http://[::1]:99/a").origin == "http://[::1]:99"
    assert parse_remote("https://git.example.com/a").origin == "https://git.example.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-oProxyCommand=touch /tmp/x",
        "--upload-pack=x",
        "ext::sh -c x",
        "ext::sh",
        "fd::17",
        "git://h/a",
        "ftp://h/a",
        "HTTP://git.example.com/a",
        "http://git.example.com/a",
        "http://169.254.169.254/latest/meta-data",
        "https://user:secret@h/a",
        "https://secret@h/a",
        "https://h",
        "https://h/",
        "https:///a",
        "https://h/a?x=1",
        "https://h/a#x",
        "https://h:99999/a",
        "https://-h/a",
        "ssh://-oProxyCommand=x/a",
        "ssh://git:secret@h/a",
        "ssh://-x@h/a",
        "-x@h:a",
        "git@-oProxyCommand=x:a",
        "git@h:-x",
        "ssh://h/-x",
        "file://other/a",
        "https://h/a b",
        "https://h/a\nb",
        "x" * 2000,
    ],
)
def test_an_address_that_could_do_harm_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^should "):
        parse_remote(text)


@given(st.text(max_size=60))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        found = parse_remote(text)
    except ValueError:
        return
    assert not found.text.startswith("-")
    assert found.kind is RemoteKind.FOLDER or found.host


@pytest.mark.parametrize("name", ["main", "feature/a-b", "release-1.2", "ü", "a@b"])
def test_a_branch_may_be_called(name: str) -> None:
    assert check_branch(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "-x", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "[a", "a\\b", "/a", "a/", "a//b", "a.", ".a"),
        *("a/.b", "a.lock", "a.lock/b", "@", "a@{1}", "a\x7f", "x" * 300),
    ],
)
def test_a_branch_may_not_be_called(name: str) -> None:
    with pytest.raises(ValueError, match="name of a branch"):
        check_branch(name)
