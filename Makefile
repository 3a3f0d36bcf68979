# The commands of this project. Each works from a fresh clone with Python 3.11 or newer and make.

PYTHON ?= python3
VENV := .venv
LOWEST := .venv-lowest
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -qq
WORKERS ?= 2
ARGS ?=
# no test of speed and no simulation, which say nothing of versions, nor the laws, which take longest
QUICKLY := tests --ignore=tests/laws --ignore=tests/project --ignore=tests/engines --ignore-glob='*/test_work.py' \
    -k 'not seconds and not cover and not simulat'

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help report test hunt coverage test-engines test-lowest fuzz mutants lint docs links bench notebooks clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

report: $(VENV)/.package  ## print the security report (ARGS="--html report.html" for more)
	@$(PY) -m ilacs_reliability $(ARGS)

test: $(VENV)/.test  ## run the tests and every docstring's examples (ARGS="-k kappa" for some)
	$(PY) -m pytest -n $(WORKERS) --ignore=tests/engines $(ARGS)

hunt: $(VENV)/.test  ## try every law on a hundred cases that differ from run to run, which takes an hour
	HYPOTHESIS_PROFILE=hunt $(PY) -m pytest -n $(WORKERS) --ignore=tests/engines -m hypothesis $(ARGS)

test-engines: $(VENV)/.engines  ## run the tests on Dask, Spark and Ibis; Spark needs Java
	$(PY) -m pytest -q tests/engines $(ARGS)

coverage: $(VENV)/.test  ## run the tests and print the lines that none reaches, which takes nearly twice as long
	$(PY) -m pytest -n $(WORKERS) --ignore=tests/engines --cov --cov-branch --cov-report=term $(ARGS)

fuzz: $(VENV)/.test  ## call everything with any input for a minute (ARGS="--seconds 600 --seed 7")
	$(PY) scripts/fuzz.py $(ARGS)

mutants: $(VENV)/.test  ## print changes of the core that no test notices (ARGS="--all" for all)
	$(PY) scripts/mutants.py $(ARGS)

test-lowest: $(LOWEST)/.ready  ## run the tests, quickly, with the lowest versions on the plainest processor
	NPY_DISABLE_CPU_FEATURES="$$($(LOWEST)/bin/python scripts/lowest.py --features)" \
	    OPENBLAS_CORETYPE=Nehalem OMP_NUM_THREADS=1 HYPOTHESIS_PROFILE=quick \
	    $(LOWEST)/bin/python -m pytest -q -n $(WORKERS) $(or $(ARGS),$(QUICKLY))

lint: $(VENV)/.lint  ## check style, format and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict
	$(PY) -m mypy --strict tests/project/consumer.py

docs: $(VENV)/.docs  ## build the pages into docs/_build/html; a warning, a slip or a dead link is an error
	$(PY) -m codespell_lib README.md CHANGELOG.md CONTRIBUTING.md docs notebooks src
	rm -rf docs/_build
	$(PY) -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

links: $(VENV)/.docs  ## ask each address that the pages name whether it answers
	$(PY) -m sphinx -q -b linkcheck docs docs/_build/links

bench: $(VENV)/.bench  ## print how long the library takes beside other programs
	@set -e; for script in $(sort $(wildcard benchmarks/bench_*.py)); do \
	    echo "== $$script"; $(PY) $$script $(ARGS); done

notebooks: $(VENV)/.docs  ## run each notebook from clean and write it as .ipynb
	$(PY) scripts/run_notebooks.py $(sort $(wildcard notebooks/*.py))

clean:  ## remove .venv and everything that the commands above wrote
	rm -rf $(VENV) $(LOWEST) docs/_build docs/_drawn docs/reference build dist .pytest_cache .mypy_cache .ruff_cache \
	    .hypothesis .coverage .coverage.* notebooks/*.ipynb notebooks/.ipynb_checkpoints
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp in .venv says what is installed there, so that each part is installed once.
# Groups of dependencies (PEP 735) need pip 25.1, hence the newest pip first.

$(VENV)/.pip:
	@$(PY) -m pip --version >/dev/null 2>&1 || { \
	    for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	        if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	            echo "making $(VENV) with $$($$python --version)" && \
	            $$python -m venv $(VENV) && break || exit 1; \
	        fi; \
	    done; }
	@test -x $(PY) || { \
	    echo "Python 3.11 or newer was not found; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PIP) install --upgrade pip
	@touch $@

$(VENV)/.package: pyproject.toml $(VENV)/.pip
	@echo "installing the package"
	@$(PIP) install --editable .
	@touch $@

# the lowest versions live apart from the newest
$(LOWEST)/.ready: pyproject.toml scripts/lowest.py $(VENV)/.pip
	@echo "making $(LOWEST)"
	@$(PY) -m venv --clear $(LOWEST)
	@$(LOWEST)/bin/python -m pip --disable-pip-version-check -qq install --upgrade pip
	@$(PY) scripts/lowest.py > $(LOWEST)/lowest.txt
	@$(LOWEST)/bin/python -m pip --disable-pip-version-check -qq install \
	    --constraint $(LOWEST)/lowest.txt --editable . --group test
	@touch $@

$(VENV)/.%: $(VENV)/.package
	@echo "installing what '$*' needs"
	@$(PIP) install --group $*
	@touch $@
