"""The regular expressions that a unit's hooks and retries look for in the engine's output.

They are Terragrunt's, that is Go's: matched as RE2 does, in linear time, whatever somebody wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from towpath.hcl.functions.patterns import compile_pattern
from towpath.problems import Problem
from towpath.terragrunt.config import UnitConfig

__all__ = ["any_found", "broken_patterns"]


def any_found(patterns: Iterable[str], output: str) -> bool:
    """Whether one of the patterns is found. One that is no regular expression is found nowhere; `broken_patterns`
    tells of it before anything runs.
    """
    return any(_found(pattern, output) for pattern in patterns)


def _found(pattern: str, output: str) -> bool:
    try:
        return compile_pattern(pattern).search(output) is not None
    except ValueError:
        return False


def broken_patterns(config: UnitConfig) -> Iterator[Problem]:
    """A problem for each pattern of the unit that is no regular expression."""
    named = [(f"errors.retry.{retry.name}", retry.retryable_errors) for retry in config.retries]
    named += [(f"terraform.error_hook.{hook.name}", hook.on_errors) for hook in config.error_hooks]
    for attribute, patterns in named:
        for pattern in patterns:
            try:
                compile_pattern(pattern)
            except ValueError as error:
                place = config.provenance.get(attribute)
                detail = f"{attribute} looks for {pattern!r}. {error}"
                hint = "Write it as Go does: RE2, without looking around and without references to groups."
                yield Problem("invalid-pattern", "A pattern is no regular expression", detail, place, hint)
