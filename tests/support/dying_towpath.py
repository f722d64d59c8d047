"""`towpath`, which kills itself with SIGKILL at a boundary of one of its transactions.

    python dying_towpath.py COUNT_FILE KILL_AT WORD...

Boundaries are the beginning and the end of every transaction. `COUNT_FILE` holds how many were
passed; `KILL_AT` 0 lets the process live.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from sqlalchemy import Connection, Engine, event

from towpath.cli.main import real_doors, run


def main(count_file: Path, kill_at: int, words: list[str]) -> int:
    passed = 0
    lock = threading.Lock()

    def boundary(connection: Connection) -> None:
        nonlocal passed
        del connection
        with lock:
            passed += 1
            count_file.write_text(str(passed), encoding="utf-8")
            if passed == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "begin", boundary)
    event.listen(Engine, "commit", boundary)
    return run(words, real_doors())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
