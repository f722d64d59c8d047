"""A change set in run order, as JSON and as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from towpath.model.changes import Action, AffectedUnit, Change, ChangeSet, Reason, ReasonKind
from towpath.model.gates import GateSpec
from towpath.planning import Tier, Walk
from towpath.views.tables import Line, Span, Style, line
from towpath.views.text import clip, json_text, plural

__all__ = ["changes_json", "changes_lines", "gate_text", "reason_line"]

_SIGNS = {
    Change.ADDED: Span("+", Style.GOOD),
    Change.MODIFIED: Span("~", Style.CHANGED),
    Change.REMOVED: Span("-", Style.BAD),
}
_LONGEST_VALUE = 60
_MOST_REASONS = 12


def changes_json(changes: ChangeSet, walk: Walk) -> dict[str, Any]:
    return {
        "base": changes.base,
        "head": changes.head,
        "units": [unit.as_json() for unit in changes.units],
        "tiers": [
            {
                "deploy_order": tier.deploy_order,
                "accounts": list(tier.accounts),
                "levels": [list(level) for level in tier.levels],
            }
            for tier in walk.tiers
        ],
        "may_follow": [follower.path for follower in changes.may_follow],
        "problems": [problem.as_json() for problem in walk.problems],
    }


def changes_lines(changes: ChangeSet, walk: Walk, *, verbose: bool = False) -> tuple[Line, ...]:
    """Tier by tier the units with their reasons, then what is left alone, what may follow and what holds."""
    if changes.is_empty:
        return (line(Span("Nothing to do", Style.GOOD), ": no unit differs."),)
    units = {unit.path: unit for unit in changes.units}
    lines: list[Line] = []
    for tier in walk.tiers:
        lines += [_tier_line(tier)]
        for level in tier.levels:
            for path in level:
                lines += _unit_lines(units[path], verbose=verbose)
        lines.append(line())
    lines += _left_alone(changes, walk, verbose=verbose)
    lines += _followers(changes)
    lines += [line(Span("holds: ", Style.WARNING), _subject(hold.unit), hold.detail) for hold in walk.holds]
    lines.append(_summary(changes))
    return tuple(lines)


def _tier_line(tier: Tier) -> Line:
    accounts = ", ".join(tier.accounts) or "no account"
    gates = "; ".join(gate_text(gate) for gate in tier.gates)
    return line(
        Span(f"Tier {tier.deploy_order}", Style.HEADING),
        f": {accounts}",
        Span(f"  [{gates}]" if gates else "", Style.FAINT),
    )


def gate_text(gate: GateSpec) -> str:
    """`prod: 2 approvals from ada, grace, not the author`."""
    text = f"{gate.environment}: {plural(gate.approvals, 'approval')}"
    if gate.approvers:
        text += f" from {', '.join(gate.approvers)}"
    text += ", not the author" if gate.not_author else ""
    return text + (f", in {gate.window}" if gate.window is not None else "")


def _unit_lines(unit: AffectedUnit, *, verbose: bool) -> Iterator[Line]:
    words = {Action.DESTROY: "  destroy", Action.NONE: "  left alone"}.get(unit.action, "")
    held = f"  held: {unit.held.value}" if unit.held else ""
    yield line(
        "  ", _SIGNS[unit.change], " ", Span(unit.path, Style.NAME), Span(words, Style.BAD), Span(held, Style.WARNING)
    )
    shown = unit.reasons if verbose else unit.reasons[:_MOST_REASONS]
    for reason in shown:
        yield reason_line(reason, verbose=verbose)
    if len(shown) < len(unit.reasons):
        yield line("      ", Span(f"and {len(unit.reasons) - len(shown)} more (-v shows all)", Style.FAINT))


def reason_line(reason: Reason, *, verbose: bool = False) -> Line:
    """One reason, indented under its unit."""
    where = Span(f"  ({reason.file})" if reason.file and reason.attribute else "", Style.FAINT)
    if reason.attribute is not None and reason.kind is not ReasonKind.DEPENDENCY:
        longest = 10_000 if verbose else _LONGEST_VALUE
        before, after = (clip(_value(value), longest) for value in (reason.before, reason.after))
        doubt = Span("uncertain ", Style.WARNING) if reason.kind is ReasonKind.UNCERTAIN else Span("")
        if before == after and reason.kind is ReasonKind.UNCERTAIN:
            return line("      ", doubt, f"{reason.attribute}: {after}, of something that differs", where)
        return line("      ", doubt, f"{reason.attribute}: {before} → {after}", where)
    said = {
        ReasonKind.FILE: "file ",
        ReasonKind.MODULE: "module ",
        ReasonKind.ADDED: "new: ",
        ReasonKind.REMOVED: "gone: ",
    }
    subject = reason.file if reason.attribute is None else None
    text = f"{said.get(reason.kind, '')}{subject}" if subject else ""
    detail = reason.detail or ""
    return line("      ", text, "  " if text and detail else "", detail or ("" if text else reason.kind.value), where)


def _value(value: object) -> str:
    """A remark as it is, anything else as JSON."""
    is_remark = isinstance(value, str) and (value == "(sensitive)" or value.startswith("(unknown: "))
    return str(value) if is_remark else json_text(value)


def _left_alone(changes: ChangeSet, walk: Walk, *, verbose: bool) -> Iterator[Line]:
    walked = {step.unit for step in walk.steps()}
    left = [unit for unit in changes.units if unit.path not in walked]
    if left:
        yield line(Span("Left alone", Style.HEADING), Span("  (the problems say why)", Style.FAINT))
        for unit in left:
            yield from _unit_lines(unit, verbose=verbose)
        yield line()


def _followers(changes: ChangeSet) -> Iterable[Line]:
    if not changes.may_follow:
        return
    yield line(Span("May follow", Style.HEADING), Span("  (if an output they read really changes)", Style.FAINT))
    for follower in changes.may_follow:
        yield line(
            "  ? ", Span(follower.path, Style.NAME), Span(f"  reads {', '.join(follower.upstreams)}", Style.FAINT)
        )
    yield line()


def _subject(unit: str | None) -> str:
    return f"{unit}: " if unit else ""


def _summary(changes: ChangeSet) -> Line:
    counts = ((Change.ADDED, "added"), (Change.MODIFIED, "modified"), (Change.REMOVED, "removed"))
    said = [f"{count} {word}" for kind, word in counts if (count := sum(u.change is kind for u in changes.units))]
    base = changes.base[:12] if changes.base else "what was applied"
    return line(f"{', '.join(said)}", Span(f"  ({base} → {changes.head[:12]})", Style.FAINT))
