# The two commands of a newcomer: make demo, make test. make help lists the rest.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X github.com/fgctl/fgctl/pkg/cli/version.version=$(VERSION)
TOOL     = go tool -modfile=tools/go.mod
FUZZTIME ?= 30s
GORELEASER = github.com/goreleaser/goreleaser/v2@v2.16.0

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' Makefile

.PHONY: build
build: ## Build bin/fgctl
	go build -ldflags '$(LDFLAGS)' -o bin/fgctl ./cmd/fgctl

.PHONY: demo
demo: build ## Create, explain, replace and delete a profile on the embedded sandbox
	PATH="$(CURDIR)/bin:$$PATH" bin/fgctl sandbox run -- sh examples/scripts/demo.sh

.PHONY: test
test: ## Run the tests; those of moto and the AWS CLI are skipped where these are not installed
	GOGC=400 go test ./...

.PHONY: race
race: ## Run the tests with the race detector
	go test -race ./...

.PHONY: cover
cover: ## Run the tests with coverage of all packages, and fail where a package is below 85 %
	@mkdir -p bin
	go test -coverpkg=./pkg/... -coverprofile=bin/cover.out ./...
	@awk 'NR > 1 { n[$$1] = $$2; if ($$3 > 0) hit[$$1] = 1 } \
		END { for (b in n) { file = b; sub(/:.*/, "", file); sub(/\/[^\/]*$$/, "", file); all[file] += n[b]; \
		if (b in hit) got[file] += n[b] } \
		for (p in all) { c = 100 * got[p] / all[p]; printf "%5.1f %%  %s\n", c, p | "sort -n"; if (c < 85) low = 1 } exit low }' \
		bin/cover.out

.PHONY: moto
moto: ## Run the tests against moto, which must be installed
	FGCTL_REQUIRE_MOTO=1 go test -run TestMoto -count=1 ./pkg/cli

.PHONY: model
model: ## Disturb every sequence and every command at every request; FGCTL_MODEL=sample takes a part of the cases
	FGCTL_MODEL=$(or $(FGCTL_MODEL),all) go test -count=1 -timeout 90m -v \
		-run 'Model|AtOnce|Against|TestClaims' ./pkg/lifecycle ./pkg/cli

.PHONY: lint
lint: ## Run golangci-lint (built from source at the first run) and check the formatting
	$(TOOL) golangci-lint run ./...

.PHONY: lint-actions
lint-actions: ## Check the workflows of GitHub
	go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: format
format: ## Format the code
	$(TOOL) gofumpt -w cmd pkg

.PHONY: docs
docs: ## Generate docs/commands from the commands themselves
	go run ./cmd/gendocs docs/commands

.PHONY: docs-check
docs-check: ## Fail when docs/commands is not current
	go run ./cmd/gendocs -check docs/commands

.PHONY: site
site: ## Build the documentation as a site with search into bin/site
	npm ci --prefix tools/site --no-audit --no-fund
	ln -sfn ../../docs tools/site/pages
	npm run --prefix tools/site build

.PHONY: site-check
site-check: ## Look at bin/site in Chromium, as a desktop and as a phone show it
	npm run --prefix tools/site check

.PHONY: session
session: build ## Record the session that README shows, docs/session.svg, with npm and script(1)
	npm ci --prefix tools/site --no-audit --no-fund
	node tools/site/session/record.mjs docs/session.svg

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (30s)
	@grep -rhoE --include='*_test.go' --with-filename '^func Fuzz[A-Za-z]+' pkg | sed 's/:func / /' | \
	while read -r file target; do \
		echo "$$target in $$(dirname $$file)"; \
		said=$$(go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x "./$$(dirname $$file)" 2>&1) \
			&& { echo "$$said" | tail -n 1; continue; }; \
		echo "$$said"; \
		: "a slow machine may let the engine end late, which it reports so; a failing input has a file" ; \
		case "$$said" in *"Failing input"*) exit 1 ;; *"context deadline exceeded"*) ;; *) exit 1 ;; esac; \
	done

.PHONY: release-check
release-check: ## Check .goreleaser.yaml (builds goreleaser from source)
	go run $(GORELEASER) check

.PHONY: reproducible
reproducible: ## Make this platform's release twice, in two places from nothing, and compare the bytes
	tools/reproducible.sh $(GORELEASER)

.PHONY: completions
completions: ## Write the shell completions that a release carries to bin/completions
	mkdir -p bin/completions
	go run ./cmd/fgctl completion bash >bin/completions/fgctl.bash
	go run ./cmd/fgctl completion zsh >bin/completions/fgctl.zsh
	go run ./cmd/fgctl completion fish >bin/completions/fgctl.fish
	go run ./cmd/fgctl completion powershell >bin/completions/fgctl.ps1

.PHONY: man
man: ## Write the man pages that a release carries to bin/man, with the date of the commit
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} go run ./cmd/gendocs -man bin/man

.PHONY: bench
bench: ## Run the benchmarks; docs/performance.md says what their ratios mean
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: size
size: ## Print lines, exported names and references between files, per package
	@go run ./cmd/size

.PHONY: clean
clean: ## Remove what the build made
	rm -rf bin dist
