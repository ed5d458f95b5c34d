# Everything that is done to this project is a target here; no hidden steps.
#
#   make run          open the program; without a terminal, play the main job
#   make test         all tests, live ones in the sandbox included
#   make test-short   what needs no cluster (< 60 s warm)
#   make accuracy     how right the trace is, over all cases

export CGO_ENABLED ?= 0
SANDBOX   := cmd/gatedrill-sandbox
DATA      := $(or $(GATEDRILL_HOME),$(or $(XDG_DATA_HOME),$(HOME)/.local/share)/gatedrill)
TEST_DATA := $(or $(GATEDRILL_TEST_HOME),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/gatedrill-test)
GO_FILES  := $(shell git ls-files '*.go' 2>/dev/null)
LIVE      := ./labs/cluster/sandbox ./labs/observe ./cmd/gatedrill
LIVE_KIND := ./labs/cluster/kind ./labs/cluster/kubecontext ./cmd/gatedrill
PLATFORMS := linux/arm64 darwin/arm64 windows/amd64


.PHONY: run accuracy build docs/proofs.json picture race sandbox test test-short test-live test-sandbox test-kind conformance bench bench-kind lint golden generate cross tidy-check clean

run: build
	@if [ -t 0 ] && [ -t 1 ]; then set --; else set -- demo; fi; \
		GATEDRILL_SOURCE=$(CURDIR) exec ./bin/gatedrill "$$@"

build:
	@mkdir -p bin
	go build -ldflags '-s -w' -o bin/gatedrill ./cmd/gatedrill

# The sandbox's programs and Envoy, in the foreground.
sandbox: build
	GATEDRILL_SOURCE=$(CURDIR) ./bin/gatedrill sandbox install

test: lint test-short test-sandbox test-live

test-short: cross
	go vet ./...
	go test -short ./...

# Unit tests of the heavy module (Kubernetes, etcd, Istio).
test-sandbox:
	cd $(SANDBOX) && go vet ./... && go test ./...

# Live tests share one sandbox, which is not the one people use; they run one
# package at a time. It is stopped at the end, its log is kept.
test-live: sandbox
	@export GATEDRILL_TEST_HOME="$(TEST_DATA)"; \
		go test -count=1 -p 1 -timeout 45m -v -run '^TestLive' $(LIVE); code=$$?; \
		GATEDRILL_HOME="$(TEST_DATA)" ./bin/gatedrill sandbox stop; exit $$code

# The same on a kind cluster, made of the public images unless
# GATEDRILL_TEST_KIND names a file with others. The cluster is deleted at the
# end.
test-kind: sandbox
	@command -v docker >/dev/null || command -v podman >/dev/null || command -v nerdctl >/dev/null || echo "SKIPPED: no container engine is on PATH, so no kind cluster can be made"
	GATEDRILL_TEST_HOME="$(TEST_DATA)" GATEDRILL_TEST_KIND="$(or $(realpath $(GATEDRILL_TEST_KIND)),public)" \
		go test -count=1 -p 1 -timeout 40m -v -run '^TestKind' $(LIVE_KIND)

# The Gateway API's own conformance suite, in a sandbox of its own (3 to 5 min).
conformance: sandbox
	@set -e; export GATEDRILL_HOME="$(TEST_DATA)/conformance" GATEDRILL_PROGRAMS="$(DATA)/programs" GATEDRILL_ENVOY="$(DATA)/programs/envoy"; \
		mkdir -p "$$GATEDRILL_HOME"; d=$$(cd "$$GATEDRILL_HOME" && pwd); \
		(cd $(SANDBOX)/conformance && \
			go build -o "$$d/echo-basic" sigs.k8s.io/gateway-api/conformance/echo-basic && \
			go test -c -o "$$d/conformance.test" .); \
		trap './bin/gatedrill sandbox stop' EXIT; \
		./bin/gatedrill sandbox start --crds experimental; \
		./bin/gatedrill sandbox program add gateway-api/echo-basic="$$d/echo-basic"; \
		./bin/gatedrill sandbox program add coredns/coredns="$$d/echo-basic"; \
		./bin/gatedrill sandbox run -- "$$d/conformance.test" -test.v

# How right the trace is: every case live, in sandboxes of its own. istioctl
# analyze is asked when a case is recorded.
# ONLY=GLOB runs some, DRAW=100 so many by lot (SEED=N the same again), RECORD=1 keeps what was seen for the tests, KEEP=1
# leaves the last one in its sandbox.
accuracy: sandbox
	@mkdir -p "$(TEST_DATA)/accuracy"
	go run ./cmd/gatedrill-accuracy --programs "$(or $(GATEDRILL_PROGRAMS),$(DATA)/programs)" --home "$(TEST_DATA)/accuracy" \
		$(if $(ONLY),--only '$(ONLY)') $(if $(DRAW),--draw $(DRAW)) $(if $(SEED),--seed $(SEED)) $(if $(RECORD),--record) $(if $(KEEP),--keep)

bench: sandbox
	go run ./cmd/gatedrill-bench all --programs "$(DATA)/programs"

# A kind cluster beside one made by hand, and beside the sandbox.
bench-kind: sandbox
	go run ./cmd/gatedrill-bench kind --programs "$(DATA)/programs" --kind "$(if $(filter-out public,$(GATEDRILL_TEST_KIND)),$(realpath $(GATEDRILL_TEST_KIND)))"

# The light program builds for every platform it claims.
cross:
	@for p in $(PLATFORMS); do \
		echo "build $$p"; \
		GOOS=$${p%/*} GOARCH=$${p#*/} go build -o /dev/null ./cmd/gatedrill ./cmd/gatedrill-app || exit 1; \
	done

# Needs a C compiler.
race:
	CGO_ENABLED=1 go test -race -short ./...

lint:
	@out=$$(gofmt -l $(GO_FILES)); test -z "$$out" || { echo "gofmt these:"; echo "$$out"; exit 1; }
	go vet ./...
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed: gofmt and go vet only"; fi

# The pictures of the README, from the real screens of a lab in the sandbox.
picture: sandbox
	./docs/picture.sh

# What each backend proves of each lab now, and the syllabus made of it.
docs/proofs.json: sandbox
	GATEDRILL_PROGRAMS="$(DATA)/programs" ./docs/proofs.sh

# What tests compare with, and what is written from code: screens, the words
# for broken labs, the author's list of questions, the syllabus.
golden:
	go test ./tui ./labs/labfile ./labs/check ./cmd/gatedrill-syllabus -update
	go test -run TestSettingsPage ./cmd/gatedrill -update

# Manifests that sandbox and kind install, rendered from Istio's own charts.
generate:
	cd $(SANDBOX) && go run ./generate

tidy-check:
	go mod tidy -diff
	cd $(SANDBOX) && go mod tidy -diff

clean:
	rm -rf bin
