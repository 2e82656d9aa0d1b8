"""A quiz is asked for, judged vote by vote, and summed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.facts import Fact, FactKey, Topic
from tutor_bot.domain.memory import retrievability, review
from tutor_bot.domain.outgoing import Urgency
from tutor_bot.domain.people import Learner, Person
from tutor_bot.domain.quiz import QuizKind, choose_facts, choose_item, lay_out
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.outbox import Kind
from tutor_bot.storage.quizzes import Question, Quiz, StrayVote
from tutor_bot.usecases.knowledge import Knowledge

AFTER_RIGHT = timedelta(seconds=1)
AFTER_WRONG = timedelta(seconds=3)
"""Time to read what was right, before the next question takes the eye."""


@dataclass(frozen=True, slots=True)
class Begun:
    quiz: int
    size: int


@dataclass(frozen=True, slots=True)
class StillOpen:
    """Another quiz waits for an answer."""

    quiz: int
    position: int
    size: int


@dataclass(frozen=True, slots=True)
class NothingToAsk:
    """No quiz item in the pack, or none in this topic."""


@dataclass(frozen=True)
class Quizzing:
    storage: Storage
    knowledge: Knowledge
    clock: Clock

    def topics(self) -> Sequence[Topic]:
        return self.knowledge.catalogue.topics

    async def begin(
        self, person: Person, size: int, *, topic: str | None = None, new: bool = False
    ) -> Begun | StillOpen | NothingToAsk:
        """Begin a quiz of `size` questions. `topic` is a topic's key; `new` ends one that is still open."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            if open_quiz := await work.quizzes.open_of(learner.id):
                if not new:
                    current = current_question(await work.quizzes.questions_of(open_quiz.id))
                    return StillOpen(open_quiz.id, current.position if current else 1, open_quiz.size)
                await end_quiz(work, open_quiz, now)
            keys = next((t.facts for t in self.topics() if t.key == topic), ()) if topic else None
            quiz = await self.compose(work, learner, QuizKind.ASKED, None, size, keys)
        return quiz or NothingToAsk()

    async def quiz_on(self, person: Person, fact: FactKey) -> Begun | StillOpen | NothingToAsk:
        """A quiz of one question on one fact."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            if open_quiz := await work.quizzes.open_of(learner.id):
                current = current_question(await work.quizzes.questions_of(open_quiz.id))
                return StillOpen(open_quiz.id, current.position if current else 1, open_quiz.size)
            quiz = await self.compose(work, learner, QuizKind.ASKED, None, 1, [fact])
        return quiz or NothingToAsk()

    async def again(self, person: Person, quiz_id: int) -> Begun | StillOpen | NothingToAsk | None:
        """A quiz on what was missed in an earlier one; None when that was not this learner's."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            quiz = await work.quizzes.quiz(quiz_id)
            if quiz is None or quiz.learner != learner.id:
                return None
            if open_quiz := await work.quizzes.open_of(learner.id):
                current = current_question(await work.quizzes.questions_of(open_quiz.id))
                return StillOpen(open_quiz.id, current.position if current else 1, open_quiz.size)
            missed = [q.fact for q in await work.quizzes.questions_of(quiz_id) if not q.right]
            keys = [fact.key for key in missed if (fact := self.knowledge.catalogue.get(key))]
            begun = await self.compose(work, learner, QuizKind.ASKED, None, len(keys), keys)
        return begun or NothingToAsk()

    async def go_on(self, person: Person, *, press: int) -> bool:
        """Put the open question once more; False when no quiz is open. `press` tells presses apart."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            open_quiz = await work.quizzes.open_of(learner.id)
            current = current_question(await work.quizzes.questions_of(open_quiz.id)) if open_quiz else None
            if current is None:
                return False
            if current.message is not None:
                # The old poll goes first: the outbox keeps a person's rows in order.
                await _close_poll(work, current, now, again=press)
            await put(work, current.id, learner.id, now, again=press)
        return True

    async def stop(self, person: Person) -> bool:
        """End the open quiz; False when there is none."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            open_quiz = await work.quizzes.open_of(learner.id)
            if open_quiz is None:
                return False
            await end_quiz(work, open_quiz, now)
        return True

    async def missed_fact(self, person: Person, quiz_id: int, position: int) -> Fact | None:
        """The fact behind a question of an own quiz."""
        async with self.storage.read() as work:
            learner = await work.people.known_as(person.telegram_id)
            quiz = await work.quizzes.quiz(quiz_id)
            if learner is None or quiz is None or quiz.learner != learner.id:
                return None
            for question in await work.quizzes.questions_of(quiz_id):
                if question.position == position:
                    return self.knowledge.catalogue.get(question.fact)
        return None

    async def put_to(self, person: Person, question_id: int) -> Question | None:
        """A question of an own quiz."""
        async with self.storage.read() as work:
            learner = await work.people.known_as(person.telegram_id)
            question = await work.quizzes.question(question_id)
        return question if learner and question and question.quiz.learner == learner.id else None

    async def vote(self, voter: int, poll_id: str, chosen: Sequence[int]) -> StrayVote | None:
        """Judge a vote, once. An empty `chosen` is a vote taken back, which judges nothing.

        A whole vote on a poll that is none of ours as far as is known is handed back.
        """
        if not chosen:
            return None
        now = self.clock.now()
        async with self.storage.work() as work:
            question = await work.quizzes.by_poll(poll_id)
            if question is not None:
                await self._judge(work, question, voter, chosen, now)
            elif (whole := await work.quizzes.stray_vote(poll_id, voter, chosen, now)) and not await self._adopt(
                work, poll_id, whole, now
            ):
                return whole
        return None

    async def poll_seen(self, poll_id: str, stem: str, options: int) -> StrayVote | None:
        """Telegram shows a poll; one that we sent without learning its id is recognised by its voter.

        A whole vote that belongs to no question of a private quiz is handed back.
        """
        now = self.clock.now()
        async with self.storage.work() as work:
            if await work.quizzes.by_poll(poll_id) is not None or await work.live.by_poll(poll_id) is not None:
                return None
            whole = await work.quizzes.stray_poll(poll_id, stem, options, now)
            if whole and not await self._adopt(work, poll_id, whole, now):
                return whole
        return None

    async def _adopt(self, work: Work, poll_id: str, vote: StrayVote, now: datetime) -> bool:
        learner = await work.people.known_as(vote.voter)
        for question in await work.quizzes.unanswered_of(learner.id) if learner else ():
            snapshot = question.snapshot
            if vote.stem.endswith(snapshot.stem) and vote.options == len(snapshot.options):
                await work.quizzes.note_sent(question.id, poll_id, None, now)
                await work.outbox.sent_after_all(question.id)
                await self._judge(work, question, vote.voter, vote.chosen, now)
                return True
        return False

    async def _judge(self, work: Work, question: Question, voter: int, chosen: Sequence[int], now: datetime) -> None:
        learner = await work.people.known_as(voter)
        if learner is None or learner.id != question.quiz.learner:
            return
        right = question.snapshot.is_right(chosen)
        await self.settle(work, question, learner, chosen, right=right, now=now)

    async def settle(
        self,
        work: Work,
        question: Question,
        learner: Learner,
        given: Sequence[int] | Sequence[str],
        *,
        right: bool,
        now: datetime,
    ) -> None:
        """Keep an answer, remember by it, say what was right where a poll does not, and go on."""
        if not await work.quizzes.answer(question.id, learner.id, given, right=right, now=now):
            return
        if fact := self.knowledge.catalogue.get(question.fact):
            memory = await work.memories.one(learner.id, fact.key)
            await work.memories.store(learner.id, fact.key, review(memory, right=right, now=now))
        if question.quiz.ended:
            return
        await work.quizzes.close(question.id, now)
        if not right or not question.snapshot.kind.fits_poll:
            await work.outbox.add(
                f"feedback:{question.id}",
                learner=learner.id,
                kind=Kind.FEEDBACK,
                subject=question.id,
                urgency=Urgency.QUIZ,
                not_before=now,
            )
        await advance(work, question.quiz, now, now + (AFTER_RIGHT if right else AFTER_WRONG))

    async def compose(
        self,
        work: Work,
        learner: Learner,
        kind: QuizKind,
        day: date | None,
        size: int,
        keys: Sequence[FactKey] | None = None,
    ) -> Begun | None:
        """Choose facts and items, keep them as they will be sent, and put the first question."""
        now = self.clock.now()
        catalogue = self.knowledge.catalogue
        course = [fact.key for fact in catalogue.quizzable(keys)]
        if not course:
            return None
        quiz = await work.quizzes.claim(learner.id, kind, day, now)
        if quiz is None:
            return None
        memories = self.knowledge.current(await work.memories.of(learner.id))
        due = sorted(
            (key for key, memory in memories.items() if memory.due <= now),
            key=lambda key: retrievability(memories[key], now),
        )
        met = await work.quizzes.items_met(learner.id)
        rng = Random(f"{learner.id}:{quiz}")
        planned = []
        for key in choose_facts(size, due, course, memories):
            fact = catalogue.facts[key]
            item = choose_item(fact, met, rng)
            planned.append((key, item.id, lay_out(fact, item, catalogue.version, rng)))
        questions = await work.quizzes.fill(quiz, planned)
        await put(work, questions[0], learner.id, now)
        return Begun(quiz, len(questions))


async def advance(work: Work, quiz: Quiz, now: datetime, at: datetime) -> None:
    """Put the next question at `at`, or end the quiz and sum it up."""
    following = current_question(await work.quizzes.questions_of(quiz.id))
    if following is not None:
        await put(work, following.id, quiz.learner, at)
    elif await work.quizzes.end(quiz.id, now):
        await work.outbox.add(
            f"summary:{quiz.id}",
            learner=quiz.learner,
            kind=Kind.SUMMARY,
            subject=quiz.id,
            urgency=Urgency.QUIZ,
            not_before=at,
        )


async def end_quiz(work: Work, quiz: Quiz, now: datetime) -> None:
    """End an unfinished quiz: its open question is closed, as not answered."""
    await work.quizzes.end(quiz.id, now)
    for question in await work.quizzes.questions_of(quiz.id):
        if not question.closed:
            await work.quizzes.close(question.id, now)
            if question.sent and question.message is not None:
                await _close_poll(work, question, now)


def current_question(questions: Sequence[Question]) -> Question | None:
    """The question of a quiz that is open, or the next one to be put."""
    return next((question for question in questions if not question.closed), None)


async def put(work: Work, question: int, learner: int, at: datetime, again: int | None = None) -> None:
    """Have a question sent at `at`; `again` tells a repetition from the first time."""
    await work.outbox.add(
        f"question:{question}" if again is None else f"question:{question}:{again}",
        learner=learner,
        kind=Kind.QUESTION,
        subject=question,
        urgency=Urgency.QUIZ,
        not_before=at,
    )


async def _close_poll(work: Work, question: Question, now: datetime, again: int | None = None) -> None:
    if not question.snapshot.kind.fits_poll:
        return
    await work.outbox.add(
        f"close:{question.id}" if again is None else f"close:{question.id}:{again}",
        learner=question.quiz.learner,
        kind=Kind.CLOSE,
        subject=question.id,
        urgency=Urgency.QUIZ,
        not_before=now,
    )
