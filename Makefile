# Daily commands. Paths are relative, so that the project may lie anywhere, also below a space.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
LIVE_PORT ?= 8001
SIMULATOR_PORT ?= 8020
ARGS ?=

# bootstrap.py makes .venv where it is missing and becomes the Python in it.
RUNTIME = $(PYTHON) bootstrap.py
TOOLS = $(PYTHON) bootstrap.py --tools
SERVERS = $(TOOLS) -m config.launch.with_servers
SUB_MAKE = $(MAKE) --no-print-directory --keep-going

.DEFAULT_GOAL := help
.PHONY: help run test check fmt bench seed sale worker beat shell vendor lock
.PHONY: all-checks check-style check-form check-types check-arrows check-templates check-migrations
.PHONY: check-settings all-tests tests-without-browser tests-with-browser all-benchmarks

help:
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

# `manage.py up` without loading the product first, which saves a second.
run: ## start everything, until Ctrl-C (PORT=8000 LIVE_PORT=8001 ARGS=--no-demo)
	@exec $(RUNTIME) -m config.launch.up --host $(HOST) --port $(PORT) --live-port $(LIVE_PORT) \
		--simulator-port $(SIMULATOR_PORT) $(ARGS)

test: ## check everything, then run the tests (ARGS="tests/inventory -x" for some)
	@exec $(SERVERS) -- $(SUB_MAKE) all-checks all-tests

check: ## style, types, arrows, templates, migrations, settings
	@exec $(SERVERS) -- $(SUB_MAKE) all-checks

fmt: ## put the code into its form
	@$(TOOLS) -m ruff check --fix --quiet .
	@$(TOOLS) -m ruff format .

bench: ## measure, as parts of what this machine can do (ARGS=posting for one figure)
	@exec $(SERVERS) --durable -- $(SUB_MAKE) all-benchmarks

seed: ## load the demonstration into the running database
	@exec $(RUNTIME) manage.py seed_demo $(ARGS)

sale: ## ring up a sale at the running server
	@exec $(RUNTIME) manage.py ring_up $(ARGS)

worker: ## one more worker for the running servers
	@DJANGO_SETTINGS_MODULE=$${DJANGO_SETTINGS_MODULE:-config.settings.dev} exec $(RUNTIME) -m celery -A config worker --loglevel info $(ARGS)

beat: ## a beat by itself, for servers that have none
	@DJANGO_SETTINGS_MODULE=$${DJANGO_SETTINGS_MODULE:-config.settings.dev} exec $(RUNTIME) -m celery -A config beat --loglevel info --pidfile= \
		--schedule "$${TMPDIR:-/tmp}/storeroom-beat" $(ARGS)

shell: ## a Python shell on the running database
	@exec $(RUNTIME) manage.py shell $(ARGS)

vendor: ## fetch the vendored scripts and fonts again, and check their hashes
	@exec $(RUNTIME) static/vendor/fetch.py $(ARGS)

lock: ## lock what the .in files ask for (ARGS=--upgrade for the newest of all)
	@for name in requirements requirements-dev requirements-redis requirements-bootstrap; do \
		$(TOOLS) -m uv --quiet pip compile --generate-hashes --universal --python-version 3.11 \
			--no-header $(ARGS) $$name.in -o $$name.txt >/dev/null || exit 1; \
	done

# What follows runs inside with_servers, where `python` is ours and the servers are known. Each check is
# a target of its own, so that --keep-going shows every complaint of a run.

all-checks: check-style check-form check-types check-arrows check-templates check-migrations check-settings

check-style:
	python -m ruff check .

check-form:
	python -m ruff format --check .

check-types:
	python -m mypy .

check-arrows:
	python -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

check-templates:
	python -m djlint --quiet --lint --check templates

check-migrations:
	python manage.py makemigrations --check --dry-run

check-settings:
	python -m config.launch.as_production manage.py check --deploy --fail-level WARNING

all-tests: tests-without-browser tests-with-browser

# Apart, for a browser leaves an event loop running in the process that drove it. 5: none was chosen.
tests-without-browser:
	python -m pytest -n 2 --dist loadgroup -m "not e2e" $(ARGS) || [ $$? -eq 5 ]

tests-with-browser:
	python -m config.launch.browser
	python -m pytest -n 2 --dist loadgroup -m e2e $(ARGS) || [ $$? -eq 5 ]

all-benchmarks:
	DATABASE_URL="$$MIGRATE_DATABASE_URL" python manage.py migrate --noinput -v 0
	python manage.py benchmark $(or $(ARGS),all)
