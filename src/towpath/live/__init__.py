"""A live repository at one commit."""

from __future__ import annotations

from towpath.live.units import FingerprintParts, Live, Unit, UnitKind

__all__ = ["FingerprintParts", "Live", "Unit", "UnitKind"]
