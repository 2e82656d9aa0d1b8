"""Thousands of virtual learners, who ask what the shipped pack can answer, in its words, in others, and misspelt."""

import asyncio
import json
import math
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.fake_telegram import DATE, JSON, a_message, a_poll, a_vote
from tests.load.loopback import Loopback
from tutor_bot.domain.facts import Catalogue

FIRST, STEP = 10_001, 25
"""Telegram's ids of those who ask: with 100,000 learners in the database, some of them, far from each other."""
PEOPLE = 4_000
"""Enough that nobody asks more than 20 times in a minute, from which on the bot would ask for patience."""
AT_ONCE = 300
"""So many wait for their answer at any time when the bot is to answer as fast as it can."""


def questions(catalogue: Catalogue, rng: Random) -> list[str]:
    """As many in the words of the pack as in those of `also_asked`, and as many misspelt, mixed."""
    facts = list(catalogue.facts.values())
    asked = [fact.question for fact in facts]
    otherwise = [rng.choice(fact.also_asked or (fact.question,)) for fact in facts]
    misspelt = [_misspelt(rng.choice((fact.question, *fact.also_asked)), rng) for fact in facts]
    mixed = [*asked, *otherwise, *misspelt]
    rng.shuffle(mixed)
    return mixed


def _misspelt(text: str, rng: Random) -> str:
    """Two neighbouring letters of a longer word change places."""
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) > 4]
    if not long:
        return text
    place = rng.choice(long)
    word, at = words[place], rng.randrange(1, len(words[place]) - 2)
    words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


@dataclass
class Waits:
    """Seconds from a question to its answer."""

    asked: int = 0
    took: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """What so many of the answers took at most, in milliseconds."""
        if not self.took:
            return math.nan
        return sorted(self.took)[min(len(self.took) - 1, int(share * len(self.took)))] * 1000

    def __str__(self) -> str:
        return f"{self.at(0.5):.0f} / {self.at(0.95):.0f} / {self.at(0.99):.0f} ms"

    @property
    def answered(self) -> str:
        return f"{100 * len(self.took) / self.asked:.4g} %" if self.asked else "-"


def _person(number: int) -> JSON:
    return {"id": number, "is_bot": False, "first_name": "Amina", "language_code": "en"}


class Learners:
    """Those who ask. Each has at most one question open; the message that comes next is its answer."""

    def __init__(self, texts: Sequence[str], rng: Random, people: Iterable[int]) -> None:
        self.telegram = Loopback(self._got)
        self._rng = rng
        self._texts = [json.dumps(text, ensure_ascii=False) for text in texts]
        self.people = deque(people)
        """Those who ask, who has been silent for longest first."""
        self._open: dict[int, tuple[float, Waits]] = {}
        self._asked = 0
        self._goes_on: Waits | None = None
        self._heard = asyncio.Event()
        self.polls: dict[int, JSON] = {}
        """The poll that somebody was sent last."""
        self.last_heard: dict[int, float] = {}
        """When each of those who vote was sent something."""

    def ask(self, waits: Waits) -> None:
        """The one who has been silent for longest asks something."""
        person = self.people.popleft()
        self.people.append(person)
        text = self._texts[self._asked % len(self._texts)]
        self._asked += 1
        waits.asked += 1
        self._open[person] = (time.perf_counter(), waits)
        self.telegram.put(
            f'"message":{{"message_id":{self._asked},"date":{DATE},'
            f'"chat":{{"id":{person},"type":"private","first_name":"Amina"}},'
            f'"from":{{"id":{person},"is_bot":false,"first_name":"Amina","language_code":"en"}},"text":{text}}}'
        )

    async def first_answer(self, patience: float = 120.0) -> Waits:
        """One asks; until the answer is there."""
        waits = Waits()
        self.ask(waits)
        async with asyncio.timeout(patience):
            while not waits.took:
                await self._something()
        return waits

    async def as_fast_as_it_goes(self, *, seconds: float = math.inf, number: float = math.inf) -> tuple[int, float]:
        """So many wait at any time that the bot always has something to do: answers, and seconds.

        Until the time is over or there are that many answers; those who wait then still do, see `all_answered`.
        """
        waits = self._goes_on = Waits()
        began = time.perf_counter()
        for _ in range(min(AT_ONCE, len(self.people) // 2)):
            self.ask(waits)
        while len(waits.took) < number and time.perf_counter() - began < seconds:
            await asyncio.sleep(0.05)
        self._goes_on = None
        return len(waits.took), time.perf_counter() - began

    async def at_a_rate(self, rate: float, seconds: float, waits: Waits | None = None) -> Waits:
        """Questions that come by chance, so many a second, whatever becomes of those before."""
        waits = waits or Waits()
        began = at = time.perf_counter()
        while (at := at + self._rng.expovariate(rate)) < began + seconds:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            self.ask(waits)
        await self.all_answered()
        return waits

    async def all_answered(self, patience: float = 5.0) -> None:
        """Until nobody waits any more; who waits for longer is forgotten, and counts as not answered."""
        deadline = time.perf_counter() + patience
        while self._open and time.perf_counter() < deadline:
            await asyncio.sleep(0.05)
        self._open.clear()

    async def begin_quizzes(self, people: Sequence[int]) -> None:
        """Each wishes for a quiz and gets its first question, a poll where it need not be typed."""
        for person in people:
            self.telegram.put(_body(a_message("/quiz 3", _person(person))))
            self.last_heard[person] = 0.0
            await asyncio.sleep(0.005)
        deadline = time.perf_counter() + 120
        sent = -1
        while not all(self.last_heard[person] for person in people) or sent < len(self.telegram.sent):
            # A greeting may come before the question.
            sent = len(self.telegram.sent)
            await asyncio.sleep(1)
            if time.perf_counter() > deadline:
                raise TimeoutError("not everybody got the first question of their quiz")

    async def vote_at_once(self, voters: Sequence[int]) -> tuple[float, float]:
        """All vote in one instant; when that was, and when the last of them was sent what comes next."""
        at = time.perf_counter()
        polls = {person: self.polls[person] for person in voters}
        for person, poll in polls.items():
            self.telegram.put(_body(a_vote(poll["id"], 0, who=_person(person))))
            texts = tuple(option["text"] for option in poll["options"])
            self.telegram.put(_body(a_poll(poll["id"], texts, question=poll["question"], total_voter_count=1)))
        while any(self.last_heard[person] < at for person in voters) and time.perf_counter() < at + 120:
            await asyncio.sleep(0.02)
        return at, max(self.last_heard[person] for person in voters)

    async def _something(self) -> None:
        self._heard.clear()
        await self._heard.wait()

    def _got(self, method: str, chat: int, message: JSON) -> None:
        self._heard.set()
        now = time.perf_counter()
        if chat in self.last_heard:
            self.last_heard[chat] = now
            if method == "sendPoll":
                self.polls[chat] = message["poll"]
        if chat not in self._open:
            return
        at, waits = self._open.pop(chat)
        waits.took.append(now - at)
        if waits is self._goes_on:
            self.ask(waits)


def _body(update: JSON) -> str:
    """Without its braces."""
    return json.dumps(update, ensure_ascii=False)[1:-1]
