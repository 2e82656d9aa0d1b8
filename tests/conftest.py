"""A real database made by the migrations, a clock that tests move, and the use cases over both."""

import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

# As the program does, before numpy is imported: see cli.main.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from tests.builders import NOON, ExactMatcher, catalogue
from tests.clocks import MovingClock
from tutor_bot.shipped import migrations_folder
from tutor_bot.storage import Storage
from tutor_bot.storage.migrate import upgrade
from tutor_bot.telegram.context import Tutor
from tutor_bot.usecases.answering import Answering
from tutor_bot.usecases.classes import Classes
from tutor_bot.usecases.curating import Curating
from tutor_bot.usecases.daily_quiz import DailyQuiz
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.live_quiz import LiveQuiz
from tutor_bot.usecases.preferring import Preferring
from tutor_bot.usecases.privacy import Privacy
from tutor_bot.usecases.progressing import Progressing
from tutor_bot.usecases.quizzing import Quizzing
from tutor_bot.usecases.reporting import Reporting
from tutor_bot.usecases.sending import Sending
from tutor_bot.usecases.short_answers import ShortAnswers

ALL = os.environ.get("TUTOR_BOT_TESTS") == "all"
"""Where everything is installed, a test that cannot run is a failure."""
_TO_RUN = "; to run them: "

# How long an example takes says nothing here: two test processes share the machine.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


def needs(what: str, command: str) -> NoReturn:
    """Skip the test for want of `what`, which `command` brings; where all is to run, fail it."""
    if ALL:
        pytest.fail(f"needs {what}: {command}")
    pytest.skip(f"{what}{_TO_RUN}{command}")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """More than there are cores: many tests wait for processes or clocks, and leave theirs idle meanwhile."""
    return 3 * (os.cpu_count() or 1) // 2


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for what was skipped, and how to have it run."""
    # Read from the reports, for the tests may have run in several processes.
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in reasons.items():
        if _TO_RUN in reason:
            terminalreporter.write_line(f"{count} tests skipped, they need {reason}")


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOON)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database made by the migrations, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "tutor.db"
    upgrade(f"sqlite+aiosqlite:///{file}", migrations_folder())
    return file


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    """The same on the PostgreSQL server: the name of a template."""
    from tests.postgresql import fresh_database, name_of

    with fresh_database(os.environ["TUTOR_BOT_TEST_POSTGRESQL"]) as url:
        upgrade(url, migrations_folder())
        yield name_of(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database of each kind; the server's address comes from the environment."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "tutor.db")
        yield f"sqlite+aiosqlite:///{tmp_path}/tutor.db"
        return
    server = os.environ.get("TUTOR_BOT_TEST_POSTGRESQL")
    if not server:
        needs("a PostgreSQL server", "bash .ci/postgresql install && bash .ci/postgresql with make test")
    from tests.postgresql import fresh_database

    with fresh_database(server, template=request.getfixturevalue("migrated_database")) as url:
        yield url


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Storage]:
    made = Storage(database_url)
    yield made
    await made.close()


@pytest.fixture
def knowledge() -> Knowledge:
    return Knowledge(ExactMatcher(catalogue()))


@pytest.fixture
def tutor(storage: Storage, knowledge: Knowledge, clock: MovingClock) -> Tutor:
    quizzing = Quizzing(storage, knowledge, clock)
    live = LiveQuiz(storage, knowledge, clock)
    progressing = Progressing(storage, knowledge, clock)
    reporting = Reporting(storage, knowledge, clock)
    return Tutor(
        knowledge=knowledge,
        answering=Answering(storage, knowledge, clock),
        curating=Curating(storage, knowledge, clock, frozenset()),
        quizzing=quizzing,
        short_answers=ShortAnswers(storage, quizzing, clock),
        daily=DailyQuiz(storage, quizzing, clock),
        preferring=Preferring(storage, knowledge, clock),
        progressing=progressing,
        live=live,
        classes=Classes(storage, live, clock),
        reporting=reporting,
        privacy=Privacy(storage, clock),
        sending=Sending(storage, knowledge, quizzing, live, progressing, reporting, clock),
    )
