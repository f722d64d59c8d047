"""A plan on the terminal: what is lost comes first, nothing secret is shown, new resources stay short."""

from __future__ import annotations

from collections.abc import Sequence

from towpath.model.paths import UnitPath
from towpath.model.plans import (
    AttributeChange,
    Exactness,
    OutputChange,
    Plan,
    PlanBinding,
    PlanCounts,
    ResourceAction,
    ResourceChange,
)
from towpath.views.plans import counts_text, plan_lines

BINDING = PlanBinding(UnitPath("dev/vpc"), "c" * 40, "sha256:f", None, None, "terraform", "1.11.4", "sha256:d")


def shown(
    *resources: ResourceChange,
    outputs: Sequence[OutputChange] = (),
    exactness: Exactness = Exactness.EXACT,
    verbose: bool = False,
) -> list[str]:
    plan = Plan(BINDING, exactness, resources, tuple(outputs))
    return [one.plain() for one in plan_lines(plan, verbose=verbose)]


def test_what_is_destroyed_or_replaced_comes_before_what_is_made() -> None:
    lines = shown(
        ResourceChange("aws_sqs_queue.new", "aws_sqs_queue", ResourceAction.CREATE),
        ResourceChange("aws_sqs_queue.same", "aws_sqs_queue", ResourceAction.NO_OP),
        ResourceChange("aws_db_instance.main", "aws_db_instance", ResourceAction.REPLACE),
        ResourceChange("aws_s3_bucket.old", "aws_s3_bucket", ResourceAction.DELETE),
    )
    assert [text.split() for text in lines] == [
        ["-", "aws_s3_bucket.old"],
        ["-/+", "aws_db_instance.main"],
        ["+", "aws_sqs_queue.new"],
    ]


def test_an_attribute_is_shown_before_and_after_and_says_when_it_forces_a_replacement() -> None:
    attribute = AttributeChange("name", "a", "b", forces_replacement=True)
    lines = shown(ResourceChange("x.y", "x", ResourceAction.REPLACE, (attribute,)))
    assert lines[1].strip() == 'name: "a" → "b"  forces replacement'


def test_what_is_known_only_later_says_so() -> None:
    lines = shown(ResourceChange("x.y", "x", ResourceAction.UPDATE, (AttributeChange("arn", "a", None, unknown=True),)))
    assert lines[1].strip() == 'arn: "a" → (known after apply)'


def test_a_new_resource_shows_what_is_set_and_counts_the_rest() -> None:
    attributes = (
        AttributeChange("name", None, "queue"),
        AttributeChange("arn", None, None, unknown=True),
        AttributeChange("policy", None, None),
    )
    new = ResourceChange("x.y", "x", ResourceAction.CREATE, attributes)
    assert [text.strip() for text in shown(new)[1:]] == ['name: "queue"', "and 2 more attributes"]
    assert len(shown(new, verbose=True)) == 4


def test_a_provisional_plan_says_that_it_is_not_the_last_word() -> None:
    assert "planned again before it is applied" in shown(exactness=Exactness.PROVISIONAL)[0]


def test_outputs_that_change_are_shown() -> None:
    outputs = [
        OutputChange("url", ResourceAction.UPDATE, "a", "b"),
        OutputChange("same", ResourceAction.NO_OP, "a", "a"),
    ]
    assert [text.strip() for text in shown(outputs=outputs)] == ['output url: "a" → "b"']


def test_replacements_are_counted_apart() -> None:
    assert counts_text(PlanCounts(add=2, change=1, destroy=0)) == "+2 ~1 -0"
    assert counts_text(PlanCounts(replace=3)) == "+0 ~0 -0 -/+3"
