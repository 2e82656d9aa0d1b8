"""The daily quiz comes at the learner's hour, once a local day, also after a time of being down."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.people import Learner, Person
from tutor_bot.domain.quiz import DEFAULT_SIZE, QuizKind
from tutor_bot.domain.schedule import local_day, next_daily
from tutor_bot.storage import Storage
from tutor_bot.usecases.quizzing import Quizzing, end_quiz

PAGE = 100
"""How many learners one transaction serves: replies share the writer."""


@dataclass(frozen=True)
class DailyQuiz:
    storage: Storage
    quizzing: Quizzing
    clock: Clock

    async def tick(self) -> int:
        """Claim one page of daily quizzes that are due; how many learners were served."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learners = await work.people.due_for_daily(now, PAGE)
            for learner in learners:
                zone, hour = learner.zone, learner.daily
                if zone is None or hour is None:
                    await work.people.set_next_daily(learner.id, None)
                    continue
                today = local_day(now, zone)
                last = await work.quizzes.last_day(learner.id)
                if last is None or last < today:
                    if open_quiz := await work.quizzes.open_of(learner.id):
                        await end_quiz(work, open_quiz, now)
                    await self.quizzing.compose(work, learner, QuizKind.DAILY, today, DEFAULT_SIZE)
                    last = today
                await work.people.set_next_daily(learner.id, next_daily(now, zone=zone, hour=hour, last_day=last))
            return len(learners)

    async def next_instant(self) -> datetime | None:
        """When the next daily quiz falls due, none being due now."""
        async with self.storage.read() as work:
            return await work.people.next_daily_after(self.clock.now())

    async def choose(self, person: Person, hour: time, zone: ZoneInfo) -> Learner:
        """Have the daily quiz at this local hour from now on."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            last = await work.quizzes.last_day(learner.id)
            instant = next_daily(now, zone=zone, hour=hour, last_day=last)
            await work.people.set_daily(learner.id, hour=hour, zone=zone, next_daily=instant)
            return await work.people.learner(learner.id)

    async def off(self, person: Person) -> bool:
        """No daily quiz any more; False when there was none."""
        async with self.storage.work() as work:
            learner = await work.people.meet(person, self.clock.now())
            await work.people.set_daily(learner.id, hour=None, zone=learner.zone, next_daily=None)
        return learner.daily is not None

    async def of(self, person: Person) -> Learner:
        """The learner with the hour and zone that are set."""
        async with self.storage.work() as work:
            return await work.people.meet(person, self.clock.now())
