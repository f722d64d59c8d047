"""One copy of each provider for all units."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from towpath.engines.terraform import EngineBinary
from towpath.runs.workbench.providers import ProviderCache
from towpath.runs.workbench.tools import InterruptedWorkError, unit_folder_name


class Patience:
    """Waits a little at each look; is cancelled after `looks` of them."""

    def __init__(self, looks: int = 1000) -> None:
        self._left = looks
        self._pause = threading.Event()

    def level(self) -> int:
        return int(self._left <= 0)

    def wait(self, level: int, seconds: float) -> int:
        self._left -= 1
        self._pause.wait(0.001)
        return self.level()


def test_without_a_mirror_there_is_a_cache(tmp_path: Path) -> None:
    cache = ProviderCache(tmp_path / "providers", {"HOME": str(tmp_path)})
    assert cache.variables()["TF_PLUGIN_CACHE_DIR"] == str(tmp_path / "providers")
    assert (tmp_path / "providers").is_dir()


@pytest.mark.parametrize("name", [".terraformrc", ".tofurc", "named"])
def test_a_users_mirror_is_enough(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('plugin_cache_dir = "/cache"\n', encoding="utf-8")
    environment = {"HOME": str(tmp_path)}
    if name == "named":
        environment["TF_CLI_CONFIG_FILE"] = str(tmp_path / name)
    cache = ProviderCache(tmp_path / "providers", environment)
    assert cache.variables() == {}
    with cache.turn(Patience()):
        assert not (tmp_path / "providers").exists()


def test_a_named_configuration_replaces_that_of_the_home(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text('plugin_cache_dir = "/cache"\n', encoding="utf-8")
    environment = {"HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(tmp_path / "none")}
    assert ProviderCache(tmp_path / "providers", environment).is_needed


def test_one_at_a_time(tmp_path: Path) -> None:
    inside: list[str] = []
    seen: list[int] = []

    def work(name: str) -> None:
        with ProviderCache(tmp_path, {"HOME": "/nowhere"}).turn(Patience()):
            inside.append(name)
            seen.append(len(inside))
            inside.remove(name)

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1, 1, 1, 1]


def test_who_waits_can_be_cancelled(tmp_path: Path) -> None:
    cache = ProviderCache(tmp_path, {"HOME": "/nowhere"})
    with cache.turn(Patience()), pytest.raises(InterruptedWorkError), cache.turn(Patience(looks=2)):
        pass


def test_folders_of_units_are_short_and_differ() -> None:
    assert unit_folder_name("dev/vpc") != unit_folder_name("dev--vpc")
    assert unit_folder_name("dev/vpc").startswith("dev--vpc-")
    assert "/" not in unit_folder_name("a/b/c")
    assert len(unit_folder_name("folder/" * 100)) < 100


def test_terragrunt_keeps_a_cache_that_needs_no_turns(tmp_path: Path) -> None:
    cache = ProviderCache(tmp_path / "providers", {"HOME": str(tmp_path)})
    folder = {"TG_PROVIDER_CACHE_DIR": str(tmp_path / "terragrunt-providers")}
    terraform, tofu = (EngineBinary(name, f"/bin/{name}", "1.11.0") for name in ("terraform", "tofu"))
    assert cache.terragrunt_variables(terraform) == {**folder, "TG_PROVIDER_CACHE": "true"}
    assert cache.terragrunt_variables(tofu) == folder, "for OpenTofu it keeps one by itself"
    (tmp_path / ".terraformrc").write_text('plugin_cache_dir = "/cache"\n', encoding="utf-8")
    mirrored = ProviderCache(tmp_path / "providers", {"HOME": str(tmp_path)})
    assert mirrored.terragrunt_variables(terraform) == {}
