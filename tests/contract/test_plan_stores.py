"""What every store of plan files keeps to: encrypted, authenticated, whole or not there."""

from __future__ import annotations

import pytest
from state_homes import StateHome

from towpath.problems import ProblemError
from towpath.stores import State

SECRET = b"password = hunter2" * 1000


def problem_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    (problem,) = error.value.problems
    return problem.id


def test_what_is_put_can_be_got_by_its_digest_by_every_process(home: StateHome, state: State) -> None:
    digest = state.plans.put(SECRET)

    assert digest.startswith("sha256:")
    assert state.plans.put(SECRET) == digest
    assert home.open().plans.get(digest) == SECRET
    assert [plan.digest for plan in state.plans.kept()] == [digest]


def test_an_empty_plan_is_one_too(state: State) -> None:
    assert state.plans.get(state.plans.put(b"")) == b""


def test_nobody_can_read_it_where_it_is_kept(state: State) -> None:
    assert b"hunter2" not in state.plans.sealed(state.plans.put(SECRET))


def test_what_was_deleted_is_missing_and_may_be_deleted_again(state: State) -> None:
    digest = state.plans.put(SECRET)
    state.plans.delete(digest)
    state.plans.delete(digest)

    assert list(state.plans.kept()) == []
    for get in (state.plans.get, state.plans.sealed):
        with pytest.raises(ProblemError) as error:
            get(digest)
        assert problem_of(error) == "plan-file-missing"


@pytest.mark.parametrize("position", [0, 20, -1])
def test_what_was_touched_is_refused(state: State, position: int) -> None:
    digest = state.plans.put(SECRET)
    content = bytearray(state.plans.sealed(digest))
    content[position] ^= 1
    state.plans.put_sealed(digest, bytes(content))

    with pytest.raises(ProblemError) as error:
        state.plans.get(digest)
    assert problem_of(error) == "plan-file-damaged"


def test_what_was_put_in_anothers_place_is_refused(state: State) -> None:
    one, other = state.plans.put(SECRET), state.plans.put(b"harmless")
    state.plans.put_sealed(other, state.plans.sealed(one))

    with pytest.raises(ProblemError) as error:
        state.plans.get(other)
    assert problem_of(error) == "plan-file-damaged"
    state.plans.put(b"harmless")
    assert state.plans.get(other) == b"harmless"


def test_repositories_keep_plans_of_their_own(state: State) -> None:
    other = state.for_repository("other")
    digest = state.plans.put(SECRET)
    assert list(other.plans.kept()) == []
    other.plans.put(SECRET)
    state.plans.delete(digest)

    assert other.plans.get(digest) == SECRET
    assert state.for_repository("other").plans.get(digest) == SECRET


@pytest.mark.parametrize("name", ["../key", "sha256:../../key", ""])
def test_what_is_no_digest_names_nothing(state: State, name: str) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        state.plans.put_sealed(name, b"")
