# One place for every command of the project. `make help` lists them.

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# The environment is made again when one of these changes.
INPUTS := requirements.lock pyproject.toml

# Test runs take both of two cores (a worker without work takes some of another, so files stay together);
# give `make test WORKERS=0` for one process and a debugger.
WORKERS ?= auto
# `make test TESTS=tests/store` runs a part.
TESTS   ?= tests
KILLS   ?= 300
SEED    ?= 1
MAILS   ?= 1000
CYCLES  ?= 10
DAYS    ?= 30

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test bench lint reliability lock venv packages clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

demo: $(STAMP) ## the main job on an embedded default: a story of real mails, and a page to look at them
	$(BIN)/gateway demo

test: packages $(STAMP) ## every test; installs missing Debian packages first (packages.txt)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -rs $(TESTS)

bench: $(STAMP) ## the figures of the performance goals, each beside a reference of the same run
	$(BIN)/python -m benchmarks

lint: $(STAMP) ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

reliability: packages $(STAMP) ## kills, crash points, full disks, dead peers: nothing lost, nothing double. Long: KILLS=10000 MAILS=10000 CYCLES=50 DAYS=1000
	$(BIN)/python -m reliability.crash_points
	$(BIN)/python -m reliability.disk_full --cycles $(CYCLES) --seed $(SEED)
	$(BIN)/python -m reliability.mailbox --mails $(MAILS) --seed $(SEED)
	$(BIN)/python -m reliability.smarthost --mails $(MAILS)
	$(BIN)/python -m reliability.loops --days $(DAYS)
	$(BIN)/python -m reliability.two_daemons --mails $(MAILS) --seed $(SEED)
	$(BIN)/python -m reliability.kill_campaign --kills $(KILLS) --seed $(SEED)
	$(BIN)/python -m reliability.kill_campaign --kills $(KILLS) --seed $(SEED) --kill-database

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-annotate --no-header --extra postgres --extra dkim --extra s3 --group dev pyproject.toml -o requirements.lock

venv: $(STAMP) ## only the virtual environment
	@echo "$(VENV) is ready"

packages: ## only the Debian packages the tests use
	@.ci/packages install packages.txt

clean: ## remove what the targets above made
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist *.egg-info
	find gateway tests benchmarks reliability -name __pycache__ -type d -prune -exec rm -rf {} +

# Hashes are required, so what is installed is what was tested; the project itself comes editable.
$(STAMP): $(INPUTS)
	@.ci/venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
