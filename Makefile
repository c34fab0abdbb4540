# Every target prepares what it needs first; with nothing to do that takes less than a second.
.PHONY: help run compile test check call mail bench lint format migration clean
.DEFAULT_GOAL := help
BIN := .venv/bin
CODE := config crm_core routing cti channels agent_console trunkline
WEB := agent_console/web
# a process for each processor and one more; what starts whole centres comes last (tests/conftest.py)
SIDE_BY_SIDE := -n auto --no-loadscope-reorder

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## set everything up, start Asterisk and Trunkline with a demo centre (Ctrl-C stops all)
	@deploy/setup.sh run && exec $(BIN)/trunkline demo

compile: ## compile the router's core, which halves the time of a decision (docs/operations.md)
	@deploy/setup.sh compile

call: ## place a real call into the running demo: make call FROM=+886912345678
	@$(if $(FROM),,echo 'Please say who calls: make call FROM=+886912345678' >&2; exit 2;) exec $(BIN)/trunkline demo-call --from '$(FROM)'

mail: ## send a real mail into the running demo
	@exec $(BIN)/trunkline demo-mail

test: ## all tests, with real Asterisk, SIPp, Chromium, PostgreSQL and Postfix (minutes)
	@deploy/setup.sh test && exec $(BIN)/pytest tests $(SIDE_BY_SIDE) --durations=40 --durations-min=3

check: lint ## lint, types, import contracts and the tests without real parts (a minute or two)
	@$(BIN)/pytest -q tests -m 'not real' $(SIDE_BY_SIDE)
	@if [ -d $(WEB)/node_modules ]; then for script in check test; do $(BIN)/python deploy/build_console.py run --silent --if-present $$script || exit 1; done; fi

lint: ## ruff, mypy, import-linter
	@deploy/setup.sh check
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . || { echo 'ruff found something: see above, or run make format' >&2; exit 1; }
	@$(BIN)/mypy && $(BIN)/mypy deploy/*.py
	@$(BIN)/lint-imports --no-logo

format: ## format the code and repair what ruff can repair
	@deploy/setup.sh check
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

bench: ## one measurement, after make test has set up: make bench NAME=ring
	@$(if $(NAME),,echo 'Please say which: make bench NAME=ring' >&2; exit 2;) deploy/setup.sh test && exec $(BIN)/python -m bench.$(NAME) $(if $(DB),--db $(DB))

migration: ## draft the migration to what the tables say now: make migration NAME=warranties
	@$(if $(NAME),,echo 'Please say what it does: make migration NAME=warranties' >&2; exit 2;) deploy/setup.sh check && $(BIN)/python -m crm_core.migrations.draft '$(NAME)'

clean: ## remove what set-up and builds made here (the download cache in the home folder stays)
	@rm -rf .venv .trunkline dist agent_console/static $(WEB)/node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis
