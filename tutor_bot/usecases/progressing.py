"""A learner sees what is known, what is fading and what is to come."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tutor_bot.domain.choosing import falls_due
from tutor_bot.domain.clock import Clock
from tutor_bot.domain.facts import Fact, FactKey
from tutor_bot.domain.memory import Memory
from tutor_bot.domain.people import Learner, Person
from tutor_bot.domain.progress import WEEKS, Progress, Week, by_topic, weakest
from tutor_bot.domain.schedule import local_day, offset_minutes
from tutor_bot.domain.streak import Activity, Streak, streak
from tutor_bot.storage import Storage, Work
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.planning import exam_plan


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar: the days with an answer, the rest days that kept the streak, what falls due."""

    first: date
    today: date
    active: Mapping[date, int]
    rested: tuple[date, ...]
    ahead: tuple[int, ...]
    streak: Streak
    exam: date | None


@dataclass(frozen=True)
class Progressing:
    storage: Storage
    knowledge: Knowledge
    clock: Clock

    async def of(self, person: Person) -> Progress:
        """Computed from memories and answers; nothing is counted up on the way."""
        learner = await self._learner(person)
        now = self.clock.now()
        async with self.storage.read() as work:
            memories = self.knowledge.current(await work.memories.of(learner.id))
            answers = await _answers(work, learner)
            today = local_day(now, learner.clock)
            since = today - timedelta(weeks=WEEKS)
            done = await work.quizzes.last_day(learner.id) == today
            return Progress(
                topics=by_topic(self.knowledge.catalogue, memories, now),
                answered=len(answers),
                right=sum(right for _, right in answers),
                ahead=_ahead(memories, learner, today),
                streak=await _streak(work, learner, answers, now),
                questions_asked=await work.asked.count(learner.id),
                today=today,
                active=Counter(activity.day for activity, _ in answers if activity.day > since),
                exam=exam_plan(self.knowledge.catalogue, learner, memories, today, done_today=done),
            )

    async def weakest(self, person: Person) -> list[tuple[Fact, float]]:
        """The facts that were asked and are least sure, with their probability of recall."""
        learner = await self._learner(person)
        async with self.storage.read() as work:
            memories = self.knowledge.current(await work.memories.of(learner.id))
        return weakest(self.knowledge.catalogue, memories, self.clock.now())

    async def month(self, person: Person, back: int) -> Month:
        """The month `back` months ago; 0 is this one."""
        learner = await self._learner(person)
        now = self.clock.now()
        today = local_day(now, learner.clock)
        months = max(12, today.year * 12 + today.month - 1 - back)
        async with self.storage.read() as work:
            memories = self.knowledge.current(await work.memories.of(learner.id))
            answers = await _answers(work, learner)
            run = await _streak(work, learner, answers, now)
        return Month(
            first=date(months // 12, months % 12 + 1, 1),
            today=today,
            active=Counter(activity.day for activity, _ in answers),
            rested=run.rested,
            ahead=_ahead(memories, learner, today),
            streak=run,
            exam=learner.exam,
        )

    async def _learner(self, person: Person) -> Learner:
        async with self.storage.work() as work:
            return await work.people.meet(person, self.clock.now())

    async def week_of(self, work: Work, learner: Learner, last: date) -> Week:
        """The seven days up to `last`."""
        now = self.clock.now()
        memories = self.knowledge.current(await work.memories.of(learner.id))
        answers = await _answers(work, learner)
        first = last - timedelta(days=6)
        within = [(activity, right) for activity, right in answers if first <= activity.day <= last]
        topics = by_topic(self.knowledge.catalogue, memories, now)
        return Week(
            last=last,
            answered=len(within),
            right=sum(right for _, right in within),
            days=len({activity.day for activity, _ in within}),
            known=sum(topic.known for topic in topics),
            total=sum(topic.total for topic in topics),
            ahead=sum(_ahead(memories, learner, last)),
            streak=await _streak(work, learner, answers, now),
            exam=exam_plan(self.knowledge.catalogue, learner, memories, last),
        )


async def streak_of(work: Work, learner: Learner, now: datetime) -> Streak:
    """Days in a row with an answer, each counted by the clock that the learner had then."""
    return await _streak(work, learner, await _answers(work, learner), now)


async def _streak(work: Work, learner: Learner, answers: list[tuple[Activity, bool]], now: datetime) -> Streak:
    here = Activity(now, offset_minutes(now, learner.clock))
    return streak((activity for activity, _ in answers), here, await work.people.pauses_of(learner.id))


async def _answers(work: Work, learner: Learner) -> list[tuple[Activity, bool]]:
    found = await work.quizzes.answers_of(learner.id)
    return [
        (Activity(at, offset_minutes(at, learner.clock) if offset is None else offset), right)
        for at, offset, right in found
    ]


def _ahead(memories: Mapping[FactKey, Memory], learner: Learner, today: date) -> tuple[int, ...]:
    return falls_due((local_day(memory.due, learner.clock) for memory in memories.values()), today, learner.size)
