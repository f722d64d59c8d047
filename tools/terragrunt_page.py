"""The reference page of Terragrunt's language, made of the table that the conformance tests evaluate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from terragrunt_table import Case, Topic, read_topics

__all__ = ["terragrunt_page"]

_INTRO = """\
Towpath reads `terragrunt.hcl` by itself. What it reads is the language of Terragrunt 1.x, as Terragrunt's reference
describes it (its pages on blocks, attributes and functions, and those on features); where the reference leaves
something open, as Terragrunt's source has it. Every rule below is a test: the repository holds a configuration for
it, and what comes of it.

- **Nothing is ignored**: what is not understood is a problem with its place.
- **Detection runs nothing**: what only a command, a network call or an unlisted variable could tell is an unknown
  value, never a guess. When a unit is planned, it is evaluated for real.
- **Nothing outside of the commit takes part**: no path leads out of the repository.

What stacks are for is told in [Your repository](../guide/your-repository.md#stacks). With `engine: terragrunt` in
`towpath.yml`, an installed Terragrunt runs the units; what is said here of reading them holds all the same.
"""


def terragrunt_page() -> str:
    """The whole page: how many rules, what is refused, what differs, and all that is as in Terragrunt."""
    topics = read_topics()
    parts = ["# Terragrunt\n", _INTRO, *_overview(topics)]
    parts.append("## What is refused\n")
    parts.extend(_with_notes(topics, "refused", "why"))
    parts.append("## What differs\n")
    parts.append("All of it is accepted; the right column says what it means here, and why.\n")
    parts.extend(_with_notes(topics, "differs", "Towpath"))
    parts.append("## What is as in Terragrunt\n")
    for topic in topics:
        parts.extend(_as_there(topic))
    return "\n".join(parts)


def _overview(topics: Iterable[Topic]) -> Iterator[str]:
    yield "| topic | rules | as in Terragrunt | different | refused |\n|---|---|---|---|---|"
    for topic in topics:
        same, different, refused = (len(_of(topic, verdict)) for verdict in ("supported", "differs", "refused"))
        yield f"| {topic.title} | {len(topic.cases)} | {same} | {different or ''} | {refused or ''} |"
    yield ""


def _of(topic: Topic, verdict: str) -> list[Case]:
    return [case for case in topic.cases if case.verdict == verdict]


def _with_notes(topics: Iterable[Topic], verdict: str, ours: str) -> Iterator[str]:
    for topic in topics:
        cases = _of(topic, verdict)
        if cases:
            yield f"**{topic.title}**\n"
            yield f"| | Terragrunt | {ours} |\n|---|---|---|"
            yield from (f"| {_about(case)} | {_rule(case)} | {_cell(case.note)} |" for case in cases)
            yield ""


def _rule(case: Case) -> str:
    return f"{_cell(case.rule)}<br>*{_cell(case.source)}*"


def _as_there(topic: Topic) -> Iterator[str]:
    cases = _of(topic, "supported")
    if not cases:
        return
    yield f"### {topic.title}\n"
    if topic.intro:
        yield f"{topic.intro.strip()}\n"
    yield "| | rule | from |\n|---|---|---|"
    for case in cases:
        yield f"| {_about(case)} | {_cell(case.rule)} | *{_cell(case.source)}* |"
    yield ""


def _about(case: Case) -> str:
    return "<br>".join(f"`{name}`" for name in case.about)


def _cell(text: str) -> str:
    """On one line, with no pipe that would end the cell."""
    return " ".join(text.split()).replace("|", "\\|")
