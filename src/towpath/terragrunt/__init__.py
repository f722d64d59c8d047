"""What a unit's `terragrunt.hcl` means.

Exports what stands; see the modules.
"""

from __future__ import annotations

from towpath.terragrunt.config import UnitConfig
from towpath.terragrunt.files import VIRTUAL_ROOT, DictFiles, Files

__all__ = ["VIRTUAL_ROOT", "DictFiles", "Files", "UnitConfig"]
