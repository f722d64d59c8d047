"""What a unit's `terraform.source` means.

1. No source: the unit's own folder is the module.
2. A path: a folder of the repository. What stands before `//` is copied whole, so that modules there may refer to each
   other; what stands after it is where the engine runs.
3. Anything else is fetched by the engine's own module installer. `tfr://HOST/NAMESPACE/NAME/PROVIDER//SUB?version=V` is
   Terragrunt's way to write a registry's module; an empty host is the engine's own default registry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from towpath.problems import Place, Problem, ProblemError

__all__ = ["LocalSource", "RemoteSource", "read_source"]

_PATH = re.compile(r"^(?:\.{1,2}(?:/|$)|/)")
_REMOTE = re.compile(r"^(?:[a-z0-9+]+::|[a-z0-9+]+://|[\w.-]+@[\w.-]+:|(?:github\.com|bitbucket\.org|gitlab\.com)/)")
_PINNED = re.compile(r"^(?:[0-9a-f]{40}|[0-9a-f]{64}|(?:.*/)?(?:[\w.-]+-)?v?\d+\.\d+(?:\.\d+)?(?:[-+.][\w.]+)?)$")


@dataclass(frozen=True, slots=True)
class LocalSource:
    """`folder` as written, relative to the unit's folder or absolute; `below` is what stands after `//`."""

    folder: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """What a module block would say. `pinned`: it names a commit, a version or a tag that looks like one."""

    address: str
    version: str | None = None
    pinned: bool = False

    @property
    def below(self) -> str:
        """What stands after `//`: the module's folder in what is fetched."""
        path = self.address.partition("?")[0].rpartition("://")[2]
        return path.partition("//")[2].strip("/")


def read_source(source: str | None, place: Place | None = None) -> LocalSource | RemoteSource | None:
    """Raises `ProblemError` (`invalid-source`)."""
    if source is None:
        return None
    if source.startswith("tfr://"):
        return _registry(source, place)
    if _PATH.match(source) or not _REMOTE.match(source):
        folder, _, below = source.partition("?")[0].partition("//")
        return LocalSource(folder or "/", below.strip("/"))
    reference = parse_qs(urlsplit(source.partition("::")[2] or source).query).get("ref", [""])[0]
    return RemoteSource(source, pinned=bool(_PINNED.match(reference)))


def _registry(source: str, place: Place | None) -> RemoteSource:
    parts = urlsplit(source)
    version = parse_qs(parts.query).get("version", [""])[0]
    module, _, below = parts.path.strip("/").partition("//")
    if module.count("/") != 2 or not version:
        detail = f"{source!r} names no module and version of a registry."
        hint = "Write tfr://HOST/NAMESPACE/NAME/PROVIDER?version=VERSION; the host may be left out."
        raise ProblemError(Problem("invalid-source", "A module source cannot be understood", detail, place, hint))
    address = "/".join(part for part in (parts.netloc, module) if part) + (f"//{below}" if below else "")
    return RemoteSource(address, version, pinned=True)
