"""`make load`: the daily quiz with 100,000 learners and 5 million memories, and classes that play live.

How long things take on this machine, the median of several, and how much memory. The databases are made in a temporary
folder (about 1 GB). `python -m tests.load live` is the second part alone: the whole bot in real time, for some minutes.
"""

import asyncio
import resource
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders import ExactMatcher, catalogue, fact, item
from tests.clocks import MovingClock
from tests.fake_telegram import JSON, TOKEN, FakeTelegram, a_vote
from tutor_bot.app import Running, compose
from tutor_bot.clock import SystemClock
from tutor_bot.content import load
from tutor_bot.domain.live import GRACE, LEAST_SECONDS, PAUSE
from tutor_bot.domain.outgoing import LiveQuestionOut, LiveStandingOut
from tutor_bot.domain.people import Person
from tutor_bot.shipped import content_folder, migrations_folder
from tutor_bot.storage import Storage
from tutor_bot.storage.migrate import upgrade
from tutor_bot.telegram.receiver import Receiver
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.daily_quiz import PAGE, DailyQuiz
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.live_quiz import Begun, LiveQuiz, Wished
from tutor_bot.usecases.progressing import Progressing
from tutor_bot.usecases.quizzing import Quizzing
from tutor_bot.usecases.reporting import Reporting
from tutor_bot.usecases.sending import Sending

LEARNERS, FACTS = 100_000, 50
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
VOTERS, CLASSES, IN_CLASS, ASKED = 200, 50, 30, 3
PATIENCE = 120.0
"""Seconds after which a vote that has not been judged is called lost."""
TEACHER = Person(9_000, "Teacher", "en")


def fill(file: Path, keys: list[str]) -> None:
    """100,000 learners with a daily quiz, 50 memories each, none of them due before tomorrow's hour."""
    db = sqlite3.connect(file)
    db.execute("PRAGMA synchronous=OFF")
    stamp = "%Y-%m-%d %H:%M:%S.%f"
    tomorrow = (NOW + timedelta(days=1)).strftime(stamp)
    db.executemany(
        "INSERT INTO learners (id, telegram_id, name, language, zone, daily_minute, next_daily, reachable, since)"
        " VALUES (?, ?, 'Amina', 'en', 'Europe/Berlin', 1080, ?, 1, ?)",
        ((n, 10_000 + n, tomorrow, tomorrow) for n in range(1, LEARNERS + 1)),
    )
    days = [(NOW - timedelta(days=n % 40 + 1)).strftime(stamp) for n in range(FACTS)]
    dues = [(NOW + timedelta(days=n % 30 - 10)).strftime(stamp) for n in range(FACTS)]
    db.executemany(
        "INSERT INTO memories (learner_id, fact, due, stability, difficulty, reviewed, right, algorithm)"
        " VALUES (?, ?, ?, ?, 5.0, ?, 1, 'fsrs-6-default')",
        (
            (n, keys[(n + m) % len(keys)], dues[m], 2.0 + m, days[m])
            for n in range(1, LEARNERS + 1)
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


async def measure(folder: Path) -> None:
    catalogue = load(content_folder(), thorough=False).catalogue
    assert catalogue is not None
    file = folder / "tutor.db"
    url = f"sqlite+aiosqlite:///{file}"
    upgrade(url, migrations_folder())
    fill(file, [fact.key for fact in catalogue.quizzable()])
    print(f"{LEARNERS:,} learners, {LEARNERS * FACTS:,} memories, {file.stat().st_size / 2**20:,.0f} MB")

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
    make_due(file, min(20_000, LEARNERS // 2), 10_000)
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


# Classes that play live


def few_facts() -> Knowledge:
    return Knowledge(ExactMatcher(catalogue(*(fact(f"f{n}", items=(item(f"i{n}"),)) for n in range(ASKED)))))


async def votes_at_once(folder: Path) -> None:
    """200 votes in one instant at a question's end, and at the same moment its end: through the use cases alone."""
    file = folder / "votes.db"
    upgrade(f"sqlite+aiosqlite:///{file}", migrations_folder())
    storage, clock, knowledge = Storage(f"sqlite+aiosqlite:///{file}"), MovingClock(NOW), few_facts()
    live = LiveQuiz(storage, knowledge, clock)
    progressing, reporting = Progressing(storage, knowledge, clock), Reporting(storage, knowledge, clock)
    quizzing = Quizzing(storage, knowledge, clock)
    sending = Sending(storage, knowledge, quizzing, live, progressing, reporting, clock)
    begun = await live.begin(TEACHER, Place(-1, "Class"), Wished(2, LEAST_SECONDS))
    assert isinstance(begun, Begun)
    await live.start_now(-1, begun.live)
    while batch := await sending.claim():
        for outgoing in batch:
            poll = "poll" if isinstance(outgoing.content, LiveQuestionOut) else None
            await sending.sent(outgoing, message_id=1, poll_id=poll)
    await clock.advance(LEAST_SECONDS)
    began = time.perf_counter()
    votes = [
        asyncio.create_task(live.vote(Person(20_000 + n, f"Learner {n}", "en"), "poll", [0])) for n in range(VOTERS)
    ]
    await asyncio.sleep(0)
    await clock.advance(GRACE)
    await live.tick()
    [standing] = await sending.claim()
    handed_out = time.perf_counter() - began
    assert isinstance(standing.content, LiveStandingOut)
    await asyncio.gather(*votes)
    whole = time.perf_counter() - began
    kept = count_answers(file)
    print(
        f"{VOTERS} votes in one instant: {VOTERS - kept} lost, all kept in {whole:.2f} s;"
        f" the standing, asked for behind them, handed out after {handed_out:.2f} s"
    )
    await storage.close()


def count_answers(file: Path) -> int:
    with sqlite3.connect(file) as db:
        found: int = db.execute("SELECT count(*) FROM live_answers").fetchone()[0]
    return found


@dataclass
class Stage:
    """The whole bot in real time, with Telegram's servers replaced, which say when what was sent."""

    running: Running
    telegram: FakeTelegram
    clock: SystemClock
    file: Path
    asked: dict[int, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    said: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    delivered: int = 0

    def watch(self) -> None:
        def poll_sent(params: JSON) -> None:
            poll = f"poll-{len(self.telegram.polls) + 1}"
            self.asked[int(params["chat_id"])].append((self.clock.now(), poll))

        def message_sent(params: JSON) -> None:
            self.said[int(params["chat_id"])].append(self.clock.now())

        self.telegram.replies = {"sendPoll": poll_sent, "sendMessage": message_sent}

    async def start(self, group: int) -> None:
        live = self.running.classes.live
        begun = await live.begin(TEACHER, Place(group, f"Class {-group}"), Wished(ASKED, LEAST_SECONDS))
        assert isinstance(begun, Begun)
        while not self.said[group]:
            await asyncio.sleep(0.01)
        await live.start_now(group, begun.live)

    async def question(self, group: int, number: int) -> tuple[datetime, str]:
        """The poll sent as number `number` (from 0) in this group, as soon as it is there."""
        while len(self.asked[group]) <= number:
            await asyncio.sleep(0.01)
        return self.asked[group][number]

    async def votes(self, poll: str, voter: int) -> None:
        """A vote, and what Telegram tells of the poll."""
        who = {"id": voter, "is_bot": False, "first_name": f"Learner {voter}", "language_code": "en"}
        self.delivered += 1
        await self.telegram.delivers(a_vote(poll, 0, who=who), {"poll": self.telegram.polls[poll]})

    async def judged(self, deadline: float) -> int:
        """Wait until all votes are kept; how many are not in the end."""
        while (lost := self.delivered - count_answers(self.file)) and time.perf_counter() < deadline:
            await asyncio.sleep(0.1)
        return lost

    async def over(self, groups: list[int]) -> None:
        """The lobby, a standing after each question but the last, and the podium have been said everywhere."""
        while any(len(self.said[group]) < ASKED + 1 for group in groups):
            await asyncio.sleep(0.05)

    def lateness(self, groups: list[int]) -> tuple[list[float], list[float]]:
        """Seconds by which standings and podiums, and questions after the first, came after they were due."""
        ends, beginnings = [], []
        with sqlite3.connect(self.file) as db:
            for group in groups:
                found = db.execute(
                    "SELECT q.sent, q.closed FROM live_questions q JOIN live_quizzes l ON l.id = q.live_id"
                    " JOIN chats c ON c.id = l.chat_id WHERE c.telegram_id = ? ORDER BY q.position",
                    (group,),
                ).fetchall()
                due = [[datetime.fromisoformat(instant).replace(tzinfo=UTC) for instant in row] for row in found]
                shown = timedelta(seconds=LEAST_SECONDS) + GRACE
                ends += [
                    (said - sent - shown).total_seconds()
                    for (sent, _), said in zip(due, self.said[group][1:], strict=True)
                ]
                beginnings += [
                    (asked - due[place][0] - shown - PAUSE).total_seconds()
                    for place, (asked, _) in enumerate(self.asked[group][1:])
                ]
        return ends, beginnings


@asynccontextmanager
async def stage(file: Path) -> AsyncIterator[Stage]:
    url = f"sqlite+aiosqlite:///{file}"
    await asyncio.to_thread(upgrade, url, migrations_folder())
    storage, clock, telegram = Storage(url), SystemClock(), FakeTelegram()
    running = compose(
        storage=storage,
        knowledge=few_facts(),
        clock=clock,
        token=TOKEN,
        api_url="https://api.telegram.org",
        request=telegram,
    )
    receiver = Receiver(clock)
    await receiver.start(running.application)
    await receiver.fetch()
    work = [asyncio.create_task(running.sender.run()), asyncio.create_task(running.ticker.run())]
    set_up = Stage(running, telegram, clock, file)
    set_up.watch()
    try:
        yield set_up
    finally:
        await receiver.stop()
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        running.studio.close()
        await storage.close()


async def one_large_class(folder: Path) -> None:
    """Everybody votes in the last second: whom the bot has never seen, at first, and then those it knows."""
    async with stage(folder / "class.db") as here:
        await here.start(-1)
        for number in range(ASKED):
            sent, poll = await here.question(-1, number)
            await here.clock.sleep_until(sent + timedelta(seconds=LEAST_SECONDS - 1))
            began = time.perf_counter()
            for voter in range(VOTERS):
                await here.votes(poll, 20_000 + voter)
                # Twenty at a time, ten times in the second.
                if voter % 20 == 19:
                    await asyncio.sleep(max(0.0, began + (voter + 1) / VOTERS - time.perf_counter()))
            lost = await here.judged(began + PATIENCE)
            print(
                f"question {number + 1}, {VOTERS} vote within its last second: {lost} lost,"
                f" all judged {time.perf_counter() - began:.2f} s after the first came"
            )
        await here.over([-1])
        ends, _ = here.lateness([-1])
        told = ", ".join(f"{late:.2f}" for late in ends)
        grace = GRACE.total_seconds()
        print(f"the standing was sent {told} s after it was due, which is {grace:g} s after Telegram closed the poll")


async def many_classes(folder: Path) -> None:
    """50 classes that begin one after the other within one round of a quiz, their votes spread over each question."""
    rng = Random(50)
    groups = [-100 - n for n in range(CLASSES)]
    async with stage(folder / "classes.db") as here:

        async def plays(group: int) -> None:
            await asyncio.sleep(rng.random() * (LEAST_SECONDS + (GRACE + PAUSE).total_seconds()))
            await here.start(group)
            for number in range(ASKED):
                sent, poll = await here.question(group, number)
                instants = sorted(rng.random() * (LEAST_SECONDS - 0.5) for _ in range(IN_CLASS))
                for place, instant in enumerate(instants):
                    await here.clock.sleep_until(sent + timedelta(seconds=instant))
                    await here.votes(poll, -group * 1000 + place)

        began = time.perf_counter()
        await asyncio.gather(*(plays(group) for group in groups))
        await here.over(groups)
        whole = time.perf_counter() - began
        lost = await here.judged(time.perf_counter() + PATIENCE)
        behind = time.perf_counter() - began - whole
        ends, beginnings = here.lateness(groups)
        print(
            f"{CLASSES} classes of {IN_CLASS}, {ASKED} questions each, in {whole:.0f} s:"
            f" {lost} of {here.delivered} votes lost, the last judged {behind:.1f} s after the last podium"
        )
        for what, late in (("standings and podiums", ends), ("questions", beginnings)):
            print(f"{what} after they were due: median {median(late):.2f} s, worst {max(late):.2f} s")


async def play(folder: Path) -> None:
    await votes_at_once(folder)
    await one_large_class(folder)
    await many_classes(folder)


if __name__ == "__main__":
    asked_for = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked_for.isdecimal():
        LEARNERS = int(asked_for)
    with tempfile.TemporaryDirectory(prefix="tutor-bot-load-") as made:
        if asked_for != "live":
            asyncio.run(measure(Path(made)))
        asyncio.run(play(Path(made)))
