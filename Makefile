# Every target prints what it does. `make demo` needs only git, make and python3.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo models routing postgres test test-all lint fix bench docs clean

help:  ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.run: pyproject.toml constraints.txt
	@echo "== setting up $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "== adding the development tools"
	@$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/.llm: $(VENV)/.run
	@echo "== adding the language model's runtime"
	@$(PIP) install --quiet -c constraints.txt -e '.[llm]'
	@touch $@

demo: $(VENV)/.llm  ## From raw logs to a case with slides and answers, on a made-up company
	@echo "== vedette demo"
	@$(BIN)/vedette demo

DATA ?= $(CURDIR)/../shared/data

models: $(VENV)/.dev  ## Rebuild every model that ships, from the labelled sets in DATA (an hour or so)
	@echo "== rebuilding the shipped models from $(DATA)"
	@OMP_NUM_THREADS=1 $(BIN)/python recipes/rebuild.py --data $(DATA)

routing: $(VENV)/.dev  ## Write the routing requests and train the adapter on them (minutes on a GPU, a night without)
	@echo "== requests for the routing adapter"
	@$(BIN)/python -m vedette.copilot.adapter --rows 30000 --seed 7 --out .dev/routing/train.jsonl
	@$(BIN)/python -m vedette.copilot.adapter --rows 1200 --seed 11 --held-out --out .dev/routing/held-out.jsonl
	@echo "== training it: recipes/routing.yaml"
	@$(BIN)/vedette models pull smollm2-135m-instruct
	@$(BIN)/vedette forge train recipes/routing.yaml

postgres:  ## PostgreSQL for the tests, from Debian's package where there is none and you are root
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1; then exit 0; fi; \
	if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  echo "== installing PostgreSQL"; \
	  told=$$({ apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } 2>&1) || \
	    { echo "$$told" | tail -n 5; echo "no PostgreSQL: its tests will skip"; }; \
	else echo "no PostgreSQL: its tests will skip (Debian: apt-get install postgresql)"; fi

# Two workers on two processors: one thread each, and bytecode that the many processes they start need not make again.
test test-all: export OMP_NUM_THREADS ?= 1
test test-all: export PYTHONDONTWRITEBYTECODE :=

test: $(VENV)/.dev postgres  ## The default tests (minutes)
	@echo "== pytest"
	@$(BIN)/python -m pytest -n 2 --dist worksteal

test-all: $(VENV)/.dev postgres  ## The slow tests too
	@echo "== pytest --run-slow"
	@VEDETTE_TEST_ALL=1 $(BIN)/python -m pytest -n 2 --dist worksteal --run-slow

lint: $(VENV)/.dev  ## Style, types, import contract, documentation
	@echo "== ruff"
	@$(BIN)/ruff check .
	@echo "== mypy"
	@$(BIN)/mypy
	@echo "== import contract"
	@$(BIN)/lint-imports
	@echo "== documentation"
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/mkdocs build --strict --quiet --site-dir site

fix: $(VENV)/.dev  ## Mend what can be mended by a tool
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format src tests benchmarks

bench: $(VENV)/.dev  ## Every benchmark; fills the tables in benchmarks/*/README.md
	@echo "== who is implicated: benchmarks/accounts"
	@$(BIN)/python -m benchmarks.accounts.run all --workers 2
	@echo "== how fast: benchmarks/detect"
	@$(BIN)/python benchmarks/detect/run.py --pipeline 200000
	@echo "== what a kill costs: benchmarks/resume"
	@$(BIN)/python benchmarks/resume/run.py --out benchmarks/resume/results.jsonl
	@echo "== what the redactor finds: benchmarks/redaction"
	@$(BIN)/python -m benchmarks.redaction.run
	@echo "== which findings matter: benchmarks/activity"
	@$(BIN)/python -m benchmarks.activity.run generated
	@$(BIN)/python -m benchmarks.activity.run fresh
	@echo "== techniques and weaknesses: benchmarks/techniques, benchmarks/cve"
	@$(BIN)/python -m benchmarks.techniques.run folds
	@$(BIN)/python -m benchmarks.techniques.run report
	@$(BIN)/python -m benchmarks.cve.run
	@echo "== how soon there is an answer: benchmarks/latency"
	@$(BIN)/python -m benchmarks.latency.run
	@echo "== questions into plans: benchmarks/routing"
	@$(BIN)/python -m benchmarks.routing.run
	@echo "== right answers: benchmarks/answers"
	@$(BIN)/python -m benchmarks.answers.run --verify
	-@$(BIN)/python -m benchmarks.answers.run --model none --model embedded --write
	@echo "== planted instructions: benchmarks/injection"
	-@$(BIN)/python -m benchmarks.injection.run --embedded-worlds 1 --write
	@echo "== how fast training is: benchmarks/training"
	@$(BIN)/python benchmarks/training/run.py
	@$(BIN)/python docs/generate.py

docs: $(VENV)/.dev  ## Build the documentation into site/
	@$(BIN)/python docs/generate.py
	@$(BIN)/mkdocs build --strict --quiet --site-dir site
	@echo "site/index.html"

clean:  ## Remove what was built
	rm -rf site build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
