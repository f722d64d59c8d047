"""Evaluation as a whole: what was read, nothing raised, each content parsed once."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from terragrunt_repositories import config_of, evaluation_of

from towpath.hcl.parse import parse
from towpath.hcl.syntax import ParsedFile
from towpath.model.paths import unit_path
from towpath.problems import Problem, ProblemError
from towpath.terragrunt import DictFiles, HermeticOutside, ParseCache, UnitConfig, evaluate_unit, parsing

ROOT = """
locals { account = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals.id }
remote_state {
  backend = "s3"
  config  = { bucket = "state-${local.account}-${get_aws_account_id()}", key = path_relative_to_include() }
}
generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite"
  contents  = <<-EOT
    provider "aws" {}
  EOT
}
inputs = merge({ for key in ["a", "b"] : key => upper(key) }, { account = local.account })
"""
UNIT = """
include "root" {
  path           = find_in_parent_folders("root.hcl")
  expose         = true
  merge_strategy = "deep"
}
terraform { source = "../../modules//app" }
dependency "vpc" {
  config_path  = "../vpc"
  mock_outputs = { id = "mock" }
}
inputs = { id = dependency.vpc.outputs.id, account = include.root.locals.account }
"""
FILES = {"root.hcl": ROOT, "dev/account.hcl": 'locals { id = "1" }', "dev/app/terragrunt.hcl": UNIT}


def test_everything_together() -> None:
    config = config_of(FILES)
    assert set(evaluation_of(FILES).reads) == set(FILES)
    assert config.source == "../../modules//app"
    assert {key: config.inputs[key] for key in ("a", "b", "account")} == {"a": "A", "b": "B", "account": "1"}
    assert set(config.unknowns()) == {"inputs.id", "remote_state.config.bucket"}
    assert config.generate[0].contents == 'provider "aws" {}\n'


def test_each_content_is_parsed_once() -> None:
    cache = ParseCache()
    content = FILES["root.hcl"].encode()
    assert cache.parse(content, "root.hcl") is cache.parse(bytes(content), "root.hcl")
    assert cache.parse(content, "other.hcl") is not cache.parse(content, "root.hcl")
    assert cache.parse(content + b"\n", "root.hcl") is not cache.parse(content, "root.hcl")


def test_units_that_share_a_cache_do_not_share_results() -> None:
    files = DictFiles({**FILES, "dev/api/terragrunt.hcl": UNIT})
    cache, outside = ParseCache(), HermeticOutside({})
    keys = []
    for unit in ("dev/app", "dev/api"):
        config = evaluate_unit(unit_path(unit), files, outside, cache).config
        assert config is not None
        assert config.remote_state is not None
        keys.append(config.remote_state.config["key"])
    assert keys == ["dev/app", "dev/api"]


def test_the_root_can_be_an_export_on_this_machine() -> None:
    files = DictFiles(
        {"dev/app/terragrunt.hcl": "inputs = { root = get_repo_root(), here = get_terragrunt_dir() }"}, "/x"
    )
    config = evaluate_unit(unit_path("dev/app"), files, HermeticOutside({}), ParseCache()).config
    assert config is not None
    assert config.inputs == {"root": "/x", "here": "/x/dev/app"}


def test_another_file_name() -> None:
    files = DictFiles({"dev/app/unit.hcl": "inputs = { a = 1 }"})
    evaluation = evaluate_unit(unit_path("dev/app"), files, HermeticOutside({}), ParseCache(), "unit.hcl")
    assert evaluation.config is not None


def test_a_file_that_cannot_be_looked_at_is_a_problem_of_the_unit() -> None:
    class Broken(DictFiles):
        def read(self, path: str) -> bytes | None:
            if path == "root.hcl":
                raise ProblemError(Problem("symlink-leaves-repository", "A symbolic link leaves the repository"))
            return super().read(path)

    evaluation = evaluate_unit(unit_path("dev/app"), Broken(FILES), HermeticOutside({}), ParseCache())
    assert [problem.id for problem in evaluation.problems] == ["symlink-leaves-repository"]
    place = evaluation.problems[0].place
    assert place is not None
    assert (place.file, place.line) == ("dev/app/terragrunt.hcl", 3)


def test_a_configuration_made_by_hand() -> None:
    config = UnitConfig(unit_path("dev/app"), inputs={"a": 1})
    assert config.as_values() == {"inputs": {"a": 1}}
    assert config.all_dependency_paths() == ()
    assert dict(config.unknowns()) == {}


@pytest.mark.parametrize("seed", range(200))
def test_whatever_is_written_nothing_is_raised(seed: int) -> None:
    chance = random.Random(seed)
    pieces = ["{", "}", "(", '"', "${", "null", "= 1\n", "local.", "[", "]", "<<A\n", "dependency", "\x00", "é", "..."]
    text = UNIT
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(text))
        end = start + chance.choice([0, 0, 1, 5, 40])
        text = text[:start] + chance.choice(pieces) * chance.randint(0, 2) + text[end:]
    evaluation = evaluation_of({**FILES, "dev/app/terragrunt.hcl": text})
    assert (evaluation.config is None) == any(problem.is_error for problem in evaluation.problems)


@pytest.mark.parametrize("kept", [4, 4096])
def test_what_is_included_or_read_is_parsed_once_and_not_once_per_unit(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: Counter[str] = Counter()

    def counted(content: bytes, file: str) -> ParsedFile:
        parsed[file] += 1
        return parse(content, file)

    monkeypatch.setattr(parsing, "parse", counted)
    units = [f"dev/app{number}" for number in range(50)]
    files = DictFiles({**FILES, **{f"{unit}/terragrunt.hcl": UNIT for unit in units}})
    cache = ParseCache(kept)
    for unit in units:
        assert evaluate_unit(unit_path(unit), files, HermeticOutside({}), cache).problems == ()
    assert parsed == {"root.hcl": 1, "dev/account.hcl": 1, **{f"{unit}/terragrunt.hcl": 1 for unit in units}}
