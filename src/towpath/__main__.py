"""`python -m towpath`: the same as `towpath`."""

from __future__ import annotations

from towpath.cli.start import main

if __name__ == "__main__":
    main()
