# Sobrado: two commands, `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The gate shares what it builds between runs; a checkout keeps its own.
CACHE ?= $(HOME)/.cache/sobrado
ifdef CI
export CARGO_TARGET_DIR ?= $(CACHE)/target
endif
# Whole, as in the gate: not everything runs in this folder.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
export SOBRADO_CACHE := $(CACHE)

SOURCES := $(shell find app frontend server style public migrations .cargo Cargo.toml Cargo.lock package.json package-lock.json \
	-path '*/tests/*' -prune -o -path '*/benches/*' -prune -o -type f -print 2>/dev/null)

.PHONY: help run test check bench soak setup prepare stop clean

help: ## This list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' Makefile

run: $(TARGET)/sobrado.built ## Install what is missing, build, migrate, fill the demo, serve on http://localhost:$(or $(PORT),3000)
	@exec .make/run $(TARGET)

# When nothing has changed, make sees it here, and the program starts without cargo.
$(TARGET)/sobrado.built: $(SOURCES)
	@.make/setup run
	@.make/build $(TARGET)
	@touch $@

test: ## Everything: laws, units, database, router, isolation, bundle sizes, browser journeys
	@.make/setup test
	@.make/test $(TARGET)

check: ## Format, lints for server and browser, laws, stale query data, licences, what may reach the browser
	@.make/setup check
	@.make/check

bench: ## Workloads against the machine's own limit, on real listings (W="W1 W3" for some)
	@.make/setup run
	@.make/bench $(TARGET)

soak: ## The long runs: the counts that the catalogue names, bounded in time
	@.make/setup test
	@SOBRADO_SOAK=1 .make/test $(TARGET)

setup: ## Only install what is missing
	@.make/setup check

prepare: ## Renew the query data under .sqlx after a query or a migration has changed
	@.make/setup check
	@.make/prepare

stop: ## Stop a server that `make run` left behind in this folder's .data
	@.make/stop

clean: ## Remove what was built here; data and the tools' cache stay
	@rm -rf target node_modules end2end/node_modules
