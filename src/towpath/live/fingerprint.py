"""The fingerprint: the hash of everything that decides what applying a unit does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from towpath.live.units import FingerprintParts
from towpath.model.paths import UnitPath

__all__ = ["fingerprint_of", "fingerprint_of_bytes"]

_FORM = "towpath fingerprint 1"
"""Goes into every hash: change it when what is hashed changes, or old ledgers would seem to agree with new units."""


def fingerprint_of(path: UnitPath, parts: FingerprintParts) -> str:
    """The fingerprint of a sound unit. The place of the checkout, the machine and the commit do not enter."""
    prefix = "" if path == "." else f"{path}/"
    return _digest(
        {
            "form": _FORM,
            "kind": parts.kind.value,
            "account": parts.account_id,
            "region": parts.region,
            "values": parts.values,
            "files": {file.removeprefix(prefix): digest for file, digest in parts.files.items()},
            "module": dict(parts.module),
        }
    )


def fingerprint_of_bytes(blobs: Mapping[str, str]) -> str:
    """The fingerprint of a unit that cannot be evaluated: nothing is known of it but its files."""
    return _digest({"form": _FORM, "broken": dict(blobs)})


def _digest(content: Mapping[str, object]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
