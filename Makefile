# `make demo` and `make test` need Python >= 3.11 and the package index; everything else they set up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test core lint wheels audit bench docs dist interfaces clean

demo: $(READY)
	$(BIN)/supercooled study sharma2022 --preset quick --out demo

# One worker a core: threads of linear algebra beside them would wait for each other.
test: $(READY)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

# What `pip install supercooled` brings and nothing beyond, at the versions of the lock, in an environment of its own.
core: $(READY)
	rm -rf $(VENV)-core
	$(PYTHON) -m venv $(VENV)-core
	$(BIN)/python -m hatchling build --target wheel --directory $(VENV)-core/wheel
	$(VENV)-core/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint requirements.lock \
	    $(VENV)-core/wheel/*.whl
	$(VENV)-core/bin/python tests/core_alone.py

# Every pin has a wheel for each Python from 3.11 to 3.14, on Linux and macOS: a lock that a newcomer can't install is noticed
# here. Without an index nothing is checked, which is no failure.
wheels: $(READY)
	$(BIN)/python tools/wheels.py requirements.lock docs/requirements.lock

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Optional: known vulnerabilities of what is pinned. Where no service can be asked nothing is audited, which is
# no failure; an index without advisories answers for none of the packages.
audit:
	$(PYTHON) -m venv $(VENV)-audit
	@if ! $(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit 2> $(VENV)-audit/said; then \
	    echo "audit: pip-audit can't be had here, nothing audited: $$(tail -n 1 $(VENV)-audit/said)"; exit 0; fi; \
	$(VENV)-audit/bin/pip-audit --progress-spinner off --no-deps --disable-pip -r requirements.lock > $(VENV)-audit/said 2>&1; code=$$?; \
	pinned=$$(grep -c == requirements.lock); unknown=$$(grep -c "could not be audited" $(VENV)-audit/said); \
	if ! grep -q "known vulnerabilit" $(VENV)-audit/said; then \
	    echo "audit: no vulnerability service can be asked here, nothing audited: $$(tail -n 1 $(VENV)-audit/said)"; \
	elif [ $$unknown -ge $$pinned ]; then \
	    echo "audit: the package index used here has no advisories for any of $$pinned packages, nothing audited"; \
	else cat $(VENV)-audit/said; exit $$code; fi

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

# OVITO, MDAnalysis and ASE are in no lock: their tests, in an environment of their own beside the lock's.
interfaces: $(READY)
	rm -rf $(VENV)-interfaces
	$(PYTHON) -m venv $(VENV)-interfaces
	$(VENV)-interfaces/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	$(VENV)-interfaces/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[ase,mdanalysis,ovito]"
	$(VENV)-interfaces/bin/python -m pytest -n 0 tests/test_interfaces.py tests/test_io_mdanalysis.py

# The peers live in an environment of their own: none of them is a dependency. What they name but the
# benchmarks don't import stays out. atooms is faster with a gfortran.
$(VENV)-peers/.ready: requirements.lock benchmarks/requirements.lock
	$(PYTHON) -m venv $(VENV)-peers
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r benchmarks/requirements.lock
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

bench: $(VENV)-peers/.ready
	$(VENV)-peers/bin/python -m benchmarks

clean:
	rm -rf $(VENV) $(VENV)-core $(VENV)-interfaces $(VENV)-peers $(VENV)-audit demo dist docs/_build
