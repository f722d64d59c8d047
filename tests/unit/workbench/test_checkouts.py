"""A commit's files on disk, and where state lasts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from towpath.engines.terraform import find_engine
from towpath.engines.terraform.backend import Backend
from towpath.engines.terraform.binary import EngineBinary
from towpath.git import FakeRepository
from towpath.hcl.values import Unknown
from towpath.model.commands import Cancellation, Command, CommandResult, LogSink
from towpath.model.paths import unit_path
from towpath.problems import ProblemError
from towpath.runs.workbench import Tools
from towpath.runs.workbench.backends import lasting_path, settled_backend
from towpath.runs.workbench.checkouts import Checkout, Checkouts
from towpath.runs.workbench.evaluating import EvaluatedUnit, EvaluationRequest
from towpath.runs.workbench.handing_over import hand_over
from towpath.runs.workbench.providers import ProviderCache
from towpath.system import FakeClock, FakeIds, FakeProcesses
from towpath.system.aws import FakeAws
from towpath.terragrunt import ParseCache, evaluate_unit
from towpath.terragrunt.config import Generate, RemoteState, UnitConfig
from towpath.terragrunt.outside_real import RealOutside, Surroundings

UNIT = unit_path("dev/app")
HOME = Path("/srv/live")
FILES = {
    "accounts.json": '{"dev": {"id": "111111111111", "deploy_order": 1}}',
    "towpath.yml": "lock_timeout: 7\n",
    "dev/app/terragrunt.hcl": "",
    "dev/plain/main.tf": "",
    "modules/m/main.tf": "",
}


class NoRunner:
    def run(self, command: Command, log: LogSink, cancellation: Cancellation) -> CommandResult:
        raise AssertionError("nothing runs here")


class NoPlans:
    def put(self, content: bytes) -> str:
        raise AssertionError("nothing is kept here")

    def get(self, digest: str) -> bytes:
        raise AssertionError("nothing is kept here")

    def delete(self, digest: str) -> None:
        raise AssertionError("nothing is kept here")


def tools_of(repository: FakeRepository, state: Path, environment: Mapping[str, str] | None = None) -> Tools:
    doors = (FakeAws(), NoPlans(), find_engine, FakeClock(), FakeIds())
    return Tools(repository, state, environment or {}, FakeProcesses(), NoRunner(), *doors)


def checkouts(
    state: Path, files: Mapping[str, str], environment: Mapping[str, str] | None = None
) -> tuple[Checkouts, str]:
    repository = FakeRepository()
    commit = repository.commit(files)
    return Checkouts(tools_of(repository, state, environment)), commit


def checkout(state: Path, files: Mapping[str, str] = FILES) -> Checkout:
    made, commit = checkouts(state, files)
    return made.at(commit)


def test_a_checkout_knows_settings_and_accounts(tmp_path: Path) -> None:
    made = checkout(tmp_path)
    assert made.config.lock_timeout == 7
    account = made.placer.place(UNIT).account
    assert account is not None
    assert account.id == "111111111111"
    assert made.folder == tmp_path / "checkouts" / made.commit
    assert (made.is_terragrunt(UNIT), made.is_terragrunt(unit_path("dev/plain"))) == (True, False)


def test_it_is_made_once(tmp_path: Path) -> None:
    made, commit = checkouts(tmp_path, FILES)
    assert made.at(commit) is made.at(commit)


def test_broken_settings_are_told(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as error:
        checkout(tmp_path, {**FILES, "towpath.yml": "no_such_key: 1\n"})
    assert error.value.problems[0].id == "unknown-key"


def test_a_unit_that_is_not_in_the_commit(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as error:
        checkout(tmp_path).unit_folder(unit_path("dev/none"))
    assert error.value.problems[0].id == "unknown-unit"


def test_files_of_a_checkout(tmp_path: Path) -> None:
    files = checkout(tmp_path).files()
    assert files.read("towpath.yml") == b"lock_timeout: 7\n"
    assert files.read("dev") is None
    assert files.read("none") is None
    assert (files.exists("dev"), files.is_folder("dev"), files.is_folder("towpath.yml")) == (True, True, False)
    assert files.files_below("dev") == ("dev/app/terragrunt.hcl", "dev/plain/main.tf")


def evaluated(tmp_path: Path, files: Mapping[str, str] | None = None, **config: object) -> EvaluatedUnit:
    made = checkout(tmp_path, {**FILES, **(files or {})})
    unit = UnitConfig(UNIT, **config)  # type: ignore[arg-type]  # test data
    return EvaluatedUnit(EvaluationRequest("run", UNIT, made.commit), made, None, unit)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (None, "/srv/live/dev/app/terraform.tfstate"),
        ("x/y.tfstate", "/srv/live/dev/app/x/y.tfstate"),
        ("../../states/app", "/srv/live/states/app"),
        ("CHECKOUT/states/app", "/srv/live/states/app"),
        ("/var/states/app", "/var/states/app"),
    ],
)
def test_local_state_is_kept_in_the_repository(tmp_path: Path, written: str | None, kept: str) -> None:
    unit = evaluated(tmp_path)
    path = written.replace("CHECKOUT", str(unit.checkout.folder)) if written else None
    assert lasting_path(unit, HOME, path) == kept


def test_the_backend_of_remote_state(tmp_path: Path) -> None:
    unit = evaluated(tmp_path, remote_state=RemoteState("s3", {"bucket": "b", "key": "k"}))
    assert settled_backend(unit, HOME) == Backend("s3", {"bucket": "b", "key": "k"})


def test_a_backend_that_is_not_known(tmp_path: Path) -> None:
    unit = evaluated(tmp_path, remote_state=RemoteState("s3", {"bucket": Unknown.of('run_cmd("x")')}))
    with pytest.raises(ProblemError) as error:
        settled_backend(unit, HOME)
    assert error.value.problems[0].id == "value-unknown"
    assert 'run_cmd("x")' in error.value.problems[0].detail


S3 = 'terraform {\n  backend "s3" {\n    key = "k"\n  }\n}\n'


@pytest.mark.parametrize(
    ("files", "config", "type_"),
    [
        ({}, {}, "local"),
        ({"modules/m/main.tf": S3}, {"source": "../../modules//m"}, "s3"),
        ({"dev/app/backend.tf": S3}, {"source": "../../modules//m"}, "s3"),
        ({}, {"source": "../../modules//m", "generate": (Generate("b", "backend.tf", S3),)}, "s3"),
        ({}, {"generate": (Generate("b", "backend.tf", S3, disable=True),)}, "local"),
        ({"dev/app/b.tf": S3.replace('"k"', "local.k")}, {}, None),
        ({}, {"source": "git::https://host/m?ref=v1"}, None),
        ({}, {"source": "../../none"}, None),
    ],
)
def test_without_remote_state_the_code_says_it(
    tmp_path: Path, files: dict[str, str], config: dict[str, object], type_: str | None
) -> None:
    backend = settled_backend(evaluated(tmp_path, files, **config), HOME)
    assert (backend.type if backend else None) == type_


STACK = {
    "dev/terragrunt.stack.hcl": """unit "one" {
  source = "../units/one"
  path   = get_env("NAME", "none")
  values = { root = get_repo_root(), who = run_cmd("whoami"), secret = get_env("SECRET_WORD") }
}
""",
    "units/one/terragrunt.hcl": "inputs = values",
    "towpath.yml": "environment: [NAME]\n",
}


def with_stack(state: Path, name: str) -> Checkout:
    made, commit = checkouts(state, STACK, {"NAME": name, "SECRET_WORD": "swordfish"})
    return made.at(commit)


def test_a_checkout_holds_what_stacks_make(tmp_path: Path) -> None:
    made = with_stack(tmp_path, "one")
    unit = unit_path("dev/.terragrunt-stack/one")
    assert made.is_terragrunt(unit)
    values = (made.unit_folder(unit) / "terragrunt.values.hcl").read_text()
    assert f'root = "{made.folder}"\n' in values
    assert "swordfish" not in values
    assert made.files().origin(f"{unit}/terragrunt.hcl") == "units/one/terragrunt.hcl"


def test_what_a_stack_adds_is_not_handed_over_to_terragrunt(tmp_path: Path) -> None:
    stack = 'unit "one" {\n  source = "../u"\n  path = "one"\n  autoinclude {\n    inputs = { a = 1 }\n  }\n}\n'
    repository = FakeRepository()
    commit = repository.commit({"dev/terragrunt.stack.hcl": stack, "u/terragrunt.hcl": ""})
    tools = tools_of(repository, tmp_path)
    unit = unit_path("dev/.terragrunt-stack/one")
    asked = EvaluatedUnit(EvaluationRequest("run", unit, commit), Checkouts(tools).at(commit), None, UnitConfig(unit))
    with pytest.raises(ProblemError) as error:
        hand_over(asked, EngineBinary("tofu", "/usr/bin/tofu", "1.9.0"), tools, ProviderCache(tmp_path, {}))
    assert error.value.problems[0].id == "autoinclude-not-handed-over"


def test_other_variables_have_a_checkout_of_their_own(tmp_path: Path) -> None:
    one, two = with_stack(tmp_path, "one"), with_stack(tmp_path, "two")
    assert one.folder != two.folder
    assert one.folder.name.partition("-")[0] == two.folder.name.partition("-")[0] == one.commit
    assert two.is_terragrunt(unit_path("dev/.terragrunt-stack/two"))


def test_what_was_unknown_is_asked_for_when_the_unit_is_evaluated(tmp_path: Path) -> None:
    made = with_stack(tmp_path, "one")
    processes = FakeProcesses()
    processes.script("whoami", stdout=b"ada\n")
    variables = {"SECRET_WORD": "swordfish", "NAME": "one"}
    doors = (FakeAws(), FakeClock(), FakeIds())
    surroundings = Surroundings(made.folder, variables, processes, *doors, bcrypt=lambda text, _: text)
    outside = RealOutside(surroundings, lambda _: {})
    evaluation = evaluate_unit(unit_path("dev/.terragrunt-stack/one"), made.files(), outside, ParseCache())
    assert evaluation.problems == ()
    assert evaluation.config is not None
    assert evaluation.config.inputs == {"root": str(made.folder), "who": "ada", "secret": "swordfish"}
    assert "swordfish" in outside.secrets
