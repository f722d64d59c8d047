"""Finds the Terraform providers this machine already has, writes a CLI configuration that names them, prints its path.

1. A CLI configuration of the user's own that says where providers come from is printed as it is.
2. Else look for a filesystem mirror with the provider wanted: where the Terraform found last time, in the folders that
   Terraform itself would look into, then everywhere on the machine's own disks, for a bounded time.
3. Write `.cache/terraform.rc`: the user's configuration, and a `provider_installation` that takes what the mirror has
   from there and everything else from its registry. Without a mirror, only the former.

A `TF_CLI_CONFIG_FILE` that names no file counts as not set.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

WANTED = "hashicorp/aws"
SEARCH_SECONDS = 300
NEAR_THE_ROOT = 7
CACHE = Path(__file__).resolve().parent.parent / ".cache"


def main() -> int:
    """Prints the path of the CLI configuration to use."""
    sys.stdout.write(f"{configuration(os.environ, CACHE)}\n")
    return 0


def configuration(environment: Mapping[str, str], cache: Path) -> Path:
    """The CLI configuration to use; written into the folder `cache` when the user's own does not do."""
    own = _own_configuration(environment)
    text = own.read_text(encoding="utf-8") if own else ""
    if own and re.search(r"^\s*provider_installation\b", text, re.MULTILINE):
        return own
    cache.mkdir(parents=True, exist_ok=True)
    mirror = find_mirror(environment, cache / "provider-mirror")
    target = cache / "terraform.rc"
    _write(target, text + (_installation(mirror, cache) if mirror else ""))
    return target


def find_mirror(environment: Mapping[str, str], remembered: Path) -> Path | None:
    """The folder of a mirror that has the provider wanted, remembered in the file `remembered`."""
    for folder in itertools.chain(_remembered(remembered), _usual_places(environment), _everywhere()):
        if _has_wanted(folder):
            _write(remembered, f"{folder}\n")
            return folder
    return None


def _own_configuration(environment: Mapping[str, str]) -> Path | None:
    home = Path(environment.get("HOME", "/nonexistent"))
    named = [environment[name] for name in ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG") if environment.get(name)]
    candidates = (*map(Path, named), home / ".terraformrc", home / ".tofurc")
    return next((path for path in candidates if path.is_file()), None)


def _remembered(remembered: Path) -> Iterator[Path]:
    if remembered.is_file():
        yield Path(remembered.read_text(encoding="utf-8").strip())


def _usual_places(environment: Mapping[str, str]) -> Iterator[Path]:
    """The implied local mirrors, as Terraform's documentation of the CLI configuration lists them."""
    home = Path(environment.get("HOME", "/nonexistent"))
    yield Path("terraform.d/plugins").absolute()
    yield home / ".terraform.d" / "plugins"
    yield home / ".local" / "share" / "terraform" / "plugins"
    data = (environment.get("XDG_DATA_HOME", ""), *environment.get("XDG_DATA_DIRS", "").split(":"))
    yield from (Path(folder) / "terraform" / "plugins" for folder in data if folder)
    yield Path("/usr/local/share/terraform/plugins")
    yield Path("/usr/share/terraform/plugins")


def _everywhere() -> Iterator[Path]:
    """Every folder that looks like a mirror with the provider wanted, on the disk of `/` and of the home folder: first
    those that lie near the root, since a whole disk can take long."""
    for bounds in (["-maxdepth", str(NEAR_THE_ROOT)], []):
        yield from _found(bounds)


def _found(bounds: list[str]) -> Iterator[Path]:
    """What `find` finds, as soon as it does."""
    pruned = ("(", "-name", ".terraform", "-o", "-name", ".git", "-o", "-name", "node_modules", ")", "-prune")
    shape = ("-type", "d", "-path", f"*/{WANTED}", "-print")
    command = ["timeout", str(SEARCH_SECONDS), "find", "/", str(Path.home()), "-xdev", *bounds, *pruned, "-o", *shape]
    try:
        searching = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return
    with searching:
        try:
            for line in searching.stdout or ():
                yield Path(line.rstrip("\n")).parents[2]  # HOST/NAMESPACE/TYPE below the mirror
        finally:
            searching.terminate()


def _has_wanted(mirror: Path) -> bool:
    """Whether the mirror has the provider, unpacked (VERSION/TARGET folders) or packed (zip files)."""
    return any(any(folder.glob("*/*/terraform-provider-*")) or _packed(folder) for folder in mirror.glob(f"*/{WANTED}"))


def _packed(folder: Path) -> bool:
    return any(folder.glob("terraform-provider-*.zip"))


def _installation(mirror: Path, cache: Path) -> str:
    """The blocks that name the mirror. A packed one is unpacked once for all units, into a plugin cache."""
    provided = sorted({f"{p.parent.parent.name}/{p.parent.name}/{p.name}" for p in mirror.glob("*/*/*") if p.is_dir()})
    names = ", ".join(f'"{name}"' for name in provided)
    plugins = ""
    if any(_packed(folder) for folder in mirror.glob("*/*/*")):
        (cache / "plugins").mkdir(exist_ok=True)
        plugins = f'plugin_cache_dir = "{cache / "plugins"}"\n'
    return f"""
{plugins}provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = [{names}]
  }}
  direct {{
    exclude = [{names}]
  }}
}}
"""


def _write(target: Path, text: str) -> None:
    """Replaces the file in one step: several processes may be at it."""
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)


if __name__ == "__main__":
    sys.exit(main())
