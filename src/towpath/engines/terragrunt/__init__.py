"""An installed Terragrunt 1.x, for those who want units planned and applied through it: one process for one unit.

1. `binary` finds it and checks its version.
2. `commands` and `environment` decide what it is told: one unit's folder, the engine to run, never a stack of units.
3. Terragrunt does for the unit what it does by itself: includes, sources, generated files, inputs, hooks, `init`.
4. What it starts instead of the engine is a script (`between`) that tells where the engine ran and how it ended.
5. `engine` has the same methods as that of `engines.terraform`, whose plans, states and failures it shares; `failures`
   finds Terragrunt's own words in what it printed.

It does not choose units or their order: that, gates and plans stay Towpath's.
"""

from __future__ import annotations

from towpath.engines.terragrunt.binary import find_terragrunt
from towpath.engines.terragrunt.engine import TerragruntEngine
from towpath.engines.terragrunt.environment import terragrunt_environment

__all__ = ["TerragruntEngine", "find_terragrunt", "terragrunt_environment"]
