"""The daily quiz with 100,000 learners and 5 million memories: how long things take, the median of several."""

import resource
import sqlite3
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from tests.builders import ExactMatcher
from tests.clocks import MovingClock
from tutor_bot.content import load
from tutor_bot.domain.people import Person
from tutor_bot.shipped import content_folder, migrations_folder
from tutor_bot.storage import Storage
from tutor_bot.storage.migrate import upgrade
from tutor_bot.usecases.daily_quiz import PAGE, DailyQuiz
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.progressing import Progressing
from tutor_bot.usecases.quizzing import Quizzing

LEARNERS, FACTS = 100_000, 50
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def fill(file: Path, keys: list[str], learners: int, now: datetime = NOW) -> None:
    """Learners with a daily quiz, 50 memories each, none of them due before tomorrow's hour."""
    db = sqlite3.connect(file)
    db.execute("PRAGMA synchronous=OFF")
    stamp = "%Y-%m-%d %H:%M:%S.%f"
    tomorrow = (now + timedelta(days=1)).strftime(stamp)
    db.executemany(
        "INSERT INTO learners (id, telegram_id, name, language, zone, daily_minute, next_daily, reachable, since)"
        " VALUES (?, ?, 'Amina', 'en', 'Europe/Berlin', 1080, ?, 1, ?)",
        ((n, 10_000 + n, tomorrow, tomorrow) for n in range(1, learners + 1)),
    )
    days = [(now - timedelta(days=n % 40 + 1)).strftime(stamp) for n in range(FACTS)]
    dues = [(now + timedelta(days=n % 30 - 10)).strftime(stamp) for n in range(FACTS)]
    db.executemany(
        "INSERT INTO memories (learner_id, fact, due, stability, difficulty, reviewed, right, algorithm)"
        " VALUES (?, ?, ?, ?, 5.0, ?, 1, 'fsrs-6-default')",
        (
            (n, keys[(n + m) % len(keys)], dues[m], 2.0 + m, days[m])
            for n in range(1, learners + 1)
            for m in range(FACTS)
        ),
    )
    db.commit()
    db.close()


def make_due(file: Path, first: int, count: int) -> None:
    db = sqlite3.connect(file, timeout=30)
    stamp = (NOW - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    db.execute("UPDATE learners SET next_daily = ? WHERE id >= ? AND id < ?", (stamp, first, first + count))
    db.commit()
    db.close()


async def timed(what: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await what()
    return (time.perf_counter() - began) * 1000


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(folder: Path, learners: int = LEARNERS) -> None:
    catalogue = load(content_folder(), thorough=False).catalogue
    assert catalogue is not None
    file = folder / "tutor.db"
    url = f"sqlite+aiosqlite:///{file}"
    upgrade(url, migrations_folder())
    fill(file, [fact.key for fact in catalogue.quizzable()], learners)
    print(f"{learners:,} learners, {learners * FACTS:,} memories, {file.stat().st_size / 2**20:,.0f} MB")

    clock, storage = MovingClock(NOW), Storage(url)
    knowledge = Knowledge(ExactMatcher(catalogue))
    quizzing = Quizzing(storage, knowledge, clock)
    daily = DailyQuiz(storage, quizzing, clock)

    async def all_due() -> None:
        while await daily.tick():
            continue

    await all_due()
    print(f"a tick with nothing due: {median([await timed(all_due) for _ in range(20)]):.1f} ms")
    looks, ticks = [], []
    for turn in range(5):
        make_due(file, 1 + turn * 200, 200)
        looks.append(await timed(lambda: _look(storage)))
        ticks.append(await timed(all_due))
    print(f"200 due: found in {median(looks):.1f} ms, all 200 quizzes chosen and written in {median(ticks):.0f} ms")
    make_due(file, min(20_000, learners // 2), 10_000)
    before = memory_mb()
    began, pages, served = time.perf_counter(), [], PAGE
    while served:
        page = time.perf_counter()
        served = await daily.tick()
        pages.append((time.perf_counter() - page) * 1000)
    whole = time.perf_counter() - began
    print(
        f"10,000 due: the first page of {PAGE} quizzes in {pages[0]:.0f} ms, a page in {median(pages):.0f} ms"
        f" (slowest {max(pages):.0f}), all of them in {whole:.1f} s"
    )
    print(f"peak memory {memory_mb():.0f} MB, {memory_mb() - before:.0f} MB more than before the 10,000")

    amina = Person(10_001, "Amina")
    progressing = Progressing(storage, knowledge, clock)
    times = [await timed(lambda: progressing.of(amina)) for _ in range(20)]
    print(f"figures for /progress: {median(times):.1f} ms")
    reviews = []
    async with storage.read() as work:
        questions = []
        for learner in range(1, 41):
            open_quiz = await work.quizzes.open_of(learner)
            assert open_quiz is not None
            questions.append((learner, (await work.quizzes.questions_of(open_quiz.id))[0]))
    for learner, question in questions:
        async with storage.work() as work:
            await work.quizzes.note_sent(question.id, f"poll-{question.id}", 1, NOW)
        vote = quizzing.vote(Person(10_000 + learner, ""), f"poll-{question.id}", question.snapshot.right)
        began = time.perf_counter()
        await vote
        reviews.append((time.perf_counter() - began) * 1000)
    print(f"a vote judged and the review recorded: {median(reviews):.1f} ms, slowest of 40 {max(reviews):.1f} ms")
    await storage.close()


async def _look(storage: Storage) -> None:
    async with storage.read() as work:
        assert len(await work.people.due_for_daily(NOW, 200)) == 200
