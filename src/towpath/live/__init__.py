"""A live repository at one commit: its units, where they land, and in which order they depend on each other.

1. The units that stack files ask for are laid over the commit's files, as if they had been committed.
2. Folders with a `terragrunt.hcl`, and plain Terraform root modules that `towpath.yml` declares, are found by the names
   of the commit's files.
3. Each is evaluated without running anything, and little of it is kept (`evaluated`). What holds since another commit
   that was read is taken from there (`reuse`). Folders that are only there to be included, or to be used by stacks, are
   sorted out.
4. A unit's path decides its account, tier, region, layer and whether it is protected.
5. A local module is looked into: its folder, the local modules it calls, the files beside it that it reads.
6. All of that together gives the fingerprint, in which comments and layout do not count; its parts are kept, so that
   two commits can be compared part by part.
7. The dependency graph is checked: edges to nothing, edges to later tiers, cycles. No two units may keep one state.

A unit that is broken stays in the list with its problems. This package compares nothing, and orders nothing.
"""

from __future__ import annotations

from towpath.live.discovery import CONFIGURATION
from towpath.live.files import evaluation_files
from towpath.live.loading import CONFIG_FILE, LiveReader, Shelf
from towpath.live.states import StatePlace
from towpath.live.tokens import ContentHashes
from towpath.live.units import FingerprintParts, Live, Unit, UnitKind

__all__ = [
    "CONFIGURATION",
    "CONFIG_FILE",
    "ContentHashes",
    "FingerprintParts",
    "Live",
    "LiveReader",
    "Shelf",
    "StatePlace",
    "Unit",
    "UnitKind",
    "evaluation_files",
]
