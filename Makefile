# `make demo` and `make test` need only Python 3.11 or later and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint docs speed replay gpu clean

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 14

# Each kind of installation has a stamp, which is renewed when pyproject.toml changes.
$(VENV)/installed-bench: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[bench]"
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed-bench
	$(BIN)/python -m pip install --quiet --editable ".[bench,deploy]" --group dev --group docs
	@touch $@

$(VENV)/installed-docs: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --group docs
	@touch $@

demo: $(VENV)/installed-bench  ## Install, rank the catalog, train two models on the embedded sample, compare them
	$(BIN)/zoo rank --by top5,gpu,params
	$(BIN)/zoo bench efficientnetb1 mobilenet --dataset glyphs --recipe quick
	$(BIN)/zoo board --dataset glyphs
	@echo
	@echo "zoo is $(BIN)/zoo; after \"source $(BIN)/activate\" it is zoo. Try next:"
	@echo "  $(BIN)/zoo robust --by top5,gpu,params         # is the ranking firm?"
	@echo "  $(BIN)/zoo compare efficientnetb1 mobilenet    # do the two networks differ?"
	@echo "  $(BIN)/zoo export board.html                   # the leaderboard as a page"

test: lint  ## Install the tools of the tests, check style and types, run all tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# JAX without TensorFlow, as a user may have it: nothing may need TensorFlow.
$(VENV)-jax/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)-jax
	$(VENV)-jax/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(VENV)-jax/bin/python -m pip install --quiet --editable ".[jax]" pytest pytest-xdist hypothesis
	@touch $@

EVERY := tests/training/test_every_model.py

test-all: test $(VENV)-jax/installed  ## Run all tests, then thousands of random faults, then train every network one step on TensorFlow and on JAX
	@missed=0; \
	$(BIN)/python -m pytest -m campaign -n 2 || missed=1; \
	$(BIN)/python -m pytest -m every_model || missed=1; \
	JAX_DISABLE_MOST_OPTIMIZATIONS=1 KERAS_BACKEND=jax $(VENV)-jax/bin/python -m pytest -m every_model $(EVERY) || missed=1; \
	KERAS_BACKEND=jax $(VENV)-jax/bin/python -m pytest tests/training/engines/test_scan_engine.py || missed=1; \
	exit $$missed

lint: $(VENV)/installed-dev  ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/installed-docs  ## Build the documentation site in site/; a broken link is an error
	$(BIN)/zensical build --clean --strict

speed: $(VENV)/installed-dev  ## Measure speed as ratios against named rivals; fail at the end if a goal is missed
	@missed=0; for script in start_up ranking acceptability training compiling; do echo; $(BIN)/python tools/$$script.py || missed=1; done; exit $$missed

RACES ?= benchmarks/races/emnist47-20000

replay: $(VENV)/installed-bench  ## Replay races on recorded trainings, against random choice and successive halving
	$(BIN)/python tools/replay.py $(RACES)

scale: $(VENV)/installed-dev  ## Measure reading of 10,000 runs, claims, and a queue of stub runs
	$(BIN)/python tools/claims.py
	$(BIN)/python tools/scale.py

# A machine with a GPU and JAX may have no network, so nothing is installed.
GPU_PYTHON ?= python3
DATA ?= data
DATASET ?= emnist-balanced
RUNS ?= runs-gpu
SLICE ?= 570

gpu:  ## Train and time on a GPU for SLICE seconds; run again to resume (see benchmarks/gpu.md)
	KERAS_BACKEND=jax $(GPU_PYTHON) tools/device.py
	KERAS_BACKEND=jax timeout --signal=INT --kill-after=60 $(SLICE) \
		$(GPU_PYTHON) -m modelzoo bench --suite gpu --latency-batch 1,32 --dataset $(DATASET) --data-dir $(DATA) --runs $(RUNS) || [ $$? -eq 124 ]

clean:  ## Remove the virtual environments and the caches of the tools
	rm -rf $(VENV) $(VENV)-jax .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache site dist
