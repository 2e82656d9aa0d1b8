"""The real process under load, beside an echo bot of the same library: how fast, how soon, how large.

The counterpart is a Bot API in this process; the bots are processes of their own, one after the other.
"""

import asyncio
import sqlite3
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tests.load.learners import FIRST, PEOPLE, STEP, Learners, Waits, questions
from tests.load.memories import fill
from tests.load.programs import LEARNT, Program, slow_disk, start_echo, start_tutor
from tutor_bot.content import load
from tutor_bot.domain.facts import Catalogue
from tutor_bot.shipped import content_folder, migrations_folder
from tutor_bot.storage.migrate import upgrade

PAID = {"TUTOR_BOT_PAID_BROADCAST": "1000"}
HOUR = 108_000
"""Questions of an hour, at 30 a second."""
UNTIL_DUE = timedelta(seconds=6)
"""From the start of a bot to the daily quizzes; it has started by then."""
UNSEEN = 9_000_001
"""The first of people that no database holds."""


@dataclass(frozen=True)
class Size:
    """How long everything is done; `learners` are those of the large database."""

    people: int
    fastest: float
    steady: float
    hour: int
    learners: int
    due: int
    daily: float
    votes: int
    burst: float
    """Seconds after the votes in which answers are looked at."""


FULL = Size(
    people=PEOPLE, fastest=30, steady=60, hour=HOUR, learners=100_000, due=10_000, daily=120, votes=500, burst=5
)
SHORT = Size(people=120, fastest=2, steady=2, hour=200, learners=1_000, due=300, daily=5, votes=20, burst=2)

Column = dict[str, str]


class Bench:
    """Measures one program after the other against the same servers and the same people."""

    def __init__(self, size: Size, folder: Path, catalogue: Catalogue) -> None:
        self.size, self.folder, self.catalogue = size, folder, catalogue
        rng = Random(30)
        self.learners = Learners(questions(catalogue, rng), rng, (FIRST + n * STEP for n in range(size.people)))
        self.echoed = 0.0
        """Answers a second of the echo bot."""
        self.voters = [FIRST + 1 + n * STEP for n in range(2 * size.votes)]

    @asynccontextmanager
    async def running(self, start: Callable[[], Awaitable[Program]], column: Column) -> AsyncIterator[Program]:
        """A program from its start to its end; how long it takes until the first answer."""
        self.learners.telegram.reset()
        began = time.perf_counter()
        first = asyncio.create_task(self.learners.first_answer())
        program = await start()
        try:
            while not first.done():
                program.check()
                await asyncio.wait({first}, timeout=0.5)
            first.result()
            column["start to the first answer"] = f"{time.perf_counter() - began:.1f} s"
            yield program
            program.check()
        finally:
            first.cancel()
            await program.stop()

    async def fastest(self, program: Program, column: Column) -> float:
        """Answers a second when there is always something to do."""
        before = program.cpu
        answers, seconds = await self.learners.as_fast_as_it_goes(seconds=self.size.fastest)
        column["answers a second, as fast as it goes"] = f"{answers / seconds:.0f}"
        if self.echoed:
            column["of the echo bot's answers a second"] = f"{100 * answers / seconds / self.echoed:.0f} %"
        column["processor time for an answer"] = f"{(program.cpu - before) * 1000 / answers:.1f} ms"
        await self.learners.all_answered()
        return answers / seconds

    async def warm_up(self) -> None:
        """Everybody has asked once: the bot knows them, and has made what it makes at the first time."""
        await self.learners.as_fast_as_it_goes(number=self.size.people)
        await self.learners.all_answered()

    async def steady(self, rate: float, column: Column, where: str = "") -> None:
        waits = await self.learners.at_a_rate(rate, self.size.steady)
        column[f"{rate:g} questions a second{where}: answered"] = waits.answered
        column[f"{rate:g} questions a second{where}: p50 / p95 / p99"] = str(waits)

    async def votes(self, column: Column) -> None:
        """At 30 questions a second many vote in one instant, each on the question that they were sent."""
        await self.learners.begin_quizzes(self.voters)
        # Some were asked to type their answer, which is no poll.
        voters = [person for person in self.voters if person in self.learners.polls][: self.size.votes]
        await self.learners.at_a_rate(30, 2)
        during = Waits()
        (at, last), _ = await asyncio.gather(
            self.learners.vote_at_once(voters), self.learners.at_a_rate(30, self.size.burst, during)
        )
        column[
            f"30 a second and {len(voters)} votes in one instant: p50 / p95 / p99 in the {self.size.burst:g} s after"
        ] = str(during)
        column["until all of them were sent what comes next"] = f"{last - at:.1f} s"

    async def hour(self, program: Program, column: Column) -> None:
        """As many questions as an hour brings, as fast as they go."""
        await self.learners.as_fast_as_it_goes(number=self.size.hour)
        await self.learners.all_answered()
        column[f"memory after {self.size.hour:,} more questions"] = f"{program.memory:.0f} MB"

    def database(self, name: str) -> Path:
        """A new database, migrated."""
        file = self.folder / f"{name}.db"
        upgrade(f"sqlite+aiosqlite:///{file}", migrations_folder())
        return file

    async def echo(self) -> Column:
        column: Column = {}
        async with self.running(lambda: start_echo(self.learners.telegram.address, self.folder), column) as program:
            column["memory at the start"] = f"{program.memory:.0f} MB"
            await self.warm_up()
            column["memory when warm"] = f"{program.memory:.0f} MB"
            self.echoed = await self.fastest(program, column)
            await self.steady(60, column)
            await self.steady(30, column)
            await self.hour(program, column)
        return column

    async def tutor(self, file: Path, *, hour: bool, environment: dict[str, str] | None = None) -> Column:
        column: Column = {}

        def begin() -> Awaitable[Program]:
            return start_tutor(self.learners.telegram.address, self.folder, file, **PAID, **(environment or {}))

        async with self.running(begin, column) as program:
            await program.says(LEARNT)
            column["memory at the start"] = f"{program.memory:.0f} MB"
            await self.warm_up()
            column["memory when warm"] = f"{program.memory:.0f} MB"
            await self.fastest(program, column)
            await self.steady(60, column)
            await self.steady(30, column)
            await self.votes(column)
            if hour:
                await self.hour(program, column)
        return column

    async def within_limits(self, file: Path, column: Column) -> None:
        """The same bot as everybody runs it, which keeps to Telegram's limits by itself."""
        begun: Column = {}
        async with self.running(
            lambda: start_tutor(self.learners.telegram.address, self.folder, file), begun
        ) as program:
            await program.says(LEARNT)
            await self.steady(25, column, ", 30 messages a second allowed")
            await self.steady(30, column, ", 30 messages a second allowed")

    async def daily(self) -> Column:
        """Thousands of daily quizzes fall due at once, Telegram refuses what is too much, and others ask meanwhile."""
        column: Column = {}
        file, telegram = self.database("daily"), self.learners.telegram
        fill(file, [fact.key for fact in self.catalogue.quizzable()], self.size.due, datetime.now(UTC))
        self.learners.people = deque(range(UNSEEN, UNSEEN + 300))
        fall_due(file, datetime.now(UTC) + UNTIL_DUE)
        telegram.limits.on = True
        begun: Column = {}
        async with self.running(lambda: start_tutor(telegram.address, self.folder, file), begun) as program:
            await program.says(LEARNT)
            while len(telegram.sent) < 50:
                program.check()
                await asyncio.sleep(0.1)
            began, before = time.perf_counter(), len(telegram.sent)
            waits = await self.learners.at_a_rate(1, self.size.daily)
            sent, seconds = len(telegram.sent) - before, time.perf_counter() - began
        telegram.limits.on = False
        column["daily quizzes due at once"] = f"{self.size.due:,}"
        column["their messages a second"] = f"{(sent - len(waits.took)) / seconds:.1f}"
        column["one question a second meanwhile: answered"] = waits.answered
        column["one question a second meanwhile: p50 / p95 / p99"] = str(waits)
        column["most messages in any second"] = str(telegram.busiest_second)
        column["refused with 429"] = str(telegram.refused)
        return column


def fall_due(file: Path, instant: datetime) -> None:
    """Everybody's daily quiz falls due then."""
    with closing(sqlite3.connect(file, timeout=30)) as db, db:
        db.execute("UPDATE learners SET next_daily = ?", (instant.strftime("%Y-%m-%d %H:%M:%S.%f"),))


async def measure(folder: Path, *, short: bool) -> None:
    """All of it; a table that can be pasted."""
    catalogue = load(content_folder(), thorough=False).catalogue
    assert catalogue is not None
    bench = Bench(SHORT if short else FULL, folder, catalogue)
    await bench.learners.telegram.start()
    columns: dict[str, Column] = {}
    say("the echo bot")
    columns["echo bot"] = await bench.echo()
    say("tutor-bot")
    columns["tutor-bot"] = await bench.tutor(bench.database("small"), hour=True)
    say("tutor-bot, within Telegram's limits")
    await bench.within_limits(folder / "small.db", columns["tutor-bot"])
    say("tutor-bot with many learners")
    large = bench.database("large")
    fill(large, [fact.key for fact in catalogue.quizzable()], bench.size.learners, datetime.now(UTC))
    columns[f"{bench.size.learners:,} learners in the database"] = await bench.tutor(large, hour=False)
    if library := slow_disk(folder):
        say("tutor-bot on a slow disk")
        slow = {"LD_PRELOAD": str(library)}
        columns["20 ms more for each fsync"] = await bench.tutor(bench.database("slow"), hour=False, environment=slow)
    say("tutor-bot with a daily quiz for many")
    daily = await bench.daily()
    bench.learners.telegram.stop()
    print("Telegram's limits are off where none is named.", end=" " if library is None else "\n\n")
    if library is None:
        print("There is no C compiler (cc), so nothing is said of a slow disk.", end="\n\n")
    print(table(columns), table({"tutor-bot": daily}), sep="\n\n")


def say(what: str) -> None:
    """What is measured now: all of it takes half an hour."""
    print(f"{what} ...", file=sys.stderr, flush=True)


def table(columns: dict[str, Column]) -> str:
    """Markdown: a row for each figure that any column has."""
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    lines += [f"| {row} | " + " | ".join(column.get(row, "") for column in columns.values()) + " |" for row in rows]
    return "\n".join(lines)
