# Every target prepares what it needs by itself; what is prepared already takes no time.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
SETUP = $(if $(PYTHON),@$(PYTHON) backend/tooling/setup.py,$(error Lantern needs Python 3.11 or newer))
NPM := $(BIN)/python backend/tooling/page.py npm

.DEFAULT_GOAL := help
.PHONY: help run setup setup-test test check lint format gen gen-clean bench e2e pictures dev pins clean

help: ## List what there is to do
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Install what is missing, start Lantern and open it in the browser
	@$(BIN)/lantern serve --open

setup: ## Make .venv with the pinned packages and build the page
	$(SETUP)

setup-test:
	$(SETUP) test

test: setup-test ## Run every test: the page's own, Python's, and those in a real browser
	@$(NPM) run check
	@$(NPM) test
	@$(BIN)/python -m pytest

e2e: setup-test ## Run the tests in a real browser only
	@$(BIN)/python -m pytest tests/e2e

check: lint gen-clean test ## Lint, prove that generated files are current, test

lint: setup-test ## Check style, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(NPM) run lint
	@$(NPM) run check

format: setup-test ## Put all code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@cd frontend && PATH="$(CURDIR)/frontend/node_modules/.bin:$$PATH" prettier --write .

gen: setup ## Write the TypeScript types of the protocol
	@$(BIN)/python -m lantern.protocol.typescript

gen-clean: gen
	@git diff --exit-code -- frontend/src/wire/protocol.ts

bench: setup-test ## Measure the promises and print them beside their goals
	@$(BIN)/python -m tests.bench

pictures: setup-test ## Take the pictures of the README from the running product
	@LANTERN_PICTURES=1 $(BIN)/python -m pytest tests/e2e/test_pictures.py

dev: setup ## Start Lantern, and the page from its sources with reload at once
	@$(BIN)/lantern serve --no-open & trap "kill $$!" EXIT INT TERM; $(NPM) run dev

pins: setup-test ## Write constraints.txt from what is installed now
	@$(BIN)/python backend/tooling/pins.py

clean: ## Remove everything that was installed or built
	@rm -rf .venv frontend/node_modules backend/lantern/server/static dist build
