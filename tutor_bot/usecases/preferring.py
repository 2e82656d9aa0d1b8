"""A learner sets how the tutor works for them; what is set twice is set once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.exam import ExamPlan
from tutor_bot.domain.people import Learner, Person
from tutor_bot.domain.schedule import local_day, next_weekly
from tutor_bot.storage import Storage, Work
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.planning import exam_plan


@dataclass(frozen=True)
class Preferring:
    storage: Storage
    knowledge: Knowledge
    clock: Clock

    async def language_of(self, telegram_id: int) -> str | None:
        """The language that a person has chosen; None for Telegram's own."""
        async with self.storage.read() as work:
            return await work.people.chosen_language(telegram_id)

    async def size(self, person: Person, size: int) -> Learner:
        return await self._change(person, size=size)

    async def reminder(self, person: Person, *, wished: bool) -> Learner:
        return await self._change(person, reminder=wished, **({} if wished else {"next_reminder": None}))

    async def weekly(self, person: Person, *, wished: bool) -> Learner:
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            instant = next_weekly(now, learner.clock) if wished else None
            await work.people.change(learner.id, next_weekly=instant)
            return await work.people.learner(learner.id)

    async def language(self, person: Person, language: str | None) -> Learner:
        return await self._change(person, chosen_language=language)

    async def topic(self, person: Person, topic: str, *, wished: bool) -> Learner:
        """Have new facts of a topic, or no more; all topics together are as good as none."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            known = [t.key for t in self.knowledge.catalogue.topics]
            chosen = [key for key in known if (key in learner.topics and key != topic) or (key == topic and wished)]
            return await self._set_topics(work, learner, [] if len(chosen) == len(known) else chosen)

    async def all_topics(self, person: Person) -> Learner:
        now = self.clock.now()
        async with self.storage.work() as work:
            return await self._set_topics(work, await work.people.meet(person, now), [])

    async def exam(self, person: Person, day: date | None) -> tuple[Learner, ExamPlan | None]:
        """Work towards an exam on this day, or towards none; and the plan for it."""
        async with self.storage.work() as work:
            learner = await work.people.meet(person, self.clock.now())
            await work.people.change(learner.id, exam=day)
            return await self._with_plan(work, learner.id)

    async def plan(self, person: Person) -> tuple[Learner, ExamPlan | None]:
        """The exam that is set, and the plan as of now."""
        async with self.storage.work() as work:
            learner = await work.people.meet(person, self.clock.now())
            return await self._with_plan(work, learner.id)

    async def _with_plan(self, work: Work, learner_id: int) -> tuple[Learner, ExamPlan | None]:
        learner = await work.people.learner(learner_id)
        memories = self.knowledge.current(await work.memories.of(learner_id))
        today = local_day(self.clock.now(), learner.clock)
        done = await work.quizzes.last_day(learner_id) == today
        return learner, exam_plan(self.knowledge.catalogue, learner, memories, today, done_today=done)

    async def _set_topics(self, work: Work, learner: Learner, chosen: Sequence[str]) -> Learner:
        await work.people.change(learner.id, topics=list(chosen) or None)
        return await work.people.learner(learner.id)

    async def _change(self, person: Person, **values: object) -> Learner:
        async with self.storage.work() as work:
            learner = await work.people.meet(person, self.clock.now())
            await work.people.change(learner.id, **values)
            return await work.people.learner(learner.id)
