# A bare machine has Python 3.11 or newer, make and a package index; both commands set up what they need, once.

VENV := .venv
BIN := $(VENV)/bin
REPLICATIONS ?= 40
SCENARIO ?= scenarios/baseline.toml
# The first interpreter that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)

.PHONY: forecast test clean

forecast: $(VENV)/.installed
	$(BIN)/fundflow run $(SCENARIO) --replications $(REPLICATIONS)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "fundflow needs Python 3.11 or newer; none was found" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps are touched last, so that a set-up cut off is done again.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV)
