# `make demo` and `make test` need Python 3.11 or later and make, nothing else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint speed clean

help:  ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 14

# A stamp a kind of installation, renewed when pyproject.toml changes.
$(VENV)/installed-bench: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[bench]"
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed-bench
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

test: lint  ## Install what the tests need and run them all
	$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(VENV)/installed-dev  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:  ## Remove the virtual environment and what tools left behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
