# `make demo` and `make test` need only Python 3.11 or newer: they make .venv and install into it.
# Another Python: make demo PYTHON=python3.12    A quick look: make demo DEMO_ARGS='--trials 500'
# constraints.txt holds the versions of all libraries that they install.

PYTHON ?= python3
OUT ?= out/debate
DEMO_ARGS ?=
BIN := .venv/bin
INSTALL := -m pip install --quiet --disable-pip-version-check
PIP := $(BIN)/python $(INSTALL) --constraint constraints.txt
NEWEST := .venv-newest/bin
TESTS ?=
# One process takes a whole file, so that what its tests share is made once; they come in the order of tests/conftest.py.
SPREAD := -n auto --dist loadfile --no-loadscope-reorder
# Tests start many programs, and each would compile all sources again where this is set.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-fast test-newest constraints lint docs-check site clean

demo: .venv/installed
	$(BIN)/strait run scenarios/debate.yaml --out '$(OUT)' --fresh $(DEMO_ARGS)

test: lint
	$(BIN)/pytest $(SPREAD)

# For daily work, about a minute: all tests but those that play many trials or start other programs.
test-fast: .venv/installed-test
	$(BIN)/pytest $(SPREAD) -m 'not slow and not interpreters'

# The same tests with the newest version of every library, in an environment of its own. Some of them:
# make test-newest TESTS='tests/scenario'
test-newest:
	@$(MAKE) --no-print-directory BIN='$(NEWEST)' '$(NEWEST)/python'
	$(NEWEST)/python $(INSTALL) --upgrade --upgrade-strategy eager --editable '.[test]'
	$(NEWEST)/pytest $(SPREAD) $(TESTS)

# After make test-newest: its versions become the tested ones.
constraints:
	{ sed -n '/^#/p' constraints.txt; $(NEWEST)/python -m pip freeze --exclude-editable \
	  | sed -E '/^(llvmlite|numba)=/s/$$/; sys_platform != "darwin" or platform_machine != "x86_64"/'; } > constraints.new
	mv constraints.new constraints.txt

lint: .venv/installed-test
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/yamllint --strict .

# Names every page and measure in docs/ that is out of date, with the command that remakes it.
docs-check: .venv/installed-test
	$(BIN)/python -m tools document --check

# The web site in site/: the simulator and all pages, for GitHub Pages or any other server.
site: .venv/installed-test
	$(BIN)/python -m tools site

clean:
	rm -rf .venv .venv-newest .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist site

# The two stamps are older than these files whenever what must be installed may have changed.
.venv/installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing Strait into .venv: a minute or two, once.'
	$(PIP) --editable .
	@touch $@

.venv/installed-test: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing Strait and its test tools into .venv: a minute or two, once.'
	$(PIP) --editable '.[test]'
	@touch $@ .venv/installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Strait needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ". Name a newer one: make demo PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(BIN:/bin=) || { rm -rf $(BIN:/bin=); exit 1; }
