# Everything a newcomer needs. `make help` lists it.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
SHELL := /bin/bash
.DEFAULT_GOAL := help

installed := node_modules/.package-lock.json

.PHONY: help up test test-unit test-long check fix demo bench generate clean

help: ## what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

up: ## install what is missing and start Fairlead on http://127.0.0.1:7300
	@bin/fairlead up $(ARGS)

$(installed): package-lock.json
	npm ci --no-progress --loglevel=error
	@touch $@

test: $(installed) ## all tests that this machine can run; what is skipped is named at the end
	vitest run

test-unit: $(installed) ## only the fast tests beside the sources
	vitest run --project unit

test-long: $(installed) ## every kill and every generated case; writes docs/evidence/
	FAIRLEAD_LONG=1 vitest run

check: $(installed) ## types, lint, floors, format, dead code, generated files
	tsc --noEmit
	oxlint
	oxfmt --check .
	knip
	node scripts/generate.ts --check

fix: $(installed) ## format and apply safe lint fixes
	oxlint --fix
	oxfmt .

generate: $(installed) ## write the generated files anew (JSON Schema, references)
	node scripts/generate.ts

demo: $(installed) ## from a repository to two hosts and back, on this machine in a few minutes (as root)
	@node scripts/demo.ts

bench: $(installed) ## side by side with peers, in one run; writes bench/results/
	node bench/gateway/run.ts
	node bench/gateway/privateModules.ts
	node bench/gomod/run.ts
	node bench/image/run.ts
	node bench/doctor/run.ts

clean: ## remove what was built or installed here
	rm -rf dist node_modules coverage
