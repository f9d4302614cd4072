# `make demo` and `make test` need Python >= 3.11 and the package index; everything else they set up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint audit bench docs dist clean

demo: $(READY)
	$(BIN)/supercooled study sharma2022 --preset quick --out demo

test: $(READY)
	$(BIN)/pytest -n auto --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Optional: known vulnerabilities of what is pinned. Without a network there is nothing to ask, which is no failure.
audit: $(READY)
	$(PYTHON) -m venv $(VENV)-audit
	@if $(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit; then \
	    said=$$($(VENV)-audit/bin/pip-audit --no-deps --disable-pip -r requirements.lock 2>&1); code=$$?; echo "$$said"; \
	    case "$$said" in *"known vulnerabilit"*) exit $$code;; esac; \
	else echo "pip-audit can't be had here: nothing audited"; fi

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "supercooled needs Python 3.11 or later, $(PYTHON) is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The wheel and the archive of the sources; the version comes from the tags.
dist: $(READY)
	$(BIN)/python -m hatchling build -d dist

docs: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r docs/requirements.lock
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build

# The peers live in an environment of their own: none of them is a dependency. What they name but the
# benchmarks don't import (PyMatterSim's OVITO and Qt) stays out. atooms is faster with a gfortran.
$(VENV)-peers/.ready: requirements.lock benchmarks/requirements.lock
	$(PYTHON) -m venv $(VENV)-peers
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r benchmarks/requirements.lock
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

bench: $(VENV)-peers/.ready
	$(VENV)-peers/bin/python -m benchmarks

clean:
	rm -rf $(VENV) $(VENV)-peers $(VENV)-audit demo dist docs/_build
