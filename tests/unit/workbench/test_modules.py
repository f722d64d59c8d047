"""What the Terraform files of a module declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from towpath.runs.workbench.modules import files_of, local_modules, read_module


def test_variables_and_whether_they_are_sensitive() -> None:
    module = read_module(
        [
            ("a.tf", b'variable "open" {}\nvariable "hush" {\n  sensitive = true\n}\n'),
            ("b.tf.json", b'{"variable": {"json": {"sensitive": true}, "plain": {}}}'),
            ("notes.md", b'variable "no" {}'),
        ]
    )
    assert module.variables == {"open": False, "hush": True, "json": True, "plain": False}
    assert module.backend_type is None


def test_variables_that_take_a_text_as_it_is() -> None:
    module = read_module(
        [
            (
                "a.tf",
                b'variable "none" {}\nvariable "text" {\n  type = string\n}\nvariable "old" {\n  type = "string"\n}\n',
            ),
            ("b.tf", b'variable "any" {\n  type = any\n}\nvariable "map" {\n  type = map(string)\n}\n'),
            ("c.tf.json", b'{"variable": {"json": {"type": "string"}, "list": {"type": "list(string)"}}}'),
        ]
    )
    assert module.verbatim == {"none", "text", "old", "json"}


@pytest.mark.parametrize(
    ("name", "content", "type_", "settings"),
    [
        ("m.tf", b'terraform {\n  backend "s3" {}\n}', "s3", {}),
        ("m.tf", b'terraform {\n  backend "local" {\n    path = "x/s"\n  }\n}', "local", {"path": "x/s"}),
        ("m.tofu", b'terraform {\n  backend "s3" {\n    key = var.k\n  }\n}', "s3", None),
        ("m.tf", b'terraform {\n  cloud {\n    organization = "o"\n  }\n}', "cloud", None),
        ("m.tf", b'# backend "s3" {}\nterraform {\n  required_version = ">= 1"\n}', None, None),
        ("m.tf.json", b'{"terraform": {"backend": {"s3": {"key": "k"}}}}', "s3", {"key": "k"}),
        ("m.tf.json", b'{"terraform": [{"cloud": {}}]}', "cloud", None),
        ("m.tf.json", b"not json", None, None),
        ("m.tf", b'terraform {\n  backend "s3"', None, None),
    ],
)
def test_backends(name: str, content: bytes, type_: str | None, settings: object) -> None:
    module = read_module([(name, content)])
    assert module.backend_type == type_
    assert (module.backend.settings if module.backend else None) == settings


@pytest.mark.parametrize(
    "file",
    [
        ("m.tf", b'terraform {\n  required_version = "> 1"\n  backend "s3" {\n    key = "k"\n  }\n}\n'),
        ("m.tf.json", b'{"terraform": {"required_version": "> 1", "backend": {"s3": {"key": "k"}}}}'),
    ],
)
def test_the_backend_alone_can_be_written_again(file: tuple[str, bytes]) -> None:
    backend = read_module([file]).backend
    assert backend is not None
    name, code = backend.code
    assert "required_version" not in code
    again = read_module([(name, code.encode())])
    assert again.backend is not None
    assert again.backend.settings == {"key": "k"}


def test_local_modules_and_those_that_they_refer_to(tmp_path: Path) -> None:
    files = {
        "envs/app/main.tf": 'module "a" {\n  source = "../../modules/a"\n}\nmodule "r" {\n  source = "ns/vpc/aws"\n}\n',
        "modules/a/main.tf": 'module "b" {\n  source = "../b"\n}\nmodule "out" {\n  source = "../../../elsewhere"\n}\n',
        "modules/b/main.tf": 'module "a" {\n  source = "../a"\n}\nmodule "none" {\n  source = "./none"\n}\n',
        "modules/c/main.tf": "",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    assert local_modules(tmp_path, "envs/app") == {"modules/a", "modules/b"}
    assert local_modules(tmp_path, "modules/c") == frozenset()
    assert [name for name, _ in files_of(tmp_path / "modules/a")] == ["main.tf"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", 'variable "it" {\n  default = { a = "hush-a", b = ["hush-b", "on"] }\n  sensitive = true\n}\n'),
        (
            "main.tf.json",
            '{"variable": {"it": {"default": {"a": "hush-a", "b": ["hush-b", "on"]}, "sensitive": true}}}',
        ),
    ],
)
def test_the_default_of_a_sensitive_variable_is_secret(name: str, text: str) -> None:
    module = read_module([(name, text.encode())])
    assert set(module.secrets) == {"hush-a", "hush-b"}
    assert "hush-a" not in repr(module)
    innocent = read_module([(name, text.replace("true", "false").encode())])
    assert innocent.secrets == ()
    broken = read_module([("main.tf", b'variable "it" {\n  default = local.a\n  sensitive = true\n}\n')])
    assert broken.secrets == ()
