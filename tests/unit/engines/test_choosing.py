"""Which engine towpath.yml and the unit ask for."""

from __future__ import annotations

from towpath.config import TowpathConfig, load_config
from towpath.engines.choosing import Choices, choices, engines_of
from towpath.engines.terraform import EngineBinary, EngineChoice
from towpath.engines.terraform.binary import Constraint
from towpath.model.paths import unit_path
from towpath.system import FakeProcesses
from towpath.terragrunt.config import UnitConfig

VPC = unit_path("dev/vpc")
UNIT = UnitConfig(
    VPC,
    terraform_binary="/opt/tf",
    terraform_version_constraint=">= 1.8",
    terragrunt_version_constraint=">= 1.2",
)


def settings(text: str) -> TowpathConfig:
    loaded = load_config(text.encode())
    assert loaded.problems == ()
    return loaded.value


def wanted(text: str) -> Choices:
    return choices(settings(text).engine, VPC, UNIT)


def test_nothing_asked_for() -> None:
    assert choices(settings("").engine) == Choices(EngineChoice())


def test_the_unit_asks_besides() -> None:
    found = wanted('engine: {name: tofu, version: "~> 1.9"}')
    asked = (Constraint("towpath.yml", "~> 1.9"), Constraint("dev/vpc", ">= 1.8"))
    assert found == Choices(EngineChoice("tofu", "/opt/tf", asked), None)


def test_the_binary_in_towpath_yml_wins() -> None:
    assert wanted("engine: {binary: /opt/tofu}").engine.binary == "/opt/tofu"


def test_terragrunt_and_what_it_runs_are_asked_for_apart() -> None:
    found = wanted(
        'engine: {name: terragrunt, version: "~> 1.0", binary: /opt/tg, runs: {name: tofu, version: ">= 1.10"}}'
    )
    assert found.engine == EngineChoice(
        "tofu", "/opt/tf", (Constraint("towpath.yml", ">= 1.10"), Constraint("dev/vpc", ">= 1.8"))
    )
    assert found.terragrunt == EngineChoice(
        "terragrunt", "/opt/tg", (Constraint("towpath.yml", "~> 1.0"), Constraint("dev/vpc", ">= 1.2"))
    )


def test_one_word_is_enough() -> None:
    found = choices(settings("engine: terragrunt").engine)
    assert found == Choices(EngineChoice(), EngineChoice("terragrunt"))


def test_what_is_there_what_is_started_first() -> None:
    processes = FakeProcesses()
    processes.install("terragrunt", "/bin/tg")
    processes.script("/bin/tg", "--version", stdout=b"terragrunt version v1.0.4\n")
    processes.install("tofu", "/bin/tofu")
    processes.script("/bin/tofu", "version", stdout=b"OpenTofu v1.10.0\n")
    tofu = EngineBinary("tofu", "/bin/tofu", "1.10.0")
    assert engines_of(load_config(b""), processes) == (tofu,)
    assert engines_of(load_config(b"engine: terragrunt"), processes) == (
        EngineBinary("terragrunt", "/bin/tg", "1.0.4"),
        tofu,
    )
