"""The server's configuration: what it may say, and what is said of mistakes in it."""

from __future__ import annotations

import datetime
import json

import pytest

from towpath.config.server import ServerConfig, load_server_config
from towpath.problems import Problem

FULL = """
database: postgresql://towpath@db.example.com/towpath
state: /var/lib/towpath
cache: /var/cache/towpath
listen: 0.0.0.0:80
base_url: https://towpath.example.com/
repositories:
  - name: live
    url: https://git.example.com/infra/live.git
    branch: production
    branches: ["feature/**"]
    tags: ["v*"]
    interval: 2m
    user: oauth2
    token_env: LIVE_TOKEN
    token_as: bearer
  - {name: other, url: "git@git.example.com:infra/other.git", ssh_key: /keys/other, known_hosts: /keys/known_hosts}
  - {name: local, url: ../live}
schedules:
  - name: nightly
    cron: 30 2 * * mon-fri
    time_zone: Europe/Berlin
    repositories: [live]
    accounts: [prod*]
    units: ["**"]
freezes:
  - name: christmas
    from: "2026-12-23T18:00"
    until: 2027-01-02
    time_zone: Europe/Berlin
    environments: [prod]
    reason: Rest.
concurrency: {total: 40, per_account: 2}
lease: 120
grace: 45s
retention: {runs: 1w, logs: 30d}
"""
SCHEMA = "`towpath schema --server` tells what every setting may be."


def problems_of(text: str) -> tuple[Problem, ...]:
    return load_server_config(text.encode(), "server.yml").problems


def problem_of(text: str) -> Problem:
    (problem,) = problems_of(text)
    return problem


def repository(**settings: str) -> str:
    """A file with one repository that says this, each setting on a line of its own."""
    lines = [f"    {name}: {json.dumps(value)}" for name, value in {"name": "live", **settings}.items()]
    return "repositories:\n  -\n" + "\n".join(lines) + "\n"


def test_every_setting_is_read() -> None:
    loaded = load_server_config(FULL.encode(), "server.yml")
    assert loaded.problems == ()
    config = loaded.value
    assert config.url == "https://towpath.example.com"
    live, other, local = config.repositories
    assert (live.branch, live.interval, live.token_env, live.token_as) == ("production", 120, "LIVE_TOKEN", "bearer")
    assert (other.branch, other.interval, other.ssh_key) == ("main", 60, "/keys/other")
    assert local.url == "../live"
    assert (config.lease, config.grace) == (120, 45)
    assert (config.retention.runs, config.retention.logs) == (7 * 86400, 30 * 86400)
    (freeze,) = config.freezes
    assert freeze.begins == datetime.datetime(2026, 12, 23, 17, tzinfo=datetime.UTC)
    assert freeze.ends == datetime.datetime(2027, 1, 1, 23, tzinfo=datetime.UTC)


def test_an_empty_file_and_none_at_all_have_every_default() -> None:
    for content in (None, b"", b"repositories:"):
        loaded = load_server_config(content, "server.yml")
        assert loaded.problems == ()
        assert loaded.value == ServerConfig()
    assert ServerConfig().url == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("text", "detail", "line", "hint"),
    [
        ("listen: 8080", "listen should be a text.", 1, 'Write it in quotes: "8080"'),
        ("listen: ':8080'", "listen should be an address and a port, such as 127.0.0.1:8080.", 1, SCHEMA),
        ("listen: '127.0.0.1:80800'", "listen should be an address and a port, such as 127.0.0.1:8080.", 1, SCHEMA),
        (
            "base_url: towpath.example.com",
            "base_url should be the address people type, such as https://towpath.example.com.",
            1,
            SCHEMA,
        ),
        (
            "\ndatabase: mysql://db/towpath",
            "database should be an address such as postgresql://host/name; an SQLite database is in `state`.",
            2,
            SCHEMA,
        ),
        (
            "database: postgresql://me:secret@db/towpath",
            "database should not hold a password: put the whole address into a variable, and name it `database_env`.",
            1,
            SCHEMA,
        ),
        (
            "proxies: [10.0.0.1/8]",
            "proxies.0 should be a network or an address, such as 10.0.0.0/8 or 192.0.2.7.",
            1,
            SCHEMA,
        ),
        ("database: postgresql://a/b\ndatabase_env: B", "The file has both database and database_env.", 1, SCHEMA),
        ("lease: soon", "lease should be a span of time, such as 90s, 5m, 12h or 30d.", 1, SCHEMA),
        ("lease: 1", "lease should be greater than or equal to 5.", 1, SCHEMA),
        ("concurrency:\n  total: 0", "concurrency.total should be greater than or equal to 1.", 2, SCHEMA),
        ("repositories:\n  - name: live", "repositories.0.url is missing.", 2, SCHEMA),
        (
            "repositories:\n  - {name: Live, url: /x}",
            "repositories.0.name should be a short name of small letters, digits, dots and dashes.",
            2,
            SCHEMA,
        ),
        (
            "schedules:\n  - name: n\n    cron: '* * * *'",
            "schedules.0.cron should be a cron expression of five fields, such as 30 2 * * 1-5.",
            3,
            SCHEMA,
        ),
        (
            "schedules:\n  - name: n\n    cron: '* * * * *'",
            "schedules.0.cron should leave 5 minutes between two times at least.",
            3,
            SCHEMA,
        ),
        (
            "schedules:\n  - name: n\n    cron: '0 0 30 2 *'",
            "schedules.0.cron should be a cron expression of five fields, such as 30 2 * * 1-5.",
            3,
            SCHEMA,
        ),
        (
            "schedules:\n  - name: n\n    cron: 0 R * * *",
            "schedules.0.cron should be a cron expression of five fields, such as 30 2 * * 1-5.",
            3,
            SCHEMA,
        ),
        (
            "schedules:\n  - name: n\n    cron: 0 2 * * *\n    time_zone: Berlin",
            "schedules.0.time_zone should be the name of a time zone, such as Europe/Berlin or UTC.",
            4,
            SCHEMA,
        ),
        (
            "schedules:\n  - {name: n, cron: 0 2 * * *, time_zone: ../../etc/passwd}",
            "schedules.0.time_zone should be the name of a time zone, such as Europe/Berlin or UTC.",
            2,
            SCHEMA,
        ),
        (
            "freezes:\n  - {name: n, from: 2026-02-30, until: 2026-03-01}",
            "freezes.0.from should be a date that exists, such as 2026-12-23T18:00.",
            2,
            SCHEMA,
        ),
        ("freezes:\n  - {name: n, from: 2026-03-02, until: 2026-03-01}", "freezes.0 ends before it begins.", 2, SCHEMA),
    ],
)
def test_what_does_not_fit_is_told_at_its_line(text: str, detail: str, line: int, hint: str) -> None:
    problem = problem_of(text)
    assert (problem.id, problem.detail, problem.hint) == ("wrong-value", detail, hint)
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("server.yml", line)


def test_a_setting_of_a_list_that_is_not_known_is_told_with_what_was_probably_meant() -> None:
    problem = problem_of("repositories:\n  - name: live\n    url: /x\n    brnach: main\n")
    assert (problem.id, problem.hint) == ("unknown-key", "Did you mean branch?")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (4, 5)


def test_two_repositories_of_one_name_are_told() -> None:
    problem = problem_of("repositories:\n  - {name: live, url: /x}\n  - {name: live, url: /y}\n")
    assert (problem.id, problem.detail) == ("name-twice", "repositories.0 and repositories.1 are both called live.")
    assert problem.place is not None
    assert problem.place.line == 3


@pytest.mark.parametrize(
    ("settings", "detail"),
    [
        ({"url": "https://h/x", "token_env": "T", "token_file": "/t"}, "has both token_env and token_file"),
        ({"url": "/x", "token_env": "T"}, "has a token, which is for https addresses only"),
        ({"url": "https://h/x", "ssh_key": "/k"}, "has a key for ssh, and its address is not one of ssh"),
        ({"url": "/x", "interval": "1s"}, "has an interval below 5 seconds"),
    ],
)
def test_settings_of_a_repository_that_do_not_go_together_are_told(settings: dict[str, str], detail: str) -> None:
    assert problem_of(repository(**settings)).detail == f"repositories.0 {detail}."


def test_a_token_that_was_written_down_is_not_repeated() -> None:
    problem = problem_of(repository(url="https://h/x", token_env="ghp_very-secret!"))
    assert "the secret itself may not stand here" in problem.detail
    assert "very-secret" not in problem.detail
