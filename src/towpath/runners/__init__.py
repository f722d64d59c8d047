"""Runners run commands; they do not know what for.

1. `LocalRunner` starts the command under a guard (`system.guard`), which stops it when this process dies or stops
   renewing its lease.
2. Both output streams are read as they come, cut into lines, redacted (`redaction`), and handed to the log.
3. While the command runs, the cancellation is watched: level 1 is passed on as a polite stop, level 2 as a kill.
4. The result is made when the command and everything it started are gone.

Runners retry nothing, choose no credentials, and interpret no output.
"""

from __future__ import annotations

from towpath.runners.local import Lease, LocalRunner, NoLease
from towpath.runners.redaction import MASK, LineRedactor, Redactor

__all__ = ["MASK", "Lease", "LineRedactor", "LocalRunner", "NoLease", "Redactor"]
