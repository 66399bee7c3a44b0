# `make demo` and `make test` need only Python 3.11 or newer: they make .venv and install into it.
# Another Python: make demo PYTHON=python3.12    A quick look: make demo DEMO_ARGS='--trials 500'

PYTHON ?= python3
OUT ?= out/debate
DEMO_ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test test-fast lint docs-check clean

demo: .venv/installed
	$(BIN)/strait run scenarios/debate.yaml --out '$(OUT)' --fresh $(DEMO_ARGS)

test: lint
	$(BIN)/pytest -n auto --dist worksteal

# For daily work, about a minute: all tests but those that play many trials or start other programs.
test-fast: .venv/installed-test
	$(BIN)/pytest -n auto --dist worksteal -m 'not slow and not interpreters'

lint: .venv/installed-test
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/yamllint --strict .

# Names every page and measure in docs/ that is out of date, with the command that remakes it.
docs-check: .venv/installed-test
	$(BIN)/python -m tools document --check

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist

# The two stamps are older than pyproject.toml whenever what must be installed may have changed.
.venv/installed: pyproject.toml | $(BIN)/python
	@echo 'Installing Strait into .venv: a minute or two, once.'
	$(PIP) --editable .
	@touch $@

.venv/installed-test: pyproject.toml | $(BIN)/python
	@echo 'Installing Strait and its test tools into .venv: a minute or two, once.'
	$(PIP) --editable '.[test]'
	@touch $@ .venv/installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Strait needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Name a newer one: make demo PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
