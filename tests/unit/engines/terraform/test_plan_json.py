"""Plans, as `show -json` prints them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from towpath.engines.terraform.plan_json import SENSITIVE, PlanContent, hide_secrets, read_plan
from towpath.model.plans import AttributeChange, OutputChange, ResourceAction
from towpath.problems import ProblemError


def change(*actions: str, before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "actions": list(actions),
        "before": before,
        "after": after,
        "after_unknown": {},
        "before_sensitive": False,
        "after_sensitive": False,
        **more,
    }


def plan(*changes: dict[str, Any], outputs: dict[str, Any] | None = None, **resource: Any) -> PlanContent:
    resources = [
        {"address": f"aws_thing.t{n}", "type": "aws_thing", "mode": "managed", "change": made, **resource}
        for n, made in enumerate(changes)
    ]
    document = {"format_version": "1.2", "resource_changes": resources, "output_changes": outputs or {}}
    return read_plan(json.dumps(document).encode())


def attributes(made: dict[str, Any]) -> tuple[AttributeChange, ...]:
    return plan(made).resources[0].attributes


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        (("create",), ResourceAction.CREATE),
        (("read",), ResourceAction.READ),
        (("update",), ResourceAction.UPDATE),
        (("delete",), ResourceAction.DELETE),
        (("forget",), ResourceAction.FORGET),
        (("delete", "create"), ResourceAction.REPLACE),
        (("create", "delete"), ResourceAction.REPLACE),
    ],
)
def test_actions(actions: tuple[str, ...], action: ResourceAction) -> None:
    assert plan(change(*actions)).resources[0].action is action


def test_what_stays_is_left_out() -> None:
    content = plan(change("no-op"), outputs={"id": change("no-op", before="x", after="x")})
    assert content == PlanContent((), ())


def test_what_moves_or_is_imported_changes_the_state() -> None:
    assert plan(change("no-op"), previous_address="aws_thing.old").resources[0].action is ResourceAction.UPDATE
    assert plan(change("no-op", importing={"id": "i-1"})).resources[0].action is ResourceAction.UPDATE


def test_only_what_differs_is_listed() -> None:
    made = change(
        "update",
        before={"name": "a", "tags": {"x": "1", "y": "2"}, "list": [1, 2]},
        after={"name": "a", "tags": {"x": "1", "y": "3", "with.dot": "z"}, "list": [1, 2, 5]},
    )
    assert [(a.path, a.before, a.after) for a in attributes(made)] == [
        ("list[2]", None, 5),
        ('tags["with.dot"]', None, "z"),
        ("tags.y", "2", "3"),
    ]


def test_known_only_after_the_apply() -> None:
    made = change("create", after={"name": "a"}, after_unknown={"id": True, "nested": [{"arn": True}], "name": False})
    assert attributes(made) == (
        AttributeChange("id", None, None, unknown=True),
        AttributeChange("name", None, "a"),
        AttributeChange("nested", None, None, unknown=True),
    )


def test_sensitive_values_are_masked_at_any_depth() -> None:
    made = change(
        "update",
        before={"password": "old-secret", "settings": {"token": "t1", "size": 1}, "env": {"A": "s1"}},
        after={"password": "new-secret", "settings": {"token": "t2", "size": 2}, "env": None},
        before_sensitive={"password": True, "env": {"A": True}},
        after_sensitive={"password": True, "settings": {"token": True}},
    )
    found = {a.path: a for a in attributes(made)}
    assert (found["password"].before, found["password"].after) == (SENSITIVE, SENSITIVE)
    assert found["settings.token"].after == SENSITIVE
    assert (found["settings.size"].before, found["settings.size"].after) == (1, 2)
    assert "secret" not in repr(found)
    assert "s1" not in repr(found)


def test_a_resource_that_is_sensitive_as_a_whole() -> None:
    made = change("create", after={"a": "hush"}, after_sensitive=True)
    assert "hush" not in repr(plan(made))


def test_an_object_that_becomes_a_text_is_masked_whole() -> None:
    made = change("update", before={"v": {"k": "hush"}}, after={"v": "plain"}, before_sensitive={"v": {"k": True}})
    assert attributes(made) == (AttributeChange("v", SENSITIVE, SENSITIVE, sensitive=True),)


def test_what_forces_the_replacement() -> None:
    made = change(
        "delete",
        "create",
        before={"zone": "a", "block": [{"x": 1}], "tag": "1"},
        after={"zone": "b", "block": [{"x": 2}], "tag": "2"},
        replace_paths=[["zone"], ["block", 0, "x"]],
    )
    assert {a.path: a.forces_replacement for a in attributes(made)} == {
        "block[0].x": True,
        "tag": False,
        "zone": True,
    }


def test_outputs() -> None:
    content = plan(
        outputs={
            "secret": change("update", before="s1", after="s2", before_sensitive=True, after_sensitive=True),
            "id": change("create", after_unknown=True),
            "gone": change("delete", before=[1]),
        }
    )
    assert content.outputs == (
        OutputChange("gone", ResourceAction.DELETE, [1], None),
        OutputChange("id", ResourceAction.CREATE),
        OutputChange("secret", ResourceAction.UPDATE, SENSITIVE, SENSITIVE, sensitive=True),
    )


def test_what_is_known_to_be_secret_is_hidden_although_it_is_not_marked() -> None:
    content = plan(
        change(
            "update",
            before={"url": None, "env": [{"K": "old"}], "size": 1},
            after={"url": "https://user:hunter22@host", "env": ["hunter22"], "size": 2},
        ),
        outputs={"o": change("update", before="x", after={"k": ["hunter22"]}), "p": change("create", after="open")},
    )
    hidden = hide_secrets(content, ("hunter22",))
    assert "hunter22" not in repr(hidden)
    found = {a.path: a for a in hidden.resources[0].attributes}
    assert (found["url"].before, found["url"].after, found["url"].sensitive) == (None, SENSITIVE, True)
    assert found["size"].after == 2
    assert [output.after for output in hidden.outputs] == [SENSITIVE, "open"]
    assert hide_secrets(content, ()) == content


def test_numbers_stay_exact() -> None:
    text = b'{"format_version":"1.0","resource_changes":[{"address":"a.b","type":"a","change":{"actions":["create"],'
    text += b'"before":null,"after":{"big":12345678901234567890.12345678901,"half":0.5,"whole":3}}}]}'
    found = {a.path: a.after for a in read_plan(text).resources[0].attributes}
    assert found == {"big": "12345678901234567890.12345678901", "half": 0.5, "whole": 3}


def test_a_deposed_object_is_told_apart() -> None:
    assert plan(change("delete"), deposed="00000001").resources[0].address == "aws_thing.t0 (deposed 00000001)"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"format_version": "2.0"}',
        b'{"format_version":"1.0","resource_changes":[{"address":"a.b","type":"a","change":{"actions":["dance"]}}]}',
        b'{"format_version":"1.0","resource_changes":[{"address":"a.b","change":{"actions":["create"]}}]}',
    ],
)
def test_what_is_no_plan(content: bytes) -> None:
    with pytest.raises(ProblemError) as error:
        read_plan(content)
    assert error.value.problems[0].id == "plan-unreadable"
