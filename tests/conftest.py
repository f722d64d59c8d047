"""How properties are tried: with the same examples in every run, so that a change is judged by itself. The soak
searches."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("searching", derandomize=False, print_blob=True)
settings.load_profile("same")
