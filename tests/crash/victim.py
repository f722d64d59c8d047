"""The processes that are killed. Run as a script; forks one process for each line it reads, so that each starts fast.

A line is a JSON object: `folder`, `carrier` (`inline` or `threads`), `kill_at`. The forked process opens the state,
drives the run (made when there is none yet, resumed or approved when it needs that), and answers how it stands. At the
`kill_at`th boundary it kills itself with SIGKILL; 0 lets it live. Boundaries are the beginning and the end of every
transaction that writes rows, and the moments before each effect.

The answer is a JSON object on one line: `killed`, and `document` when it was not.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from crash_story import Boundaries, tell

STANDARD_OUTPUT = 1


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """In a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        document = tell(Path(order["folder"]), order["carrier"], Boundaries(order["kill_at"]))
        with os.fdopen(writing, "w") as stream:
            json.dump(document, stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return {"killed": True}
    return {"killed": False, "document": json.loads(said)}


def main() -> None:
    for line in sys.stdin:
        os.write(STANDARD_OUTPUT, json.dumps(answer(json.loads(line))).encode() + b"\n")


if __name__ == "__main__":
    main()
