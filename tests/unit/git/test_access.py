"""What git is told to reach a remote."""

from __future__ import annotations

import base64
import shlex

from towpath.git.access import RemoteAccess
from towpath.git.remotes import parse_remote

SURROUNDINGS = {
    "HTTPS_PROXY": "http://proxy:3128",
    "SSH_AUTH_SOCK": "/agent",
    "GIT_TRACE_CURL": "1",
    "GIT_CONFIG_COUNT": "1",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


def test_a_token_goes_to_its_host_alone() -> None:
    access = RemoteAccess(parse_remote("https://git.example.com:8443/a/b"), token=lambda: "t", user="me")
    settings = access.settings()
    (name,) = (name for name in settings if name.startswith("http.https:"))
    assert name == "http.https://git.example.com:8443/.extraHeader"
    assert settings[name] == "Authorization: Basic " + base64.b64encode(b"me:t").decode()
    assert settings["http.followRedirects"] == "false"
    assert "t" not in access.environment({}).values()


def test_of_the_surroundings_only_the_way_through_the_network_counts() -> None:
    access = RemoteAccess(parse_remote("https://git.example.com/a/b"))
    assert access.environment(SURROUNDINGS) == {
        "HTTPS_PROXY": "http://proxy:3128",
        "GIT_ALLOW_PROTOCOL": "https",
    }
    assert not any("extraHeader" in name for name in access.settings())


def test_ssh_asks_nobody_and_trusts_known_hosts_only() -> None:
    access = RemoteAccess(parse_remote("git@h:a"), ssh_key="/keys/my key", known_hosts="/keys/known hosts")
    environment = access.environment(SURROUNDINGS)
    assert environment["GIT_ALLOW_PROTOCOL"] == "ssh"
    assert "SSH_AUTH_SOCK" not in environment
    words = shlex.split(environment["GIT_SSH_COMMAND"])
    assert words[:3] == ["ssh", "-i", "/keys/my key"]
    assert {
        "-oBatchMode=yes",
        "-oStrictHostKeyChecking=yes",
        "-oIdentitiesOnly=yes",
        "-oForwardAgent=no",
        '-oUserKnownHostsFile="/keys/known hosts"',
        "-oGlobalKnownHostsFile=none",
        "-oConnectTimeout=20",
    } <= set(words)


def test_without_a_key_file_the_users_agent_is_asked() -> None:
    environment = RemoteAccess(parse_remote("git@h:a")).environment(SURROUNDINGS)
    assert environment["SSH_AUTH_SOCK"] == "/agent"
    assert "UserKnownHostsFile" not in environment["GIT_SSH_COMMAND"]


def test_only_the_protocol_of_the_address_is_allowed() -> None:
    for url, protocol in {"http://localhost/a": "http", "/srv/live": "file", "file:///srv/live": "file"}.items():
        assert RemoteAccess(parse_remote(url)).environment({})["GIT_ALLOW_PROTOCOL"] == protocol
