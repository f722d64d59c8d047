"""What a unit's `terragrunt.hcl` means, without Terragrunt.

1. `Files` is the repository at one commit, or an export of it on disk; `Outside` is everything that cannot be known
   from the commit. In detection that is `HermeticOutside`: it runs nothing and guesses nothing, what it does not know
   is an unknown value that names its source.
2. `evaluate_unit` parses the unit's file and the files it includes (`ParseCache`: each content once), and evaluates
   includes, features, locals, dependencies and the rest, in this order (`configuration`).
3. `language` is the table of blocks and attributes; `decode` evaluates a body against it. What is not in the table is
   a problem with its place.
4. `merging` puts included bodies under the unit's own. Values carry the places they were written at (`written`), so
   that merging gives provenance as well.
5. What comes out is an `Evaluation`: the `UnitConfig`, every file that took part, and problems.

`evaluate_stack` does the same for a `terragrunt.stack.hcl`: which units and stacks it asks for, from where, with which
values. It makes none of them.

Nothing here knows git, accounts, or how the engine is run. Configurations in JSON are not evaluated.
"""

from __future__ import annotations

from towpath.terragrunt.config import (
    Dependency,
    Exclude,
    ExtraArguments,
    Generate,
    Hook,
    Ignore,
    RemoteState,
    Retry,
    UnitConfig,
)
from towpath.terragrunt.evaluate import Evaluation, Evaluator, evaluate_unit
from towpath.terragrunt.evaluate_stack import StackEvaluation, evaluate_stack, lacks_values, values_text
from towpath.terragrunt.files import VIRTUAL_ROOT, DictFiles, Files
from towpath.terragrunt.outside import HermeticOutside, Outside
from towpath.terragrunt.parsing import ParseCache
from towpath.terragrunt.reader import VALUES_FILE
from towpath.terragrunt.stack_file import GENERATED_FOLDER, STACK_FILE, Component, ComponentKind
from towpath.terragrunt.watching import Seen

__all__ = [
    "GENERATED_FOLDER",
    "STACK_FILE",
    "VALUES_FILE",
    "VIRTUAL_ROOT",
    "Component",
    "ComponentKind",
    "Dependency",
    "DictFiles",
    "Evaluation",
    "Evaluator",
    "Exclude",
    "ExtraArguments",
    "Files",
    "Generate",
    "HermeticOutside",
    "Hook",
    "Ignore",
    "Outside",
    "ParseCache",
    "RemoteState",
    "Retry",
    "Seen",
    "StackEvaluation",
    "UnitConfig",
    "evaluate_stack",
    "evaluate_unit",
    "lacks_values",
    "values_text",
]
