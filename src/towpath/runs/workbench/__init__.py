"""The workbench: does the work on one unit, when a run asks for it.

To plan or apply one unit at one commit:

1. The commit's files are written to a checkout, once, for all units (`checkouts`).
2. The unit's account says which role to assume (`credentials`); the unit is evaluated for real, with the outputs of
   its dependencies read from their states (`evaluating`, `outputs`, `states`).
3. A working folder is prepared: module, own files, generated files, backend, inputs (`preparing`, `sources`).
4. The engine initialises it, and plans: the saved plan goes into the encrypted store, and its JSON becomes a `Plan`
   bound to the state it was made from. Or it applies exactly a saved plan, if the state is still that one.
   A unit may be handed over to Terragrunt instead (`handing_over`), which does what is in 3 and 4 by itself.
5. The working folder is removed, whatever happened: plans and states hold secrets.

Expected failures come back in the report. What happens next is decided elsewhere: the workbench knows no tiers, gates,
approvals or other units than those whose outputs it reads.
"""

from __future__ import annotations

from towpath.runs.workbench.tools import Commits, Tools
from towpath.runs.workbench.workbench import TerraformWorkbench

__all__ = ["Commits", "TerraformWorkbench", "Tools"]
