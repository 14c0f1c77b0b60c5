# `make demo` runs the main job; `make test` passes the tests. Both work from python3, pip, git and make alone.
PY ?= python3
BIN := .venv/bin
# What is compiled once is kept, also where the environment says otherwise: commands that the tests start begin at once.
export PYTHONDONTWRITEBYTECODE :=
# As the command line has it: threads for products of short vectors only wait.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: demo serve-demo test test-docs test-slow test-bundle coverage lint types docs bench bundle lock clean

demo: .venv/.run
	$(BIN)/rampart demo

# The web application on the real case, on this machine only. Every account of the demonstration has the password below.
DEMO := out/web-demo
DEMO_PASSWORD := a wall of many stones
serve-demo: .venv/.dev $(DEMO)/.made
	@echo "paula: alliance planner; edith: editor of France; arthur: approver of France; adam: administrator; audrey: auditor. Password: $(DEMO_PASSWORD)"
	$(BIN)/rampart serve --store $(DEMO)

# A plan that cannot keep every rule (3) is shown too. The real case without fleets, which no ledger follows: it is made anew. Plans without what takes longest: what a step in each limit would bring, and what other chances of a war would change.
QUICK := --no-report --no-give-or-keep --force
$(DEMO)/.made:
	$(BIN)/rampart db upgrade --store $(DEMO)
	$(BIN)/rampart plan cases/tiny -o $(DEMO)/plans/tiny --no-report --force
	$(BIN)/rampart sustain cases/fleet-2023 -o $(DEMO)/plans/fleet-2023 --draws 0 --no-report --force
	$(BIN)/rampart plan cases/alliance-2023 --with no-fleets -o $(DEMO)/plans/alliance-2023 $(QUICK) --reasons kinds
	$(BIN)/rampart ledger post $(DEMO)/alliance.ledger cases/alliance-2023/evidence/returns-2023.csv
	$(BIN)/rampart plan cases/alliance-2026 -o $(DEMO)/plans/alliance-2026 $(QUICK) --reasons none
	$(BIN)/rampart replan $(DEMO)/alliance.ledger $(DEMO)/plans/alliance-2023 --month 2024-01 -o $(DEMO)/plans/alliance-2024 --no-report --force || [ $$? -eq 3 ]
	echo 'catalogue = "alliance-2023"' > $(DEMO)/settings.toml
	ln -sfn $(CURDIR)/cases/alliance-2023 $(DEMO)/cases/alliance-2023
	ln -sfn $(CURDIR)/cases/alliance-2026 $(DEMO)/cases/alliance-2026
	echo "$(DEMO_PASSWORD)" | $(BIN)/rampart people add paula --role alliance_planner --store $(DEMO)
	echo "$(DEMO_PASSWORD)" | $(BIN)/rampart people add edith --role nation_editor --nation FRA --store $(DEMO)
	echo "$(DEMO_PASSWORD)" | $(BIN)/rampart people add arthur --role nation_approver --nation FRA --store $(DEMO)
	echo "$(DEMO_PASSWORD)" | $(BIN)/rampart people add adam --role administrator --store $(DEMO)
	echo "$(DEMO_PASSWORD)" | $(BIN)/rampart people add audrey --role auditor --store $(DEMO)
	touch $@

# For every change: half an hour on two slow cores when it was measured, with other work beside it.
test: .venv/.dev
	$(BIN)/python -m pytest -q -n auto

# Pages in a browser, builds of the documentation, and what else takes minutes. Where TESTS_END (seconds since 1970) is set,
# those that have not begun by then are left out and named.
test-docs: .venv/.dev
	$(BIN)/python -m pytest -q -rs -n auto -m "docs and not slow"

test-slow: .venv/.dev
	HYPOTHESIS_PROFILE=searching $(BIN)/python -m pytest -q -n auto -m slow

# Makes the bundle and installs it with the network cut; fails where no network namespace can be had.
test-bundle: .venv/.dev
	NETWORK_NAMESPACE=required $(BIN)/python -m pytest -q -m "slow or not slow" tests/bundle

# What `test` and `test-docs` run, measured; fails below the floor in pyproject.toml.
coverage: .venv/.dev
	$(BIN)/python -m pytest -q -n auto -m "not slow" --cov --cov-report=term

lint: .venv/.dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .venv/.dev
	$(BIN)/mypy

docs: .venv/.dev
	$(BIN)/python -m sphinx -W -q -b html docs docs/_build/html
	$(BIN)/python -m sphinx -W -q -b html -D language=fr docs docs/_build/html-fr

bench: .venv/.dev
	$(BIN)/python -m benchmarks

# One file to install from where no network is: `make bundle PLATFORM=win_amd64 PY_VERSION=3.12` for another machine.
PLATFORM =
PY_VERSION =
bundle: .venv/.dev
	$(BIN)/python requirements/bundle/make.py $(PLATFORM:%=--platform %) $(PY_VERSION:%=--python %)

# The same hash-pinned lists serve pip and uv; uv is only used because it is faster.
.venv/.python:
	$(PY) -m venv .venv
	-$(BIN)/python -m pip install -q --disable-pip-version-check uv==0.13.9
	touch $@

.venv/.run: requirements/run.lock pyproject.toml | .venv/.python
	@if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $<; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<; fi
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . && touch $@

.venv/.dev: requirements/dev.lock .venv/.run
	@if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $<; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<; fi
	touch $@

COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock:
	$(COMPILE) pyproject.toml --group build -o requirements/run.lock
	$(COMPILE) pyproject.toml --group dev -c requirements/run.lock -o requirements/dev.lock

clean:
	rm -rf .venv out dist docs/_build
