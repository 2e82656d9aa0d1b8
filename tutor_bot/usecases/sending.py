"""What must reach people is handed out to be sent, and what became of it is noted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.curation import laid_over
from tutor_bot.domain.exam import ExamPlan
from tutor_bot.domain.live import LiveState
from tutor_bot.domain.outgoing import (
    CloseOut,
    Content,
    DigestOut,
    FeedbackOut,
    HomeworkOut,
    LivePodiumOut,
    LiveQuestionOut,
    LiveStandingOut,
    LobbyOut,
    NewsOut,
    Outgoing,
    QuestionOut,
    ReminderOut,
    StartedOut,
    Stubborn,
    SummaryOut,
    WeeklyOut,
)
from tutor_bot.domain.people import Learner
from tutor_bot.domain.quiz import Missed, QuizKind, Summary
from tutor_bot.domain.schedule import local_day
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.live import Live, LiveQuestion
from tutor_bot.storage.outbox import MAX_UNSURE_TRIES, Kind, OutboxRow
from tutor_bot.storage.quizzes import Question
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.live_quiz import LiveQuiz
from tutor_bot.usecases.planning import exam_plan
from tutor_bot.usecases.progressing import Progressing, streak_of
from tutor_bot.usecases.quizzing import Quizzing, advance
from tutor_bot.usecases.reporting import Reporting

PAGE = 100
AFTER_CRASH = timedelta(seconds=3)
"""Time for a vote to arrive that proves a question had been sent before the crash."""
AFTER_UNSURE = timedelta(seconds=3)
PAUSES = (1, 2, 5, 10, 30, 60)
"""Seconds between tries while Telegram cannot be reached."""


@dataclass(frozen=True)
class Sending:
    storage: Storage
    knowledge: Knowledge
    quizzing: Quizzing
    live: LiveQuiz
    progressing: Progressing
    reporting: Reporting
    clock: Clock

    async def recover(self, under_way: Collection[int] | None = None) -> int:
        """Rows whose sending broke off are due again, all but those that are `under_way`; how many.

        None are when we begin to send, and until then we were away.
        """
        if under_way is None:
            await self.live.was_away()
        async with self.storage.work() as work:
            return await work.outbox.recover(self.clock.now() + AFTER_CRASH, under_way or ())

    async def claim(self) -> list[Outgoing]:
        """What is to be sent now, at most one for each person."""
        async with self.storage.work() as work:
            rows = await work.outbox.claim(self.clock.now(), PAGE)
            return [await self._load(work, row) for row in rows]

    async def next_due(self) -> datetime | None:
        async with self.storage.read() as work:
            return await work.outbox.next_due()

    async def sent(self, outgoing: Outgoing, *, message_id: int | None = None, poll_id: str | None = None) -> None:
        """Telegram took it (or there was nothing left to say)."""
        async with self.storage.work() as work:
            await work.outbox.sent(outgoing.row, message_id)
            if isinstance(outgoing.content, LiveQuestionOut) and poll_id is not None:
                await self.live.noted_sent(work, outgoing.content.question, poll_id, message_id)
            elif message_id is not None and outgoing.group is not None:
                await self._keep_message(work, outgoing, message_id)
            elif isinstance(outgoing.content, QuestionOut):
                await self._note_question(work, outgoing.content.question, poll_id, message_id)
        self.storage.on_outgoing()

    async def _note_question(self, work: Work, question_id: int, poll: str | None, message: int | None) -> None:
        now = self.clock.now()
        question = await work.quizzes.question(question_id) if poll is not None else None
        if poll is not None and question is not None:
            await self.quizzing.noted_sent(work, question, poll, message, now)
        else:
            await work.quizzes.note_sent(question_id, None, message, now)

    async def _keep_message(self, work: Work, outgoing: Outgoing, message_id: int) -> None:
        """What may be corrected later is known by its message."""
        match outgoing.content:
            case LobbyOut(live=live, message_id=None):
                await work.live.change(live, lobby_message=message_id)
            case LiveStandingOut(message_id=None):
                await work.live.change_question(await work.outbox.subject_of(outgoing.row), standing_message=message_id)
            case LivePodiumOut(message_id=None):
                await work.live.change(await work.outbox.subject_of(outgoing.row), podium_message=message_id)

    async def hides_results(self) -> bool:
        """Whether class polls may hide their results: until Telegram has once refused that."""
        async with self.storage.read() as work:
            return not await work.outbox.shows_results()

    async def refuses_hidden_results(self) -> None:
        """Telegram has refused it, and taken the same poll without."""
        async with self.storage.work() as work:
            await work.outbox.note_shows_results()

    async def unsure(self, outgoing: Outgoing, error: str) -> None:
        """A time-out: it may have arrived. Once more, at most."""
        async with self.storage.work() as work:
            if outgoing.tries < MAX_UNSURE_TRIES:
                await work.outbox.later(outgoing.row, self.clock.now() + AFTER_UNSURE, counted=True)
            else:
                await work.outbox.failed(outgoing.row, error)
        self.storage.on_outgoing()

    async def later(self, outgoing: Outgoing, *, failures: int) -> None:
        """Telegram surely did not take it: again after a pause that grows with `failures` in a row."""
        pause = timedelta(seconds=PAUSES[min(failures, len(PAUSES) - 1)])
        async with self.storage.work() as work:
            await work.outbox.later(outgoing.row, self.clock.now() + pause, counted=False)
        self.storage.on_outgoing()

    async def refused(self, outgoing: Outgoing, error: str) -> None:
        """Telegram will never take it; a question that cannot be put is skipped."""
        now = self.clock.now()
        async with self.storage.work() as work:
            await work.outbox.failed(outgoing.row, error)
            if isinstance(outgoing.content, LiveQuestionOut):
                await self.live.refused(work, outgoing.content.question, error)
            elif isinstance(outgoing.content, QuestionOut):
                question = await work.quizzes.question(outgoing.content.question)
                if question and not question.closed:
                    await work.quizzes.close(question.id, now)
                    await advance(work, question.quiz, now, now)
        self.storage.on_outgoing()

    async def unreachable(self, outgoing: Outgoing, error: str) -> None:
        """The learner has blocked the bot: nothing more is sent until they write again."""
        async with self.storage.work() as work:
            learner = await work.people.known_as(outgoing.chat)
            await work.outbox.failed(outgoing.row, error)
            if outgoing.group is not None:
                await self.live.group_lost(work, outgoing.group, error)
            elif learner:
                await work.outbox.drop_waiting(learner.id, error)
                await work.people.mark_unreachable(learner.id)

    async def blocked(self, telegram_id: int) -> None:
        """Telegram says that this person has blocked the bot."""
        async with self.storage.work() as work:
            if learner := await work.people.known_as(telegram_id):
                await work.outbox.drop_waiting(learner.id, "blocked")
                await work.people.mark_unreachable(learner.id)

    async def removed(self, telegram_id: int) -> None:
        """The bot was taken out of a group."""
        async with self.storage.work() as work:
            chat = await work.people.known_group(telegram_id)
            if chat is not None:
                await self.live.group_lost(work, chat, "removed from the group")

    async def not_an_admin(self, outgoing: Outgoing) -> None:
        """Weekly news of a class for somebody who is no admin there any more: neither now nor later."""
        assert isinstance(outgoing.content, DigestOut)
        async with self.storage.work() as work:
            await work.outbox.failed(outgoing.row, "no admin any more")
            if learner := await work.people.known_as(outgoing.chat):
                await work.classes.set_member(outgoing.content.classroom, learner.id, digest=False)

    async def group_moved(self, old: int, new: int) -> None:
        """A group has become a supergroup under a new id."""
        async with self.storage.work() as work:
            await work.people.group_moved(old, new)

    async def say_private_is_faster(self, group: int, title: str) -> bool:
        """True once an hour for each group: its 20 messages a minute ran short."""
        now = self.clock.now()
        async with self.storage.work() as work:
            await work.people.group(group, title, now)
            return await work.people.may_say_private_is_faster(group, now, now - timedelta(hours=1))

    async def _load(self, work: Work, row: OutboxRow) -> Outgoing:
        if row.learner is None:
            return await self._load_live(work, row)
        learner = await work.people.learner(row.learner)
        content = await self._content(work, row)
        return Outgoing(row.id, learner.telegram_id, learner.language, row.urgency, row.tries, content)

    async def _load_live(self, work: Work, row: OutboxRow) -> Outgoing:
        """What goes to a group; its words are in the language of whoever began the quiz."""
        assert row.chat is not None
        of_question = row.kind in (Kind.LIVE_QUESTION, Kind.LIVE_STANDING, Kind.LIVE_CLOSE, Kind.LIVE_FIX)
        question = await work.live.question(row.subject) if of_question else None
        live = await work.live.one(question.live if question else row.subject)
        group = await work.people.telegram_id_of(row.chat)
        content = await self._live_content(work, row.kind, live, question) if live else None
        language = live.language if live else "en"
        return Outgoing(row.id, group, language, row.urgency, row.tries, content, row.chat)

    async def _live_content(self, work: Work, kind: Kind, live: Live, question: LiveQuestion | None) -> Content | None:
        match kind:
            case Kind.LIVE_LOBBY | Kind.LIVE_COUNTDOWN if live.state is LiveState.LOBBY:
                anew = kind is Kind.LIVE_LOBBY
                if not anew and live.lobby_message is None:
                    return None
                return await self.live.lobby(work, live, self.clock.now(), anew=anew)
            case Kind.HOMEWORK if live.closes is not None:
                size = len(await work.live.questions(live.id))
                zone = (await work.classes.one(live.chat)).clock
                return HomeworkOut(size, live.closes, zone, live.thread)
            case Kind.LIVE_STARTED:
                players = len(await work.live.players(live.id))
                return StartedOut(live.lobby_message, players) if live.lobby_message is not None else None
            case Kind.LIVE_QUESTION if question is not None and not question.closed:
                return self.live.question(live, question, len(await work.live.questions(live.id)), self.clock.now())
            case Kind.LIVE_STANDING if question is not None:
                return await self.live.standing(work, live, question)
            case Kind.LIVE_CLOSE if question is not None and question.message is not None:
                return CloseOut(question.message)
            case Kind.LIVE_FIX if question is not None:
                return await self.live.fix(work, live, question)
            case Kind.LIVE_PODIUM:
                return await self.live.podium(work, live)
        return None

    async def _content(self, work: Work, row: OutboxRow) -> Content | None:
        if row.kind is Kind.SUMMARY:
            return SummaryOut(await self._summary(work, row.subject))
        if row.kind is Kind.NEWS:
            return await self._news(work, row.subject)
        if row.kind is Kind.REMINDER:
            return await self._reminder(work, row.subject)
        if row.kind is Kind.WEEKLY:
            return await self._weekly(work, row)
        if row.kind is Kind.DIGEST:
            classroom, report = await self.reporting.digest(work, row.subject)
            return DigestOut(classroom.id, classroom.telegram_id, report)
        question = await work.quizzes.question(row.subject)
        if question is None:
            return None
        quiz = question.quiz
        if row.kind is Kind.CLOSE:
            return CloseOut(question.message) if question.message is not None else None
        if row.kind is Kind.FEEDBACK:
            stubborn = None if question.right else await self._stubborn(work, question)
            return FeedbackOut(
                question.id, quiz.id, question.position, question.snapshot, bool(question.right), stubborn
            )
        if question.closed:
            return None
        daily = quiz.kind is QuizKind.DAILY
        return QuestionOut(question.id, question.snapshot, question.position, quiz.size, daily)

    async def _reminder(self, work: Work, quiz_id: int) -> ReminderOut | None:
        quiz = await work.quizzes.quiz(quiz_id)
        if quiz is None or quiz.ended:
            return None
        left = sum(not question.closed for question in await work.quizzes.questions_of(quiz_id))
        return ReminderOut(quiz_id, left, quiz.size) if left else None

    async def _weekly(self, work: Work, row: OutboxRow) -> WeeklyOut | None:
        """None after a week without an answer: there is nothing to say, and nobody to be scolded."""
        assert row.learner is not None
        learner = await work.people.learner(row.learner)
        week = await self.progressing.week_of(work, learner, date.fromordinal(row.subject))
        return WeeklyOut(week) if week.answered else None

    async def _stubborn(self, work: Work, question: Question) -> Stubborn | None:
        catalogue = self.knowledge.catalogue
        fact = catalogue.get(question.fact)
        memory = await work.memories.one(question.quiz.learner, fact.key) if fact else None
        if fact is None or memory is None or not memory.is_leech:
            return None
        whys = [item.why for item in fact.items if item.why and item.why != question.snapshot.why]
        also = tuple(found for key in fact.see_also if (found := catalogue.get(key)))
        return Stubborn(fact, whys[memory.lapses % len(whys)] if whys else "", also[:2])

    async def _news(self, work: Work, miss: int) -> NewsOut | None:
        answered = await work.curation.answered(miss)
        if answered is None:
            return None
        # The matcher may not have heard of it yet.
        catalogue = laid_over(self.knowledge.catalogue, await work.curation.additions())
        fact = catalogue.get(answered[1])
        return NewsOut(answered[0], fact) if fact else None

    async def _summary(self, work: Work, quiz_id: int) -> Summary:
        now = self.clock.now()
        questions = await work.quizzes.questions_of(quiz_id)
        quiz = questions[0].quiz
        learner = await work.people.learner(quiz.learner)
        offer = learner.daily is None and learner.offered_daily <= 1
        if offer:
            await work.people.note_offer(learner.id)
            await work.people.note_offer(learner.id)
        return Summary(
            quiz=quiz_id,
            kind=quiz.kind,
            right=sum(bool(q.right) for q in questions),
            asked=len(questions),
            missed=tuple(
                Missed(q.position, q.snapshot.title, q.snapshot.right_answer) for q in questions if not q.right
            ),
            streak=await streak_of(work, learner, now),
            offer_daily=offer,
            exam=await self._exam(work, learner) if quiz.kind is QuizKind.DAILY else None,
        )

    async def _exam(self, work: Work, learner: Learner) -> ExamPlan | None:
        if learner.exam is None:
            return None
        memories = self.knowledge.current(await work.memories.of(learner.id))
        today = local_day(self.clock.now(), learner.clock)
        return exam_plan(self.knowledge.catalogue, learner, memories, today, done_today=True)
