# make lab opens the first lesson, make test proves the course; `make help` lists the rest.
# Each target makes or mends the environment it needs. Everything is written inside this folder.

# PYTHON= picks the Python that makes the environment; otherwise the first one that will do.
# ensurepip is asked for because Debian's python3 lacks it until python3-venv is installed.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c "$(GOOD_PYTHON)" >/dev/null 2>&1 && echo "$$p" && break; done)
GOOD_PYTHON := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

LAB_ARGS ?=
PYTEST_ARGS ?=
BROWSER_ARGS ?= -s
NOTEBOOK ?=
RESULT ?=
LESSON ?=
UV ?= uv

ifeq ($(OS),Windows_NT)
VENV_PYTHON := Scripts/python.exe
else
VENV_PYTHON := bin/python
endif
VENV := $(CURDIR)/.venv
PY := .venv/$(VENV_PYTHON)
BENCH_PY := .venv-bench/$(VENV_PYTHON)
LOWEST_PY := .venv-lowest/$(VENV_PYTHON)

# Settings, history and caches live in .venv, so that a home folder that is missing, read-only or
# full of other settings changes nothing. Your own value of any of these is kept.
export JUPYTER_CONFIG_DIR ?= $(VENV)/settings/jupyter/config
export JUPYTER_DATA_DIR ?= $(VENV)/settings/jupyter/data
export JUPYTER_RUNTIME_DIR ?= $(VENV)/settings/jupyter/runtime
export IPYTHONDIR ?= $(VENV)/settings/ipython
export MPLCONFIGDIR ?= $(VENV)/settings/matplotlib
# The kernel named python3 is this environment's, whatever else is installed for the user.
export JUPYTER_PREFER_ENV_PATH := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
# Git's sh on Windows would take /lab for a folder and rewrite it.
export MSYS2_ARG_CONV_EXCL := *

# No news, no look for updates, no extension list from the network; LAB_SETTINGS keeps JupyterLab
# from asking whether news are wanted.
LAB_SETTINGS := {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}
# The page is named by its URL, so that the address printed for --no-browser leads there as well.
LAB_OPTIONS := --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks/01_rnn.ipynb \
	--LabApp.news_url=None --LabApp.extension_manager=readonly \
	--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate
# JupyterLab refuses to start for root (a container, Binder) unless told so.
ifeq ($(shell id -u),0)
LAB_OPTIONS += --allow-root
endif

# One BLAS thread: the products here are small, more threads slow them down on a busy machine, and sums come in
# one order.
ONE_THREAD := lab test test-unit test-nbval test-stored test-lowest store test-browser screenshot figures train bench references site
$(ONE_THREAD): export OMP_NUM_THREADS := 1
$(ONE_THREAD): export OPENBLAS_NUM_THREADS := 1
$(ONE_THREAD): export MKL_NUM_THREADS := 1
$(ONE_THREAD): export VECLIB_MAXIMUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help lab install test test-unit test-nbval test-stored store stored claims lint format figures train screenshot \
	bench references test-browser test-lowest lock site site-open test-site clean

help: ## list the targets
	@echo "usage: make TARGET"
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1|/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-15s %s\n' "$$name" "$$text"; done

lab: .venv/installed ## open the course in JupyterLab (LAB_ARGS=--no-browser passes options on)
	@test -w .venv || { echo "JupyterLab keeps its settings in .venv, which cannot be written:" \
		"copy the course to a folder of your own and run make lab there." >&2; exit 1; }
	$(PY) -m jupyterlab $(LAB_OPTIONS) $(LAB_ARGS)

# One step after the other, also under make -j: a failing one ends the target.
test: .venv/installed ## unit tests, then every notebook against its stored outputs (PYTEST_ARGS=)
	$(MAKE) test-unit
	$(MAKE) test-nbval
	$(MAKE) test-stored

test-unit: .venv/installed
	$(PY) -m pytest -n 2 tests $(PYTEST_ARGS)

test-nbval: .venv/installed
	$(PY) -m pytest --nbval --nbval-current-env -n 2 --dist loadfile notebooks

# What nbval skips: pictures, order, form.
test-stored: .venv/installed
	$(PY) -m pytest -n 2 --dist loadgroup tests/notebooks

store: .venv/installed ## run the notebooks and store their outputs (NOTEBOOK=01 for one of them)
	$(PY) tests/notebooks/store.py $(NOTEBOOK)

stored: .venv/installed ## check, without running, that the notebooks are as make store writes them
	$(PY) tests/notebooks/store.py --check $(NOTEBOOK)

claims: .venv/installed ## hold the numbers in the words against stored tables and outputs (LESSON=03 for one)
	$(PY) tests/claims $(LESSON)

lint: .venv/installed ## ruff (notebooks too) and mypy
	$(PY) -m ruff check .
	$(PY) -m ruff format --check --exclude '*.ipynb' .
	$(PY) -m ruff format --check --line-length 96 notebooks/*.ipynb
	$(PY) -m mypy

format: .venv/installed ## put code and notebook cells into the form that lint asks for
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format --exclude '*.ipynb' .
	$(PY) -m ruff format --line-length 96 notebooks/*.ipynb

figures: .venv/installed ## draw every picture in figures/ again
	$(PY) figures/make.py

train: .venv/installed ## make the stored tables in notebooks/results again (RESULT=solved_01 for one)
	$(PY) -m lessons $(RESULT)

# Bounds that nothing holds are wishes: the same tests on the lowest versions, in an environment of their own, but
# for those of words against tables and of stored results in small, which no version changes.
test-lowest: .venv-lowest/installed ## unit tests and notebooks on the lowest versions that pyproject.toml allows
	$(LOWEST_PY) -m pytest -n 2 tests --ignore=tests/test_claims.py --ignore=tests/test_lessons.py $(PYTEST_ARGS)
	$(LOWEST_PY) -m pytest --nbval --nbval-current-env -n 2 --dist loadfile notebooks

test-browser: .venv/installed ## move every widget of every notebook in JupyterLab (needs Chromium)
	$(PY) -m pytest $(BROWSER_ARGS) tests/browser $(PYTEST_ARGS)

screenshot: .venv/installed ## store the README's picture of a widget (needs Chromium)
	$(PY) -m pytest -s tests/browser -k widget_picture --widget-picture figures/widget.png

bench: .venv-bench/installed ## speed against PyTorch and gensim (a second environment, with both)
	$(BENCH_PY) tests/benchmarks/bench.py
	$(BENCH_PY) tests/benchmarks/bench_word2vec.py

references: export KERAS_BACKEND := torch
references: export KERAS_HOME := $(CURDIR)/.venv-bench/settings/keras
references: .venv-bench/installed ## make the stored PyTorch and Keras answers again
	$(BENCH_PY) tests/references/make_references.py
	$(BENCH_PY) tests/references/frameworks $(LESSON)

lock: ## pin the newest versions in requirements.txt (needs uv)
	@command -v "$(UV)" >/dev/null || { echo "make lock needs uv: pip install uv, or UV=its path" >&2; exit 1; }
	"$(UV)" pip compile --upgrade --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
		--no-annotate --no-header --extra dev pyproject.toml -o requirements.txt
	"$(UV)" pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
		--no-annotate --no-header --extra site -c requirements.txt pyproject.toml -o docs/requirements.txt
	@echo "Now bring the pins of environment.yml and TORCH, GENSIM and KERAS in the Makefile in line, then make test."

site: .venv/site ## build the course as web pages in build/site, panels recorded (UNROLLED_POSITIONS=13)
	$(PY) docs/build.py

site-open: ## show build/site at a printed address
	@echo "http://127.0.0.1:8000/"
	@$(PY) -m http.server --bind 127.0.0.1 --directory build/site 8000

test-site: .venv/site ## open every page of build/site in Chromium
	$(PY) -m pytest tests/site $(PYTEST_ARGS)

clean: ## remove both environments and all caches
	rm -rf .venv .venv-bench .venv-lowest build unrolled.egg-info .pytest_cache .mypy_cache .ruff_cache .benchmarks
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +

install: .venv/installed ## make or mend the environment only

# The stamp is newer than both files when nothing has to be installed.
.venv/installed: requirements.txt pyproject.toml
	$(call make_venv,.venv,$(PY))
	@echo stamp > $@

# What only the site needs comes on top, when somebody builds it.
.venv/site: .venv/installed docs/requirements.txt
	$(PY) -m pip install --quiet --require-hashes -r docs/requirements.txt
	@echo stamp > $@

# torch, gensim and keras are no part of the learner's environment, so that it stays as small as it was tested.
TORCH := 2.13.0
GENSIM := 4.4.0
KERAS := 3.15.1
.venv-bench/installed: requirements.txt pyproject.toml
	$(call make_venv,.venv-bench,$(BENCH_PY))
	$(BENCH_PY) -m pip install torch==$(TORCH) gensim==$(GENSIM) keras==$(KERAS)
	@echo stamp > $@

.venv-lowest/installed: pyproject.toml tests/lowest.py
	"$(PYTHON)" -m venv .venv-lowest
	$(LOWEST_PY) -m pip install --quiet $$($(LOWEST_PY) tests/lowest.py) 'setuptools>=77'
	$(LOWEST_PY) -m pip install --quiet --no-deps --no-build-isolation -e .
	@$(LOWEST_PY) -c "import os; os.makedirs(os.environ['MPLCONFIGDIR'], exist_ok=True); import matplotlib.font_manager"
	@echo stamp > $@

# The font list is made here, because matplotlib would announce it inside a notebook.
define make_venv
	@test -n "$(PYTHON)" && "$(PYTHON)" -c "$(GOOD_PYTHON)" || { \
		echo "Python 3.11 or newer with its venv module is needed, and '$(PYTHON)' is not that." >&2; \
		echo "Name one: make $(MAKECMDGOALS) PYTHON=python3.12   (on Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "Installing into $(1): about 850 MB, a minute or two, only when requirements.txt has changed."
	"$(PYTHON)" -m venv $(1)
	$(2) -m pip install --quiet --require-hashes -r requirements.txt
	$(2) -m pip install --quiet --no-deps --no-build-isolation -e .
	@mkdir -p $(1)/share/jupyter/lab/settings
	@printf '%s\n' '$(LAB_SETTINGS)' > $(1)/share/jupyter/lab/settings/overrides.json
	@$(2) -c "import os; os.makedirs(os.environ['MPLCONFIGDIR'], exist_ok=True); import matplotlib.font_manager"
endef
