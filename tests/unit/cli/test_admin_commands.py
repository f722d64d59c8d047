"""`towpath admin`: accounts, tokens and the audit log, on the server's database itself."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Said
from login_house import CHEAP, PASSWORD
from run_house import empty_database

from towpath.cli.app import Doors
from towpath.cli.main import run
from towpath.login import Passwords, Registry, Sessions, Tokens
from towpath.stores.database import Database
from towpath.system import FakeClock, FakeEnvironment, FakeProcesses, RandomIds

ANN = "ann@example.com"
Admin = Callable[..., Said]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    (folder / "state.db").write_bytes(empty_database())
    return folder


@pytest.fixture
def admin(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Admin:
    def call(*arguments: str, typed: str = "", **variables: str) -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        environment = FakeEnvironment({"USER": "root", **variables})
        capsys.readouterr()
        doors = Doors(FakeProcesses(), environment, FakeClock(), RandomIds(), tmp_path)
        status = run(["admin", *arguments, "--state", str(state)], doors)
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return call


def registry_of(state: Path) -> Registry:
    return Registry(Database(state / "state.db"), RandomIds(), FakeClock())


def test_who_is_added_gets_a_link_that_lets_them_in(admin: Admin, state: Path) -> None:
    said = admin("user", "add", "Ann@example.com", "--role", "admin", "--group", "ops", "--json")
    assert said.status == 0
    assert said.document["account"]["email"] == ANN
    assert said.document["account"]["groups"] == ["ops"]
    address, _, secret = said.document["link"].partition("#")
    assert address == "http://127.0.0.1:8080/login/link"
    registry = registry_of(state)
    assert Sessions(registry, Passwords(registry.ids, CHEAP)).with_link(secret, "").account.email == ANN
    registry.database.close()


def test_the_link_has_the_address_that_people_reach_the_server_at(admin: Admin, tmp_path: Path) -> None:
    config = tmp_path / "server.yml"
    config.write_text("base_url: https://towpath.example.com\n")
    admin("user", "add", ANN)
    for said in (
        admin("--config", str(config), "user", "link", ANN),
        admin("user", "link", ANN, TOWPATH_CONFIG=str(config)),
    ):
        assert said.status == 0
        assert "https://towpath.example.com/login/link#" in said.out


def test_accounts_are_listed_for_people_and_programs(admin: Admin) -> None:
    assert "No accounts yet" in admin("user", "list").out
    admin("user", "add", ANN, "--role", "viewer")
    admin("user", "disable", ANN)
    table = admin("user", "list").out
    assert ANN in table
    assert "disabled" in table
    assert admin("user", "list", "--json").document["accounts"][0]["active"] is False
    admin("user", "enable", ANN)
    assert "disabled" not in admin("user", "list").out


def test_an_account_gets_another_role_and_other_groups(admin: Admin) -> None:
    admin("user", "add", ANN, "--role", "admin", "--group", "ops")
    said = admin("user", "change", ANN, "--role", "none", "--group", "dev", "--json")
    assert (said.document["account"]["role"], said.document["account"]["groups"]) == (None, ["dev"])
    assert admin("user", "change", "bob@example.com", "--role", "viewer").status == 2
    assert "account-changed" in admin("audit", "export").out


def test_a_password_is_read_and_never_shown(admin: Admin, state: Path) -> None:
    admin("user", "add", ANN)
    said = admin("user", "password", ANN, typed=f"{PASSWORD}\n")
    assert said.status == 0
    assert PASSWORD not in said.out + said.err
    weak = admin("user", "password", ANN, typed="hunter2\n")
    assert weak.status == 2
    assert "fewer than 12" in weak.err
    assert "hunter2" not in weak.out + weak.err
    registry = registry_of(state)
    assert Sessions(registry, Passwords(registry.ids, CHEAP)).with_password(ANN, PASSWORD, "").account.email == ANN
    registry.database.close()


def test_a_token_is_shown_once_listed_and_revoked(admin: Admin, state: Path) -> None:
    assert "No tokens yet" in admin("token", "list").out
    admin("user", "add", ANN)
    made = admin("token", "create", ANN, "CI", "--role", "viewer", "--repository", "infra", "--json").document
    registry = registry_of(state)
    assert Tokens(registry).caller(made["secret"], "") is not None
    assert made["token"]["repositories"] == ["infra"]
    listed = admin("token", "list")
    assert made["token"]["id"] in listed.out
    assert made["secret"] not in listed.out + admin("token", "list", "--json").out
    assert admin("token", "revoke", made["token"]["id"]).status == 0
    assert Tokens(registry).caller(made["secret"], "") is None
    assert "revoked" in admin("token", "list").out
    assert "towpath_" in admin("token", "create", ANN, "other").out
    registry.database.close()


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "link", "bob@example.com"),
        ("user", "disable", "bob@example.com"),
        ("user", "add", "bob"),
        ("user", "add", ANN, "--role", "god"),
        ("token", "create", "bob@example.com", "CI"),
        ("token", "create", ANN, "CI", "--days", "0"),
        ("token", "revoke", "nothing"),
        ("audit", "verify", "--noted", "7"),
        ("--config", "nowhere.yml", "user", "list"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(admin: Admin, arguments: tuple[str, ...]) -> None:
    assert admin(*arguments).status == 2


def test_what_is_wrong_in_the_configuration_is_told(admin: Admin, tmp_path: Path) -> None:
    config = tmp_path / "server.yml"
    config.write_text("login:\n  local: false\n")
    said = admin("user", "list", TOWPATH_CONFIG=str(config))
    assert said.status == 2
    assert "lets nobody in" in said.err
    assert admin("user", "list", TOWPATH_CONFIG=str(tmp_path / "gone.yml")).status == 2
    config.write_text("database_env: TOWPATH_DATABASE\n")
    assert "TOWPATH_DATABASE" in admin("user", "list", TOWPATH_CONFIG=str(config)).err


def test_the_log_says_who_sat_there_and_holds(admin: Admin) -> None:
    admin("user", "add", ANN)
    lines = [json.loads(text) for text in admin("audit", "export").out.splitlines()]
    assert [(one["who"], one["action"], one["subject"]) for one in lines] == [
        ("local:root", "account-added", ANN),
        ("local:root", "login-link-made", ANN),
    ]
    assert admin("audit", "export", "--json").document["entries"] == lines
    said = admin("audit", "verify")
    assert (said.status, "2 entries" in said.out) == (0, True)
    end = admin("audit", "verify", "--json").document["end"]
    admin("user", "disable", ANN)
    assert admin("audit", "verify", "--noted", end).status == 0


def test_a_log_that_was_changed_fails_and_names_the_entry(admin: Admin, state: Path) -> None:
    admin("user", "add", ANN)
    end = admin("audit", "verify", "--json").document["end"]
    database = Database(state / "state.db")
    with database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_without_update")
        connection.exec_driver_sql("DROP TRIGGER audit_without_delete")
        connection.exec_driver_sql("UPDATE audit SET body = replace(body, 'root', 'eve') WHERE sequence = 2")
    said = admin("audit", "verify", "--json")
    assert said.status == 1
    assert (said.document["holds"], said.document["entry"]) == (False, 2)
    with database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE sequence = 2")
    database.close()
    assert admin("audit", "verify").status == 0
    assert "is gone" in admin("audit", "verify", "--noted", end).err
