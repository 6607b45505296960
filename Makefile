# Every target first makes sure that the work tree is set up; that is quick when nothing changed.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: help setup up test check faults bench translations lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

setup: ## .venv from the lock, front-end files from npm, catalogues
	@$(PYTHON) scripts/setup.py

up: setup ## the whole system on this machine; PORT=, DATABASE_URL=, CELERY_BROKER_URL=
	@$(BIN)/python -m config.supervisor

test: setup ## the suite on SQLite and PostgreSQL; ARGS= goes to pytest
	@$(BIN)/python scripts/run_tests.py $(ARGS)

check: setup ## linters, types, migrations, translations, deployment
	@$(BIN)/python scripts/run_checks.py

faults: setup ## kill everything while it works, then look; KILLS=50, SEED=
	@$(BIN)/python -m tests.faults

bench: setup ## benchmarks on PostgreSQL; SCALE=10k for a quick look
	@$(BIN)/python -m tests.bench $(ARGS)

translations: setup ## bring the Russian catalogues up to date with the source
	@$(BIN)/python scripts/translations.py update

# After a change of dependencies in pyproject.toml. UPGRADE=--upgrade takes newer versions.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header $(UPGRADE)
lock:
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) --group pyproject.toml:node -o requirements-node.txt
	$(COMPILE) requirements-bench.in -o requirements-bench.txt
