"""Classes that play live: the whole bot in real time, for some minutes."""

import asyncio
import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from tests.builders import ExactMatcher, catalogue, fact, item
from tests.clocks import MovingClock
from tests.fake_telegram import JSON, TOKEN, FakeTelegram, a_vote
from tutor_bot.app import Running, compose
from tutor_bot.clock import SystemClock
from tutor_bot.domain.live import GRACE, LEAST_SECONDS, PAUSE
from tutor_bot.domain.outgoing import LiveQuestionOut, LiveStandingOut
from tutor_bot.domain.people import Person
from tutor_bot.shipped import migrations_folder
from tutor_bot.storage import Storage
from tutor_bot.storage.migrate import upgrade
from tutor_bot.telegram.receiver import Receiver
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.live_quiz import Begun, LiveQuiz, Wished
from tutor_bot.usecases.progressing import Progressing
from tutor_bot.usecases.quizzing import Quizzing
from tutor_bot.usecases.reporting import Reporting
from tutor_bot.usecases.sending import Sending

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
VOTERS, CLASSES, IN_CLASS, ASKED = 200, 50, 30, 3
PATIENCE = 120.0
"""Seconds after which a vote that has not been judged is called lost."""
TEACHER = Person(9_000, "Teacher", "en")


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
