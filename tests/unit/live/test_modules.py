"""What belongs to a local module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from towpath.git import Entry, FakeBlobs, FakeLink, Tree, fake_tree
from towpath.git.blobs import BlobCache
from towpath.git.objects import tree_listing
from towpath.live import ContentHashes
from towpath.live.modules import Modules
from towpath.problems import Place

Files = Mapping[str, str | bytes | FakeLink]


def modules(files: Files) -> Modules:
    return Modules(fake_tree(files), ContentHashes())


def files_of(files: Files, folder: str = "m/a") -> list[str]:
    return list(modules(files).closure(folder).files)


def test_a_module_is_its_folder_with_everything_below() -> None:
    files = {
        "m/a/main.tf": "",
        "m/a/inner/x.tf": "",
        "m/a/policy.json": "{}",
        "m/b/main.tf": "",
        "m/a/.terraform/x": "",
    }
    assert files_of(files) == ["m/a/inner/x.tf", "m/a/main.tf", "m/a/policy.json"]


def test_local_modules_it_calls_belong_to_it_however_deep() -> None:
    files = {
        "m/a/main.tf": 'module "b" {\n  source = "../b"\n}\nmodule "far" { source = "org/vpc/aws" }\n',
        "m/b/main.tf": 'module "c" { source = "../../other//c" }\nmodule "own" { source = "./own" }\n',
        "m/b/own/main.tf": "",
        "other/c/main.tf": 'module "back" { source = "../../m/a" }',
        "m/d/main.tf": "",
    }
    assert files_of(files) == ["m/a/main.tf", "m/b/main.tf", "m/b/own/main.tf", "other/c/main.tf"]


def test_calls_in_json_count_as_well() -> None:
    files = {"m/a/main.tf.json": '{"module": {"b": {"source": "../b"}}}', "m/b/main.tf": ""}
    assert files_of(files) == ["m/a/main.tf.json", "m/b/main.tf"]
    for odd in ("[]", "{", '{"module": []}', '{"module": {"b": 1}}', '{"module": {"b": {"source": 1}}}'):
        assert files_of({"m/a/x.tf.json": odd}) == ["m/a/x.tf.json"]


@pytest.mark.parametrize(
    ("expression", "brought_in"),
    [
        ('file("${path.module}/../shared/policy.json")', ["m/shared/policy.json"]),
        ('file("${ path.module }/../shared/policy.json")', ["m/shared/policy.json"]),
        ('file("../shared/policy.json")', ["m/shared/policy.json"]),
        ('file("./../shared/policy.json")', ["m/shared/policy.json"]),
        ('templatefile("${path.module}/../shared/${var.name}.tpl", {})', ["m/shared/a.tpl", "m/shared/policy.json"]),
        ('fileset("${path.module}/../shared", "*")', ["m/shared/a.tpl", "m/shared/policy.json"]),
        ('file("${path.module}/../missing.json")', []),
        ('file("${path.module}/../../../../outside")', []),
        ('file("${path.module}/policy.json")', []),
    ],
)
def test_paths_that_climb_out_bring_in_what_they_name(expression: str, brought_in: list[str]) -> None:
    files = {"m/a/main.tf": f"locals {{\n  x = {expression}\n}}\n", "m/shared/policy.json": "{}", "m/shared/a.tpl": ""}
    assert files_of(files) == ["m/a/main.tf", *brought_in]


def test_what_a_folder_calls_is_known_without_the_folder_itself() -> None:
    files = {
        "m/a/main.tf": 'module "b" { source = "../b" }\nmodule "i" { source = "./i" }',
        "m/b/x.tf": "",
        "m/a/i/y.tf": "",
    }
    assert list(modules(files).called("m/a").files) == ["m/b/x.tf"]


@pytest.mark.parametrize(
    ("source", "detail", "hint"),
    [
        ("../nope", "The module ../nope would be m/nope, and there is no such folder.", "Correct the path."),
        (
            "../../../x",
            "The module ../../../x is outside the repository.",
            "Use a module of the repository, or a git source with a ref.",
        ),
    ],
)
def test_a_called_module_that_is_not_there_is_shown_at_the_call(source: str, detail: str, hint: str) -> None:
    files = {"m/a/main.tf": f'# a comment\nmodule "b" {{\n  source = "{source}"\n}}\n'}
    (problem,) = modules(files).closure("m/a").problems
    assert (problem.id, problem.detail, problem.hint) == ("module-missing", detail, hint)
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("m/a/main.tf", 3)


def test_a_module_folder_that_is_not_there() -> None:
    problem = modules({"m/a/main.tf": ""}).missing("m/b", Place("u/terragrunt.hcl", 2), "../m//b")
    assert problem is not None
    assert (problem.id, problem.place) == ("module-missing", Place("u/terragrunt.hcl", 2))
    assert modules({"m/a/main.tf": ""}).missing("m/a", Place("x"), "") is None


def test_a_link_counts_as_what_it_points_to() -> None:
    def hashes(target: str, link: str = "../shared.tf") -> Mapping[str, str]:
        return modules({"m/a/s.tf": FakeLink(link), "m/shared.tf": target}).closure("m/a").files

    assert hashes("a = 1") == hashes("a = 1 # same")
    assert hashes("a = 1") != hashes("a = 2")
    assert hashes("", "../gone.tf") != hashes("", "../lost.tf")
    folder = {"m/a/s": FakeLink("../t")}
    assert modules({**folder, "m/t/x": "1"}).closure("m/a") != modules({**folder, "m/t/x": "2"}).closure("m/a")


def test_a_link_that_leaves_the_repository_is_a_problem() -> None:
    (problem,) = modules({"m/a/x.txt": FakeLink("/etc/passwd"), "m/a/main.tf": ""}).closure("m/a").problems
    assert (problem.id, problem.place) == ("symlink-leaves-repository", Place("m/a/x.txt"))


def with_submodule(at: str) -> Modules:
    blobs = FakeBlobs()
    entries = {"m/a/main.tf": Entry("m/a/main.tf", 0o100644, blobs.add(b'module "x" { source = "./sub/inner" }\n'))}
    listing = replace(tree_listing(entries), submodules={"m/a/sub": at})
    return Modules(Tree("f" * 40, listing, BlobCache(blobs)), ContentHashes())


def test_a_module_inside_a_submodule_says_what_to_do() -> None:
    (problem,) = with_submodule("1").closure("m/a").problems
    assert problem.id == "module-missing"
    assert "inside the git submodule m/a/sub, which is not followed" in problem.detail
    assert problem.hint == "Use a git source with a ref."


def test_a_submodule_counts_as_the_commit_it_stands_at() -> None:
    assert with_submodule("1").closure("m/a").files != with_submodule("2").closure("m/a").files
