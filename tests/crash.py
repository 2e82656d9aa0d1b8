"""The bot is killed at random moments while people ask, vote, play and await their daily quiz; then all is counted.

`python -m tests.crash --kills 300` is the long form; the tests run a short one. Telegram is the sandbox's, in this
process; each life of the bot is a process of its own, which SIGKILL ends without a chance to tidy up. With `replicas`
so many live at a time, and it is the leader that is killed; at last two are ended in good order, while guests ask.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.clocks import FastClock, until
from tests.crash_life import FACTS, life, nothing
from tests.postgresql import fresh_database
from tutor_bot.app import upgrade
from tutor_bot.domain.people import Person
from tutor_bot.sandbox import Bot, Sandbox
from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.methods import METHODS, Method
from tutor_bot.sandbox.polls import Poll
from tutor_bot.sandbox.state import State
from tutor_bot.storage import Storage
from tutor_bot.storage.replica import ADVISORY_LOCKS

LEARNERS = 24
PUPILS = 6
SUBSCRIBERS = 80
"""Who have their daily quiz at the same moment, where there are several replicas: when the first was killed."""
GUESTS, OF_EACH = 24, 3
"""Who ask so many questions, each time that one of several replicas is ended in good order."""
CONFIRMS_AFTER = 0.6
"""Seconds that Telegram then takes to confirm a message, so that some are always sent and not struck off yet; longer
than it takes the other replicas to find what they may act on."""
SOME = 5
LONGEST_LIFE = 1.2
"""Seconds; the shortest ends while the bot still starts."""
LEADS_FOR = 4.0
"""Seconds at most until the leader of several replicas is killed."""
PATIENCE = 300
"""Seconds for the last life to finish what was left."""
SPEED = 4
"""Everybody's clock runs so much faster than the machine's: a lesson takes minutes."""


@dataclass
class Outcome:
    """What was found at the end. `lost` and `doubled` are to be empty; `repeated` counts messages sent again.

    Nobody was killed while guests asked, so what they were told again is among the `doubled`.
    """

    kills: int = 0
    asked: int = 0
    asked_by_guests: int = 0
    votes: int = 0
    lessons: int = 0
    class_votes: int = 0
    dailies: int = 0
    too_many: int = 0
    """Answers 429."""
    repeated: int = 0
    seconds: float = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.seconds:.0f} s: {self.asked} questions,"
            f" {self.asked_by_guests} of guests, {self.votes} votes,"
            f" {self.lessons} live quizzes with {self.class_votes} votes, {self.dailies} daily quizzes;"
            f" lost {len(self.lost)}, counted twice {len(self.doubled)},"
            f" messages sent again {self.repeated}, answers 429 {self.too_many}"
        )


class Town:
    """The people, and what they have done."""

    def __init__(self, sandbox: Sandbox, rng: random.Random, learners: int, subscribers: int = 0) -> None:
        self.sandbox, self.rng = sandbox, rng
        self.people = [sandbox.world.add_person(f"Learner {n}", "", f"l{n}").id for n in range(learners)]
        self.with_daily = self.people[: max(6, learners // 4)]
        self.subscribers = [sandbox.world.add_person(f"Subscriber {n}", "", f"s{n}").id for n in range(subscribers)]
        self.guests: list[int] = []
        self.asked: dict[int, list[int]] = {person: [] for person in self.people}
        self.voted: dict[str, list[int]] = {}
        self.began: set[int] = set()
        self.pupils = [sandbox.world.add_person(f"Pupil {n}", "", f"p{n}").id for n in range(PUPILS)]
        self.teacher = sandbox.world.add_person("Teacher", "", "teacher").id
        self.group = sandbox.people.new_group(self.teacher, "Class", self.pupils).id
        self.lessons = 0
        self.voted_in_class: dict[tuple[str, int], list[int]] = {}
        """Poll and pupil to what was chosen."""

    def acts(self) -> None:
        """Somebody does something: asks, begins a quiz, or votes on what they see."""
        if self.rng.random() < 0.2:
            self.teach()
            return
        person = self.rng.choice(self.people)
        if person not in self.began:
            self.began.add(person)
            self.sandbox.people.say(person, person, "/quiz 3")
        elif not self.votes(person) and len(self.asked[person]) < FACTS:
            self.asks(person)

    def asks(self, person: int) -> None:
        """About what they have not asked about yet."""
        number = len(self.asked[person])
        self.asked[person].append(number)
        self.sandbox.people.say(person, person, f"What was the f{number}?")

    def answers(self, person: int) -> Counter[int]:
        """How often each of their questions was answered."""
        said = [m.get("text", "") for m in self.sandbox.world.chats[person].messages.values() if m["from"]["is_bot"]]
        return Counter(n for words in said for n in self.asked[person] if f"The f{n} was dictated" in words)

    async def guests_ask(self) -> None:
        """Some who were not here before ask, for a second or so."""
        names = range(len(self.guests), len(self.guests) + GUESTS)
        guests = [self.sandbox.world.add_person(f"Guest {n}", "", f"g{n}").id for n in names]
        self.guests += guests
        self.asked |= {guest: [] for guest in guests}
        for guest in guests * OF_EACH:
            self.asks(guest)
            await asyncio.sleep(0.015)

    def said_in_class(self, words: str) -> list[Any]:
        messages = self.sandbox.world.chats[self.group].messages.values()
        return [message for message in messages if words in message.get("text", "")]

    def teach(self) -> None:
        """The teacher begins a live quiz and starts it; pupils vote."""
        over = len(self.said_in_class("The quiz is over."))
        if self.lessons == 0 or (over >= self.lessons and self.rng.random() < 0.05):
            self.lessons += 1
            self.sandbox.people.say(self.teacher, self.group, "/quiz 2 10")
            return
        for message in self.sandbox.world.chats[self.group].messages.values():
            for button in (b for row in message.get("reply_markup", {}).get("inline_keyboard", []) for b in row):
                if button["text"].startswith("Start now"):
                    self.sandbox.people.press(self.teacher, self.group, message["message_id"], button["callback_data"])
                    return
        self.votes_in_class()

    def is_in_lesson(self) -> bool:
        """Whether a question of the class is open."""
        return any(poll.chat == self.group and not poll.closed for poll in self.sandbox.world.polls.values())

    def is_in_broadcast(self) -> bool:
        """Whether some of those whose daily quiz is due at the same moment have it, and others not yet."""
        chats = self.sandbox.world.chats
        reached = sum(any("_poll" in m for m in chats[person].messages.values()) for person in self.subscribers)
        return 0 < reached < len(self.subscribers)

    def votes_in_class(self) -> bool:
        """A pupil votes in a poll that is open."""
        chat = self.sandbox.world.chats[self.group]
        for number, message in list(chat.messages.items()):
            poll = self.sandbox.world.polls.get(message.get("_poll", ""))
            left = [p for p in self.pupils if poll and not poll.closed and (poll.id, p) not in self.voted_in_class]
            if poll and left:
                pupil = self.rng.choice(left)
                choice = [self.rng.randrange(len(poll.options))]
                self.voted_in_class[poll.id, pupil] = choice
                self.sandbox.people.vote(pupil, self.group, number, choice)
                return True
        return False

    def votes(self, person: int) -> bool:
        """Vote on the first poll that is open; some people take their time."""
        chat = self.sandbox.world.chats[person]
        for number, message in list(chat.messages.items()):
            poll_id = message.get("_poll")
            if poll_id is None or poll_id in self.voted or self.sandbox.world.polls[poll_id].closed:
                continue
            choice = [self.rng.randrange(len(self.sandbox.world.polls[poll_id].options))]
            self.voted[poll_id] = choice
            self.sandbox.people.vote(person, person, number, choice)
            return True
        return False


@dataclass
class Lives:
    """Processes of the bot, born of one that has imported everything already."""

    address: str
    url: str
    clock: FastClock
    nursery: ForkServerContext = field(default_factory=lambda: multiprocessing.get_context("forkserver"))
    living: list[ForkServerProcess] = field(default_factory=list)

    async def born(self) -> None:
        process = self.nursery.Process(target=life, args=(self.address, self.url, self.clock.origin, self.clock.speed))
        await asyncio.to_thread(process.start)
        self.living.append(process)

    async def killed(self, process: ForkServerProcess) -> None:
        self.living.remove(process)
        process.kill()
        await asyncio.to_thread(process.join)

    async def at_work(self, process: ForkServerProcess) -> None:
        """As soon as it acts on some updates at once."""
        in_hand = f"SELECT count(*) FROM updates WHERE owner = {process.pid}"
        async with asyncio.timeout(30):
            while await _rows(self.url, in_hand) < [(SOME,)]:
                await asyncio.sleep(0.01)

    async def leader(self) -> ForkServerProcess:
        """The one that leads, as soon as there is one: the server knows who holds which lock."""
        of_ours = f"locktype = 'advisory' AND classid = {ADVISORY_LOCKS}"
        leads = (
            f"SELECT r.objid::bigint FROM pg_locks l JOIN pg_locks r ON r.pid = l.pid AND r.classid = l.classid"
            f" WHERE l.{of_ours.replace('AND ', 'AND l.')} AND l.objid = 0 AND r.objid <> 0"
        )
        while True:
            numbers = {row[0] for row in await _rows(self.url, leads)}
            if found := [process for process in self.living if process.pid in numbers]:
                return found[0]
            await asyncio.sleep(0.05)

    async def end(self, *processes: ForkServerProcess) -> list[str]:
        """Asked to, in good order; a line for each that did not."""
        for process in processes:
            process.terminate()
        for process in processes:
            await asyncio.to_thread(process.join, 15)
            if process.exitcode is not None:
                self.living.remove(process)
        return [f"a life ended with {process.exitcode}" for process in processes if process.exitcode != 0]


async def crash(
    kills: int, seed: int, folder: Path, *, learners: int = LEARNERS, url: str | None = None, replicas: int = 1
) -> Outcome:
    """Kill the bot `kills` times at moments that `seed` chooses; what came of it all."""
    rng = random.Random(seed)
    outcome = Outcome(kills)
    began = time.monotonic()
    url = url or f"sqlite+aiosqlite:///{folder / 'tutor.db'}"
    await asyncio.to_thread(upgrade, url)
    clock = FastClock(time.time(), SPEED)
    sandbox = Sandbox(clock, Bot(nothing, nothing, nothing, nothing))
    await sandbox.start(0)
    sandbox.api.state.limits.on = replicas > 1
    town = Town(sandbox, rng, learners, SUBSCRIBERS if replicas > 1 else 0)
    # Where the leader of several is killed first.
    moments = [town.is_in_lesson, town.is_in_broadcast] if replicas > 1 else []
    lives = Lives(sandbox.address, url, clock)
    lives.nursery.set_forkserver_preload([life.__module__])
    longest = LONGEST_LIFE if replicas == 1 else LEADS_FOR
    await _wish_for_dailies(url, town, clock.now(), kills * longest / 2 * SPEED)
    acting = asyncio.create_task(_act(town))
    sandbox.api.on_call = lambda call: _count_refusal(call, outcome)
    try:
        for _ in range(replicas):
            await lives.born()
        for number in range(kills):
            if number < len(moments):
                await until(moments[number], patience=60)
            else:
                await asyncio.sleep(rng.uniform(0.05, longest))
            await lives.killed(lives.living[0] if replicas == 1 else await lives.leader())
            await lives.born()
            if number == 0:
                # Not by a time set before: nobody knows how long it takes until the first can be killed.
                await _fall_due(url, town, clock.now())
        if replicas > 1:
            for leads in (True, False):
                outcome.lost += await _end_one(town, lives, leads=leads)
        acting.cancel()
        await _until_quiet(town, url, clock)
        outcome.lost += await lives.end(*lives.living)
    finally:
        acting.cancel()
        for process in list(lives.living):
            await lives.killed(process)
        await sandbox.stop()
    await _count(town, url, outcome)
    await _count_class(town, url, outcome)
    outcome.seconds = time.monotonic() - began
    return outcome


async def _end_one(town: Town, lives: Lives, *, leads: bool) -> list[str]:
    """While guests ask, one ends in good order: the leader, or one that follows. A line if it did not."""
    leader = await lives.leader()
    chosen = leader if leads else next(process for process in lives.living if process is not leader)
    with patch.dict(METHODS, sendmessage=_confirmed_late(METHODS["sendmessage"])):
        asking = asyncio.create_task(town.guests_ask())
        await lives.at_work(chosen)
        faults = await lives.end(chosen)
        await asking
    return faults


def _confirmed_late(method: Method) -> Method:
    async def sent(state: State, call: Call) -> Any:
        result = method(state, call)
        await asyncio.sleep(CONFIRMS_AFTER)
        return result

    return sent


def _count_refusal(call: dict[str, Any], outcome: Outcome) -> None:
    outcome.too_many += call["answer"].get("error_code") == 429


async def _wish_for_dailies(url: str, town: Town, now: datetime, within: float) -> None:
    """Some have a daily quiz, which falls due at some moment of the killing."""
    storage = Storage(url)
    async with storage.work() as work:
        for place, person in enumerate(town.with_daily):
            learner = await work.people.meet(Person(person, f"Learner {place}"), now)
            due = now + timedelta(seconds=town.rng.uniform(0, within))
            minute = due.hour * 60 + due.minute
            await work.people.change(learner.id, daily_minute=minute, zone="UTC", next_daily=due, size=3)
            town.sandbox.world.chats[person].started = True
    await storage.close()


async def _fall_due(url: str, town: Town, now: datetime) -> None:
    """The daily quiz of all subscribers, at once."""
    storage = Storage(url)
    async with storage.work() as work:
        for person in town.subscribers:
            learner = await work.people.meet(Person(person, "Subscriber"), now)
            minute = now.hour * 60 + now.minute
            await work.people.change(learner.id, daily_minute=minute, zone="UTC", next_daily=now, size=1)
            town.sandbox.world.chats[person].started = True
    await storage.close()


async def _act(town: Town) -> None:
    while True:
        town.acts()
        await asyncio.sleep(0.03)


async def _until_quiet(town: Town, url: str, clock: FastClock) -> None:
    """Everybody votes to the end, and nothing waits any more."""
    storage = Storage(url)
    deadline, still = time.monotonic() + PATIENCE, 0
    while still < 20:
        if time.monotonic() > deadline:
            raise AssertionError("the last life does not come to an end")
        people = (*town.people, *town.subscribers)
        busy = sum(town.votes(person) for person in people) + town.votes_in_class() > 0
        if len(town.said_in_class("The quiz is over.")) < town.lessons:
            busy = True
            town.teach()
        async with storage.read() as work:
            figures = await work.watching.figures(clock.now())
            busy |= any(figures[name] for name in ("inbox_waiting", "outbox_sending", "learners_due"))
            due = await work.outbox.next_due()
        busy |= not town.sandbox.quiet() or (due is not None and due < clock.now() + timedelta(seconds=10))
        still = 0 if busy else still + 1
        await asyncio.sleep(0.05)
    await storage.close()


async def _count(town: Town, url: str, outcome: Outcome) -> None:
    """Compare what people did and saw with what was kept."""
    guests = set(town.guests)
    for person, asked in town.asked.items():
        answers = town.answers(person)
        outcome.asked += len(asked)
        outcome.asked_by_guests += len(asked) if person in guests else 0
        for number in asked:
            if not answers[number]:
                outcome.lost.append(f"{person}: no answer about f{number}")
            elif answers[number] > 1 and person in guests:
                outcome.doubled.append(f"{person}: {answers[number]} answers about f{number}, and nobody was killed")
            outcome.repeated += max(0, answers[number] - 1)
    kept = await _kept(url)
    for question, (who, chosen, shown, _) in kept.items():
        outcome.votes += chosen is not None
        outcome.repeated += max(0, len(shown) - 1)
        given = [town.voted[poll] for poll in shown if poll in town.voted]
        if given and chosen is None:
            outcome.lost.append(f"{who}: no vote on question {question}")
        elif given and chosen not in given:
            outcome.lost.append(f"{who}: another vote on question {question}")
    # A poll that came twice, of which only the second is known: then the question has its answer from there.
    answered = {(who, stem) for who, chosen, _, stem in kept.values() if chosen is not None}
    known = {poll for _, _, shown, _ in kept.values() for poll in shown}
    for poll in town.voted.keys() - known:
        seen = town.sandbox.world.polls[poll]
        if not any(who == seen.chat and seen.question.endswith(stem) for who, stem in answered):
            outcome.lost.append(f"{seen.chat}: a vote on {seen.question}, which nobody knows")
    for person in (*town.with_daily, *town.subscribers):
        days = await _daily_quizzes(url, person)
        outcome.dailies += days
        if days != 1:
            (outcome.doubled if days else outcome.lost).append(f"{person}: {days} daily quizzes")


async def _count_class(town: Town, url: str, outcome: Outcome) -> None:
    """The same for the class: every vote of every pupil is kept once, as it was given."""
    told = len(town.said_in_class("The quiz is over."))
    outcome.lessons = town.lessons
    if told < town.lessons:
        outcome.lost.append(f"{told} podiums of {town.lessons} live quizzes")
    outcome.repeated += max(0, told - town.lessons)
    questions = {
        question: _read(snapshot)["stem"]
        for question, snapshot in await _rows(url, "SELECT id, snapshot FROM live_questions")
    }
    known = dict(
        await _rows(
            url,
            "SELECT poll_id, id FROM live_questions WHERE poll_id IS NOT NULL"
            " UNION SELECT poll_id, question_id FROM live_polls",
        )
    )
    kept: dict[tuple[int, int], list[int]] = {
        (question, pupil): _read(chosen)
        for question, pupil, chosen in await _rows(
            url,
            "SELECT a.question_id, l.telegram_id, a.chosen FROM live_answers a JOIN learners l ON l.id = a.learner_id",
        )
    }
    outcome.class_votes = len(kept)
    given: dict[tuple[int, int], list[list[int]]] = {}
    for (poll, pupil), choice in town.voted_in_class.items():
        shown: Poll = town.sandbox.world.polls[poll]
        question = known.get(poll) or next((q for q, stem in questions.items() if shown.question.endswith(stem)), None)
        if question is None:
            outcome.lost.append(f"a vote on {shown.question}, which nobody knows")
        else:
            given.setdefault((question, pupil), []).append(choice)
    for (question, pupil), choices in given.items():
        if (question, pupil) not in kept:
            outcome.lost.append(f"{pupil}: no vote on question {question} of the class")
        elif kept[question, pupil] not in choices:
            outcome.lost.append(f"{pupil}: another vote on question {question} of the class")
    for question, pupil in kept.keys() - given.keys():
        outcome.doubled.append(f"{pupil}: a vote on question {question} of the class that they never gave")


async def _rows(url: str, sql: str) -> list[Any]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        rows = [tuple(row) for row in await connection.execute(text(sql))]
    await engine.dispose()
    return rows


async def _kept(url: str) -> dict[int, tuple[int, list[int] | None, list[str], str]]:
    """By question: whose it is, the vote that was kept, the polls that are known to be of it, its stem."""
    answered = await _rows(
        url,
        "SELECT q.id, l.telegram_id, a.chosen, q.snapshot FROM questions q JOIN quizzes z ON z.id = q.quiz_id"
        " JOIN learners l ON l.id = z.learner_id LEFT JOIN answers a ON a.question_id = q.id",
    )
    polls: dict[int, list[str]] = {}
    for poll, question in await _rows(url, "SELECT poll_id, question_id FROM polls"):
        polls.setdefault(question, []).append(poll)
    return {
        question: (who, _read(chosen), polls.get(question, []), _read(snapshot)["stem"])
        for question, who, chosen, snapshot in answered
    }


def _read(value: Any) -> Any:
    """JSON, which only one of the databases hands out as what it means."""
    return json.loads(value) if isinstance(value, str) else value


async def _daily_quizzes(url: str, person: int) -> int:
    rows = await _rows(
        url,
        "SELECT count(*) FROM quizzes q JOIN learners l ON l.id = q.learner_id"
        f" WHERE q.kind = 'daily' AND l.telegram_id = {person}",
    )
    found: int = rows[0][0]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--learners", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replicas", type=int, default=1, help="on the server in TUTOR_BOT_TEST_POSTGRESQL")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, suppress(KeyboardInterrupt):
        url = None
        if chosen.replicas > 1:
            url = stack.enter_context(fresh_database(os.environ["TUTOR_BOT_TEST_POSTGRESQL"]))
        run = crash(
            chosen.kills, chosen.seed, Path(folder), learners=chosen.learners, url=url, replicas=chosen.replicas
        )
        outcome = asyncio.run(run)
        print(outcome)
        for line in (*outcome.lost, *outcome.doubled):
            print(line)
        raise SystemExit(bool(outcome.lost or outcome.doubled))


if __name__ == "__main__":
    main()
