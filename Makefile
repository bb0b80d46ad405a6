# Burgee. Two commands matter: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION := 0.1.0
BIN     := bin/burgee
WHEEL   := internal/downloads/files/burgee-$(VERSION)-py3-none-any.whl
GOPROXY_STAMP := internal/downloads/files/go/.stamp
DASHBOARD := dashboard/dist/index.html
PLATFORMS := linux_amd64 linux_arm64 darwin_amd64 darwin_arm64 windows_amd64 windows_arm64
VENV    := build/venv
FUZZ    := build/fuzz
FUZZED  := IsWhatItsDocumentSays

GO_SOURCES   := $(shell find cmd internal sdk -name '*.go' -o -name '*.sql' 2>/dev/null) go.mod go.sum
SDK_SOURCES  := $(shell find sdk -name '*.go' 2>/dev/null) sdk/go.mod sdk/openfeature/go.mod
PY_SOURCES   := $(shell find python/src -type f -not -path '*/__pycache__/*' 2>/dev/null) python/pyproject.toml python/build_wheel.py
DASH_SOURCES := $(shell find dashboard/src dashboard/public -type f 2>/dev/null) $(wildcard dashboard/*.html dashboard/*.ts dashboard/*.json)

# The binary and its tests are compiled in one way, so that each package is compiled
# once and linked without what only a debugger reads, which takes a third less; make
# check vets all of it. Only the race detector needs a C compiler.
export GOFLAGS := $(strip $(filter-out -trimpath -vet=% -ldflags=%,$(shell go env GOFLAGS 2>/dev/null)) -trimpath -vet=off -ldflags=-w)
export CGO_ENABLED := 0

# The packages whose tests keep something in a store: on SQLite with all others,
# and once more on PostgreSQL, but for what names its engine itself. The store's own suite runs on both by itself.
ON_EITHER_STORE := ./internal/account ./internal/catalog ./internal/secret ./internal/upkeep ./internal/webhook
# The server as a whole reaches its store through those: what it asks of it that they
# do not is asked on PostgreSQL too, and all of it by make check. That also has the
# days and weeks of webhooks there, in which the store sees the same statements again
# and again. Tests of each schema name their engine themselves and have run before.
LONG_ON_POSTGRES := 'OfEachSchemaThatLanded|HoldsUpTheOthersForAMomentOnly|WasDownLosesNothing|AreKeptForTwoWeeks'
SERVERS_OWN := 'TestEveryRoute|TestTwo|TestACommit|TestAnEnvironmentIs|TestTheIdentifiers|TestEachWrite|TestEachChange|TestCounts|TestAProgram|TestAText|TestNoFilter|TestARamp|TestAFlag|TestSessions|TestTheDataPlane'

.PHONY: help run build dev seed test test-go test-race test-python test-dashboard test-e2e test-openfeature test-signin test-importers test-browser pictures fuzz-api soak check bench gen golden clean dist cross test-deploy

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(BIN) ## build what is needed and start Burgee on http://127.0.0.1:7878
	@exec $(BIN) serve

build: $(BIN) ## build bin/burgee with the dashboard and both SDKs inside

$(BIN): $(GO_SOURCES) $(DASHBOARD) $(WHEEL) $(GOPROXY_STAMP) | need-go
	@echo "burgee: building $(BIN)"
	@go build -tags dashboard -ldflags "-s -w" -o $@ ./cmd/burgee

$(DASHBOARD): $(DASH_SOURCES) dashboard/node_modules/.stamp
	@echo "burgee: building the dashboard"
	@cd dashboard && npm run --silent build
	@touch $@

# Not "npm ci": it refuses a lock without the linter's builds for systems that a
# registry may not carry.
dashboard/node_modules/.stamp: dashboard/package-lock.json | need-node
	@echo "burgee: installing the dashboard's packages"
	@cd dashboard && npm install --no-save --silent --no-audit --no-fund
	@touch $@

$(WHEEL): $(PY_SOURCES) | need-python
	@mkdir -p $(@D)
	@python3 python/build_wheel.py $(@D) >/dev/null
	@touch $@

$(GOPROXY_STAMP): $(SDK_SOURCES) | need-go
	@go run ./internal/downloads/pack -version v$(VERSION) -module sdk -out internal/downloads/files/go
	@go run ./internal/downloads/pack -version v$(VERSION) -module sdk/openfeature -out internal/downloads/files/go
	@touch $@

.PHONY: need-go need-node need-python
need-go need-node need-python:
	@scripts/need $(@:need-%=%)

# The files of a release have the time of the commit, so that the same commit gives
# the same bytes.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1577836800)

dist: $(GO_SOURCES) $(DASHBOARD) $(WHEEL) $(GOPROXY_STAMP) | need-go ## build/dist: binaries for all platforms, the wheel, a bill of materials, checksums
	@rm -rf build/cross
	@for platform in $(PLATFORMS); do \
	  echo "burgee: building for $$platform"; \
	  $(MAKE) --no-print-directory build/cross/$$platform; \
	done
	@go run ./internal/release/pack -version $(VERSION) -epoch $(SOURCE_DATE_EPOCH) -binaries build/cross -wheel $(WHEEL) -out build/dist
	@ls -l build/dist

build/cross/%:
	@mkdir -p $@
	@os=$(firstword $(subst _, ,$*)) arch=$(lastword $(subst _, ,$*)); \
	  GOOS=$$os GOARCH=$$arch go build -tags dashboard -ldflags "-s -w" -o $@/ ./cmd/burgee

cross: | need-go ## does the server compile on every platform?
	@for platform in $(PLATFORMS); do \
	  echo "== go build ($$platform)"; \
	  GOOS=$${platform%_*} GOARCH=$${platform#*_} go build -o /dev/null ./cmd/burgee; \
	done

dev: dashboard/node_modules/.stamp | need-go ## server on :7878 and the dashboard with live reload on :5173
	@scripts/dev

test: ## everything: Go, Python, dashboard, command line, real browser
	@scripts/need go node python
	@$(MAKE) --no-print-directory --jobs=3 $(BIN) $(VENV)/.stamp
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=recurse test-code test-pages test-binary
	@echo "burgee: all tests passed"

# Code mostly computes, pages and the built binary's tests wait a good part of their
# time, so the three go side by side; each prints when it has ended. So that they take
# about as long as each other, Python's tests follow the pages and the dashboard's units
# the binary. The fuzzer of the API takes as long as a tenth of all of it and is in make
# check.
.PHONY: test-code test-pages test-binary
test-code:
	@$(MAKE) --no-print-directory test-go && $(MAKE) --no-print-directory test-deploy && $(MAKE) --no-print-directory test-race
test-binary:
	@$(MAKE) --no-print-directory test-e2e && $(MAKE) --no-print-directory test-openfeature && \
	  $(MAKE) --no-print-directory test-signin && $(MAKE) --no-print-directory test-importers && \
	  $(MAKE) --no-print-directory test-dashboard
test-pages:
	@$(MAKE) --no-print-directory test-browser && $(MAKE) --no-print-directory test-python

test-go: | need-go ## Go tests of both modules
	@scripts/debian strace strace "the durability tests"
	@echo "== go test (server)"
	@scripts/postgres run go test $$(go list ./... | grep -v -e '/e2e' -e '/deploy$$')
	@echo "== go test (server) on PostgreSQL"
	@BURGEE_TEST_STORE=postgres scripts/postgres run go test -skip $(LONG_ON_POSTGRES) $(ON_EITHER_STORE)
	@BURGEE_TEST_STORE=postgres scripts/postgres run go test -run $(SERVERS_OWN) ./internal/server
	@echo "== go test (sdk)"
	@cd sdk && go test ./...

test-deploy: | need-go ## what people copy to run the server, checked without running it
	@scripts/debian systemd-analyze systemd "the tests of the systemd unit"
	@echo "== go test (deploy)"
	@go test ./deploy
	@cd deploy/check && go test ./...

test-race: | need-go ## the concurrent packages under the race detector
	@echo "== go test -race (concurrent packages)"
	@CGO_ENABLED=1 go test -race ./internal/delivery ./internal/ingest ./internal/presence ./internal/sdkapi ./internal/relay
	@cd sdk && CGO_ENABLED=1 go test -race . ./internal/... ./sdktest/...

$(VENV)/.stamp: python/pyproject.toml examples/calendar-flask/requirements.txt | need-python
	@echo "burgee: making the Python test environment"
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check 'pytest>=9' 'flask>=3' 'mypy>=1.15' 'ruff>=0.12' \
	  'openfeature-sdk==0.10.0' 'openfeature-provider-ofrep==0.3.0'
	@touch $@

$(FUZZ)/.stamp: e2e/fuzz/requirements.txt | need-python
	@echo "burgee: making the environment of the API's fuzzer"
	@python3 -m venv $(FUZZ)
	@$(FUZZ)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

test-python: $(VENV)/.stamp ## Python SDK: vectors, client, Flask example
	@echo "== pytest"
	@cd python && PYTHONPATH=src ../$(VENV)/bin/python -m pytest -q
	@cd examples/calendar-flask && PYTHONPATH=../../python/src ../../$(VENV)/bin/python -m pytest -q

test-dashboard: dashboard/node_modules/.stamp ## dashboard units
	@echo "== dashboard"
	@cd dashboard && npm run --silent test

test-e2e: $(BIN) $(VENV)/.stamp ## the built binary: command line scripts, both SDKs, examples
	@echo "== end to end (binary)"
	@scripts/debian strace strace "the tests of a lost store"
	@scripts/debian ip iproute2 "the tests of a silent network"
	@scripts/postgres run go test -count=1 -timeout 20m -skip $(FUZZED) ./e2e/...

test-openfeature: $(BIN) $(VENV)/.stamp | need-go ## OpenFeature: both providers, and the stock ones over OFREP
	@echo "== end to end (OpenFeature)"
	@cd sdk/openfeature && go test ./...
	@cd e2e/openfeature && go test -count=1 ./...

test-signin: $(BIN) | need-go ## sign-in with a real provider of OpenID Connect, and with a second step
	@echo "== end to end (sign-in)"
	@cd e2e/signin && go test -count=1 ./...

test-importers: $(BIN) e2e/importers/node_modules/.stamp | need-node ## imported files beside the engines of the products they came from
	@echo "== end to end (importers)"
	@cd e2e/importers && node --test --test-concurrency=1 --test-timeout=300000 *.test.mjs

test-browser: $(BIN) $(VENV)/.stamp e2e/browser/node_modules/.stamp ## the guide's story in real Chromium
	@echo "== end to end (browser)"
	@scripts/chromium
	@cd e2e/browser && node --test --test-concurrency=1 --test-timeout=1200000 *.test.mjs

pictures: ## the tests in Chromium, which then leave pictures of every screen in build/screenshots
	@PICTURES=1 $(MAKE) --no-print-directory test-browser

e2e/browser/node_modules/.stamp e2e/importers/node_modules/.stamp: e2e/%/node_modules/.stamp: e2e/%/package-lock.json | need-node
	@cd e2e/$* && npm ci --silent --no-audit --no-fund
	@touch $@

fuzz-api: $(BIN) $(FUZZ)/.stamp | need-go ## the API against its OpenAPI documents: every value that its schemas name, and EXAMPLES=50 of each operation: minutes
	@EXAMPLES=$(or $(EXAMPLES),50) go test -count=1 -timeout 3h -run $(FUZZED) ./e2e

soak: $(BIN) $(VENV)/.stamp | need-go ## the guarantees in their long form: hours
	@scripts/soak

check: test cross vet fuzz-api | need-go ## tests, linters, every platform and drift of generated files
	@test -z "$$(gofmt -l cmd internal sdk e2e deploy dashboard/*.go)" || { echo "gofmt would change:"; gofmt -l cmd internal sdk e2e deploy dashboard/*.go; exit 1; }
	@BURGEE_TEST_STORE=postgres scripts/postgres run go test $(ON_EITHER_STORE) ./internal/server
	@cd dashboard && npm run --silent check
	@cd python && ../$(VENV)/bin/ruff check src tests && ../$(VENV)/bin/mypy --strict src
	@scripts/need java
	@cd e2e/browser && node --test java.check.mjs
	@command -v golangci-lint >/dev/null && golangci-lint run ./... || echo "burgee: golangci-lint is not installed, its rules were not checked (.golangci.yml)"

.PHONY: vet
vet: | need-go
	@for module in . sdk sdk/openfeature deploy/check e2e/openfeature e2e/signin bench/peers; do (cd $$module && go vet ./...); done

golden: | need-go ## rewrite every golden file; read the diff before you commit it
	@go test ./internal/adminapi ./internal/cli ./internal/config ./internal/server ./internal/store -update
	@$(MAKE) --no-print-directory gen

gen: ## regenerate what is generated from spec/openapi.json
	@cd dashboard/openapi && npm ci --silent --no-audit --no-fund && npm run --silent generate

bench: | need-go ## evaluation, delivery and remote evaluation benchmarks, then evaluation beside other engines
	@cd sdk && go test -run '^$$' -bench . -benchmem ./eval
	@go test -run '^$$' -bench . -benchmem ./internal/delivery ./internal/ofrep
	@bench/run go

clean: ## remove what was built (never ./data)
	@rm -rf bin build dashboard/dist internal/downloads/files/go internal/downloads/files/*.whl
