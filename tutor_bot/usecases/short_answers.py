"""A short answer is typed, in private, while its question is open."""

from dataclasses import dataclass
from datetime import datetime

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.facts import ItemKind
from tutor_bot.domain.people import Learner, Person
from tutor_bot.domain.quiz import Snapshot
from tutor_bot.matching.typed import is_right
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.quizzes import Question, Quiz
from tutor_bot.usecases.quizzing import Quizzing, current_question, put


@dataclass(frozen=True, slots=True)
class Hinted:
    """The question with its first `hints` hints shown."""

    question: int
    position: int
    size: int
    snapshot: Snapshot
    hints: int


@dataclass(frozen=True)
class ShortAnswers:
    storage: Storage
    quizzing: Quizzing
    clock: Clock

    async def waits(self, person: Person) -> bool:
        """Whether a question that this person has been sent wants a typed answer now."""
        async with self.storage.read() as work:
            # Asked at every message, and most have no quiz open.
            quiz = await work.quizzes.open_of_account(person.telegram_id)
            return quiz is not None and await self._typed(work, quiz) is not None

    async def answer(self, person: Person, text: str) -> bool:
        """Judge what was typed; False when no question waits for it any more."""
        return await self._settle(person, None, text)

    async def give_up(self, person: Person, question_id: int) -> bool:
        """They do not know: that is a wrong answer, kindly told; False when it is not open any more."""
        return await self._settle(person, question_id, "")

    async def hint(self, person: Person, question_id: int, hints: int) -> Hinted | None:
        """The question with so many hints; None when it is not theirs or not open."""
        async with self.storage.work() as work:
            learner = await work.people.known_as(person.telegram_id)
            question = await self._open(work, learner) if learner else None
            if question is None or question.id != question_id or not 1 <= hints <= len(question.snapshot.hints):
                return None
            await work.quizzes.show_hints(question.id, hints)
            return Hinted(question.id, question.position, question.quiz.size, question.snapshot, hints)

    async def ask_again(self, person: Person, *, update: int) -> None:
        """Put the open question below what has been said meanwhile."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            if question := await self._open(work, learner):
                await put(work, question.id, learner.id, now, again=update)

    async def _settle(self, person: Person, question_id: int | None, text: str) -> bool:
        now: datetime = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.known_as(person.telegram_id)
            question = await self._open(work, learner) if learner else None
            if learner is None or question is None or (question_id is not None and question.id != question_id):
                return False
            right = is_right(text, question.snapshot.accepted)
            await self.quizzing.settle(work, question, learner, [text] if text else [], right=right, now=now)
        return True

    async def _open(self, work: Work, learner: Learner) -> Question | None:
        quiz = await work.quizzes.open_of(learner.id)
        return await self._typed(work, quiz) if quiz else None

    async def _typed(self, work: Work, quiz: Quiz) -> Question | None:
        question = current_question(await work.quizzes.questions_of(quiz.id))
        if question is None or not question.sent or question.snapshot.kind is not ItemKind.SHORT_ANSWER:
            return None
        return question
