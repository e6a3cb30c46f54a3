# The portal's commands; docs/development.md explains them.
# ARGS reaches pytest (make test ARGS="tests/billing -k vat") and the benchmarks (make bench ARGS=--json).

PORT ?= 8000
ARGS ?=
PYTHON := .venv/bin/python
SERVICES := $(PYTHON) -m partnercenter.devservices

.PHONY: run test check bench stop clean environment
.NOTPARALLEL:

run: environment ## Everything in one terminal, until Ctrl-C
	@$(SERVICES) run --port "$(PORT)"

test: environment ## All tests, on services of their own
	@$(SERVICES) test -- $(ARGS)

check: environment ## Format, lint, types, contracts, migrations, templates, translations, deployment
	@$(SERVICES) check

bench: environment ## The benchmarks, on a database of their own that keeps fsync
	@$(SERVICES) test-env --durable -- $(PYTHON) manage.py bench $(ARGS)

stop: environment ## End whatever runs from this checkout; data is kept
	@$(SERVICES) stop

clean: stop ## Also remove what tools made; data is kept
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage* staticfiles

environment: # Python >= 3.12 and .venv with exactly requirements-dev.txt
	@sh partnercenter/devservices/environment.sh
