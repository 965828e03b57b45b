# The commands of the project. `make` alone lists them; README.md shows what they print.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

LOGS ?= examples/dify/logs.json
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 10
KILLS ?= 100
BENCH_FLAGS ?=
PREFIX ?= /usr/local
# What runs threads, but for the engine of the store (decision 0020); the rest would only be compiled once more.
TSAN_TARGETS := sonde sources_test api_test

# The presets asan and fuzz compile with the same flags: ccache may share what they make.
export CCACHE_NOHASHDIR := 1
# A clone elsewhere shares what was compiled here.
export CCACHE_BASEDIR := $(CURDIR)
# What the sanitizer of undefined behaviour finds fails the test that showed it.
export UBSAN_OPTIONS := halt_on_error=1:print_stacktrace=1:suppressions=$(CURDIR)/fuzz/ubsan.supp

configure = mkdir -p build && echo "configure: build/$(1)" && cmake --preset $(1) --log-level=WARNING >build/configure-$(1).log
compile = cmake --build --preset $(1) --parallel $(JOBS)
ctest = ctest --test-dir build/$(1) --output-on-failure --parallel $(JOBS)
sources = find src fuzz bench \( -name '*.h' -o -name '*.cc' -o -name '*.cpp' \)

##@ Every day
.PHONY: help
help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build, then analyze and optimize LOGS (examples/dify/logs.json): make run LOGS=my.json
	@echo '$$ sonde analyze $(LOGS)'
	@build/release/sonde analyze $(LOGS)
	@echo '$$ sonde optimize $(LOGS)'
	@build/release/sonde optimize $(LOGS)

.PHONY: build
build: setup-build ## Build the release binary, build/release/sonde
	@$(call configure,release)
	@$(call compile,release) --target sonde

.PHONY: test
test: setup-test ## Build everything and run every test, the layer rules, and the freshness of generated files
	@$(call configure,release)
	@$(call compile,release)
	@python3 tools/check_layers.py
	@python3 tools/make_examples.py --check
	@python3 tools/make_docs.py --check
	@$(call ctest,release)

.PHONY: setup
setup: ## Install the Debian packages that are missing, and fetch the engine of the store
	@tools/setup.sh build store

##@ Before a release
.PHONY: check
check: formatted asan fuzz tsan ## The tests under the sanitizers, and 10 seconds of fuzzing a reader

.PHONY: asan
asan: setup-check ## The tests under the address and undefined-behaviour sanitizers
	@$(call configure,asan)
	@$(call compile,asan)
	@$(call ctest,asan) --exclude-regex coverage_study --label-exclude "store|planted"

.PHONY: tsan
tsan: setup-test ## The tests of what runs threads under the thread sanitizer
	@$(call configure,tsan)
	@$(call compile,tsan) --target $(TSAN_TARGETS)
	@$(call ctest,tsan) --exclude-regex '_NOT_BUILT|coverage_study' --label-exclude "store|planted"

.PHONY: fuzz
fuzz: setup-check ## Fuzz each reader for FUZZ_SECONDS (10)
	@$(call configure,fuzz)
	@$(call compile,fuzz)
	@tools/fuzz.sh build/fuzz $(FUZZ_SECONDS)

.PHONY: soak
soak: build ## kill -9 during import, erase and retention, KILLS (100) times each: about 20 minutes
	@tools/setup.sh store test
	@$(call compile,release) --target file_faults
	@cd tests && for name in kill erase retention; do \
	  echo "soak: $$name, $(KILLS) kills"; \
	  SONDE_TEST_KILLS=$(KILLS) PYTHONPATH=. python3 -B store/$${name}_test.py -k moment; \
	done

.PHONY: bench
bench: build ## Compare with DuckDB, chDB, jq and python3 on generated logs: BENCH_FLAGS=--quick for a look
	@tools/setup.sh bench
	@python3 bench/run.py $(BENCH_FLAGS)

.PHONY: bench-store
bench-store: build ## The history: import against the bare engine, size on disk, questions: BENCH_FLAGS=--quick for a look
	@tools/setup.sh store
	@$(call compile,release) --target store_bench
	@python3 bench/store.py $(BENCH_FLAGS)

##@ Now and then
.PHONY: docs
docs: build ## Write the generated pages of docs/ and the examples
	@python3 tools/make_docs.py
	@python3 tools/make_examples.py

.PHONY: coverage-study
coverage-study: build ## How often intervals hold the truth, by simulation: writes docs/coverage.md (minutes)
	@$(call compile,release) --target coverage_study
	@build/release/tests/coverage/coverage_study >docs/coverage.md

.PHONY: format
format: setup-check ## Lay out the C++ as .clang-format says
	@$(sources) -print0 | xargs -0 clang-format-14 -i

.PHONY: formatted
formatted: setup-check
	@echo "check: the layout of the C++"
	@$(sources) -print0 | xargs -0 clang-format-14 --dry-run -Werror

.PHONY: tidy
tidy: setup-check build ## Look for defects with clang-tidy
	@run-clang-tidy-14 -quiet -j $(JOBS) -p build/release -extra-arg=-Wno-unknown-warning-option '/src/.*\.cc$$'

.PHONY: setup-build
setup-build:
	@tools/setup.sh build

.PHONY: setup-test
setup-test:
	@tools/setup.sh build store test

.PHONY: setup-check
setup-check:
	@tools/setup.sh build store test check

.PHONY: install
install: build ## Install below PREFIX (/usr/local)
	@cmake --install build/release --prefix $(PREFIX)

.PHONY: deb
deb: build ## Make the Debian package, build/release/*.deb
	@tools/setup.sh deb
	@cpack --config build/release/CPackConfig.cmake -G DEB -B build/release

.PHONY: clean
clean: ## Delete build/
	@rm -rf build
