# `make help` explains the targets. Everything happens in .venv and var; nothing is installed into the system,
# except by `make test`, which adds Debian packages that tests need where it may (see tests/install_services.sh).

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9

# A Python 3.10 that really runs: a name on the PATH may be a shim without a version behind it.
PYTHON := $(shell for p in python3.10 "$$HOME"/.pyenv/versions/3.10*/bin/python3.10 /usr/local/bin/python3.10 /usr/bin/python3.10; do \
	"$$p" -c 'import sys, venv, ensurepip; assert sys.version_info[:2] == (3, 10)' 2>/dev/null && echo "$$p" && break; done)

.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/uv:
	@echo "Setting up Python 3.10 in $(VENV)"
ifneq ($(PYTHON),)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
else
	@set -e; if command -v uv >/dev/null; then uv venv --quiet --clear --seed --python 3.10 $(VENV); else \
		command -v python3 >/dev/null || { echo "Python 3 is missing: install python3 and python3-venv, then run make again"; exit 1; }; \
		python3 -m venv var/uv && var/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) && \
		var/uv/bin/uv venv --quiet --clear --seed --python 3.10 $(VENV); fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
endif

$(VENV)/.base: requirements/base.txt pyproject.toml | $(BIN)/uv
	@echo "Installing what the hotline runs on (pinned and hashed; some 2 GB, once)"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/base.txt
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.base ## Set up the environment in .venv

run: install ## Set up what is missing, then serve the hotline with its simulator on this machine
	@DALEEL_SIMULATOR=$${DALEEL_SIMULATOR-1} SECOND_FACTOR=$${SECOND_FACTOR-offered} $(BIN)/daleel run

train: install ## Train the model, if its inputs changed
	@$(BIN)/daleel train

services:
	@tests/install_services.sh

test: $(VENV)/.dev services train ## Run every test that needs no outside account
	@$(BIN)/python -m pytest --ignore tests/e2e --numprocesses auto --dist loadfile
	@$(BIN)/python -m pytest tests/e2e

test-conversation: $(VENV)/.dev train ## Run the conversation tests only
	@$(BIN)/python -m pytest tests/conversation

test-e2e: $(VENV)/.dev services train ## Run the tests with real processes and a real browser only
	@$(BIN)/python -m pytest tests/e2e

chaos: $(VENV)/.dev services train ## The long chaos test: 200 conversations, each process killed ten times (ten minutes)
	@DALEEL_CHAOS=long $(BIN)/python -m pytest -s tests/e2e/test_chaos.py

lint: $(VENV)/.dev ## Check format, style, types, YAML, catalogues and Rasa's data
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/yamllint --strict .
	@$(BIN)/daleel locales check
	@$(BIN)/daleel train --validate-only

translations: install ## Write the catalogues anew from the register and the console's pages
	@$(BIN)/daleel locales extract && $(BIN)/daleel locales update && $(BIN)/daleel locales compile

pictures: $(VENV)/.dev services ## Take the pictures of the caseworkers' guide anew
	@$(BIN)/python -m tools.pictures

evaluate: install train ## Measure the understanding on the development sets beside the checkout
	@$(BIN)/daleel evaluate ../shared/eval/dev_*.yml

CORPORA := ../shared/corpora
TEACHER := ../shared/models/minilm-en

encoder: install ## Train the sentence encoder anew (CORPORA=folder TEACHER=folder; some ten minutes)
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/encoder.txt
	@$(BIN)/python -m tools.encoder --corpora $(CORPORA) --teacher $(TEACHER) --report tools/encoder/report.json

requirements: $(BIN)/uv ## Pin and hash the requirements anew
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements/base.in -o requirements/base.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -c requirements/base.txt requirements/dev.in -o requirements/dev.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -c requirements/base.txt requirements/encoder.in -o requirements/encoder.txt

.PHONY: help install run train services test test-conversation test-e2e chaos lint translations pictures evaluate encoder requirements
