#!/usr/bin/env bash
# Resolves pyproject.toml into the two lock files: what Towpath needs, and that plus what its developers need.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header "$@" > /dev/null; }
.venv/bin/python -m pip install --quiet uv
compile -o requirements/runtime.txt
compile --extra dev -o requirements/dev.txt
