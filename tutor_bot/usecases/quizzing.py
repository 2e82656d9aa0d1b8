"""A quiz is asked for, judged vote by vote, and summed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from tutor_bot.domain.choosing import Wish, choose_facts
from tutor_bot.domain.clock import Clock
from tutor_bot.domain.facts import Catalogue, Fact, FactKey, Topic
from tutor_bot.domain.memory import Memory, recall_of, review
from tutor_bot.domain.outgoing import Urgency
from tutor_bot.domain.people import Learner, Person
from tutor_bot.domain.quiz import QuizKind, ShownPoll, Snapshot, choose_item, lay_out
from tutor_bot.domain.schedule import offset_minutes
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.outbox import Kind
from tutor_bot.storage.quizzes import Question, Quiz
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.planning import daily_wish, exam_plan, new_facts

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


@dataclass(frozen=True, slots=True)
class OfAClass:
    """A poll that has turned out meanwhile to be a class's: the vote is for `LiveQuiz` to judge."""


@dataclass(frozen=True, slots=True)
class Order:
    """A quiz to compose; `keys` are the facts it may ask about, all if None. A daily quiz has its local day."""

    learner: Learner
    kind: QuizKind
    size: int
    day: date | None = None
    keys: Sequence[FactKey] | None = None


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
                await end_quizzes(work, [open_quiz], now)
            keys = next((t.facts for t in self.topics() if t.key == topic), ()) if topic else None
            quiz = await self.compose(work, Order(learner, QuizKind.ASKED, size, keys=keys))
        return quiz or NothingToAsk()

    async def on(self, person: Person, facts: Sequence[FactKey]) -> Begun | StillOpen | NothingToAsk:
        """A quiz on these facts, a question each."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            if open_quiz := await work.quizzes.open_of(learner.id):
                current = current_question(await work.quizzes.questions_of(open_quiz.id))
                return StillOpen(open_quiz.id, current.position if current else 1, open_quiz.size)
            quiz = await self.compose(work, Order(learner, QuizKind.ASKED, len(facts), keys=facts))
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
            begun = await self.compose(work, Order(learner, QuizKind.ASKED, len(keys), keys=keys))
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
            await end_quizzes(work, [open_quiz], now)
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

    async def vote(self, person: Person, poll: str, chosen: Sequence[int]) -> ShownPoll | OfAClass | None:
        """Judge a vote, once. An empty `chosen` is a vote taken back, which judges nothing.

        One on a poll that we do not know waits until we do. The poll is handed back if Telegram has shown it and it is
        of no private quiz.
        """
        if not chosen:
            return None
        now = self.clock.now()
        async with self.storage.work() as work:
            question = await work.quizzes.by_poll(poll)
            if question is None:
                await work.strays.lock(poll)
                question = await work.quizzes.by_poll(poll)
            if question is not None:
                learner = await work.people.known_as(person.telegram_id)
                await self._judge(work, question, learner, chosen, now)
                return None
            # While we waited, somebody may have found out whose it is, and does not look for our vote any more.
            if await work.live.by_poll(poll) is not None:
                return OfAClass()
            learner = await work.people.meet(person, now)
            await work.strays.keep_vote(poll, learner.id, chosen, now)
            shown = await work.strays.poll(poll)
            return shown if shown and not await self._adopt(work, shown, now) else None

    async def poll_seen(self, shown: ShownPoll) -> ShownPoll | None:
        """Telegram shows a poll; one that we sent without learning its id is recognised by its voters.

        Handed back if it is of no private quiz.
        """
        # Telegram tells of a poll at each vote in it: whoever knows it need not wait for the writer.
        async with self.storage.read() as work:
            if await self._knows(work, shown.id):
                return None
        now = self.clock.now()
        async with self.storage.work() as work:
            await work.strays.lock(shown.id)
            if await self._knows(work, shown.id):
                return None
            await work.strays.keep_poll(shown, now)
            return None if await self._adopt(work, shown, now) else shown

    async def _knows(self, work: Work, poll: str) -> bool:
        return await work.quizzes.by_poll(poll) is not None or await work.live.by_poll(poll) is not None

    async def _adopt(self, work: Work, shown: ShownPoll, now: datetime) -> bool:
        for voter in await work.strays.voters(shown.id):
            for question in await work.quizzes.with_unknown_poll(voter):
                if shown.is_of(question.snapshot, question.position, question.quiz.size):
                    await work.outbox.sent_after_all(question.id)
                    await self.noted_sent(work, question, shown.id, None, now)
                    return True
        return False

    async def noted_sent(self, work: Work, question: Question, poll: str, message: int | None, now: datetime) -> None:
        """Telegram took a question; votes that were faster than the news of it are judged."""
        await work.strays.lock(poll)
        await work.quizzes.note_sent(question.id, poll, message, now)
        for voter, chosen in await work.strays.take(poll):
            await self._judge(work, question, await work.people.learner(voter), chosen, now)

    async def _judge(
        self, work: Work, question: Question, learner: Learner | None, chosen: Sequence[int], now: datetime
    ) -> None:
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
        offset = offset_minutes(now, learner.clock)
        if not await work.quizzes.answer(question.id, learner.id, given, right=right, now=now, offset=offset):
            return
        if fact := self.knowledge.catalogue.get(question.fact):
            memory = await work.memories.one(learner.id, fact.key)
            recall = recall_of(right=right, hints=question.hints)
            await work.memories.store(learner.id, fact.key, review(memory, recall, now))
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

    async def compose(self, work: Work, order: Order) -> Begun | None:
        """Compose one quiz; None when there is nothing to ask, or it is there already."""
        return (await self.compose_all(work, [order])).get(order.learner.id)

    async def compose_all(self, work: Work, orders: Sequence[Order]) -> dict[int, Begun]:
        """Choose facts and items for quizzes of one kind, keep them as they will be sent, put the first questions.

        By learner. A few statements in all, however many learners: the daily quizzes of a page share them.
        """
        now, catalogue = self.clock.now(), self.knowledge.catalogue
        if not orders or not catalogue.course:
            return {}
        remembered = await work.memories.of_all([order.learner.id for order in orders])
        chosen: dict[int, list[FactKey]] = {}
        for order in orders:
            memories = self.knowledge.current(remembered[order.learner.id])
            if keys := self._choose(order, memories, now):
                chosen[order.learner.id] = keys
        days = {order.learner.id: order.day for order in orders}
        made = await work.quizzes.claim_all(list(chosen), orders[0].kind, days, now)
        chosen = {learner: chosen[learner] for learner in made}
        met = await work.quizzes.items_met(chosen)
        planned = {}
        for learner, quiz in made.items():
            rng = Random(f"{learner}:{quiz}")
            planned[quiz] = [_lay_out(catalogue, key, met[learner], rng) for key in chosen[learner]]
        if planned:
            first = await work.quizzes.fill(planned)
            once = {f"question:{first[quiz]}": (learner, first[quiz]) for learner, quiz in made.items()}
            await work.outbox.add_all(once, kind=Kind.QUESTION, urgency=Urgency.QUIZ, not_before=now)
        return {learner: Begun(quiz, len(planned[quiz])) for learner, quiz in made.items()}

    def _choose(self, order: Order, memories: Mapping[FactKey, Memory], now: datetime) -> list[FactKey]:
        catalogue, learner = self.knowledge.catalogue, order.learner
        if order.kind is QuizKind.DAILY and order.day:
            wish = daily_wish(learner, order.day, exam_plan(catalogue, learner, memories, order.day))
        else:
            wish = Wish(order.size, at_once=True)
        if order.keys is None:
            return choose_facts(wish, catalogue.course, new_facts(catalogue, learner, memories), memories, now)
        wanted = [fact.key for fact in catalogue.quizzable(order.keys)]
        return choose_facts(wish, wanted, wanted, memories, now)


def _lay_out(catalogue: Catalogue, key: FactKey, met: Mapping[str, int], rng: Random) -> tuple[FactKey, str, Snapshot]:
    fact = catalogue.facts[key]
    item = choose_item(fact, met, rng)
    return key, item.id, lay_out(fact, item, catalogue.version, rng)


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


async def end_quizzes(work: Work, quizzes: Sequence[Quiz], now: datetime) -> None:
    """End unfinished quizzes: what is open in them is closed, as not answered."""
    if not quizzes:
        return
    closed = await work.quizzes.end_all([quiz.id for quiz in quizzes], now)
    once = {f"close:{question}": (learner, question) for question, learner in closed}
    await work.outbox.add_all(once, kind=Kind.CLOSE, urgency=Urgency.QUIZ, not_before=now)


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
