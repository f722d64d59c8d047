"""Makes an evaluated unit ready to be handed over to Terragrunt.

1. Terragrunt is started in the unit's folder of the commit's checkout, which git takes for a repository of its own.
2. It gets the account's credentials; the unit's own `iam_role` it assumes itself, with these.
3. Everything it copies, fetches and generates lies in the unit's working folder, and is removed with it.
"""

from __future__ import annotations

from towpath.engines.terraform.binary import EngineBinary
from towpath.engines.terraform.engine import Workspace
from towpath.engines.terraform.environment import pass_inputs
from towpath.engines.terragrunt import terragrunt_environment
from towpath.git.top import mark_top
from towpath.hcl.values import contains_unknown
from towpath.model.paths import UnitPath
from towpath.problems import Problem, ProblemError
from towpath.runs.workbench.backends import module_in_repository
from towpath.runs.workbench.credentials import UnitCredentials
from towpath.runs.workbench.evaluating import EvaluatedUnit
from towpath.runs.workbench.providers import ProviderCache
from towpath.runs.workbench.sensitive import declared_secrets
from towpath.runs.workbench.tools import Tools
from towpath.terragrunt.autoinclude import POINTER_FILE

__all__ = ["hand_over"]


def hand_over(evaluated: EvaluatedUnit, engine: EngineBinary, tools: Tools, providers: ProviderCache) -> Workspace:
    """Where and with what Terragrunt is started; `engine` is what it will run.

    Raises `ProblemError` with what is wrong with the account's credentials, and where Terragrunt would not see all of
    the configuration (`autoinclude-not-handed-over`).
    """
    if (evaluated.checkout.unit_folder(evaluated.unit) / POINTER_FILE).is_file():
        raise ProblemError(_not_seen(evaluated.unit))
    mark_top(evaluated.checkout.folder, evaluated.checkout.commit)
    given = UnitCredentials(tools.aws, evaluated.request.run)
    credentials = given.of_account(evaluated.account, evaluated.unit, evaluated.request.purpose)
    variables = credentials.variables() if credentials else {}
    return Workspace(
        folder=evaluated.checkout.unit_folder(evaluated.unit),
        environment=terragrunt_environment(tools.environment, variables, providers.terragrunt_variables(engine)),
        secrets=(*evaluated.secrets, *_declared(evaluated)),
        config=evaluated.config,
        lock_timeout=evaluated.checkout.config.lock_timeout,
    )


def _not_seen(unit: UnitPath) -> Problem:
    return Problem(
        "autoinclude-not-handed-over",
        "Terragrunt would not see what a stack adds to a unit",
        f"A stack adds to {unit} with `autoinclude`, which Towpath merges when it evaluates the unit. Terragrunt reads "
        "the unit's own files alone, so it would plan something else.",
        hint="Write what is added into the unit's source, or take `engine: terragrunt` away.",
        unit=unit,
    )


def _declared(evaluated: EvaluatedUnit) -> tuple[str, ...]:
    """What the module calls sensitive, where the module is in the repository and the value is known already."""
    module = module_in_repository(evaluated)
    inputs = evaluated.config.inputs if evaluated.config else {}
    known = {name: value for name, value in inputs.items() if not contains_unknown(value)}
    passed = pass_inputs(known)
    return declared_secrets(passed, module, passed.variables) if module else ()
