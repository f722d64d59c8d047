"""Evaluates a unit for real: on a checkout, with its credentials, its environment, and the outputs it depends on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from towpath.engines.choosing import choices
from towpath.engines.terraform.bcrypt import bcrypt_hash
from towpath.engines.terraform.environment import secret_texts
from towpath.engines.terraform.source import read_source
from towpath.hcl.values import Unknown, Value
from towpath.model.accounts import Account
from towpath.model.paths import UnitPath
from towpath.problems import ProblemError, has_errors
from towpath.runs.workbench.checkouts import Checkout, Checkouts
from towpath.runs.workbench.credentials import Purpose, UnitCredentials
from towpath.runs.workbench.tools import Tools, working_folder
from towpath.system.aws import AwsCredentials
from towpath.terragrunt import Dependency, ParseCache, UnitConfig, evaluate_unit
from towpath.terragrunt.outside_real import RealOutside, Surroundings
from towpath.terragrunt.secret_variables import environment_secrets

__all__ = ["EvaluatedUnit", "EvaluationRequest", "Evaluator", "unknown_outputs"]

_PASSED_OVER = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
"""What would win over, or not fit to, the keys of an assumed role."""


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """Which unit, for which run and commit; `purpose` decides the role, `command` is what the language is told."""

    run: str
    unit: UnitPath
    commit: str
    purpose: Purpose = Purpose.PLAN
    command: str = "plan"


@dataclass(frozen=True, slots=True)
class EvaluatedUnit:
    """A unit as it is meant now. `config` is None for a plain Terraform root module; `credentials` None: Towpath's own.

    `secrets` are texts that must not be shown; `told_folder` is where the configuration was told the engine runs, None
    where it did not ask.
    """

    request: EvaluationRequest
    checkout: Checkout
    account: Account | None
    config: UnitConfig | None
    credentials: AwsCredentials | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    told_folder: Path | None = None

    @property
    def unit(self) -> UnitPath:
        return self.request.unit


def unknown_outputs(dependency: Dependency) -> Value:
    """For evaluations that want something else of a unit than what its dependencies decide."""
    return Unknown.of(f"dependency.{dependency.name}.outputs", dependency.place)


class Evaluator:
    """Evaluates units of any commit. Thread-safe."""

    def __init__(self, tools: Tools, checkouts: Checkouts) -> None:
        self._tools = tools
        self._checkouts = checkouts
        self._cache = ParseCache()

    def evaluate(self, request: EvaluationRequest, outputs: Callable[[Dependency], Value]) -> EvaluatedUnit:
        """Raises `ProblemError` with whatever is wrong with the unit, its account or its credentials."""
        checkout = self._checkouts.at(request.commit)
        account = checkout.placer.place(request.unit).account
        given = UnitCredentials(self._tools.aws, request.run)
        credentials = given.of_account(account, request.unit, request.purpose)
        if not checkout.is_terragrunt(request.unit):
            return EvaluatedUnit(request, checkout, account, None, credentials, self._known_secrets(credentials))
        surroundings = Surroundings(
            root=checkout.folder,
            environment=with_credentials(self._tools.environment, credentials),
            processes=self._tools.processes,
            aws=self._tools.aws,
            clock=self._tools.clock,
            ids=self._tools.ids,
            bcrypt=lambda text, cost: self._bcrypt(checkout, text, cost),
            credentials=credentials,
            command=request.command,
        )
        outside = RealOutside(surroundings, outputs)
        config = self._evaluate(request, checkout, outside)
        if outside.asked_where:
            outside.working_folder = self._engine_folder(request, checkout, config)
            config = self._evaluate(request, checkout, outside)
        credentials = credentials or given.of_config(config, request.unit)
        secrets = (*outside.secrets, *self._known_secrets(credentials), *secret_texts(dict(config.inputs)))
        return EvaluatedUnit(request, checkout, account, config, credentials, secrets, outside.working_folder)

    def _engine_folder(self, request: EvaluationRequest, checkout: Checkout, config: UnitConfig) -> Path | None:
        """Where the engine will run. None where Terragrunt decides that, and while the source is not known, which may
        depend on just that.
        """
        if choices(checkout.config.engine).terragrunt or isinstance(config.source, Unknown):
            return None
        source = read_source(config.source, config.provenance.get("terraform.source"))
        below = source.below if source else "" if request.unit == "." else request.unit
        return working_folder(self._tools.state, request.run, request.unit) / below

    def _bcrypt(self, checkout: Checkout, text: str, cost: int | None) -> str:
        engine = self._tools.find_engine(choices(checkout.config.engine).engine, self._tools.asking)
        return bcrypt_hash(text, cost, engine, self._tools.processes)

    def _known_secrets(self, credentials: AwsCredentials | None) -> tuple[str, ...]:
        """The unit's credentials, and what Towpath's own environment holds: engines and hooks see that as well."""
        return (*(credentials.secrets() if credentials else ()), *environment_secrets(self._tools.environment))

    def _evaluate(self, request: EvaluationRequest, checkout: Checkout, outside: RealOutside) -> UnitConfig:
        evaluation = evaluate_unit(request.unit, checkout.files(), outside, self._cache)
        if evaluation.config is None or has_errors(evaluation.problems):
            raise ProblemError(*(problem.in_unit(request.unit) for problem in evaluation.problems))
        return evaluation.config


def with_credentials(own: Mapping[str, str], credentials: AwsCredentials | None) -> dict[str, str]:
    """The environment for commands of the configuration."""
    if credentials is None:
        return dict(own)
    kept = {name: value for name, value in own.items() if name not in _PASSED_OVER}
    return {**kept, **credentials.variables()}
