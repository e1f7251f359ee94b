# `make run` starts Laurel, `make test` checks all of it, `make bench` measures it. They fetch what they need first, into
# .venv and static/vendor.

PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
JOBS ?= 3

VENV := .venv
IN_VENV := $(VENV)/bin/python

# A stamp's name holds the sum of what was installed from, so a second start finds it and does nothing. Old stamps go:
# they would lie when an earlier lock comes back.
sum = $(shell cat $(1) | cksum | tr ' ' '-')
RUNTIME := $(VENV)/installed-runtime-$(call sum,requirements.txt)
DEVELOPMENT := $(VENV)/installed-development-$(call sum,requirements.txt requirements-dev.txt)
NODE := $(VENV)/installed-node-$(call sum,requirements-node.txt)
FRONTEND := static/vendor/fetched-$(call sum,package-lock.json app/frontend.py)
MESSAGES := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/messages.po))

# The locks name every package, so pip has nothing to work out.
INSTALL := $(IN_VENV) -m pip install -qq --disable-pip-version-check --no-input --no-deps --require-hashes

.PHONY: run test bench digits setup check messages policy lock clean
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.NOTPARALLEL:

run: $(RUNTIME) $(FRONTEND) $(MESSAGES)
	@exec $(IN_VENV) -m app.supervisor

test: check $(FRONTEND) $(MESSAGES)
	@$(IN_VENV) -m tests.support.chromium
	@$(IN_VENV) -m pytest -n $(JOBS) --dist worksteal

bench: $(DEVELOPMENT) $(FRONTEND) $(MESSAGES)
	@$(IN_VENV) -m bench

# Trains the model that reads digits anew, in an environment of its own: torch is large, and nothing else needs it.
DATA ?= ../shared/data/digits
digits: $(DEVELOPMENT)
	@test -d .venv-digits || $(PYTHON) -m venv .venv-digits
	@.venv-digits/bin/pip install -q torch numpy onnx opencv-python-headless
	@$(IN_VENV) -m bench.digits.photos --data $(DATA) --to $(VENV)-digits/photos
	@.venv-digits/bin/python -m bench.digits.train --data $(DATA) --photos $(VENV)-digits/photos

setup: $(DEVELOPMENT) $(FRONTEND) $(MESSAGES)

check: $(DEVELOPMENT)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

# Gathers the texts into app/translations, where what is new waits to be translated.
messages: $(DEVELOPMENT)
	@$(IN_VENV) -m tests.support.messages

# Writes docs/policy.md, the table of who may do what, out of the code.
policy: $(DEVELOPMENT)
	@LAUREL_ENV=development $(IN_VENV) -m flask --app wsgi policy

lock: $(DEVELOPMENT)
	@for name in requirements requirements-dev requirements-node; do \
		$(VENV)/bin/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-emit-index-url \
			--no-emit-find-links $$name.in -o $$name.txt; done
	@npm install --package-lock-only --silent

clean:
	rm -rf $(VENV) node_modules static/vendor static/.vendor-* .mypy_cache .pytest_cache .ruff_cache test-results

$(IN_VENV):
	@test -n "$(PYTHON)" || { echo "Laurel needs Python 3.11 or newer with its venv module."; exit 1; }
	@echo "Making $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): | $(IN_VENV)
	@echo "Installing what Laurel runs on ..."
	@$(INSTALL) -r requirements.txt
	@rm -f $(VENV)/installed-runtime-* $(VENV)/installed-development-*
	@touch $@

$(DEVELOPMENT): | $(IN_VENV)
	@echo "Installing what Laurel is tested with ..."
	@$(INSTALL) -r requirements-dev.txt
	@rm -f $(VENV)/installed-runtime-* $(VENV)/installed-development-*
	@touch $@ $(RUNTIME)

$(FRONTEND): $(if $(shell command -v npm),,$(NODE)) | $(IN_VENV)
	@echo "Fetching the front end's files ..."
	@$(IN_VENV) -P app/frontend.py
	@touch $@

$(NODE): | $(IN_VENV)
	@echo "Installing npm, which this machine does not have ..."
	@$(INSTALL) -r requirements-node.txt
	@touch $@

%.mo: %.po | $(RUNTIME)
	@$(VENV)/bin/pybabel --quiet compile --input-file $< --output-file $@
