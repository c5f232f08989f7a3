# make alone lists what there is. Every target sets up what it needs in .venv, once.
PYTHON ?= python3
BIN := .venv/bin
# What the grader tells people to type is then make, too.
GRADER = NANOGRAD_CALLED=make $(BIN)/grader
# Compiling all of PyTorch would take longer than to install it. What is imported is compiled at the end, once; by
# -I even where PYTHONDONTWRITEBYTECODE is set, which would have every process compile it anew.
PIP = $(BIN)/pip install --quiet --disable-pip-version-check --no-compile
# Which versions are taken of those that are allowed. In a fresh checkout, the newest: make CONSTRAINTS=/dev/null …
CONSTRAINTS ?= constraints.txt
SETUP := pyproject.toml $(CONSTRAINTS)
# One more than there are cores: many tests wait for a process to run out of its time.
WORKERS := $(shell $(PYTHON) -I -c 'import os; print(len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else "auto")')

# No test waits for ever: one that takes a quarter of an hour is ended, with what each of its threads was doing.
ENDING := --timeout 900 --timeout-method thread

# A grade came about although something in it is wrong: for a student, make has done what it was asked to.
GRADED = { code=$$?; [ $$code -eq 1 ] || exit $$code; }

.DEFAULT_GOAL := help
.PHONY: help setup instructor grade watch torch demo test test-all record seeds redteam lint check list hint reset progress submit bench worth gradescope docs site serve dist coverage mutants clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/ready  ## make the environment in .venv

instructor: .venv/ready-class  ## what instructors need on top: exports, the class page, signing

grade: .venv/ready  ## grade your exercises; one of them: make grade EX=add
	@$(GRADER) grade $(if $(EX),--exercise $(EX)) || $(GRADED)

watch: .venv/ready  ## grade each exercise as soon as it is saved
	@$(GRADER) watch

torch: .venv/ready-torch  ## PyTorch, for other seeds, the demo, and what is not recorded

demo: .venv/ready-torch  ## train your own network on two moons, with PyTorch beside it
	@$(GRADER) demo

test: .venv/ready-dev  ## test the grader itself; independent of your exercises
	@$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup $(ENDING)

coverage: .venv/ready-coverage  ## the same, and which lines and branches of the grader are not reached; slower
	@$(BIN)/python -m tests.cover -q -n $(WORKERS) --dist loadgroup $(ENDING)

record: .venv/ready-dev  ## for authors: draw the cases that travel with the course anew; takes a minute
	@$(GRADER) record --all

seeds: .venv/ready-dev  ## twenty seeds in full over everything that is right; takes many minutes
	@SEEDS=20 CASES=100 $(BIN)/pytest -q -n auto tests/grader/examine/test_seeds.py

gradescope: .venv/ready  ## build the autograder for Gradescope; with your own seed: make gradescope SEED=7
	@$(GRADER) gradescope build $(if $(SEED),--seed $(SEED)) $(if $(INDEX),--index $(INDEX))

test-all: .venv/ready-dev  ## the same with all of what `make test` takes a part of; takes half an hour
	@TESTS=all $(BIN)/pytest -q -n $(WORKERS) --dist loadgroup $(ENDING)

redteam: .venv/ready-dev  ## every attack in every cage there is here
	@TESTS=all $(BIN)/pytest -q -n $(WORKERS) --dist loadgroup $(ENDING) tests/redteam

mutants: .venv/ready-mutants  ## change what decides a score, one thing at a time: the tests have to notice; takes an hour; some: ONLY="rubric stubs"
	@$(BIN)/python tests/mutants/run.py $(ONLY)

lint: .venv/ready-dev  ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: .venv/ready-torch  ## for authors: solutions pass, stubs are in step, hints are complete
	@$(GRADER) check

list: .venv/ready  ## list the exercises and where they stand; to search: make list SEARCH="chain rule"
	@$(GRADER) list $${SEARCH:+"$$SEARCH"}

hint: .venv/ready  ## a hint, one level more each time: make hint EX=relu
	@$(GRADER) hint $(EX)

reset: .venv/ready  ## put an exercise back as it was handed out; yours is kept: make reset EX=relu
	@$(GRADER) reset $(or $(EX),$(error say which one: make reset EX=relu))

progress: .venv/ready  ## your points over time and the time each exercise took
	@$(GRADER) progress

submit: .venv/ready  ## write the one small file that you hand in: hand-in.zip
	@$(GRADER) submit

# Each of them alone takes --help for larger classes and more rounds. Who has Python keep no bytecode would measure its
# compiler.
bench: export PYTHONDONTWRITEBYTECODE :=
bench: .venv/ready-dev  ## measure in five minutes: a grade, a class, the floor, other graders; build/figures.md
	@rm -rf build/figures
	@$(BIN)/python benchmarks/bench.py
	@$(BIN)/python benchmarks/whole_class.py
	@$(BIN)/python benchmarks/beside.py
	@$(BIN)/python benchmarks/watching.py
	@$(BIN)/python benchmarks/reading.py
	@$(BIN)/python benchmarks/cages.py
	@$(BIN)/python benchmarks/engine.py
	@$(BIN)/python benchmarks/shapes.py
	@$(BIN)/python benchmarks/figures.py

worth: .venv/ready-dev  ## measure what each further case of a property tells: wrong programs by the thousand, a few minutes
	@$(BIN)/python benchmarks/worth.py

docs: .venv/ready-dev  ## build the documentation site into build/site; a broken link ends it
	@$(BIN)/python -m docs.make

dist: .venv/ready-dev  ## build the wheel and the sdist of the last commit into build/dist, the same bytes each time
	@PYTHON=$(CURDIR)/$(BIN)/python platforms/pypi/dist.sh

site: .venv/ready-dev  ## the same with the course in it, to be done in a browser; needs Node.js 20 and npm
	@$(BIN)/python -m docs.make.browser

serve: ## show that site at http://localhost:8000/; another port: make serve PORT=8080
	@test -f build/site/sw.js || $(MAKE) site
	@$(PYTHON) -I -m http.server --bind 127.0.0.1 --directory build/site $(or $(PORT),8000)

clean:  ## remove the environment and everything built
	@-$(BIN)/python -I -c 'from grader.examine.cases import default_folder as f; print("Kept for your other courses, 200 MB at most:", f())' 2>/dev/null || true
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready: $(SETUP)
	@$(PYTHON) -I -c 'import sys; sys.exit(sys.version_info < (3, 11) and "NanoGrad needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@echo "Setting up in .venv, once …"
	@$(PYTHON) -I -m venv .venv
	@$(PIP) -c $(CONSTRAINTS) -e '.$(EXTRA)'
	@echo '$(EXTRA)' > .venv/installed
	@$(BIN)/python -I -c 'import hypothesis, grader.examine.grading, grader.forkserver.server, grader.render.terminal' 2>/dev/null || true
	@$(BIN)/python -I -m compileall -q grader || true
	@-$(BIN)/python -I -c 'from grader.doctor.screen import advice; print(advice(), end="")' 2>/dev/null || true
	@touch $@

# On Linux the usual PyTorch brings 3 GB for graphics cards, which nothing here uses. PyTorch's own page names the index of
# its builds for CPUs, 200 MB: make torch INDEX=… What draws pictures comes along: the demo has both.
.venv/ready-torch: .venv/ready
	@echo "Installing PyTorch, once; it is large, so this takes a minute …"
	@$(PIP) -c $(CONSTRAINTS) $(if $(INDEX),--extra-index-url $(INDEX)) -e '.[torch,pictures]'
	@touch $@

.venv/ready-class: .venv/ready
	@$(PIP) -c $(CONSTRAINTS) $(if $(INDEX),--extra-index-url $(INDEX)) -e '.[class]'
	@touch $@ .venv/ready-torch

# All at once: who needs the developers' part has no use for a moment without it.
.venv/ready-dev: EXTRA := [dev]
.venv/ready-dev: .venv/ready
	@grep -qxF '[dev]' .venv/installed || $(PIP) -c $(CONSTRAINTS) -e '.[dev]'
	@$(BIN)/python -I -c 'import distributed.cli.dask_worker, IPython, matplotlib.figure, pandas, pytest, torch, xdist, xmlschema'
	@touch $@ .venv/ready-torch .venv/ready-class

.venv/ready-coverage: .venv/ready-dev
	@$(PIP) -c $(CONSTRAINTS) -e '.[coverage]'
	@touch $@

.venv/ready-mutants: .venv/ready-dev
	@$(PIP) -c $(CONSTRAINTS) -e '.[mutants]'
	@touch $@
