"""What holds for every function, however it is declared."""

from __future__ import annotations

import pytest
from hcl_functions import PLACE, call, refusal

from towpath.hcl.functions import standard_functions
from towpath.hcl.values import Origin, Sensitive, Unknown

ENV = Unknown.of('get_env("A")', PLACE)
RUN = Unknown.of('run_cmd("b")', PLACE)


def test_a_refused_argument_names_it_and_shows_the_call_and_how_it_is_meant() -> None:
    problem = refusal("cidrsubnet", "10.0.0.0/16", "many", 1)

    assert problem.id == "wrong-arguments"
    assert "'newbits' of cidrsubnet" in problem.detail
    assert problem.place == PLACE
    assert problem.hint == "Use it as cidrsubnet(prefix, newbits, number)."


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("upper", (), "takes 1 argument, and here are 0"),
        ("upper", ("a", "b"), "takes 1 argument, and here are 2"),
        ("join", (",",), "takes 2 arguments or more, and here are 1"),
        ("lookup", ({}, "a", "b", "c"), "takes 2 to 3 arguments, and here are 4"),
    ],
)
def test_the_number_of_arguments_is_checked(name: str, arguments: tuple[str, ...], words: str) -> None:
    assert words in refusal(name, *arguments).detail


def test_null_is_refused_where_a_value_is_needed() -> None:
    assert "is null" in refusal("upper", None).detail


def test_arguments_are_converted() -> None:
    assert call("upper", True) == "TRUE"
    assert call("max", "2", 1) == 2


def test_unknown_arguments_give_an_unknown_that_comes_from_all_of_them() -> None:
    result = call("join", ENV, (RUN, "x"))

    assert result == Unknown((Origin('get_env("A")', PLACE), Origin('run_cmd("b")', PLACE)))


def test_sensitive_arguments_give_a_sensitive_result() -> None:
    assert call("upper", Sensitive("a")) == Sensitive("A")
    assert call("join", ",", ("a", Sensitive("b"))) == Sensitive("a,b")
    assert call("upper", Sensitive(ENV)) == Sensitive(ENV)


def test_nobody_can_change_the_library() -> None:
    functions = standard_functions()

    assert not hasattr(functions, "__setitem__")
    assert functions is standard_functions()


@pytest.mark.parametrize("name", ["timestamp", "uuid", "plantimestamp"])
def test_what_differs_from_run_to_run_is_unknown_and_says_where_it_stands(name: str) -> None:
    assert call(name) == Unknown.of(f"{name}(…)", PLACE)


def test_bcrypt_is_unknown() -> None:
    assert call("bcrypt", "secret") == Unknown.of("bcrypt(…)", PLACE)
    assert call("bcrypt", Sensitive("secret"), 10) == Sensitive(Unknown.of("bcrypt(…)", PLACE))
