"""A change set in words."""

from __future__ import annotations

import pytest
from hand_made import affected, change_set, follower, hand_made_live, hand_made_unit, held

from towpath.config import GateSettings, HoldSettings, TowpathConfig
from towpath.model.changes import Action, Change, ChangeSet, Reason, ReasonKind
from towpath.model.gates import GateSpec
from towpath.planning import plan_walk
from towpath.views.changes import changes_lines, gate_text, reason_line

LIVE = hand_made_live(
    hand_made_unit("dev/vpc"),
    hand_made_unit("dev/app", "dev/vpc"),
    hand_made_unit("dev/towpath"),
    hand_made_unit("prod/app"),
    config=TowpathConfig(gates={"prod": GateSettings(approvals=2)}, hold_above=HoldSettings(accounts=1)),
)


def shown(changes: ChangeSet, *, verbose: bool = False) -> list[str]:
    return [line.plain() for line in changes_lines(changes, plan_walk(changes, LIVE, None), verbose=verbose)]


def test_tiers_gates_holds_and_followers() -> None:
    changes = change_set(
        affected("dev/vpc", Change.ADDED),
        affected("prod/app"),
        held("dev/towpath"),
        may_follow=[follower("dev/app", "dev/vpc")],
    )
    assert shown(changes) == [
        "Tier 1: dev",
        "  ~ dev/towpath  held: protected",
        "      inputs.x: 1 → 2",
        "  + dev/vpc",
        "      inputs.x: 1 → 2",
        "",
        "Tier 3: prod  [prod: 2 approvals]",
        "  ~ prod/app",
        "      inputs.x: 1 → 2",
        "",
        "May follow  (if an output they read really changes)",
        "  ? dev/app  reads dev/vpc",
        "",
        "holds: The run touches 2 accounts, more than the 1 that `hold_above` lets through.",
        "holds: dev/towpath: The unit is protected: it is planned and shown, and applied by hand.",
        "1 added, 2 modified  (bbbbbbbbbbbb → aaaaaaaaaaaa)",
    ]


def test_what_is_left_alone_is_shown() -> None:
    lines = shown(change_set(affected("dev/vpc", action=Action.NONE)))
    assert lines[:2] == ["Left alone  (the problems say why)", "  ~ dev/vpc  left alone"]


def test_many_reasons_are_cut_unless_asked_for() -> None:
    reasons = tuple(Reason(ReasonKind.VALUE, f"inputs.x{number}", 1, 2) for number in range(20))
    changes = change_set(affected("dev/vpc", reasons=reasons))
    assert "      and 8 more (-v shows all)" in shown(changes)
    assert not any("more (-v" in line for line in shown(changes, verbose=True))


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason(ReasonKind.VALUE, "inputs.a", None, "x" * 80, "r.hcl"), f'inputs.a: null → "{"x" * 58}…  (r.hcl)'),
        (Reason(ReasonKind.FILE, file="dev/p.json", detail="The file is new."), "file dev/p.json  The file is new."),
        (Reason(ReasonKind.MODULE, file="m/main.tf"), "module m/main.tf"),
        (Reason(ReasonKind.ADDED, file="dev/terragrunt.hcl"), "new: dev/terragrunt.hcl"),
        (Reason(ReasonKind.REMOVED), "removed"),
        (Reason(ReasonKind.UNCERTAIN, "inputs.i", "a", "b"), 'uncertain inputs.i: "a" → "b"'),
        (Reason(ReasonKind.UNCERTAIN, detail="It is so."), "It is so."),
        (Reason(ReasonKind.DEPENDENCY, "dependency.v", file="u.hcl", detail="v is added."), "v is added.  (u.hcl)"),
    ],
)
def test_each_kind_of_reason(reason: Reason, text: str) -> None:
    assert reason_line(reason).plain().strip() == text


def test_gates_in_words() -> None:
    assert gate_text(GateSpec("prod", 1, ("ada", "grace"), True)) == "prod: 1 approval from ada, grace, not the author"
