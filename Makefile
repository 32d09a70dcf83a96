# Two commands: `make rehearse` runs the Inferentia lab on the built-in sandbox, `make test` proves labrunner.
# Both set up what they need in .venv, once, and are quick the second time.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PAGE ?= content/inferentia.md
# -n 2: the whole-program tests mostly wait for processes.
PYTEST_OPTIONS ?= -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help rehearse test check lint types benchmarks clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

rehearse: $(VENV)/.rehearse ## Set up and run the Inferentia lab on the sandbox
	$(BIN)/labrunner run $(PAGE)

test: $(VENV)/.test ## Set up and run all tests
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

check: lint types ## Lint and type-check

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

benchmarks: $(VENV)/.test ## Run every benchmark and print its ratios
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "labrunner needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "this Python cannot make virtual environments; install its venv package (Debian: apt install python3-venv)" >&2; rm -rf $(VENV); exit 2; }

# constraints.txt pins what was tested together; it also spares pip's resolver minutes of work.
$(VENV)/.rehearse: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[sandbox,lab]'
	@touch $@

$(VENV)/.test: $(VENV)/.rehearse
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[sandbox,lab,cluster,test]'
	@touch $@
