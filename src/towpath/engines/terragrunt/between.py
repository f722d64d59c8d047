"""What Terragrunt starts instead of the engine: a script that starts the engine, and notes what became of it.

1. An interrupt goes to the whole group: engine, script and Terragrunt. Terragrunt passes it on once more after a while,
   and engines take a second one as a kill. The script takes in that one.
2. Terragrunt may end well although the engine failed (`errors.ignore`) or never ran (`exclude`): the note tells.
3. Where the engine ran is known to Terragrunt alone: the note tells that as well.

Only the command with Towpath's plan file is noted: Terragrunt also runs the engine for a version, an `init`, the
outputs of dependencies.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Between", "Note"]

_SCRIPT = """#!/bin/sh
trap : INT
{engine} "$@"
status=$?
case "$*" in
*{plan}*) printf '%s\\n%s' "$status" "$PWD" > {note} ;;
esac
exit "$status"
"""


@dataclass(frozen=True, slots=True)
class Note:
    """How the engine ended, and the folder it ran in."""

    status: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Between:
    """The script and its note, in a folder that is nobody else's."""

    room: Path

    @property
    def script(self) -> Path:
        return self.room / "engine"

    @property
    def _note(self) -> Path:
        return self.room / "engine-ended"

    def write(self, engine: str, plan: Path) -> None:
        """`engine` is the real one's path; `plan` the plan file, in full."""
        quoted = {"engine": engine, "plan": str(plan), "note": str(self._note)}
        self.script.write_text(
            _SCRIPT.format_map({name: shlex.quote(text) for name, text in quoted.items()}),
            encoding="utf-8",
            errors="surrogateescape",
        )
        self.script.chmod(0o700)

    def forget(self) -> None:
        self._note.unlink(missing_ok=True)

    def read(self) -> Note | None:
        """None when the engine has not ended, or not run, since it was last forgotten."""
        if not self._note.is_file():
            return None
        status, _, folder = self._note.read_text(encoding="utf-8", errors="surrogateescape").partition("\n")
        return Note(int(status), Path(folder))
