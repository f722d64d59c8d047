"""The state folder: made private, refused when it cannot be used, opened by one process at a time."""

from __future__ import annotations

import base64
import fcntl
import sqlite3
import stat
from pathlib import Path

import pytest
from run_house import empty_database

from towpath.model.paths import UnitPath
from towpath.problems import ProblemError
from towpath.stores import ENGINES, LogFiles, State, open_state
from towpath.stores.keys import state_key
from towpath.system import FakeClock, FakeEnvironment, FakeIds, RandomIds


def opened(folder: Path, **environment: str) -> State:
    return open_state(folder, RandomIds(), FakeClock(), FakeEnvironment(environment))


def problem_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    (problem,) = error.value.problems
    return problem.id


def test_it_is_made_with_its_parents_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "state of ünits"
    state = opened(folder)
    state.plans.put(b"plan")
    state.logs.open("run", UnitPath("dev/app")).close()
    state.close()

    for path in (folder.parent, *folder.parent.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_folder_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    opened(tmp_path).close()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.parametrize("unit", ["\u5c71" * 200, "\U0001f6a2/" * 60, "../../x", "dev/\x1b[31m\n", "\udcff"])
def test_every_unit_has_a_log_inside_the_folder(unit: str, tmp_path: Path) -> None:
    state = opened(tmp_path)
    log = state.logs.open("run", UnitPath(unit))
    log.line("done")
    log.close()
    state.close()

    assert list(state.logs.read("run", UnitPath(unit))) == ["done"]
    assert LogFiles(tmp_path / "logs").path("run", UnitPath(unit)).resolve().parent == tmp_path / "logs" / "run"


def test_digests_of_outputs_are_keyed_with_the_folders_key(tmp_path: Path) -> None:
    states = [opened(tmp_path / name) for name in ("one", "one", "two")]
    for state in states:
        state.close()
    assert states[0].output_key == states[1].output_key != states[2].output_key
    assert states[0].output_key.hex() not in repr(states[0])


def test_opening_it_again_finds_what_was_kept(tmp_path: Path) -> None:
    first = opened(tmp_path)
    digest = first.plans.put(b"plan")
    first.close()
    second = opened(tmp_path)

    assert second.plans.get(digest) == b"plan"
    second.close()


def test_a_file_in_its_place_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    with pytest.raises(ProblemError) as error:
        opened(tmp_path / "state")
    assert problem_of(error) == "state-not-writable"


def test_a_folder_that_cannot_be_made_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "state"))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ProblemError) as error:
        opened(tmp_path / "state")
    assert problem_of(error) == "state-not-writable"
    assert "--state" in (error.value.problems[0].hint or "")


def test_a_damaged_database_is_a_problem_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"this is no database" * 100)

    with pytest.raises(ProblemError) as error:
        opened(tmp_path)
    assert problem_of(error) == "state-damaged"
    assert (tmp_path / "state.db").read_bytes() == b"this is no database" * 100


def test_a_state_that_a_newer_towpath_wrote_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(empty_database())
    database = sqlite3.connect(tmp_path / "state.db")
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()

    with pytest.raises(ProblemError) as error:
        opened(tmp_path)
    assert problem_of(error) == "state-too-new"


def test_the_key_is_made_once(tmp_path: Path) -> None:
    first = state_key(tmp_path, FakeEnvironment(), RandomIds())

    assert state_key(tmp_path, FakeEnvironment(), RandomIds()) == first
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("encode", [lambda key: base64.b64encode(key).decode(), lambda key: key.hex()])
def test_a_key_from_the_environment_is_used_and_not_written_down(tmp_path: Path, encode: object) -> None:
    key = bytes(range(32))
    assert callable(encode)

    assert state_key(tmp_path, FakeEnvironment({"TOWPATH_KEY": encode(key)}), FakeIds()) == key
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["short", "not base64 at all!", "ab" * 31])
def test_a_key_that_is_none_is_a_problem_that_does_not_repeat_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProblemError) as error:
        state_key(tmp_path, FakeEnvironment({"TOWPATH_KEY": text}), FakeIds())
    assert problem_of(error) == "key-invalid"
    assert text not in error.value.problems[0].detail


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    state_key(tmp_path, FakeEnvironment(), RandomIds())
    (tmp_path / "key").chmod(0o644)

    with pytest.raises(ProblemError) as error:
        state_key(tmp_path, FakeEnvironment(), RandomIds())
    assert problem_of(error) == "key-invalid"


def test_one_at_a_time_holds_the_lock_and_others_see_who(tmp_path: Path) -> None:
    state = opened(tmp_path)
    first, second = state.lock(), state.lock()

    assert first.try_take("run-1")
    assert not second.try_take("run-2")
    holder = second.holder()
    assert holder is not None
    assert (holder.run, holder.host) == ("run-1", state.host)
    first.release()
    first.release()
    assert second.holder() is None
    assert second.try_take("run-2")
    second.release()
    state.close()


def test_while_an_engine_of_a_dead_process_is_stopped_nobody_takes_the_lock(tmp_path: Path) -> None:
    state = opened(tmp_path)
    with (tmp_path / ENGINES).open("wb") as engine:
        fcntl.flock(engine, fcntl.LOCK_SH)
        assert not state.lock().try_take("run-1")
    lock = state.lock()
    assert lock.try_take("run-1")
    lock.release()
    state.close()


def test_a_log_is_appended_to_and_read_while_it_is_written(tmp_path: Path) -> None:
    state = opened(tmp_path)
    unit = UnitPath("dev/ünit with spaces")
    log = state.logs.open("run", unit)
    log.line("one")
    assert list(state.logs.read("run", unit)) == ["one"]
    log.close()
    again = state.logs.open("run", unit)
    again.line("two, with \udcff what is no text")
    again.close()

    assert list(state.logs.read("run", unit)) == ["one", "two, with ? what is no text"]
    state.close()


def test_units_with_alike_names_have_logs_of_their_own(tmp_path: Path) -> None:
    logs = LogFiles(tmp_path)

    assert logs.path("run", UnitPath("a/b")) != logs.path("run", UnitPath("a--b"))
    assert len(logs.path("run", UnitPath("x/" * 300 + "y")).name) < 200
    assert list(logs.read("run", UnitPath("never/written"))) == []
