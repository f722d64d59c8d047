"""Units, as JSON and as a table."""

from __future__ import annotations

from typing import Any

from towpath.live import Live, Unit
from towpath.views.tables import Line, Span, Style, Table, line
from towpath.views.text import plural

__all__ = ["unit_json", "units_json", "units_summary", "units_table"]


def units_json(live: Live) -> dict[str, Any]:
    return {
        "commit": live.commit,
        "units": [unit_json(unit) for unit in live.units.values()],
        "problems": [problem.as_json() for problem in live.problems],
    }


def unit_json(unit: Unit) -> dict[str, Any]:
    return {
        "path": unit.path,
        "kind": unit.kind.value,
        "account": unit.account.name if unit.account else None,
        "account_id": unit.account.id if unit.account else None,
        "region": unit.region,
        "tier": unit.tier,
        "layer": unit.layer,
        "source": unit.source,
        "dependencies": list(unit.dependencies),
        "reads": sorted(unit.shared_reads),
        "protected": unit.protected,
        "fingerprint": unit.fingerprint,
    }


def units_table(live: Live) -> Table:
    """One row a unit, in the order of tiers."""
    units = sorted(live.units.values(), key=lambda unit: (unit.tier, unit.path))
    return Table(("tier", "account", "region", "unit", "depends on"), tuple(_row(unit) for unit in units))


def _row(unit: Unit) -> tuple[Span, ...]:
    broken = any(problem.is_error for problem in unit.problems)
    mark = " (broken)" if broken else " (protected)" if unit.protected else ""
    return (
        Span(str(unit.tier)),
        Span(unit.account.name if unit.account else "-"),
        Span(unit.region or "-"),
        Span(unit.path + mark, Style.BAD if broken else Style.NAME),
        Span(", ".join(unit.dependencies), Style.FAINT),
    )


def units_summary(live: Live) -> Line:
    """`14 units in 4 accounts and 3 tiers at 1a2b3c4d5e6f`."""
    accounts = {unit.account.name for unit in live.units.values() if unit.account}
    tiers = {unit.tier for unit in live.units.values()}
    return line(
        f"{plural(len(live.units), 'unit')} in {plural(len(accounts), 'account')} and {plural(len(tiers), 'tier')} at ",
        Span(live.commit[:12], Style.FAINT),
    )
