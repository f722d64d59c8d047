"""bcrypt, as the engine itself computes it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from towpath.engines.terraform.binary import EngineBinary
from towpath.hcl.forms import quoted
from towpath.problems import Problem, ProblemError
from towpath.system.processes import Processes

__all__ = ["bcrypt_hash"]

_SECONDS = 600.0
"""The time doubles with each step of the cost."""


def bcrypt_hash(text: str, cost: int | None, engine: EngineBinary, processes: Processes) -> str:
    """The hash of the text with a random salt; the text goes to the engine's standard input alone.

    Raises `ProblemError` (`wrong-arguments`) where the engine refuses the text or the cost.
    """
    arguments = quoted(text) if cost is None else f"{quoted(text)}, {cost}"
    # An empty folder: no configuration and no state to look at. The environment could ask for other ones.
    with tempfile.TemporaryDirectory(prefix="towpath-bcrypt-") as folder:
        environment = {"HOME": folder, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": "/dev/null"}
        done = processes.run(
            (engine.path, "console"),
            folder=Path(folder),
            environment=environment,
            stdin=f"bcrypt({arguments})\n".encode(),
            timeout=_SECONDS,
        )
    answer = done.stdout.decode("utf-8", "replace").strip().strip('"')
    if not done.ok or not answer.startswith("$2"):
        detail = f"{engine.name} computes no bcrypt hash of this: the text has 72 bytes at most, the cost is up to 31."
        hint = "Use it as bcrypt(text, cost)."
        raise ProblemError(Problem("wrong-arguments", "The arguments of a function do not fit", detail, hint=hint))
    return answer
