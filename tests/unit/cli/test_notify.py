"""`towpath notify test`: what it says of each destination."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from towpath.cli.app import Doors
from towpath.cli.main import run
from towpath.system import FakeClock, FakeEnvironment, FakeIds, FakeProcesses

HEAD = "notifications:\n  destinations:\n"
HOOK = '    - {name: hook, webhook: {url: "https://127.0.0.1:9/", secret_env: HOOK_SECRET}}\n'
TEAMS = "    - {name: teams, teams: {url_env: TEAMS_URL}}\n"


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    environment = FakeEnvironment({"HOOK_SECRET": "whsec_plJ3nmyCDGBKInavdOK15jsl"})
    return Doors(FakeProcesses(), environment, FakeClock(), FakeIds(), tmp_path)


def written(folder: Path, text: str) -> str:
    file = folder / "server.yml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_each_destination_is_told_of_and_one_that_fails_hides_no_other(
    doors: Doors, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["notify", "test", "--json", "--config", written(tmp_path, HEAD + HOOK + TEAMS)], doors) == 1
    said = json.loads(capsys.readouterr().out)["destinations"]
    assert [(one["destination"], one["delivered"], one["problems"][0]["id"]) for one in said] == [
        ("hook", False, "address-refused"),
        ("teams", False, "destination-secret-missing"),
    ]


def test_one_can_be_tried_alone(doors: Doors, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["notify", "test", "teams", "--config", written(tmp_path, HEAD + HOOK + TEAMS)], doors) == 1
    said = capsys.readouterr().out
    assert said.startswith("failed     teams")
    assert "The variable TEAMS_URL is not set." in said
    assert "hook" not in said


@pytest.mark.parametrize(
    ("text", "arguments", "id_"),
    [
        ("", [], "no-destinations"),
        (HEAD + TEAMS, ["slack"], "destination-unknown"),
        (HEAD + TEAMS + TEAMS, [], "name-twice"),
        (HEAD + "    - {name: both, teams: {url_env: A}, sns: {topic: x}}\n", [], "wrong-value"),
        (HEAD + "    - {name: none}\n", [], "wrong-value"),
        (HEAD + "    - {name: weak, mail: {host: h, from: a@b, to: []}}\n", [], "wrong-value"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_sent(
    doors: Doors, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, arguments: list[str], id_: str
) -> None:
    assert run(["notify", "test", "--json", *arguments, "--config", written(tmp_path, text)], doors) != 0
    assert id_ in [problem["id"] for problem in json.loads(capsys.readouterr().out)["problems"]]
