"""A class plays a quiz together: begun by an admin, timed by the clock, judged once, told in a table.

Everything it waits for is an instant in storage and everything it says a row of the outbox, so a restart goes on
where it stood.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.live import (
    GRACE,
    LAG,
    LOBBY,
    PAUSE,
    LiveState,
    most_missed,
    speed_bonus,
    table,
)
from tutor_bot.domain.memory import recall_of, review
from tutor_bot.domain.outgoing import LivePodiumOut, LiveStandingOut, Podium, Urgency
from tutor_bot.domain.people import Person
from tutor_bot.domain.quiz import choose_item, lay_out
from tutor_bot.domain.schedule import offset_minutes
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.live import Live, LiveQuestion
from tutor_bot.storage.outbox import Kind
from tutor_bot.storage.quizzes import StrayVote
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.knowledge import Knowledge

PAGE = 20
UNSENT_AGAIN = timedelta(seconds=10)
"""When a question's sending is under way and slow, the course looks again after this."""


@dataclass(frozen=True, slots=True)
class Begun:
    live: int
    size: int


@dataclass(frozen=True, slots=True)
class Running:
    """Another quiz runs in this group."""


@dataclass(frozen=True, slots=True)
class NothingToAsk:
    """No item of this topic fits a poll."""


@dataclass(frozen=True, slots=True)
class Joined:
    """How many play now; `again` when this person did already, `gone` when the quiz is over."""

    players: int
    again: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class MustCheck:
    """The vote is kept; whether the voter is in this group has still to be asked of Telegram."""

    live: int
    group: int
    person: int


@dataclass(frozen=True)
class LiveQuiz:
    storage: Storage
    knowledge: Knowledge
    clock: Clock

    async def begin(
        self, person: Person, place: Place, size: int, seconds: int, topic: str | None = None
    ) -> Begun | Running | NothingToAsk:
        """Open the lobby. Who may begin a quiz is the caller's to check."""
        now = self.clock.now()
        catalogue = self.knowledge.catalogue
        async with self.storage.work() as work:
            chat = await work.people.group(place.group, place.title, now)
            learner = await work.people.meet(person, now)
            if await work.live.open_in(chat):
                return Running()
            keys = next((t.facts for t in catalogue.topics if t.key == topic), ()) if topic else None
            # Class quizzes draw only what a poll can hold.
            course = [fact.key for fact in catalogue.quizzable(keys) if any(item.kind.fits_poll for item in fact.items)]
            if not course:
                return NothingToAsk()
            rng = Random(f"{place.group}:{now.isoformat()}")
            if topic is None:
                rng.shuffle(course)
            planned = []
            for key in course[:size]:
                fact = catalogue.facts[key]
                polls = tuple(item for item in fact.items if item.kind.fits_poll)
                item = choose_item(replace(fact, items=polls), {}, rng)
                planned.append((key, item.id, lay_out(fact, item, catalogue.version, rng)))
            live = await work.live.begin(
                chat=chat,
                thread=place.thread,
                language=learner.language,
                seconds=seconds,
                now=now,
                wake=now + LOBBY,
                planned=planned,
            )
            await self._say(work, chat, Kind.LIVE_LOBBY, live, now)
        return Begun(live, len(planned))

    async def join(self, person: Person, live_id: int) -> Joined | None:
        """Take a member in by the lobby's button; None for a quiz there never was."""
        now = self.clock.now()
        async with self.storage.work() as work:
            live = await work.live.one(live_id)
            if live is None:
                return None
            if live.state is LiveState.ENDED:
                return Joined(0, gone=True)
            learner = await work.people.meet(person, now)
            # Whoever can press a button in the group is in it.
            await work.live.see_member(live.chat, learner.id, inside=True)
            known = await work.live.membership(live.chat, learner.id)
            late = bool(known and known[1] and known[1] > live.began)
            new = await work.live.join(live_id, learner.id, member=True, late=late, now=now)
            if not new:
                await work.live.set_member(live_id, learner.id, True)
            return Joined(len(await work.live.players(live_id)), again=not new)

    async def start_now(self, group: int, live_id: int) -> bool:
        """End the lobby; False when there is none any more."""
        now = self.clock.now()
        async with self.storage.work() as work:
            live = await work.live.one(live_id)
            if live is None or live.state is not LiveState.LOBBY or live.telegram_chat != group:
                return False
            await self._ask(work, live, now)
        return True

    async def stop(self, group: int) -> bool:
        """End the quiz that runs in this group, with a podium of what was asked; False when none runs."""
        now = self.clock.now()
        async with self.storage.work() as work:
            chat = await work.people.known_group(group)
            live = await work.live.open_in(chat) if chat is not None else None
            if live is None:
                return False
            for question in await work.live.questions(live.id):
                if question.sent and not question.closed:
                    await work.live.change_question(question.id, closed=now)
                    await self._say(work, live.chat, Kind.LIVE_CLOSE, question.id, now)
            await self._end(work, live, now)
        return True

    async def vote(self, person: Person, poll: str, chosen: Sequence[int]) -> MustCheck | bool:
        """Judge a vote, once, whenever it comes. False when the poll is not of a live quiz."""
        now = self.clock.now()
        async with self.storage.work() as work:
            question = await work.live.by_poll(poll)
            if question is None:
                return False
            return await self._vote(work, question, person, chosen, now)

    async def adopt(self, poll: str, vote: StrayVote) -> None:
        """A vote on a poll whose id was never learnt: it proves that a question had been sent."""
        now = self.clock.now()
        async with self.storage.work() as work:
            for question in await work.live.unsent():
                snapshot = question.snapshot
                if vote.stem.endswith(snapshot.stem) and vote.options == len(snapshot.options):
                    await work.outbox.sent_after_all(question.id, Kind.LIVE_QUESTION)
                    await self._note_sent(work, question, poll, None, now)
                    learner = await work.people.known_as(vote.voter)
                    if learner:
                        person = Person(learner.telegram_id, learner.name, learner.language)
                        await self._vote(work, question, person, vote.chosen, now)
                    return

    async def _vote(
        self, work: Work, question: LiveQuestion, person: Person, chosen: Sequence[int], now: datetime
    ) -> MustCheck | bool:
        live = await work.live.one(question.live)
        if live is None or not chosen:
            return True
        learner = await work.people.meet(person, now)
        known = await work.live.membership(live.chat, learner.id)
        late = bool(known and known[1] and known[1] > live.began)
        await work.live.join(live.id, learner.id, member=known[0] if known else None, late=late, now=now)
        right = question.snapshot.is_right(chosen)
        in_time = question.sent is not None and now <= question.sent + timedelta(seconds=live.seconds)
        bonus = speed_bonus(question.sent, now, live.seconds) if right and in_time and question.sent else 0
        offset = offset_minutes(now, learner.clock)
        kept = await work.live.answer(question.id, learner.id, chosen, right=right, bonus=bonus, now=now, offset=offset)
        if kept and (fact := self.knowledge.catalogue.get(question.fact)):
            # A member's vote feeds that member's own memory too.
            memory = await work.memories.one(learner.id, fact.key)
            await work.memories.store(learner.id, fact.key, review(memory, recall_of(right=right), now))
        return True if known and known[0] else MustCheck(live.id, live.telegram_chat, person.telegram_id)

    async def checked(self, must: MustCheck, inside: bool | None) -> None:
        """What Telegram says of a voter; None when it could not say, and then the vote stays, marked so."""
        async with self.storage.work() as work:
            live = await work.live.one(must.live)
            learner = await work.people.known_as(must.person)
            if live is None or learner is None:
                return
            await work.live.set_member(live.id, learner.id, inside)
            if inside is not None:
                await work.live.see_member(live.chat, learner.id, inside=inside)

    async def seen(self, group: int, title: str, person: Person, *, inside: bool, came: bool = False) -> None:
        """Somebody was seen in a group, came or left."""
        now = self.clock.now()
        async with self.storage.work() as work:
            chat = await work.people.group(group, title, now)
            learner = await work.people.meet(person, now)
            known = await work.live.membership(chat, learner.id)
            # Whoever returns was there before; only the first coming makes a latecomer.
            since = now if came and (known is None or known[1] is None) else None
            if known is None or known[0] != inside or since is not None:
                await work.live.see_member(chat, learner.id, inside=inside, since=since)

    # By the clock

    async def tick(self) -> int:
        """Take quizzes on whose time has come; how many."""
        now = self.clock.now()
        async with self.storage.work() as work:
            due = await work.live.due(now, PAGE)
            for live in due:
                await self._go_on(work, live, now)
            return len(due)

    async def next_instant(self) -> datetime | None:
        async with self.storage.read() as work:
            return await work.live.next_wake(self.clock.now())

    async def _go_on(self, work: Work, live: Live, now: datetime) -> None:
        questions = await work.live.questions(live.id)
        current = next((q for q in questions if not q.closed and not q.refused), None)
        match live.state:
            case LiveState.LOBBY:
                await self._ask(work, live, now)
            case LiveState.ASKING if current is not None and current.sent is None:
                # It is on its way; what was sent too late is noticed when it is noted as sent.
                await work.live.change(live.id, wake=now + UNSENT_AGAIN)
            case LiveState.ASKING if current is not None:
                if live.wake is not None and now > live.wake + LAG:
                    # We were away or behind: nobody was quick or slow for that.
                    await work.live.no_bonus(current.id)
                await work.live.change_question(current.id, closed=now)
                if current.position < len(questions):
                    await self._say(work, live.chat, Kind.LIVE_STANDING, current.id, now)
                    await work.live.change(live.id, state=LiveState.RESTING, wake=now + PAUSE)
                else:
                    await self._end(work, live, now)
            case LiveState.ENDED:
                await work.live.change(live.id, wake=None)
            case _:
                await self._ask(work, live, now)

    async def _ask(self, work: Work, live: Live, now: datetime) -> None:
        """Put the next question, or end."""
        if live.state is LiveState.LOBBY:
            await self._say(work, live.chat, Kind.LIVE_STARTED, live.id, now)
        following = next((q for q in await work.live.questions(live.id) if not q.closed and not q.refused), None)
        if following is None:
            await self._end(work, live, now)
            return
        await self._say(work, live.chat, Kind.LIVE_QUESTION, following.id, now)
        await work.live.change(live.id, state=LiveState.ASKING, wake=now + UNSENT_AGAIN)

    async def _end(self, work: Work, live: Live, now: datetime) -> None:
        await work.live.change(live.id, state=LiveState.ENDED, wake=None)
        await self._say(work, live.chat, Kind.LIVE_PODIUM, live.id, now)

    async def _say(self, work: Work, chat: int, kind: Kind, subject: int, now: datetime) -> None:
        await work.outbox.add(
            f"{kind}:{subject}", chat=chat, kind=kind, subject=subject, urgency=Urgency.QUIZ, not_before=now
        )

    # What sending asks and tells

    async def noted_sent(self, work: Work, question_id: int, poll: str, message: int | None) -> None:
        """Telegram took a question: from now on its time runs."""
        question = await work.live.question(question_id)
        if question is not None:
            await self._note_sent(work, question, poll, message, self.clock.now())

    async def _note_sent(
        self, work: Work, question: LiveQuestion, poll: str, message: int | None, now: datetime
    ) -> None:
        await work.live.change_question(question.id, poll_id=poll, message_id=message, sent=now)
        live = await work.live.one(question.live)
        if live is not None and live.state is LiveState.ASKING:
            await work.live.change(live.id, wake=now + timedelta(seconds=live.seconds) + GRACE)

    async def refused(self, work: Work, question_id: int, why: str) -> None:
        """Telegram does not take a question: it is skipped, and the podium says so."""
        now = self.clock.now()
        question = await work.live.question(question_id)
        if question is None:
            return
        await work.live.change_question(question.id, refused=why)
        live = await work.live.one(question.live)
        if live is not None and live.state is LiveState.ASKING:
            await work.live.change(live.id, state=LiveState.RESTING, wake=now)

    async def group_lost(self, work: Work, chat: int, why: str) -> None:
        """The bot may not write there any more: the quiz is over."""
        live = await work.live.open_in(chat)
        await work.outbox.drop_waiting_in(chat, why)
        if live is not None:
            await work.live.change(live.id, state=LiveState.ENDED, wake=None)

    async def standing(self, work: Work, live: Live, question: LiveQuestion) -> LiveStandingOut:
        rows = table(await work.live.players(live.id), await work.live.answers(live.id))
        answers = [a for a in await work.live.answers(live.id) if a.position == question.position]
        size = len(await work.live.questions(live.id))
        right = sum(answer.right for answer in answers)
        return LiveStandingOut(
            question.position, size, question.snapshot, tuple(rows), right, len(answers), live.thread
        )

    async def podium(self, work: Work, live: Live) -> LivePodiumOut:
        questions = await work.live.questions(live.id)
        asked = [question for question in questions if question.sent]
        players, answers = await work.live.players(live.id), await work.live.answers(live.id)
        members = {player.learner: player.member is not False for player in players}
        facts = [question.fact for question in questions]
        missed = []
        for hard in most_missed(facts, answers, members):
            if fact := self.knowledge.catalogue.get(hard.fact):
                missed.append((fact.question, fact.answer, hard.right, hard.answered))
        refused = sum(question.refused is not None for question in questions)
        return LivePodiumOut(Podium(tuple(table(players, answers)), len(asked), refused, tuple(missed)), live.thread)
