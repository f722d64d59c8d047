"""What Terragrunt sees of Towpath's own environment."""

from __future__ import annotations

import pytest

from towpath.engines.terragrunt import terragrunt_environment


@pytest.mark.parametrize(
    "name",
    [
        "TG_ALL",
        "TG_GRAPH",
        "TG_CONFIG",
        "TG_WORKING_DIR",
        "TG_SOURCE",
        "TG_DOWNLOAD_DIR",
        "TG_TF_PATH",
        "TG_FILTER",
        "TG_FILTER_AFFECTED",
        "TG_FILTERS_FILE",
        "TG_QUEUE_INCLUDE_DIR",
        "TG_OUT_DIR",
        "TG_REPORT_FILE",
        "TG_NO_AUTO_INIT",
        "TG_NO_HOOKS",
        "TG_NO_DEPENDENCY_OUTPUTS",
        "TG_INPUTS_DEBUG",
        "TG_LOG_CUSTOM_FORMAT",
        "TERRAGRUNT_TFPATH",
        "TERRAGRUNT_DOWNLOAD",
        "TERRAGRUNT_WORKING_DIR",
        "TERRAGRUNT_DEBUG",
        "TF_DATA_DIR",
        "TF_PLUGIN_CACHE_DIR",
        "GIT_DIR",
    ],
)
def test_what_towpath_decides_is_not_passed_on(name: str) -> None:
    assert name not in terragrunt_environment({name: "x", "PATH": "/bin"}, {}, {})


@pytest.mark.parametrize(
    "name",
    [
        "TG_BUCKET_PREFIX",
        "TG_SOURCE_MAP",
        "TG_FEATURE",
        "TG_AUTH_PROVIDER_CMD",
        "TG_LOG_LEVEL",
        "TG_EXPERIMENT",
        "TG_BACKEND_BOOTSTRAP",
        "TERRAGRUNT_PARALLELISM",
        "TF_VAR_region",
        "TF_CLI_ARGS_plan",
        "HOME",
    ],
)
def test_what_is_the_users_to_decide_is(name: str) -> None:
    assert terragrunt_environment({name: "x"}, {}, {})[name] == "x"


def test_nobody_is_asked_and_nothing_is_coloured() -> None:
    made = terragrunt_environment({"TG_NO_COLOR": "false"}, {}, {})
    assert (made["TG_NO_COLOR"], made["TF_INPUT"], made["TF_IN_AUTOMATION"]) == ("true", "0", "1")


def test_an_assumed_role_replaces_what_was_there() -> None:
    own = {"AWS_PROFILE": "mine", "AWS_ACCESS_KEY_ID": "OLD"}
    made = terragrunt_environment(own, {"AWS_ACCESS_KEY_ID": "NEW"}, {})
    assert (made["AWS_ACCESS_KEY_ID"], "AWS_PROFILE" in made) == ("NEW", False)


def test_the_users_own_cache_of_providers_wins() -> None:
    ours = {"TG_PROVIDER_CACHE": "true", "TG_PROVIDER_CACHE_DIR": "/ours"}
    made = terragrunt_environment({"TG_PROVIDER_CACHE": "0"}, {}, ours)
    assert (made["TG_PROVIDER_CACHE"], made["TG_PROVIDER_CACHE_DIR"]) == ("0", "/ours")
