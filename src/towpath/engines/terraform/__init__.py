"""OpenTofu and Terraform.

1. `binary` finds the engine and checks its version.
2. `source`, `working_folder`, `generated` and `backend` decide what lies in the folder in which it runs.
3. `environment` decides what it sees of inputs and credentials; `commands` what is on its command line.
4. `engine` runs the commands with hooks and retries; `failures` says in words why one failed.
5. `plan_json` and `state` read what it saved.

It does not evaluate configurations, read remote states, or keep plan files.
"""

from __future__ import annotations

from towpath.engines.terraform.binary import EngineBinary, EngineChoice, find_engine
from towpath.engines.terraform.engine import Console, Done, TerraformEngine, Workspace

__all__ = ["Console", "Done", "EngineBinary", "EngineChoice", "TerraformEngine", "Workspace", "find_engine"]
