"""The key that plan files are encrypted with."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import tempfile
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from towpath.problems import Problem, ProblemError
from towpath.stores.database import Database
from towpath.stores.failures import keeping_state
from towpath.stores.schema import facts, plan_files
from towpath.system import Environment, Ids

__all__ = ["KEY_BYTES", "KEY_VARIABLE", "give_up_key", "key_check", "key_differs", "require_same_key", "state_key"]

KEY_BYTES = 32
KEY_VARIABLE = "TOWPATH_KEY"


def state_key(folder: Path, environment: Environment, ids: Ids) -> bytes:
    """The 32 bytes of TOWPATH_KEY (base64 or hexadecimal), or of the file `key` in the folder, made on first use.

    Raises `ProblemError` with `key-invalid` when there is a key that cannot be used, or a key file others can read.
    """
    given = environment.get(KEY_VARIABLE)
    if given:
        return _decoded(given.strip(), KEY_VARIABLE)
    file = folder / "key"
    with keeping_state(folder):
        if not file.exists():
            _make(file, base64.b64encode(ids.key(KEY_BYTES)) + b"\n")
        if file.stat().st_mode & 0o077:
            raise ProblemError(_invalid(f"{file} can be read by others.", f"chmod 600 {file}"))
        return _decoded(file.read_text(encoding="ascii", errors="replace").strip(), str(file))


_CHECK = "key-check"


def key_check(key: bytes) -> str:
    """What only who has the key can work out, and from which the key cannot be."""
    return hmac.digest(key, b"towpath key check 1", "sha256").hex()


def require_same_key(database: Database, key: bytes) -> None:
    """Of all processes that work with a database, the first one's key counts: what one encrypts, the others must read.
    Raises `ProblemError` with `key-differs`.
    """
    mine = key_check(key)
    with database.reading() as connection:
        kept = _kept_check(connection)
    if kept is None:
        with database.transaction() as connection:
            kept = _kept_check(connection)
            if kept is None:
                connection.execute(insert(facts).values(name=_CHECK, value=mine))
                return
    if not hmac.compare_digest(kept, mine):
        raise ProblemError(key_differs(f"the {database.kind.place}"))


def key_differs(place: str) -> Problem:
    detail = f"Plan files in {place} are encrypted with another key than this process has."
    hint = (
        f"Give every process the same {KEY_VARIABLE}, or the file `key` of the old state folder. "
        "If the key is lost, the plan files have to be given up."
    )
    return Problem("key-differs", "The encryption key is another one", detail, hint=hint)


def give_up_key(database: Database) -> None:
    """The key is lost: deletes all plan files, which nobody can read any more, and takes the next process's key."""
    with database.transaction() as connection:
        connection.execute(delete(plan_files))
        connection.execute(delete(facts).where(facts.c.name == _CHECK))


def _kept_check(connection: Connection) -> str | None:
    return connection.execute(select(facts.c.value).where(facts.c.name == _CHECK)).scalar()


def _make(file: Path, content: bytes) -> None:
    """Two processes may come here at once: the first one's key counts."""
    handle, name = tempfile.mkstemp(prefix=".key.", dir=file.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            os.fsync(stream.fileno())
        os.link(new, file)
    except FileExistsError:
        return
    finally:
        new.unlink()


def _decoded(text: str, source: str) -> bytes:
    for decode in (bytes.fromhex, _from_base64):
        try:
            key = decode(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) == KEY_BYTES:
            return key
    raise ProblemError(_invalid(f"{source} does not hold {KEY_BYTES} bytes in base64 or hexadecimal.", None))


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _invalid(detail: str, command: str | None) -> Problem:
    hint = f"Run `{command}`." if command else "`openssl rand -base64 32` makes one."
    return Problem("key-invalid", "The encryption key cannot be used", detail, hint=hint)
