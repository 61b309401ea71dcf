# `make app` runs the explorer, `make test` checks it; both set themselves up first.

PY := .venv/bin/python
PIP := -m pip --disable-pip-version-check --no-input install --quiet

.DEFAULT_GOAL := help
.PHONY: help app test quick lint format browser bench train train-cost clean
.DELETE_ON_ERROR:

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1#\2/p' Makefile | awk -F '#' '{printf "%-14s %s\n", $$1, $$2}'

app: .venv/.ready ## install what the app needs, run it and print its address
	@PYTHONUNBUFFERED=1 exec $(PY) app.py

test: lint browser ## lint, then run every test; ARGS="-k circuit" chooses
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 20 $(ARGS)

quick: .venv/.ready-to-test ## ruff, then the tests nearest to what changed, without a browser
	@$(PY) -m ruff check
	@$(PY) -m tests.quick $(ARGS)

lint: .venv/.ready-to-test ## ruff, mypy, the import contracts and the Dockerfile's linter
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	@rm -f qbert_demo/ui/*.pyi qbert_demo/ui/*/*.pyi # Gradio writes them, and mypy would read them for the code
	$(PY) -m mypy
	$(PY) .venv/bin/lint-imports --no-logo
	.venv/bin/hadolint Dockerfile

format: .venv/.ready-to-test ## rewrite the code in its one format
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

browser: .venv/.ready-to-test
	@$(PY) -m tests.chromium

bench: .venv-bench/.ready ## time circuit and training beside other simulators
	.venv-bench/bin/python -m benchmarks.circuit $(ARGS)
	.venv-bench/bin/python -m benchmarks.jitted
	.venv-bench/bin/python -m benchmarks.training

TASKS := sst2 ag_news imdb sms_spam tweet_sentiment
train: train-cost $(foreach task,$(TASKS),train-$(task)-classical train-$(task)-hybrid train-$(task)-control) ## train every shipped checkpoint; goes on where it was stopped
	$(PY) -m qbert_demo cards

train-cost: .venv/.ready
	@$(PY) -m qbert_demo cost $(TASKS)

# A teacher's soft labels are shipped; where they are not, making them takes the longest of all.
TEACHER := sentence-transformers/all-mpnet-base-v2@e8c3b32edf5434bc2275fc9bab85f82640a19130
checkpoints/teachers/%.safetensors: | .venv/.ready
	$(PY) -m qbert_demo train --task $* --teacher $(TEACHER) --output $@

train-%-classical: .venv/.ready
	$(PY) -m qbert_demo train --task $* --head linear --output checkpoints/$*-classical $(ARGS)

train-%-hybrid: .venv/.ready
	$(PY) -m qbert_demo train --task $* --head circuit --output checkpoints/$*-hybrid $(ARGS)

train-%-control: .venv/.ready
	$(PY) -m qbert_demo train --task $* --head bottleneck --output checkpoints/$*-control $(ARGS)

clean: ## remove environments and caches
	rm -rf .venv .venv-bench .*_cache build
	find app.py qbert_demo tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Environments. TORCH_INDEX may name an index to take torch from, such as the one in the
# Dockerfile for a build without CUDA.

.venv/.ready: requirements.txt constraints.txt | .venv/.created
	@echo 'Installing requirements.txt into .venv (a few minutes the first time)'
	@$(if $(TORCH_INDEX),$(PY) $(PIP) --index-url '$(TORCH_INDEX)' -c constraints.txt torch)
	@$(PY) $(PIP) -c constraints.txt -r requirements.txt
	@touch $@

.venv/.ready-to-test: tests/requirements.txt .venv/.ready
	@echo 'Installing tests/requirements.txt into .venv'
	@$(PY) $(PIP) -c constraints.txt -r tests/requirements.txt
	@touch $@

.venv-bench/.ready: requirements.txt constraints.txt benchmarks/requirements.txt | .venv-bench/.created
	@echo 'Installing the simulators to compare with into .venv-bench'
	@.venv-bench/bin/python $(PIP) -c constraints.txt -r requirements.txt -r benchmarks/requirements.txt
	@touch $@

# Debian's Python has no ensurepip without the package python3-venv; its own pip can stand in.
.venv/.created .venv-bench/.created:
	@for python in "$(PYTHON)" python3.11 python3 python ""; do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	done; \
	if [ -z "$$python" ]; then \
	    echo 'No Python 3.11 or newer was found. Name one: make PYTHON=/path/to/python' >&2; exit 1; \
	elif $(@D)/bin/python -m pip --version >/dev/null 2>&1; then \
	    :; \
	elif "$$python" -c 'import ensurepip' 2>/dev/null; then \
	    "$$python" -m venv --clear $(@D); \
	elif ! { "$$python" -m venv --clear --without-pip $(@D) \
	         && "$$python" -m pip --python $(@D)/bin/python install --quiet pip; }; then \
	    echo "$$python can make no virtual environment. On Debian: apt-get install python3-venv" >&2; \
	    exit 1; \
	fi
	@touch $@
