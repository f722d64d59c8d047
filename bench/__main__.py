"""`make bench`: measures, prints a table with ratios, writes JSON. `python -m bench reading` measures one part."""

from __future__ import annotations

import compileall
import sys
from pathlib import Path

import towpath
from bench import idle, load, planning, reading, starting
from bench.figures import Figure, heading, write

_PARTS = {
    "starting": starting.figures,
    "reading": reading.figures,
    "planning": planning.figures,
    "idle": idle.figures,
    "load": load.figures,
}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in _PARTS]
    if unknown:
        print(f"There is no part {unknown[0]}; there are {', '.join(_PARTS)}.", file=sys.stderr)
        return 2
    # As an installation leaves it: nobody's start-up compiles the package.
    compileall.compile_dir(str(Path(towpath.__file__).parent), quiet=2)
    measured: list[Figure] = []
    print(heading())
    for name in wanted or _PARTS:
        for figure in _PARTS[name]():
            measured.append(figure)
            print(figure.row(), flush=True)
    print(f"\nWritten to {write(measured)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
