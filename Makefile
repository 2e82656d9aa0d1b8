# All paths are relative, so that the project may live in a folder with a space in its name.
PYTHON ?= python3
BIN := .venv/bin
WORDS := build/tutor_bot.pot
LOCALE := tutor_bot/wording/locale

# The first target is what `make` alone does: try the bot.
.PHONY: sandbox setup test check bench load soak simulate words clean

sandbox: setup
	$(BIN)/tutor-bot sandbox $(TUTOR_BOT_SANDBOX)

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tutor-bot needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1" -c constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group dev --editable ".[all]"
	$(BIN)/tutor-bot index
	touch .venv/ready

test: setup
	$(BIN)/python -m pytest --numprocesses=auto

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.matching.bench "$(DATA)"

load: setup
	$(BIN)/python -m tests.load

# The long form of what the tests do for a moment: the bot killed hundreds of times; and, where there is a PostgreSQL
# server (bash .ci/postgresql with make soak), the leader of three replicas.
soak: setup
	$(BIN)/python -m tests.crash --kills 300
	$(if $(TUTOR_BOT_TEST_POSTGRESQL),$(BIN)/python -m tests.crash --kills 100 --learners 60 --replicas 3)

simulate: setup
	$(BIN)/python -m tests.simulation docs/simulation.png

# After a change of words: brings the new ones into the translations, empty, to be filled in.
words: setup
	mkdir -p build
	$(BIN)/pybabel -q extract --no-location --sort-output --no-wrap -o $(WORDS) tutor_bot/wording
	$(BIN)/pybabel -q update -N --ignore-obsolete --no-wrap --ignore-pot-creation-date -d $(LOCALE) -D tutor_bot -i $(WORDS)

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
