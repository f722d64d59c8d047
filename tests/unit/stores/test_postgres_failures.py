"""What PostgreSQL says becomes a problem with a hint; what is a defect stays one."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import exc

from towpath.problems import ProblemError
from towpath.stores.postgres_failures import reaching


def raised(error: Exception) -> str:
    def fail() -> None:
        with reaching("database towpath at db"):
            raise error

    with pytest.raises(ProblemError) as caught:
        fail()
    (problem,) = caught.value.problems
    assert problem.hint
    assert "database towpath at db" in problem.detail
    return problem.id


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (errors.DiskFull("could not extend file"), "disk-full"),
        (errors.OutOfMemory("out of memory"), "state-busy"),
        (errors.TooManyConnections("sorry, too many clients already"), "database-unreachable"),
        (errors.AdminShutdown("terminating connection due to administrator command"), "database-unreachable"),
        (errors.CannotConnectNow("the database system is starting up"), "database-unreachable"),
        (errors.ConnectionException("lost"), "database-unreachable"),
        (errors.IdleInTransactionSessionTimeout("terminating connection"), "database-unreachable"),
        (errors.LockNotAvailable("canceling statement due to lock timeout"), "state-busy"),
        (errors.QueryCanceled("canceling statement due to statement timeout"), "state-busy"),
        (errors.DeadlockDetected("deadlock detected"), "state-busy"),
        (errors.InsufficientPrivilege("permission denied for schema public"), "database-refused"),
        (errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction"), "database-refused"),
        (errors.DataCorrupted("invalid page in block 3"), "state-damaged"),
        (errors.StringDataRightTruncation("value too long for type character varying(512)"), "name-too-long"),
        (psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"), "text-unusable"),
        (psycopg.OperationalError("the connection is closed"), "database-unreachable"),
        (psycopg.InterfaceError("the connection is closed"), "database-unreachable"),
        (psycopg.OperationalError('connection failed: FATAL: database "x" does not exist'), "database-refused"),
        (psycopg.OperationalError("FATAL: the database system is starting up"), "database-unreachable"),
        (psycopg.OperationalError("FATAL: sorry, too many clients already"), "database-unreachable"),
        (psycopg.OperationalError(""), "database-unreachable"),
    ],
)
def test_each_failure_has_its_problem(error: psycopg.Error, problem: str) -> None:
    assert raised(exc.DBAPIError("SELECT 1", {}, error)) == problem


def test_waiting_for_a_connection_too_long_is_being_busy() -> None:
    assert raised(exc.TimeoutError("QueuePool limit of size 5 overflow 15 reached")) == "state-busy"


@pytest.mark.parametrize("error", [errors.UniqueViolation("twice"), errors.SyntaxError("at or near"), KeyError("x")])
def test_a_defect_stays_what_it_is(error: Exception) -> None:
    wrapped = exc.DBAPIError("SELECT 1", {}, error)

    def fail() -> None:
        with reaching("database towpath at db"):
            raise wrapped

    with pytest.raises(exc.DBAPIError) as caught:
        fail()
    assert caught.value is wrapped
