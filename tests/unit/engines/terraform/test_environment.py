"""What the engine sees of inputs and credentials."""

from __future__ import annotations

from decimal import Decimal

import pytest

from towpath.engines.terraform.environment import (
    engine_environment,
    pass_inputs,
    secret_texts,
    shares_a_mirror,
    to_data,
)
from towpath.hcl.values import Sensitive, SetValue, Unknown, Value

KEYS = {"AWS_ACCESS_KEY_ID": "assumed", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (3, "3"),
        (Decimal("1.50"), "1.5"),
        (True, "true"),
        (("a", 1), '["a",1]'),
        ({"b": None, "a": {"x": "y"}}, '{"a":{"x":"y"},"b":null}'),
        (SetValue(("a", "b")), '["a","b"]'),
        (Sensitive("hush"), "hush"),
        ({"deep": Sensitive(("x",))}, '{"deep":["x"]}'),
    ],
)
def test_inputs_are_variables(value: Value, text: str) -> None:
    assert pass_inputs({"v": value}).variables == {"TF_VAR_v": text}


def test_a_null_goes_into_the_file_since_a_variable_cannot_say_it() -> None:
    passed = pass_inputs({"none": None, "name": "x"})
    assert passed.file == {"none": None}
    assert passed.variables == {"TF_VAR_name": "x"}


def test_what_is_too_long_for_an_environment_goes_into_the_file() -> None:
    assert list(pass_inputs({"long": "x" * 200_000}).file) == ["long"]


def test_what_the_engine_would_take_for_a_template_goes_into_the_file_too() -> None:
    passed = pass_inputs({"policy": {"user": "${aws:username}"}, "text": "${x}", "list": ("%{if}",), "plain": ("x",)})
    assert set(passed.variables) == {"TF_VAR_policy", "TF_VAR_text", "TF_VAR_list", "TF_VAR_plain"}
    declared = ("policy", "text", "list", "plain")
    in_file = passed.in_file(declared, ("text",), passed.variables)
    assert in_file == {"policy": {"user": "${aws:username}"}, "list": ["%{if}"]}
    assert passed.in_file(declared, declared, passed.variables) == {}, "who takes texts as they are has it already"


def test_the_file_holds_what_the_module_declares_and_nobody_else_has_set() -> None:
    passed = pass_inputs({"none": None, "undeclared": None, "set": None, "tags": ("${x}",)})
    environment = {**passed.variables, "TF_VAR_set": "x", "TF_VAR_tags": '["y"]'}
    assert passed.in_file(("none", "set", "tags"), (), environment) == {"none": None}


def test_an_unknown_input_is_refused() -> None:
    with pytest.raises(ValueError, match="run_cmd"):
        pass_inputs({"v": {"x": (Unknown.of('run_cmd("x")'),)}})


def test_inputs_are_not_shown() -> None:
    assert "hush" not in repr(pass_inputs({"v": Sensitive("hush")}))


def test_assumed_credentials_replace_all_others() -> None:
    own = {
        "PATH": "/bin",
        "AWS_PROFILE": "mine",
        "AWS_ACCESS_KEY_ID": "mine",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "f",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://localhost",
    }
    made = engine_environment(own, KEYS, {}, {})
    assert made["AWS_ACCESS_KEY_ID"] == "assumed"
    assert "AWS_PROFILE" not in made
    assert "AWS_WEB_IDENTITY_TOKEN_FILE" not in made
    assert made["AWS_REGION"] == "eu-west-1"
    assert made["AWS_ENDPOINT_URL"] == "http://localhost"


def test_without_a_role_the_own_credentials_stay() -> None:
    assert engine_environment({"AWS_PROFILE": "mine"}, {}, {}, {})["AWS_PROFILE"] == "mine"


def test_what_would_mix_units_up_is_left_out() -> None:
    own = {
        "TF_DATA_DIR": "/shared",
        "TF_PLUGIN_CACHE_DIR": "/c",
        "TF_INPUT": "1",
        "TF_CLI_ARGS_plan": "-compact-warnings",
        "GOGC": "100",
    }
    made = engine_environment(own, {}, {}, {})
    assert made == {"GOGC": "100", "TF_CLI_ARGS_plan": "-compact-warnings", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}


def test_a_variable_that_is_set_wins_over_an_input_and_extra_arguments_over_all() -> None:
    made = engine_environment(
        {"TF_VAR_a": "set"}, {}, {"TF_VAR_a": "input", "TF_VAR_b": "input"}, {"TF_VAR_b": "extra"}
    )
    assert (made["TF_VAR_a"], made["TF_VAR_b"]) == ("set", "extra")


def test_every_text_inside_of_something_sensitive_is_a_secret() -> None:
    value: Value = {"a": Sensitive({"x": ("deep-secret", 123456, True)}), "b": "open", "c": Sensitive("no")}
    assert sorted(secret_texts(value)) == ["123456", "deep-secret"]


def test_data_keeps_numbers_exact() -> None:
    assert to_data((Decimal("0.1"), 10**30)) == [Decimal("0.1"), 10**30]


@pytest.mark.parametrize(
    ("configuration", "shared"),
    [
        ("", False),
        ("disable_checkpoint = true\n", False),
        ('provider_installation {\n  filesystem_mirror {\n    path = "/m"\n  }\n}\n', True),
        ('plugin_cache_dir = "/cache"\n', True),
        ('# plugin_cache_dir = "/cache"\n', False),
    ],
)
def test_a_users_own_mirror_is_enough(configuration: str, shared: bool) -> None:
    assert shares_a_mirror(configuration) is shared
