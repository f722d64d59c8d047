"""Plans as people read them: what is destroyed first, then each resource with the attributes that change."""

from __future__ import annotations

from collections.abc import Iterator

from towpath.model.plans import (
    AttributeChange,
    Exactness,
    OutputChange,
    Plan,
    PlanCounts,
    ResourceAction,
    ResourceChange,
)
from towpath.views.tables import Line, Span, Style, line
from towpath.views.text import clip, json_text

__all__ = ["counts_text", "plan_lines"]

_SIGNS = {
    ResourceAction.DELETE: Span("  -", Style.BAD),
    ResourceAction.REPLACE: Span("-/+", Style.BAD),
    ResourceAction.FORGET: Span("  x", Style.WARNING),
    ResourceAction.UPDATE: Span("  ~", Style.CHANGED),
    ResourceAction.CREATE: Span("  +", Style.GOOD),
}
_ORDER = tuple(_SIGNS)
_LONGEST_VALUE = 70
_MOST_ATTRIBUTES = 8


def counts_text(counts: PlanCounts) -> str:
    """`+2 ~1 -0`, with the replacements where there are any."""
    replaced = f" -/+{counts.replace}" if counts.replace else ""
    return f"+{counts.add} ~{counts.change} -{counts.destroy}{replaced}"


def plan_lines(plan: Plan, *, verbose: bool = False) -> Iterator[Line]:
    """The resources and outputs that would change; destroyed data comes first."""
    if plan.exactness is Exactness.PROVISIONAL:
        yield line(
            "    ", Span("provisional: made with mocked outputs, planned again before it is applied", Style.WARNING)
        )
    changing = [resource for resource in plan.resources if resource.action in _SIGNS]
    for resource in sorted(changing, key=lambda one: (_ORDER.index(one.action), one.address)):
        yield from _resource_lines(resource, verbose=verbose)
    for output in plan.outputs:
        if output.action.changes_something:
            yield _output_line(output)


def _resource_lines(resource: ResourceChange, *, verbose: bool) -> Iterator[Line]:
    yield line("    ", _SIGNS[resource.action], " ", Span(resource.address, Style.PLAIN))
    if resource.action in (ResourceAction.DELETE, ResourceAction.FORGET):
        return
    told = resource.attributes if verbose else tuple(_telling(resource))[:_MOST_ATTRIBUTES]
    for attribute in told:
        yield _attribute_line(attribute, verbose=verbose)
    if len(told) < len(resource.attributes):
        yield line(" " * 10, Span(f"and {len(resource.attributes) - len(told)} more attributes", Style.FAINT))


def _telling(resource: ResourceChange) -> Iterator[AttributeChange]:
    """Of a new resource, the attributes that are known and set; of any other, all: they are what changes."""
    for attribute in resource.attributes:
        if resource.action is not ResourceAction.CREATE or not (attribute.unknown or attribute.after is None):
            yield attribute


def _attribute_line(attribute: AttributeChange, *, verbose: bool) -> Line:
    longest = 10_000 if verbose else _LONGEST_VALUE
    before = clip(json_text(attribute.before), longest)
    after = "(known after apply)" if attribute.unknown else clip(json_text(attribute.after), longest)
    change = after if attribute.before is None else f"{before} → {after}"
    forced = Span("  forces replacement", Style.BAD) if attribute.forces_replacement else ""
    return line(" " * 10, Span(attribute.path, Style.FAINT), f": {change}", forced)


def _output_line(output: OutputChange) -> Line:
    """An output that is to have a value, and has none in the plan, is known after the apply."""
    before, after = clip(json_text(output.before), _LONGEST_VALUE), clip(json_text(output.after), _LONGEST_VALUE)
    if output.after is None and output.action is not ResourceAction.DELETE:
        after = "(known after apply)"
    change = after if output.action is ResourceAction.CREATE else f"{before} → {after}"
    return line("      ", Span(f"output {output.name}", Style.FAINT), f": {change}")
