"""What Terragrunt's own words say about why it failed, where the engine said nothing itself."""

from __future__ import annotations

import re

from towpath.problems import Problem

__all__ = ["as_engine_says", "never_ran", "passed_over"]

_OWN_ERROR = re.compile(r"^\d\d:\d\d:\d\d\.\d+\s+ERROR\s+(?:\[[^\]]*\]\s+)?", re.MULTILINE)
_ENGINE_ERROR = re.compile(r"^[\s│]*Error: ", re.MULTILINE)


def as_engine_says(output: str) -> str:
    """The end of what was printed, with Terragrunt's errors marked as the engine marks its own. Where the engine said
    what is wrong, Terragrunt only repeats it.
    """
    return output if _ENGINE_ERROR.search(output) else _OWN_ERROR.sub("Error: ", output)


def never_ran(command: str) -> Problem:
    detail = f"Terragrunt ended well, but never started `{command}`: nothing was done."
    hint = "An `exclude` block with `no_run`, or an ignored error of a hook, makes it stop early: the unit's log tells."
    return Problem("engine-not-run", "Terragrunt did not run the engine", detail, hint=hint)


def passed_over(command: str, status: int) -> Problem:
    detail = (
        f"`{command}` ended with status {status}, and Terragrunt ended well all the same: an `errors.ignore` of the "
        "unit makes it pass over such an error. Here it is a failure."
    )
    hint = "The unit's log has all of it."
    return Problem("error-passed-over", "Terragrunt passed over an error of the engine", detail, hint=hint)
