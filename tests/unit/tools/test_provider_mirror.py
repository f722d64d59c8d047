"""Where Terraform's providers come from on this machine."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[3] / "tools" / "provider_mirror.py"
HOST = "registry.example.com"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("provider_mirror", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def unpacked(mirror: Path) -> Path:
    """A mirror with the provider, as a folder of its own for each platform."""
    binary = mirror / HOST / "hashicorp" / "aws" / "5.0.0" / "linux_amd64" / "terraform-provider-aws_v5.0.0_x5"
    binary.parent.mkdir(parents=True)
    binary.touch()
    return mirror


def test_the_usual_place_is_found_and_named(tool: ModuleType, home: Path, tmp_path: Path) -> None:
    mirror = unpacked(home / ".terraform.d" / "plugins")
    text = tool.configuration({"HOME": str(home)}, tmp_path / "cache").read_text()
    assert f'path    = "{mirror}"' in text
    assert text.count(f'["{HOST}/hashicorp/aws"]') == 2, "from the mirror, and not from its registry"
    assert "plugin_cache_dir" not in text


def test_a_packed_mirror_is_unpacked_once_for_all(tool: ModuleType, home: Path, tmp_path: Path) -> None:
    folder = home / ".local" / "share" / "terraform" / "plugins" / HOST / "hashicorp" / "aws"
    folder.mkdir(parents=True)
    (folder / "terraform-provider-aws_5.0.0_linux_amd64.zip").touch()
    text = tool.configuration({"HOME": str(home)}, tmp_path / "cache").read_text()
    assert f'plugin_cache_dir = "{tmp_path / "cache" / "plugins"}"' in text
    assert (tmp_path / "cache" / "plugins").is_dir()


def test_a_configuration_that_says_where_providers_come_from_stands(
    tool: ModuleType, home: Path, tmp_path: Path
) -> None:
    own = home / ".terraformrc"
    own.write_text("provider_installation {\n  direct {}\n}\n")
    assert tool.configuration({"HOME": str(home)}, tmp_path / "cache") == own


def test_what_else_the_user_has_configured_is_kept(tool: ModuleType, home: Path, tmp_path: Path) -> None:
    unpacked(home / ".terraform.d" / "plugins")
    own = tmp_path / "own.rc"
    own.write_text("disable_checkpoint = true\n")
    environment = {"HOME": str(home), "TF_CLI_CONFIG_FILE": str(own)}
    text = tool.configuration(environment, tmp_path / "cache").read_text()
    assert text.startswith("disable_checkpoint = true\n")
    assert "filesystem_mirror" in text


def test_a_variable_that_names_no_file_counts_as_not_set(tool: ModuleType, home: Path, tmp_path: Path) -> None:
    unpacked(home / ".terraform.d" / "plugins")
    environment = {"HOME": str(home), "TF_CLI_CONFIG_FILE": str(tmp_path / "missing.rc")}
    assert "filesystem_mirror" in tool.configuration(environment, tmp_path / "cache").read_text()


def test_what_was_found_is_remembered_for_as_long_as_it_is_there(tool: ModuleType, home: Path, tmp_path: Path) -> None:
    remembered = tmp_path / "remembered"
    somewhere = unpacked(tmp_path / "somewhere")
    remembered.write_text(f"{somewhere}\n")
    assert tool.find_mirror({"HOME": str(home)}, remembered) == somewhere
    remembered.write_text(f"{tmp_path / 'gone'}\n")
    usual = unpacked(home / ".terraform.d" / "plugins")
    assert tool.find_mirror({"HOME": str(home)}, remembered) == usual
    assert remembered.read_text() == f"{usual}\n"


def test_without_a_mirror_terraform_asks_the_registry(
    tool: ModuleType, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "_everywhere", lambda: iter(()))
    monkeypatch.chdir(tmp_path)
    assert tool.configuration({"HOME": str(home)}, tmp_path / "cache").read_text() == ""
