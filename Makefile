# For people. In CI call pytest itself: make turns its exit statuses into 2.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
# The reference provider unless ARGS names another one, whatever provider file is found.
PROVIDER = $(if $(findstring --provider,$(ARGS))$(findstring --base-url,$(ARGS)),,--provider reference)
RUN := $(VENV)/bin/python -m

.PHONY: contract acceptance test check detection conformance hostile clean

contract: $(READY)       ## the contract suite against the embedded reference provider; reports in reports/
	@$(RUN) pytest tests/contract $(PROVIDER) $(ARGS)

acceptance: $(READY)     ## the same, and reports/acceptance.html; whom to ask by ARGS="--provider FILE"
	@$(RUN) pytest tests/contract --acceptance $(PROVIDER) $(ARGS)

test: $(READY)           ## the project's own tests
	@$(RUN) pytest tests/unit tests/docs tests/runs tests/detection tests/hostile tests/reference tests/schemas -q -n 4 --dist worksteal $(ARGS)

check: $(READY)          ## lint and strict types
	@$(RUN) ruff check -q .
	@$(RUN) ruff format -q --check .
	@$(RUN) mypy

detection: $(READY)      ## the table fault x clause, and the rates that docs/detection.md quotes
	@$(RUN) tests.detection $(ARGS)

conformance: $(READY)    ## the official JSON Schema Test Suite against the judge; fetched, unless ARGS names a copy
	@$(RUN) tests.conformance $(ARGS)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

hostile: $(READY)        ## a provider that misbehaves on purpose: behaviour x decision, seconds, memory
	@$(RUN) tests.hostile $(ARGS)

clean:                   ## the environment and what tools left behind
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
