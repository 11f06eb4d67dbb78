# The commands of the course. `make` alone lists them.

SWIFT ?= swift
# Lessons that `make bytes` compares: numbers as `course` knows them.
LESSONS ?= 04
# Flags for `make run`, `make bench` and `make site`.
ARGS ?=

.PHONY: help run test setup ready lint format pictures check bytes check-arm64 check-avx512 check-wasm check-products check-lines check-notebooks check-hub check-threads mutants fuzz bench compare site setup-site check-site clean

help: ## List these commands.
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1 /p' $(MAKEFILE_LIST) | while read -r name text; do \
	  printf '  make %-14s %s\n' "$$name" "$$text"; done

run: ready ## Run Lesson 04, the Vision Transformer.
	$(SWIFT) run Lesson04_ViT $(ARGS)

test: ready ## Build and run all tests.
	$(SWIFT) test

setup: ## Install what is missing: libpng's development files, and libjpeg-turbo and libwebp for photos.
	@ASK=1 SWIFT="$(SWIFT)" sh Scripts/setup.sh

# The same before other commands, which ask for no password for what they can do without.
ready:
	@SWIFT="$(SWIFT)" sh Scripts/setup.sh

lint: ## Check the layout of all Swift sources.
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests Lessons

format: ## Lay all Swift sources out.
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests Lessons

pictures: ready ## Draw the pictures of README.md anew (needs Chromium).
	$(SWIFT) build --product Lesson03_Multimodal
	python3 Scripts/pictures.py terminal
	$(MAKE) site
	python3 Scripts/pictures.py page

check: ready ## Compare every lesson with its expected output.
	$(SWIFT) run course check

bytes: ready ## Compare builds for several instruction sets and thread counts (LESSONS="04").
	@sh Scripts/check-bytes.sh $(LESSONS)

check-arm64: ## Run the engine's kernels as arm64 code and compare their digest.
	@sh Scripts/check-arm64.sh

check-avx512: ## Run the engine's kernels with AVX-512, in an emulator where there is none, and compare their digest.
	@sh Scripts/check-avx512.sh

check-wasm: ## Run the engine's kernels as WebAssembly and compare their digest.
	@sh Scripts/check-wasm.sh

check-products: ready ## Build and run a package that depends on the libraries.
	@sh Scripts/check-products.sh

check-lines: ready ## Count how often the message about a mistake names the right line (COUNT=100 mistakes of each form).
	@python3 Tests/SampleMistakes/mistakes.py check $(or $(COUNT),100)

check-notebooks: ready ## Export every lesson as a notebook and have nbformat and nbconvert read it (PYTHON=…).
	@SWIFT="$(SWIFT)" sh Scripts/check-notebooks.sh

check-hub: ready ## Hold the hub of the tests and the cache to Hugging Face's own client (PYTHON=… that has huggingface_hub).
	@SWIFT="$(SWIFT)" sh Scripts/check-hub.sh

check-threads: ready ## Run the tests under ThreadSanitizer (ARGS="TensorsTests" for some).
	@SWIFT="$(SWIFT)" Scripts/check-threads.sh $(ARGS)

mutants: ready ## Make plausible mistakes in the engine's kernels, and see whether a test finds each (ARGS="3 17" for some).
	@SWIFT="$(SWIFT)" python3 Scripts/mutate-kernels.py $(ARGS)

fuzz: ready ## Feed the readers of files with random input, under sanitizers (MINUTES=1 for each; FORMATS="png jpeg").
	@SWIFT="$(SWIFT)" python3 Tests/Fuzz/fuzz.py --minutes $(or $(MINUTES),1) --formats "$(FORMATS)" $(ARGS)

.PHONY: check-tokenizers
check-tokenizers: ready ## Compare every kind of tokenizer with transformers on 5,000 strings (PYTHON=…, ARGS=more directories).
	$(SWIFT) build -c release --product bench
	@$(or $(PYTHON),python3) Tests/Fixtures/tokenizer_strings/make_tokenizer_strings.py check "$$($(SWIFT) build -c release --show-bin-path)/bench" $(ARGS)

bench: ready ## Measure the engine (ARGS="--torch python3" compares with PyTorch).
	$(SWIFT) run -c release bench $(ARGS)

compare: ready ## Compare with transformers and other runtimes at real sizes (PYTHON=python3 that has them; ARGS="clip vilt").
	@Scripts/compare-transformers.sh $(ARGS)

site: ## Build the pages of docs/ for a browser, into site/ (ARGS=--no-reference leaves out what needs Swift).
	@SWIFT="$(SWIFT)" sh Scripts/site/setup.sh
	@SWIFT="$(SWIFT)" python3 Scripts/site/build.py $(ARGS)

setup-site: ## Install what the site needs and this machine lacks: pandoc, and Chromium and axe-core for its test.
	@ASK=1 SWIFT="$(SWIFT)" sh Scripts/site/setup.sh check

check-site: site ## Open every page of the site in Chromium and look for faults (CHECK="--pictures DIR" keeps pictures).
	@SWIFT="$(SWIFT)" sh Scripts/site/setup.sh check
	@python3 Tests/Site/test_site.py
	@python3 Scripts/site/check.py $(CHECK)

clean: ## Remove all build products.
	rm -rf .build .build-* site site.new
