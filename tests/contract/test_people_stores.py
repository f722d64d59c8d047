"""What every database keeps of people: accounts, tokens, sessions, links and guesses come back as they were; the audit
log only grows.
"""

from __future__ import annotations

import datetime
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from towpath.access import entry_of
from towpath.model.audit import AuditHead, AuditRecord
from towpath.model.logins import Account, Session, Token
from towpath.model.people import Role, Scopes
from towpath.stores import State
from towpath.stores.audit import AuditLog, append_audit
from towpath.stores.database import Database
from towpath.stores.guesses import GuessRows
from towpath.stores.people import AccountRows
from towpath.stores.sessions import LinkRows, SessionRows
from towpath.stores.tokens import TokenRows

NOW = datetime.datetime(2026, 1, 5, 9, 30, 15, 123456, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
ANN = Account(
    "p1", "ann@example.com", "Änn", NOW, ("platform",), ("org/admins",), True, Role.ADMIN, "https://idp", "7", NOW
)
BOB = Account("p2", "bob@example.com", "Bob", NOW)


@pytest.fixture
def database(state: State) -> Database:
    return state.database


def test_an_account_comes_back_as_it_was(database: Database) -> None:
    with database.transaction() as connection:
        rows = AccountRows(connection)
        rows.add(BOB)
        rows.add(ANN)
    with database.reading() as connection:
        rows = AccountRows(connection)
        assert rows.all() == (ANN, BOB)
        assert rows.by_id("p1") == ANN
        assert rows.by_email("Ann@Example.COM") == ANN
        assert rows.by_subject("https://idp", "7") == ANN
        assert rows.by_subject("https://other", "7") is None
        assert rows.by_id("p9") is None
        assert ANN.person.groups == ("org/admins", "platform")


def test_what_is_saved_of_an_account_leaves_its_password(database: Database) -> None:
    with database.transaction() as connection:
        rows = AccountRows(connection)
        rows.add(BOB)
        assert rows.password("p2") is None
        rows.set_password("p2", "$argon2id$…")
        rows.save(replace(BOB, active=False, given=("ops",)))
    with database.reading() as connection:
        rows = AccountRows(connection)
        assert rows.by_id("p2") == replace(BOB, active=False, given=("ops",))
        assert rows.password("p2") == "$argon2id$…"


def test_two_accounts_never_share_an_address_or_a_subject(database: Database) -> None:
    with database.transaction() as connection:
        AccountRows(connection).add(ANN)
    for twin in (replace(BOB, email="Ann@example.com"), replace(BOB, issuer="https://idp", subject="7")):
        with pytest.raises(IntegrityError), database.transaction() as connection:
            AccountRows(connection).add(twin)


def test_there_is_an_administrator_while_one_is_active(database: Database) -> None:
    with database.transaction() as connection:
        rows = AccountRows(connection)
        rows.add(BOB)
        assert not rows.has_admin()
        rows.add(ANN)
        assert rows.has_admin()
        rows.save(replace(ANN, active=False))
        assert not rows.has_admin()


def test_a_token_is_found_by_its_hash_until_it_is_revoked_for_good(database: Database) -> None:
    token = Token("t1", "p1", "CI", Scopes(Role.PLANNER, ("infra",), ("dev",)), NOW, NOW + HOUR)
    endless = Token("t2", "p1", "Laptop", Scopes(Role.VIEWER), NOW + HOUR)
    with database.transaction() as connection:
        rows = TokenRows(connection)
        rows.add(endless, "d2")
        rows.add(token, "d1")
        rows.used("t1", NOW + HOUR / 2)
        rows.revoke("t1", NOW + HOUR / 2)
        rows.revoke("t1", NOW + HOUR)
    used = replace(token, used_at=NOW + HOUR / 2, revoked_at=NOW + HOUR / 2)
    with database.reading() as connection:
        rows = TokenRows(connection)
        assert rows.by_digest("d1") == rows.by_id("t1") == used
        assert rows.by_digest("d9") is None
        assert rows.of("p1") == rows.all() == (used, endless)
        assert rows.of("p2") == ()
    assert token.holds(NOW)
    assert not token.holds(NOW + HOUR)
    assert not used.holds(NOW)
    assert endless.holds(NOW + 1000 * HOUR)


def test_a_session_lasts_until_it_ends(database: Database) -> None:
    session = Session("p1", "192.0.2.7", NOW, NOW, NOW + HOUR)
    with database.transaction() as connection:
        rows = SessionRows(connection)
        for digest, each in (("d1", session), ("d2", session), ("d3", replace(session, person="p2"))):
            rows.add(digest, each)
        rows.seen("d1", NOW + HOUR / 4)
        assert rows.get("d1") == replace(session, seen_at=NOW + HOUR / 4)
        rows.end("d1")
        assert rows.get("d1") is None
        rows.end_all("p1")
        assert rows.get("d2") is None
        assert rows.get("d3") is not None


def test_sessions_that_have_expired_go_when_the_next_one_begins(database: Database) -> None:
    with database.transaction() as connection:
        rows = SessionRows(connection)
        rows.add("old", Session("p1", "", NOW, NOW, NOW + HOUR))
        rows.add("new", Session("p1", "", NOW + HOUR, NOW + HOUR, NOW + 2 * HOUR))
        assert rows.get("old") is None
        assert rows.get("new") is not None


def test_a_link_is_used_once_in_time_and_only_the_newest_counts(database: Database) -> None:
    with database.transaction() as connection:
        rows = LinkRows(connection)
        rows.add("d0", "p1", NOW + HOUR)
        rows.add("d1", "p1", NOW + HOUR)
        rows.add("d2", "p2", NOW + HOUR)
        assert rows.use("d0", NOW) is None
        assert rows.use("d1", NOW) == "p1"
        assert rows.use("d1", NOW) is None
        assert rows.use("d2", NOW + HOUR) is None
        assert rows.use("d2", NOW) is None


def test_guesses_are_counted_and_forgotten(database: Database) -> None:
    with database.transaction() as connection:
        rows = GuessRows(connection)
        assert rows.failures("k") is None
        rows.put("k", 1, NOW)
        rows.put("k", 2, NOW + HOUR)
        rows.put("old", 9, NOW)
        assert rows.failures("k") == (2, NOW + HOUR)
        rows.forget_before(NOW + HOUR / 2)
        assert rows.failures("old") is None
        rows.forget("k")
        assert rows.failures("k") is None


def a_record(number: int, who: str = "ann@example.com") -> AuditRecord:
    return AuditRecord(NOW, who, "run-approved", f"run-{number % 3}", "192.0.2.7", "sha256:1", {"n": number})


def test_the_log_is_read_newest_first_and_in_pages(database: Database) -> None:
    with database.transaction() as connection:
        entries = [append_audit(connection, a_record(number, "bob" if number == 4 else "ann")) for number in range(7)]
    log = AuditLog(database)
    assert log.newest(3) == tuple(reversed(entries[4:]))
    assert log.newest(3, before=5) == tuple(reversed(entries[1:4]))
    assert log.newest(9, who="bob") == (entries[4],)
    assert log.newest(9, subject="run-0") == (entries[6], entries[3], entries[0])
    assert log.head() == entries[6].head
    assert [entry_of(line) for line in log.lines()] == entries
    assert log.verify() is None


def test_texts_that_no_database_takes_are_kept_all_the_same(database: Database) -> None:
    strange = "a\x00b\udce9\ud83d"
    with database.transaction() as connection:
        entry = append_audit(connection, AuditRecord(NOW, strange, "login-failed", strange, detail={"x": strange}))
    log = AuditLog(database)
    assert log.newest(1, who=strange, subject=strange) == (entry,)
    assert log.verify() is None


def test_a_long_log_is_read_in_parts_without_losing_an_entry(database: Database) -> None:
    with database.transaction() as connection:
        for number in range(1203):
            append_audit(connection, a_record(number))
    log = AuditLog(database)
    assert [entry_of(line).sequence for line in log.lines()] == list(range(1, 1204))
    assert log.verify(AuditHead(1203, log.head().hash)) is None
    broken = log.verify(AuditHead(1204, "sha256:x"))
    assert broken is not None
    assert broken.sequence == 1204


def test_an_entry_whose_transaction_fails_was_never_there(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as connection:
            append_audit(connection, a_record(1))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(AuditLog(database).lines()) == []


def test_threads_that_append_at_once_make_one_chain(database: Database) -> None:
    def append(number: int) -> None:
        with database.transaction() as connection:
            append_audit(connection, a_record(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(24)))
    log = AuditLog(database)
    assert log.verify() is None
    assert log.head().sequence == 24


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'eve'", "DELETE FROM audit"])
def test_the_database_lets_nobody_change_an_entry(database: Database, change: str) -> None:
    with database.transaction() as connection:
        append_audit(connection, a_record(1))
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as connection:
        connection.execute(text(change))
    assert AuditLog(database).verify() is None


def _without_triggers(database: Database) -> None:
    """What somebody could do who owns the database."""
    with database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP TRIGGER audit_is_append_only ON audit"))
            return
        connection.execute(text("DROP TRIGGER audit_without_update"))
        connection.execute(text("DROP TRIGGER audit_without_delete"))


@pytest.mark.parametrize(
    ("change", "sequence"),
    [
        ("UPDATE audit SET body = replace(body, 'ann@', 'eve@') WHERE sequence = 3", 3),
        ("UPDATE audit SET body = 'nothing' WHERE sequence = 3", 3),
        ("DELETE FROM audit WHERE sequence = 2", 2),
        ("DELETE FROM audit WHERE sequence = 1", 1),
        ("UPDATE audit SET sequence = 9 WHERE sequence = 2", 2),
    ],
)
def test_whoever_gets_around_the_database_is_found_out(database: Database, change: str, sequence: int) -> None:
    with database.transaction() as connection:
        for number in range(5):
            append_audit(connection, a_record(number))
    _without_triggers(database)
    with database.transaction() as connection:
        connection.execute(text(change))
    broken = AuditLog(database).verify()
    assert broken is not None
    assert broken.sequence == sequence
    assert re.search(r"Entry \d", broken.detail)
