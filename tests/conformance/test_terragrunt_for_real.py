"""What only a planned unit asks for, asked of real programs: a stand-in `sops` that writes down how it was called, and
a command that counts its calls.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from towpath.hcl.marks import bare_deep
from towpath.model.paths import unit_path
from towpath.runs.workbench.checkouts import FolderFiles
from towpath.system import FakeClock, FakeIds, SystemProcesses
from towpath.system.aws import FakeAws
from towpath.terragrunt import Evaluation, ParseCache, evaluate_unit
from towpath.terragrunt.outside_real import RealOutside, Surroundings

SOPS = """#!/bin/sh
[ "$1" = --decrypt ] || exit 9
echo "$2" >> "{log}"
case "$2" in
  *.yaml) printf 'password: open-sesame\\n' ;;
  *.bin) printf '\\377' ;;
  *) echo 'no key for it: open-sesame' >&2; exit 128 ;;
esac
"""
COUNT = """#!/bin/sh
echo "$PWD $1" >> "{log}"
wc -l < "{log}" | tr -d ' '
"""


class Machine:
    """A checkout and a folder of programs, which are all that PATH has besides the system's own."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "calls"
        self.checkout = folder / "checkout"
        self._programs = folder / "bin"
        for made in (self.checkout / "dev" / "app", self._programs):
            made.mkdir(parents=True)
        for name, script in (("sops", SOPS), ("count", COUNT)):
            program = self._programs / name
            program.write_text(script.replace("{log}", str(self.log)), encoding="utf-8")
            program.chmod(0o755)

    def write(self, path: str, text: str) -> None:
        (self.checkout / path).write_text(text, encoding="utf-8")

    def evaluate(self, unit: str) -> tuple[Evaluation, RealOutside]:
        self.write("dev/app/terragrunt.hcl", unit)
        environment = {"PATH": f"{self._programs}:/usr/bin:/bin"}
        at = Surroundings(
            self.checkout, environment, SystemProcesses(), FakeAws(), FakeClock(), FakeIds(), lambda text, _: text
        )
        outside = RealOutside(at, lambda _: {})
        return evaluate_unit(unit_path("dev/app"), FolderFiles(self.checkout), outside, ParseCache()), outside

    def calls(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    # Programs find out where they are, so that no part of the way may be a link.
    return Machine(tmp_path.resolve())


def test_sops_decrypts_to_the_last_byte_and_what_it_gave_is_a_secret(machine: Machine) -> None:
    machine.write("dev/secrets.yaml", "password: ENC[x]\n")
    evaluation, outside = machine.evaluate('inputs = { text = sops_decrypt_file("../secrets.yaml") }')
    assert evaluation.problems == ()
    assert evaluation.config is not None
    assert bare_deep(evaluation.config.inputs["text"]) == ("password: open-sesame\n", True)
    assert machine.calls() == [str(machine.checkout / "dev/secrets.yaml")]
    assert "open-sesame" in outside.secrets
    assert "dev/secrets.yaml" in evaluation.reads


@pytest.mark.parametrize("file", ["wrong.json", "raw.bin"])
def test_what_cannot_be_decrypted_is_a_problem_at_its_place(machine: Machine, file: str) -> None:
    machine.write(f"dev/{file}", "ENC[x]\n")
    evaluation, _ = machine.evaluate(f'\ninputs = {{ text = sops_decrypt_file("../{file}") }}')
    (problem,) = evaluation.problems
    assert problem.id == "command-failed"
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("dev/app/terragrunt.hcl", 2)
    assert "open-sesame" not in problem.detail


def test_commands_run_in_the_units_folder_as_often_as_their_flags_say(machine: Machine) -> None:
    machine.write(
        "other.hcl",
        'locals {\n a = run_cmd("count", "x")\n b = run_cmd("--terragrunt-global-cache", "count", "g")\n}',
    )
    evaluation, _ = machine.evaluate(
        """
        locals { other = read_terragrunt_config("../../other.hcl").locals }
        inputs = {
          kept   = [run_cmd("count", "x"), run_cmd("count", "x")]
          other  = local.other
          global = run_cmd("--terragrunt-global-cache", "count", "g")
          never  = [run_cmd("--terragrunt-no-cache", "count", "x"), run_cmd("--terragrunt-no-cache", "count", "x")]
        }
        """
    )
    assert evaluation.problems == ()
    assert evaluation.config is not None
    app, root = machine.checkout / "dev/app", machine.checkout
    assert machine.calls() == [f"{root} x", f"{root} g", f"{app} x", f"{app} x", f"{app} x"]
    assert evaluation.config.inputs == {
        "kept": ("3", "3"),
        "other": {"a": "1", "b": "2"},
        "global": "2",
        "never": ("4", "5"),
    }
