# Two commands to know: `make run` and `make test`. Everything else is below.
PORT ?= 8000
# The first Python that is new enough for Vigil and old enough for the wheels of the lock file.
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
endif
BOOTSTRAP = platform/vigil/config/bootstrap.py
VENV = .venv/bin
NPM = $(PYTHON) $(BOOTSTRAP) npm
export PYTHONPATH := $(CURDIR):$(CURDIR)/platform

.PHONY: run setup python test check api bench lock clean

run: python ## set everything up and serve on http://127.0.0.1:$(PORT)/ with the demo project; Ctrl-C stops it
	@$(PYTHON) $(BOOTSTRAP) --port "$(PORT)" && exec $(VENV)/python manage.py up --port "$(PORT)"

setup: python ## only .venv and the workbench
	@$(PYTHON) $(BOOTSTRAP)

python:
	@test -n "$(PYTHON)" || { echo "vigil: needs Python 3.11, 3.12 or 3.13, and none is on the PATH; install one" \
		"(Debian: apt-get install python3 python3-venv) or say make PYTHON=/path/to/python3.11" >&2; exit 2; }

test: setup ## all tests; those that drive a browser run where Chromium is installed
	$(VENV)/python -m pytest -q $(ARGS)

check: setup ## what CI runs besides the tests
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy platform ml annotation_templates
	$(VENV)/lint-imports
	$(VENV)/python manage.py makemigrations --check --dry-run
	$(NPM) run check

api: setup ## after a change of the API: write openapi.json from the server's schemas, and the workbench's types from that
	$(VENV)/python manage.py export_openapi_schema --api vigil.config.api.api --sorted --indent 1 \
		--output platform/workbench/openapi.json
	$(NPM) run api

bench: setup ## what is measured, in one table
	$(VENV)/python -m benchmarks $(ARGS)

lock: setup ## write requirements/lock.txt from requirements/direct.txt
	$(VENV)/python -m pip install --disable-pip-version-check --upgrade -r requirements/direct.txt
	{ sed -n '/^#/p' requirements/lock.txt; $(VENV)/python -m pip freeze --exclude pip --exclude setuptools \
		| sed -E 's/\+cpu$$|\+cu[0-9]+$$//'; } > requirements/lock.new
	mv requirements/lock.new requirements/lock.txt

clean: ## remove what can be made again: .venv, the built workbench, caches; never .vigil, where your work is
	rm -rf .venv .setup-logs platform/workbench/node_modules platform/workbench/dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
