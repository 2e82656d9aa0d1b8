"""The bot is killed at random moments while people ask, vote and await their daily quiz; in the end all is counted.

`python -m tests.crash --kills 300` is the long form; the tests run a short one. Telegram is the sandbox's, in this
process; each life of the bot is a process of its own, which SIGKILL ends without a chance to tidy up.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.crash_life import FACTS, life, nothing
from tutor_bot.app import upgrade
from tutor_bot.clock import MovableClock, SystemClock
from tutor_bot.domain.people import Person
from tutor_bot.sandbox import Bot, Sandbox
from tutor_bot.storage import Storage

LEARNERS = 24
LONGEST_LIFE = 1.2
"""Seconds; the shortest ends while the bot still starts."""
PATIENCE = 300
"""Seconds for the last life to finish what was left."""


@dataclass
class Outcome:
    """What was found at the end. `lost` and `doubled` are to be empty; `repeated` counts messages sent again."""

    kills: int = 0
    asked: int = 0
    votes: int = 0
    dailies: int = 0
    repeated: int = 0
    seconds: float = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.seconds:.0f} s: {self.asked} questions, {self.votes} votes,"
            f" {self.dailies} daily quizzes; lost {len(self.lost)}, counted twice {len(self.doubled)},"
            f" messages sent again {self.repeated}"
        )


class Town:
    """The people, and what they have done."""

    def __init__(self, sandbox: Sandbox, rng: random.Random, learners: int) -> None:
        self.sandbox, self.rng = sandbox, rng
        self.people = [sandbox.world.add_person(f"Learner {n}", "", f"l{n}").id for n in range(learners)]
        self.with_daily = self.people[: max(6, learners // 4)]
        self.asked: dict[int, list[int]] = {person: [] for person in self.people}
        self.voted: dict[str, list[int]] = {}
        self.began: set[int] = set()

    def acts(self) -> None:
        """Somebody does something: asks, begins a quiz, or votes on what they see."""
        person = self.rng.choice(self.people)
        if person not in self.began:
            self.began.add(person)
            self.sandbox.people.say(person, person, "/quiz 3")
        elif not self.votes(person) and len(self.asked[person]) < FACTS:
            number = len(self.asked[person])
            self.asked[person].append(number)
            self.sandbox.people.say(person, person, f"What was the f{number}?")

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


async def crash(kills: int, seed: int, folder: Path, *, learners: int = LEARNERS, url: str | None = None) -> Outcome:
    """Kill the bot `kills` times at moments that `seed` chooses; what came of it all."""
    rng = random.Random(seed)
    outcome = Outcome(kills)
    began = time.monotonic()
    url = url or f"sqlite+aiosqlite:///{folder / 'tutor.db'}"
    await asyncio.to_thread(upgrade, url)
    sandbox = Sandbox(MovableClock(), Bot(nothing, nothing, nothing, nothing))
    await sandbox.start(0)
    town = Town(sandbox, rng, learners)
    await _wish_for_dailies(url, town, kills)
    nursery = multiprocessing.get_context("forkserver")
    nursery.set_forkserver_preload([life.__module__])
    acting = asyncio.create_task(_act(town))
    try:
        for _ in range(kills):
            born = nursery.Process(target=life, args=(sandbox.address, url))
            await asyncio.to_thread(born.start)
            await asyncio.sleep(rng.uniform(0.05, LONGEST_LIFE))
            born.kill()
            await asyncio.to_thread(born.join)
        acting.cancel()
        last = nursery.Process(target=life, args=(sandbox.address, url))
        await asyncio.to_thread(last.start)
        await _until_quiet(town, url)
        last.terminate()
        await asyncio.to_thread(last.join)
    finally:
        acting.cancel()
        await sandbox.stop()
    await _count(town, url, outcome)
    outcome.seconds = time.monotonic() - began
    return outcome


async def _wish_for_dailies(url: str, town: Town, kills: int) -> None:
    """Some have a daily quiz, which falls due at some moment of the killing."""
    storage, now = Storage(url), SystemClock().now()
    async with storage.work() as work:
        for place, person in enumerate(town.with_daily):
            learner = await work.people.meet(Person(person, f"Learner {place}"), now)
            due = now + timedelta(seconds=town.rng.uniform(0, kills * LONGEST_LIFE / 2))
            minute = due.hour * 60 + due.minute
            await work.people.change(learner.id, daily_minute=minute, zone="UTC", next_daily=due, size=3)
            town.sandbox.world.chats[person].started = True
    await storage.close()


async def _act(town: Town) -> None:
    while True:
        town.acts()
        await asyncio.sleep(0.03)


async def _until_quiet(town: Town, url: str) -> None:
    """Everybody votes to the end, and nothing waits any more."""
    storage = Storage(url)
    deadline, still = time.monotonic() + PATIENCE, 0
    while still < 20:
        if time.monotonic() > deadline:
            raise AssertionError("the last life does not come to an end")
        busy = sum(town.votes(person) for person in town.people) > 0
        async with storage.read() as work:
            figures = await work.watching.figures(SystemClock().now())
            busy |= any(figures[name] for name in ("inbox_waiting", "outbox_sending", "learners_due"))
            due = await work.outbox.next_due()
        busy |= not town.sandbox.quiet() or (due is not None and due < SystemClock().now() + timedelta(seconds=10))
        still = 0 if busy else still + 1
        await asyncio.sleep(0.05)
    await storage.close()


async def _count(town: Town, url: str, outcome: Outcome) -> None:
    """Compare what people did and saw with what was kept."""
    for person in town.people:
        said = [m for m in town.sandbox.world.chats[person].messages.values() if m["from"]["is_bot"]]
        answers = Counter(
            number for m in said for number in town.asked[person] if f"The f{number} was dictated" in m.get("text", "")
        )
        for number in town.asked[person]:
            outcome.asked += 1
            if not answers[number]:
                outcome.lost.append(f"{person}: no answer about f{number}")
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
    for person in town.with_daily:
        days = await _daily_quizzes(url, person)
        outcome.dailies += days
        if days != 1:
            (outcome.doubled if days else outcome.lost).append(f"{person}: {days} daily quizzes")


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
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
        outcome = asyncio.run(crash(chosen.kills, chosen.seed, Path(folder), learners=chosen.learners))
        print(outcome)
        for line in (*outcome.lost, *outcome.doubled):
            print(line)
        raise SystemExit(bool(outcome.lost or outcome.doubled))


if __name__ == "__main__":
    main()
