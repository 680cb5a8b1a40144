# The few commands of this project; `make` lists them. Needs Python 3.11 or newer, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A benchmark is a module of benchmarks/; BENCH="clicks digest" runs only these. A county takes long.
BENCH ?= $(sort $(basename $(notdir $(filter-out %/__init__.py %/county.py %/promise.py %/digests.py,$(wildcard benchmarks/[a-z]*.py)))))
ARGS ?=
# Of `make chaos`: runs of each database, the first run's seed, and which database.
RUNS ?= 100
SEED ?=
DATABASE ?= both
# Many tests wait for processes and platforms: one worker more than there are cores.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

DEV := $(VENV)/.installed-dev
DEMO := $(VENV)/.installed-demo
ENOUGH := $(if $(wildcard $(DEV)),$(DEV),$(DEMO))

.DELETE_ON_ERROR:
.PHONY: help demo test check format bench bench-county bench-promise bench-trend digests chaos pictures

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(ENOUGH)  ## play eighteen weeks of a made-up partnership, then try it (ARGS=--headless: print and end)
	@$(BIN)/pulse-bot demo $(ARGS)

# Dozens of tests start processes of their own, which must not compile everything anew.
test: check  ## check, then run all tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(WORKERS) --dist worksteal --durations 15

check: $(DEV)  ## lint, formatting, types, and the layers of the design
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --num-workers auto
	$(BIN)/lint-imports

format: $(DEV)  ## format, and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(DEV)  ## measure, each figure beside its baseline
	@set -e; for name in $(BENCH); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

# Sizes: make bench-county PARTNERSHIPS="10 100 1000" MEMBERS=14 CLICKS=100 WORKSPACES=10 TICK=5000
# MINUTES=35: how long one county may take; then what there is by then is printed.
export PARTNERSHIPS MEMBERS CLICKS WORKSPACES TICK MINUTES
bench-county: $(DEV)  ## a thousand partnerships in one minute, on PostgreSQL with two workers; 40 minutes at most
	@$(BIN)/python -m benchmarks.county

# Sections: make bench-promise SECTIONS="logic price"
bench-promise: $(DEV)  ## attack the release policy and its second edition, and say what they cost; 15 minutes
	@$(BIN)/python -m benchmarks.promise $(SECTIONS)

bench-trend: $(DEV)  ## simulate years of trends: false calls, power, memory; the first edition beside them
	@$(BIN)/python -m benchmarks.trend

# ARGS="--folder ~/digests --sizes 8 14 --years 2 --seed 7"; without a folder nothing is written.
digests: $(DEV)  ## play years of made-up groups, write out their digests (ARGS="--folder …"), count how good they are
	@$(BIN)/python -m benchmarks.digests $(ARGS)

chaos: $(DEV)  ## hurt whole installations at random (RUNS=100 a database, SEED=…, DATABASE=sqlite|postgres)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m tests.chaos --runs $(RUNS) --database $(DATABASE) $(if $(SEED),--seed $(SEED)) $(ARGS)

pictures: $(DEV)  ## draw the pictures of docs/pictures anew; needs Chromium and poppler
	$(BIN)/python -m tests.reports.pictures

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pulse-bot needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Run: make PYTHON=/path/to/a/newer/python")'
	$(PYTHON) -m venv $(VENV)

$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(DEMO): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[web,reports]'
	@touch $@
