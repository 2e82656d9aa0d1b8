"""A learner sees what is known, what is fading and what is due."""

from dataclasses import dataclass
from datetime import UTC
from zoneinfo import ZoneInfo

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.people import Learner, Person
from tutor_bot.domain.progress import Progress, by_topic
from tutor_bot.domain.schedule import local_day
from tutor_bot.domain.streak import streak
from tutor_bot.storage import Storage, Work
from tutor_bot.usecases.knowledge import Knowledge


@dataclass(frozen=True)
class Progressing:
    storage: Storage
    knowledge: Knowledge
    clock: Clock

    async def of(self, person: Person) -> Progress:
        """Computed from memories and answers; nothing is counted up on the way."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
        async with self.storage.read() as work:
            memories = self.knowledge.current(await work.memories.of(learner.id))
            answers = await work.quizzes.answers_of(learner.id)
            return Progress(
                topics=by_topic(self.knowledge.catalogue, memories, now),
                answered=len(answers),
                right=sum(right for _, right in answers),
                due=sum(memory.due <= now for memory in memories.values()),
                streak=await streak_of(work, learner, self.clock),
                questions_asked=await work.asked.count(learner.id),
            )


async def streak_of(work: Work, learner: Learner, clock: Clock) -> int:
    """Days in a row with an answer, by the learner's local days (UTC until a zone is chosen)."""
    zone = learner.zone or ZoneInfo("UTC")
    days = {local_day(at.astimezone(UTC), zone) for at, _ in await work.quizzes.answers_of(learner.id)}
    return streak(days, local_day(clock.now(), zone))
