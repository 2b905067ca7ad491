# Everything a person does with this folder, one word each. `make help` lists them.
# Set-up happens by itself: .venv is made from the locked packages the first time, and again when they change.

SHELL := /bin/sh
RUN := .venv/.ready-to-run
DEV := .venv/.ready-to-work
PYTHON := .venv/bin/python
SOURCES := src tests bench
# Two at once: the suite is made for two cores. Tests of one file share what they set up.
PYTEST := $(PYTHON) -m pytest -n 2 --dist loadfile

.DEFAULT_GOAL := help

$(RUN): tools/setup tools/requirements.txt pyproject.toml
	@tools/setup run
	@touch $@

$(DEV): tools/setup tools/requirements-dev.txt pyproject.toml
	@tools/setup dev
	@touch $@ $(RUN)

.PHONY: up demo test test-long lint types contracts bench screens words fmt clean help

up: $(RUN)  ## your own node, with its pages in your browser
	@.venv/bin/tadamun up

demo: $(RUN)  ## a morning of a small community: three nodes and a keeper, here, in temporary folders
	@.venv/bin/tadamun demo

test: $(DEV)  ## the test suite (under 15 minutes on two cores)
	$(PYTEST) -m "not long"

test-long: $(DEV)  ## the whole suite, with the long forms and ten times the random histories
	$(PYTEST) -m "long or not long" --hypothesis-profile=long

lint: $(DEV)  ## style and formatting
	.venv/bin/ruff check $(SOURCES)
	.venv/bin/ruff format --check $(SOURCES)

types: $(DEV)  ## mypy, strict
	.venv/bin/mypy

contracts: $(DEV)  ## who may import whom
	.venv/bin/lint-imports

bench: $(DEV)  ## every benchmark, as JSON and as the table in docs/performance.md
	$(PYTHON) -m bench --table docs/performance.md

screens: $(DEV)  ## every page and state as a picture: Arabic and English, light and dark, desktop and phones, in build/screens
	@tools/screens

words: $(RUN)  ## after a change of anything people read: collect it for translation
	$(PYTHON) -m tadamun.i18n.catalogue

fmt: $(DEV)  ## let ruff put the code in order
	.venv/bin/ruff check --fix $(SOURCES)
	.venv/bin/ruff format $(SOURCES)

clean:  ## remove what set-up and tests made
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find src tests bench -name __pycache__ -prune -exec rm -rf {} +

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
