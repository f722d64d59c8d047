"""One unit as evaluated."""

from __future__ import annotations

from decimal import Decimal

from hand_made import hand_made_live, hand_made_unit

from towpath.hcl.values import Sensitive, Unknown, Value
from towpath.live import Unit
from towpath.model.paths import UnitPath
from towpath.problems import Place
from towpath.terragrunt import UnitConfig
from towpath.views.show import show_json, show_lines

INPUTS: dict[str, Value] = {
    "cidr": "10.0.0.0/16",
    "tags": {"team": "core", "cost-centre/x": 4},
    "zones": ("a", "b"),
    "ratio": Decimal("0.5"),
    "password": Sensitive("hunter2"),
    "built_by": Unknown.of('run_cmd("whoami")'),
    "mixed": (1, Unknown.of("u()"), Sensitive("s3cret")),
    "nothing": None,
}
PROVENANCE = {"inputs.cidr": Place("dev/vpc/terragrunt.hcl", 7), "inputs.tags.team": Place("root.hcl", 2)}


def unit(inputs: dict[str, Value]) -> Unit:
    config = UnitConfig(UnitPath("dev/vpc"), inputs=inputs, provenance=PROVENANCE)
    return hand_made_unit("dev/vpc", evaluate=lambda: config)


def shown(one: Unit) -> list[str]:
    return [line.plain() for line in show_lines(hand_made_live(one), one)]


def test_values_in_the_language_each_with_its_place() -> None:
    lines = shown(unit(INPUTS))
    start = lines.index("inputs = {")
    assert [line.split("#")[0].rstrip() for line in lines[start : start + 5]] == [
        "inputs = {",
        '  cidr = "10.0.0.0/16"',
        "  tags = {",
        '    team = "core"',
        '    "cost-centre/x" = 4',
    ]
    assert lines[start + 1].endswith("# dev/vpc/terragrunt.hcl:7")
    assert lines[start + 3].endswith("# root.hcl:2")


def test_secrets_are_never_shown() -> None:
    one = unit(INPUTS)
    printed = "\n".join(shown(one)) + str(show_json(hand_made_live(one), one))
    assert "hunter2" not in printed
    assert "s3cret" not in printed
    assert "  password = (sensitive)" in shown(one)


def test_what_is_unknown_says_why() -> None:
    assert any(line.startswith("  built_by = ") and 'run_cmd("whoami")' in line for line in shown(unit(INPUTS)))


def test_a_unit_that_could_not_be_evaluated() -> None:
    assert "It has no configuration of Terragrunt." in shown(hand_made_unit("dev/vpc"))


def test_json_has_values_and_their_places() -> None:
    one = unit({"cidr": "10.0.0.0/16"})
    document = show_json(hand_made_live(one), one)
    assert document["values"]["inputs"] == {"cidr": "10.0.0.0/16"}
    assert document["provenance"]["inputs.cidr"] == {"file": "dev/vpc/terragrunt.hcl", "line": 7, "column": None}
