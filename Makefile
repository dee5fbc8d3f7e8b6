# `make` lists the targets.
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

build: ## build ./leat
	go build -o leat ./cmd/leat

test: ## all tests, as in the README
	go test ./...

race: ## the concurrent packages under the race detector
	go test -race ./log ./state ./exec .

docs: ## docs/sql, from the forms, descriptors and tables in the code
	go run ./internal/sqldocs

lint: ## formatting, vet and staticcheck
	.ci/lint

conformance: build ## the dialect's conformance cases, where ../shared is present
	.ci/conformance

crash: build ## kills in the middle of the work, a million records, nothing lost
	./leat test --crash --kills 200

bench: build ## Nexmark with limits measured in the same run
	./leat bench nexmark --events 1000000

demo: ## the five-minute look: live results in this terminal
	go run ./cmd/leat demo

ci: ## everything CI runs
	.ci/run

.PHONY: help build test race docs lint conformance crash bench demo ci
