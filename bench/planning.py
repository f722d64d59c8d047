"""Planning whole repositories, against a shell loop that runs the same commands of the engine as wide."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure
from bench.measuring import TOWPATH, in_turn, run
from bench.repositories import commit
from towpath.demo.cloud import EmulatedCloud, cloud_environment, start_cloud
from towpath.system import SystemClock
from towpath.system.servers import SystemServers

__all__ = ["figures"]

_WIDE = 4
_REGION = "eu-west-1"
_ACCOUNT = "111111111111"
_LOOP = (
    'printf "%s\\n" units/* | xargs -P {wide} -I % sh -c "cd % && terraform init -input=false && '
    'terraform plan -input=false -out=saved.tfplan && terraform show -json saved.tfplan > saved.json"'
)
_SETTINGS = f"units:\n  terraform: ['units/*']\nparallelism: {_WIDE}\nengine: {{name: terraform}}\n"


def _plain(number: int) -> str:
    return f"""resource "terraform_data" "it" {{
  input = "unit {number}"
}}

output "value" {{
  value = terraform_data.it.output
}}
"""


def _with_provider(number: int) -> str:
    return f"""terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws" }}
  }}
}}

provider "aws" {{
  region                      = "{_REGION}"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  max_retries                 = 3

  assume_role {{
    role_arn = "arn:aws:iam::{_ACCOUNT}:role/bench"
  }}
}}

resource "aws_ssm_parameter" "it" {{
  name  = "/bench/{number}"
  type  = "String"
  value = "unit {number}"
}}
"""


def _planning(name: str, modules: list[str], environment: Mapping[str, str], at_most: float, rounds: int) -> Figure:
    with tempfile.TemporaryDirectory() as place:
        folder, copy, state = (Path(place) / part for part in ("live", "copy", "state"))
        folder.mkdir()
        files = {f"units/{number:02}/main.tf": text for number, text in enumerate(modules)}
        commit(folder, {"towpath.yml": _SETTINGS, **files}, "units")
        run("git", "config", "user.email", "bench@example.com", folder=folder)

        def afresh() -> None:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.rmtree(state, ignore_errors=True)
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".git"))

        ours, floor = in_turn(
            lambda: run(*TOWPATH, "-C", str(folder), "--state", str(state), "plan", environment=environment),
            lambda: run("sh", "-c", _LOOP.format(wide=_WIDE), environment=environment, folder=copy),
            rounds,
            before=afresh,
        )
    return Figure(name, ours, f"a shell loop, {_WIDE} wide: init, plan -out, show -json", floor, at_most=at_most)


@contextmanager
def _cloud() -> Iterator[EmulatedCloud]:
    with tempfile.TemporaryDirectory() as place:
        cloud = start_cloud(SystemServers(), SystemClock(), os.environ, Path(place) / "moto.log", _REGION)
        try:
            yield cloud
        finally:
            cloud.stop()


def figures() -> Iterator[Figure]:
    alone = {"CHECKPOINT_DISABLE": "1"}
    yield _planning("plan, 30 units, no provider", list(map(_plain, range(30))), alone, at_most=1.15, rounds=3)
    with _cloud() as cloud:
        environment = cloud_environment(os.environ, cloud.endpoint, _REGION)
        modules = list(map(_with_provider, range(6)))
        yield _planning("plan, 6 units, AWS provider", modules, environment, at_most=1.05, rounds=3)
