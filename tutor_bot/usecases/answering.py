"""A question gets the curated fact that it means, or an honest "I do not know"."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.curation import MissKind
from tutor_bot.domain.facts import Fact
from tutor_bot.domain.memory import met
from tutor_bot.domain.outcomes import Context, Found, Outcome, Unknown
from tutor_bot.domain.people import Learner, Person
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.asked import Asked
from tutor_bot.usecases.knowledge import Knowledge

CONVERSATION = timedelta(minutes=10)
"""How long a follow-up may lean on what was asked before."""
MOST_A_MINUTE = 20
"""Questions of one person that are answered; nobody reads faster."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """The group a question was asked in, by Telegram's id, and its topic there."""

    group: int
    title: str
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome under the number by which buttons refer to it."""

    asked: int
    outcome: Outcome
    offer_daily: bool


@dataclass(frozen=True, slots=True)
class TooFast:
    """More questions than anybody can read the answers of; `say_so` once a minute."""

    say_so: bool


@dataclass(frozen=True)
class Answering:
    storage: Storage
    knowledge: Knowledge
    clock: Clock
    _slowed: dict[int, datetime] = field(default_factory=dict)

    async def answers(
        self, person: Person, text: str, *, update: int, place: Place | None = None
    ) -> list[Answer] | TooFast:
        """Answer each question in `text`."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            if await work.asked.count_since(learner.id, now - MINUTE) >= MOST_A_MINUTE:
                told = self._slowed.get(person.telegram_id)
                say_so = told is None or now - told >= MINUTE
                if say_so:
                    self._slowed[person.telegram_id] = now
                return TooFast(say_so)
            self._slowed.pop(person.telegram_id, None)
            given = list[Answer]()
            for number, part in enumerate(self.knowledge.matcher.questions(text)):
                given.append(await self._answer(work, learner, part, now, update=update, part=number, place=place))
                if given[-1].offer_daily:
                    # Once is enough, also in one message.
                    learner = replace(learner, offered_daily=learner.offered_daily + 1)
            return given

    def forget(self, telegram_id: int) -> None:
        """Keep nothing of them in memory either."""
        self._slowed.pop(telegram_id, None)

    async def answer(
        self, person: Person, text: str, *, update: int, part: int = 0, place: Place | None = None
    ) -> Answer:
        """Answer `text`, however many were asked before."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            return await self._answer(work, learner, text, now, update=update, part=part, place=place)

    async def _answer(
        self, work: Work, learner: Learner, text: str, now: datetime, *, update: int, part: int, place: Place | None
    ) -> Answer:
        """What was asked is noted, and a fact found comes back in the daily quiz."""
        chat = await work.people.group(place.group, place.title, now) if place else None
        thread = place.thread if place else None
        before = await work.asked.latest(learner.id, chat=chat, thread=thread, since=now - CONVERSATION)
        outcome = self.knowledge.matcher.find(text, Context(before))
        found = outcome.fact if isinstance(outcome, Found) else None
        asked = await work.asked.note(
            update_id=update,
            part=part,
            learner=learner.id,
            chat=chat,
            thread=thread,
            text=text,
            outcome=type(outcome).__name__.lower(),
            fact=found,
            candidates=tuple(c.fact for c in outcome.candidates),
            score=outcome.score,
            now=now,
        )
        if isinstance(outcome, Unknown):
            once = f"asked:{asked}"
            await work.curation.note(once, learner=learner.id, kind=MissKind.UNKNOWN, text=text, fact=None, now=now)
        offer = False
        if found:
            await work.memories.enter(learner.id, found, met(now))
            offer = place is None and learner.daily is None and learner.offered_daily == 0
            if offer:
                await work.people.note_offer(learner.id)
        return Answer(asked, outcome, offer)

    async def recall(self, person: Person, asked_id: int) -> Asked | None:
        """The question behind a button; None when it is gone or was somebody else's."""
        async with self.storage.read() as work:
            return await self._own(work, person, asked_id)

    async def fact_of(self, person: Person, asked_id: int) -> Fact | None:
        """The fact that a question was answered with, if it is still taught."""
        asked = await self.recall(person, asked_id)
        return self.knowledge.catalogue.get(asked.fact) if asked and asked.fact else None

    async def choose(self, person: Person, asked_id: int, place: int) -> Fact | None:
        """The asker says which candidate was meant; None when the button is no longer theirs to press."""
        now = self.clock.now()
        async with self.storage.work() as work:
            asked = await self._own(work, person, asked_id)
            if asked is None or not 0 <= place < len(asked.candidates):
                return None
            fact = self.knowledge.catalogue.get(asked.candidates[place])
            if fact is None:
                return None
            await work.asked.choose(asked_id, fact.key, "chosen")
            await work.memories.enter(asked.learner, fact.key, met(now))
        return fact

    async def reject(self, person: Person, asked_id: int, *, kind: MissKind) -> Asked | None:
        """The asker says that the answer is not what was meant, or wrong; a curator reads of it."""
        async with self.storage.work() as work:
            asked = await self._own(work, person, asked_id)
            if asked:
                await work.asked.say(asked_id, kind)
                if asked.text:
                    await work.curation.note(
                        f"asked:{asked_id}:{kind}" if kind is MissKind.WRONG else f"asked:{asked_id}",
                        learner=asked.learner,
                        kind=kind,
                        text=asked.text,
                        fact=asked.fact,
                        now=self.clock.now(),
                    )
        return asked

    async def _own(self, work: Work, person: Person, asked_id: int) -> Asked | None:
        asked = await work.asked.one(asked_id)
        learner = await work.people.known_as(person.telegram_id)
        return asked if asked and learner and asked.learner == learner.id else None
