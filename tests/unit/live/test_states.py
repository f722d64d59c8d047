"""Two units must not keep one state."""

from __future__ import annotations

import pytest
from live_files import MODULE
from live_repositories import live_of

from towpath.live import Live
from towpath.problems import Place, Problem

S3 = """remote_state {{
  backend = "s3"
  config = {{
    bucket = "states"
    key    = {key}
    region = "{region}"
  }}
}}
"""
GENERATED = """generate "backend" {{
  path      = "backend.tf"
  if_exists = "overwrite"
  contents  = <<-EOF
    terraform {{
      {more}
      backend "s3" {{
        bucket = "states"
        key    = "{key}"
      }}
    }}
  EOF
}}
"""
DECLARED = """terraform {{
  backend "s3" {{
    bucket = "states"
    key    = {key}
  }}
}}
"""


def s3(key: str = '"app"', region: str = "eu-west-1") -> str:
    return S3.format(key=key, region=region)


def local(path: str) -> str:
    return f'remote_state {{\n  backend = "local"\n  config = {{ path = "{path}" }}\n}}\n'


def two(one: str, other: str) -> Live:
    files = {"dev/one/terragrunt.hcl": one, "dev/other/terragrunt.hcl": other}
    return live_of({path: f"{text}\n{MODULE}" for path, text in files.items()})


def shared(live: Live) -> Problem:
    (problem,) = live.problems
    assert problem.id == "state-shared"
    assert problem.hint
    return problem


def test_both_units_and_both_places_are_named() -> None:
    live = two(s3(), s3())
    problem = shared(live)
    assert problem.is_error
    assert problem.place == Place("dev/one/terragrunt.hcl", 5, 5, '    key    = "app"')
    assert "dev/one (dev/one/terragrunt.hcl:5) and dev/other (dev/other/terragrunt.hcl:5)" in problem.detail
    assert "s3://states/app" in problem.detail
    assert {unit.problems for unit in live.units.values()} == {(problem,)}


def test_a_key_from_a_shared_file_is_at_its_place_there() -> None:
    include = f'include "root" {{\n  path = find_in_parent_folders("root.hcl")\n}}\n{MODULE}'
    files = {f"dev/{name}/terragrunt.hcl": include for name in "abcdefg"}
    problem = shared(live_of({**files, "root.hcl": s3("basename(dirname(get_terragrunt_dir()))")}))
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("root.hcl", 5)
    assert "dev/e (root.hcl:5) and 2 more keep their state in s3://states/dev" in problem.detail


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(s3(), s3(region="us-east-1"), id="region"),
        pytest.param(s3(), s3('"/app"'), id="leading-slash"),
        pytest.param(s3(), GENERATED.format(key="app", more=""), id="generated"),
        pytest.param(s3(), GENERATED.format(key="app", more='required_version = ">= 1.3"'), id="generated-with-more"),
        pytest.param(local("../state/x"), local("/repository/dev/state/x"), id="local"),
    ],
)
def test_one_place_may_be_written_in_two_ways(one: str, other: str) -> None:
    assert shared(two(one, other)).unit == "dev/one"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(s3(), s3('"other"'), id="key"),
        pytest.param(s3('get_env("X")'), s3('get_env("X")'), id="unknown"),
        pytest.param(local("terraform.tfstate"), local("terraform.tfstate"), id="own-folder"),
        pytest.param(s3(), f"{s3()}\nskip = true\n", id="switched-off"),
        pytest.param(s3(), f'{s3()}\nexclude {{\n  if = true\n  actions = ["all"]\n}}\n', id="excluded"),
        pytest.param(GENERATED.format(key="a", more=""), GENERATED.format(key="b", more=""), id="generated"),
        pytest.param("", "", id="nothing-said"),
    ],
)
def test_different_places_are_no_problem(one: str, other: str) -> None:
    assert two(one, other).problems == ()


def test_what_is_secret_is_not_told() -> None:
    text = 'remote_state {\n  backend = "pg"\n  config = { conn_str = "postgres://user:word@host" }\n}\n'
    assert "word" not in shared(two(text, text)).detail


def plain(**backends: str) -> Live:
    files = {f"live/{name}/main.tf": text for name, text in backends.items()}
    return live_of({**files, "towpath.yml": 'units: {terraform: ["live/*"]}\n'})


def test_plain_root_modules_count_as_well() -> None:
    text = DECLARED.format(key='"app"')
    problem = shared(plain(one=text, other=text))
    assert problem.place == Place("live/one/main.tf", 4, 5, '    key    = "app"')
    assert "live/other (live/other/main.tf:4)" in problem.detail
    assert plain(one=text, other=text.replace("app", "other")).problems == ()
    assert plain(one=text, other="# " + text.replace("\n", "\n# ")).problems == ()


def test_a_key_in_a_module_is_shared_by_all_its_units() -> None:
    unit = 'terraform {\n  source = "../../modules//app"\n}\n'
    files = {"dev/one/terragrunt.hcl": unit, "dev/other/terragrunt.hcl": unit}
    problem = shared(live_of({**files, "modules/app/main.tf": DECLARED.format(key='"app"')}))
    assert "dev/one (modules/app/main.tf:4) and dev/other (modules/app/main.tf:4)" in problem.detail
