# Everything a developer types. Each target does its own set-up; `make test` and `make demo` are all a newcomer needs.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Terraform finds its providers through a configuration that names a filesystem mirror of this machine, if there is one.
MIRROR = TF_CLI_CONFIG_FILE="$$($(BIN)/python tools/provider_mirror.py)"

PROVIDER := tests/support/login_provider

.PHONY: help setup provider test unit lint format soak bench docs screenshots demo demo-service lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*##/ { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Create .venv with exactly what the lock file names

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Towpath needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

provider: ## Install the login provider that tests log in at, from npm
	@command -v npm >/dev/null || { echo "npm is not there: tests that log in at a real provider are skipped"; exit 0; }; \
	  cd $(PROVIDER); if [ package-lock.json -nt node_modules/.package-lock.json ]; then \
	  npm ci --ignore-scripts --no-audit --no-fund --silent; touch node_modules/.package-lock.json; fi

test: $(READY) provider ## Run every test: the instant ones first, then scenarios, the longest before the others, and the rest
	$(BIN)/pytest -q -n 2 -m "not soak" tests/unit
	$(MIRROR) $(BIN)/pytest -q -n 2 --dist worksteal -m "not soak" \
	  tests/scenarios/test_demo.py tests/scenarios tests/crash tests/contract tests/conformance tests/web

unit: $(READY) ## Run the instant tests only
	$(BIN)/pytest -q -n 2 -m "not soak" tests/unit

soak: $(READY) ## Run the crash and chaos tests with many seeds
	$(MIRROR) $(BIN)/pytest -q -m soak --hypothesis-profile searching --timeout 3600 tests

lint: $(READY) ## Check style, types, layers, budgets and the reference pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/budgets.py
	$(BIN)/python tools/reference.py --check

format: $(READY) ## Put the code into the house's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## Measure, print a table with ratios, write bench/results/*.json
	$(MIRROR) $(BIN)/python -m bench

docs: $(READY) ## Write the reference pages from the code and check every link
	$(BIN)/python tools/reference.py
	$(BIN)/mkdocs build --strict --quiet --site-dir build/docs
	@echo "The documentation is in build/docs/index.html"

screenshots: $(READY) ## Pictures of every page of the service, in build/screenshots
	PYTHONPATH=tests/support $(BIN)/python tools/screenshots.py $(ARGS)

demo: $(READY) ## The whole story on this machine, in a few minutes
	$(MIRROR) $(BIN)/towpath demo $(ARGS)

demo-service: $(READY) ## The story in the browser; stays until Ctrl-C
	$(MIRROR) $(BIN)/towpath demo --serve $(ARGS)

lock: ## Resolve pyproject.toml into the lock files again
	tools/lock.sh

clean: ## Remove everything that make made
	rm -rf $(VENV) $(PROVIDER)/node_modules build dist .cache bench/results .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
