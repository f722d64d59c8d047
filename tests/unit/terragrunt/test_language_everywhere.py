"""For every block and attribute of the table: what is misspelt, misplaced, labelled wrongly or of the wrong type is a
problem at its place. A body that a case needs is written from the table, so that nothing else is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from terragrunt_repositories import evaluation_of

from towpath.terragrunt.language import CONFIGURATION, AttributeRule, BlockRule, BodyRule, Form

FITTING = {
    Form.TEXT: '"x"',
    Form.FILLED: '"x"',
    Form.BOOL: "true",
    Form.WHOLE: "3",
    Form.TEXTS: '["x"]',
    Form.COMMAND: '["x"]',
    Form.TEXT_MAP: '{ x = "x" }',
    Form.MAP: "{}",
    Form.ANY: "1",
}
UNFIT = {
    Form.TEXT: ("[1]", "{}"),
    Form.FILLED: ("[1]", '""'),
    Form.BOOL: ('"maybe"', "[true]"),
    Form.WHOLE: ('"many"', "1.5", "true"),
    Form.TEXTS: ('"x"', "[[1]]", "{}"),
    Form.COMMAND: ('"x"', "[]", '[""]'),
    Form.TEXT_MAP: ('"x"', "{ a = [] }"),
    Form.MAP: ('"x"', "[1]", "true"),
    Form.ANY: (),
}


@dataclass(frozen=True)
class Spot:
    """A block of the table and the blocks around it, outermost first."""

    path: tuple[tuple[str, BlockRule], ...]

    @property
    def name(self) -> str:
        return ".".join(kind for kind, _ in self.path)

    @property
    def rule(self) -> BodyRule:
        return self.path[-1][1].body if self.path else CONFIGURATION

    def written(self, inside: str, labels: str | None = None, *, without: str = "") -> str:
        """The configuration with `inside` in the block, where all else that must be given is."""
        text = "\n".join([inside, *required(self.rule, without)])
        for depth in range(len(self.path) - 1, -1, -1):
            kind, rule = self.path[depth]
            head = label(rule) if labels is None or depth < len(self.path) - 1 else labels
            text = f"{kind} {head} {{\n{text}\n}}"
        return text


def label(rule: BlockRule) -> str:
    return '"x"' if 1 in rule.labels else ""


def fitting(rule: AttributeRule) -> str:
    if rule.keys is not None:
        return "{\n" + "\n".join(required(rule.keys)) + "\n}"
    return f'"{rule.choices[0]}"' if rule.choices else FITTING[rule.form]


def required(rule: BodyRule, without: str = "") -> list[str]:
    return [
        f"{name} = {fitting(attribute)}"
        for name, attribute in rule.attributes.items()
        if attribute.required and name != without
    ]


def spots(rule: BodyRule = CONFIGURATION, path: tuple[tuple[str, BlockRule], ...] = ()) -> Iterator[Spot]:
    yield Spot(path)
    for kind, block in rule.blocks.items():
        yield from spots(block.body, (*path, (kind, block)))


SPOTS = tuple(spot for spot in spots() if not spot.rule.open)
ATTRIBUTES = tuple((spot, name) for spot in SPOTS for name in spot.rule.attributes)
NEEDED = tuple((spot, name) for spot, name in ATTRIBUTES if spot.rule.attributes[name].required)


def found(unit: str) -> list[tuple[str, int | None]]:
    """What is wrong with a unit, whose includes and dependencies are all there."""
    files = {"dev/app/terragrunt.hcl": unit, "dev/app/x": ""}
    evaluation = evaluation_of(files)
    return [(problem.id, problem.place.line if problem.place else None) for problem in evaluation.problems]


def line_of(unit: str, text: str) -> int:
    return next(number for number, line in enumerate(unit.splitlines(), 1) if line.startswith(text))


@pytest.mark.parametrize("spot", SPOTS, ids=lambda spot: spot.name)
def test_what_the_table_asks_for_is_enough(spot: Spot) -> None:
    assert found(spot.written("")) == []


@pytest.mark.parametrize(("spot", "name"), ATTRIBUTES, ids=str)
def test_every_attribute_may_be_given(spot: Spot, name: str) -> None:
    given = f"{name} = {fitting(spot.rule.attributes[name])}"
    assert found(spot.written(given, without=name)) == []


@pytest.mark.parametrize("spot", SPOTS, ids=lambda spot: spot.name)
def test_a_misspelt_attribute(spot: Spot) -> None:
    unit = spot.written("misspelt = 1")
    assert found(unit) == [("unknown-attribute", line_of(unit, "misspelt"))]


@pytest.mark.parametrize("spot", SPOTS, ids=lambda spot: spot.name)
def test_a_block_in_the_wrong_place(spot: Spot) -> None:
    inner = 'generate "y"' if spot.path else 'before_hook "y"'
    unit = spot.written(f"{inner} {{\n}}")
    assert found(unit) == [("unknown-block", line_of(unit, inner))]


@pytest.mark.parametrize("spot", [spot for spot in SPOTS if spot.path], ids=lambda spot: spot.name)
def test_wrong_numbers_of_labels(spot: Spot) -> None:
    kind, rule = spot.path[-1]
    for number in {0, 1, 2, 3} - set(rule.labels):
        unit = spot.written("", " ".join(f'"{index}"' for index in range(number)))
        assert found(unit) == [("wrong-labels", line_of(unit, kind))]


@pytest.mark.parametrize(("spot", "name"), NEEDED, ids=str)
def test_an_attribute_that_must_be_given(spot: Spot, name: str) -> None:
    for written in ("", f"{name} = null"):
        unit = spot.written(written, without=name)
        assert found(unit) == [("missing-attribute", line_of(unit, spot.path[-1][0]))]


@pytest.mark.parametrize(("spot", "name"), ATTRIBUTES, ids=str)
def test_an_attribute_of_the_wrong_type(spot: Spot, name: str) -> None:
    rule = spot.rule.attributes[name]
    wrong = (
        *UNFIT[rule.form],
        *(('"no choice"',) if rule.choices else ()),
        *(("-1",) if rule.least is not None else ()),
    )
    for value in wrong:
        unit = spot.written(f"{name} = {value}", without=name)
        assert found(unit) == [("wrong-type", line_of(unit, name))]
