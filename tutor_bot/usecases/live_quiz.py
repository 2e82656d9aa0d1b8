"""A class plays a quiz together: begun by an admin, timed by the clock, judged once, told in a table.

Everything it waits for is an instant in storage and everything it says a row of the outbox, so a restart goes on
where it stood.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tutor_bot.domain.classes import Classroom
from tutor_bot.domain.clock import Clock
from tutor_bot.domain.facts import FactKey
from tutor_bot.domain.live import (
    APART,
    CORRECTION,
    COUNTDOWN,
    DEFAULT_SECONDS,
    DEFAULT_SIZE,
    GRACE,
    LAG,
    LEAST_SECONDS,
    LOBBY,
    LONGEST_LOBBY,
    MOST_TEAMS,
    PAUSE,
    TALK,
    LiveState,
    Mode,
    most_missed,
    smallest_team,
    speed_bonus,
    table,
    team_table,
)
from tutor_bot.domain.memory import recall_of, review
from tutor_bot.domain.outgoing import LivePodiumOut, LiveQuestionOut, LiveStandingOut, LobbyOut, Podium, Urgency
from tutor_bot.domain.people import Person
from tutor_bot.domain.quiz import ShownPoll, choose_item, lay_out
from tutor_bot.domain.schedule import offset_minutes
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.live import Live, LiveQuestion
from tutor_bot.storage.outbox import Kind
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.knowledge import Knowledge

PAGE = 20
UNSENT_AGAIN = timedelta(seconds=10)
"""When a question's sending is under way and slow, the course looks again after this."""


@dataclass(frozen=True, slots=True)
class Wished:
    """What an admin wishes for; `closes` is an instant, for homework and daily quizzes alone."""

    size: int = DEFAULT_SIZE
    seconds: int = DEFAULT_SECONDS
    topic: str | None = None
    mode: Mode = Mode.CLOCK
    closes: datetime | None = None


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
    """How many play now; `again` when this person did already, `gone` when the quiz is over.

    `name` is how the class sees them; None when nobody does.
    """

    players: int
    again: bool = False
    gone: bool = False
    name: str | None = None
    team: int | None = None


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

    async def begin(self, person: Person, place: Place, wished: Wished) -> Begun | Running | NothingToAsk:
        """Open the lobby, or post homework at once. Who may begin a quiz is the caller's to check."""
        now = self.clock.now()
        async with self.storage.work() as work:
            chat = await work.people.group(place.group, place.title, now)
            learner = await work.people.meet(person, now)
            if not wished.mode.by_date and await work.live.open_in(chat):
                return Running()
            classroom = await work.classes.one(chat)
            rng = Random(f"{place.group}:{now.isoformat()}")
            course = self.course(classroom, wished.topic)
            if wished.topic is None:
                rng.shuffle(course)
            if not course:
                return NothingToAsk()
            language = classroom.language or learner.language
            live = await self.compose(work, classroom, course[: wished.size], wished, now, language, place.thread, rng)
        assert live is not None
        return Begun(live, len(course[: wished.size]))

    def course(self, classroom: Classroom, topic: str | None = None) -> list[FactKey]:
        """Facts that a class may be asked about, in the order of the course: those that a poll can hold."""
        catalogue = self.knowledge.catalogue
        wanted = {topic} if topic else set(classroom.topics)
        keys = [key for t in catalogue.topics if t.key in wanted for key in t.facts] if wanted else None
        found = [f.key for f in catalogue.quizzable(keys) if any(item.kind.fits_poll for item in f.items)]
        # Topics that were chosen and are no more leave all of them.
        return found if found or topic else self.course(replace(classroom, topics=())) if wanted else found

    async def compose(
        self,
        work: Work,
        classroom: Classroom,
        facts: Sequence[FactKey],
        wished: Wished,
        now: datetime,
        language: str,
        thread: int | None,
        rng: Random,
        day: date | None = None,
    ) -> int | None:
        """A quiz on these facts, in its lobby or open until its date; None when the class has had that `day`'s quiz."""
        catalogue = self.knowledge.catalogue
        planned = []
        for key in facts:
            fact = catalogue.facts[key]
            polls = tuple(item for item in fact.items if item.kind.fits_poll)
            item = choose_item(replace(fact, items=polls), {}, rng)
            planned.append((key, item.id, lay_out(fact, item, catalogue.version, rng)))
        by_date = wished.mode.by_date
        live = await work.live.begin(
            planned,
            chat_id=classroom.id,
            thread=thread,
            language=language,
            state=LiveState.OPEN if by_date else LiveState.LOBBY,
            seconds=int((wished.closes - now).total_seconds()) if wished.closes else wished.seconds,
            mode=wished.mode,
            # Speed is nobody's merit where there is no race.
            speed=classroom.speed and wished.mode is Mode.CLOCK,
            talk=classroom.talk,
            began=now,
            starts=None if by_date else now + LOBBY,
            closes=wished.closes,
            wake=wished.closes if by_date else now + COUNTDOWN,
            local_day=day,
        )
        if live is None:
            return None
        if not by_date:
            await self._say(work, classroom.id, Kind.LIVE_LOBBY, live, now)
            return live
        if wished.mode is Mode.HOMEWORK:
            await self._say(work, classroom.id, Kind.HOMEWORK, live, now)
        for place, question in enumerate(await work.live.questions(live)):
            await self._say(work, classroom.id, Kind.LIVE_QUESTION, question.id, now + place * APART)
        return live

    async def join(self, person: Person, group: int, live_id: int, team: int | None = None) -> Joined | None:
        """Take a member in by the lobby's button; None for a quiz there never was in this group."""
        now = self.clock.now()
        async with self.storage.work() as work:
            live = await work.live.one(live_id)
            if live is None or live.telegram_chat != group:
                return None
            if live.state is LiveState.ENDED:
                return Joined(0, gone=True)
            learner = await work.people.meet(person, now)
            # Whoever can press a button in the group is in it.
            await work.live.see_member(live.chat, learner.id, inside=True)
            new = await work.live.join(
                live_id,
                learner.id,
                member=True,
                late=_is_late(live, await work.live.membership(live.chat, learner.id)),
                now=now,
            )
            if not new:
                await work.live.set_member(live_id, learner.id, True)
            if team is not None and live.state is LiveState.LOBBY and 1 <= team <= live.teams:
                await work.live.set_team(live_id, learner.id, team)
                new = True
            elif new:
                await self._into_a_team(work, live, learner.id)
            if new and live.state is LiveState.LOBBY and live.starts is None:
                await self._show_who_plays(work, live, now)
            players = await work.live.players(live_id)
            own = next(player for player in players if player.learner == learner.id)
            return Joined(len(players), again=not new, name=None if own.hidden else own.name, team=own.team)

    async def _into_a_team(self, work: Work, live: Live, learner: int) -> None:
        if live.teams:
            others = [p for p in await work.live.players(live.id) if p.learner != learner]
            await work.live.set_team(live.id, learner, smallest_team(live.teams, others))

    # What admins do. Who is one is the caller's to check.

    async def start_now(self, group: int, live_id: int) -> bool:
        """End the lobby; False when there is none any more."""
        now = self.clock.now()
        async with self.storage.work() as work:
            live = await work.live.one(live_id)
            if live is None or live.state is not LiveState.LOBBY or live.telegram_chat != group:
                return False
            await self._ask(work, live, now)
        return True

    async def arrange(
        self,
        group: int,
        live_id: int,
        *,
        mode: Mode | None = None,
        speed: bool | None = None,
        talk: bool | None = None,
        teams: int | None = None,
    ) -> LobbyOut | None:
        """Change how it is played, while the class gathers, and let it wait for the admin; None when it is too late."""
        now = self.clock.now()
        async with self.storage.work() as work:
            live = await work.live.one(live_id)
            if live is None or live.state is not LiveState.LOBBY or live.telegram_chat != group:
                return None
            changed: dict[str, Any] = {"starts": None, "wake": live.began + LONGEST_LOBBY}
            if mode in (Mode.CLOCK, Mode.RELAXED):
                changed |= {"mode": mode, "speed": mode is Mode.CLOCK}
            if speed is not None:
                changed["speed"] = speed and live.mode is Mode.CLOCK
            if talk is not None:
                changed["talk"] = talk
            if teams is not None and (teams == 0 or 2 <= teams <= MOST_TEAMS):
                changed["teams"] = teams
                await work.live.no_teams(live_id)
            await work.live.change(live_id, **changed)
            live = await work.live.one(live_id)
            assert live is not None
            if teams:
                for player in await work.live.players(live_id):
                    await self._into_a_team(work, live, player.learner)
            return await self.lobby(work, live, now)

    async def go_on(self, group: int, under: int | None = None) -> bool:
        """The next question, after a rest or a pause; in a relaxed quiz, first the end of the one that is open.

        `under` is where a button was pressed: minus the id of the question that is open, or the id of the one that the
        standing was of. A second press there, by another admin perhaps, changes nothing.
        """
        now = self.clock.now()
        async with self.storage.work() as work:
            live = await self._playing(work, group)
            if live is None:
                return False
            if under is not None and under != await self._at(work, live):
                return True
            if live.state is LiveState.LOBBY or live.state is LiveState.RESTING:
                await work.live.change(live.id, paused=False)
                await self._ask(work, live, now)
                return True
            await work.live.change(live.id, paused=False)
            question = await self._current(work, live)
            if live.mode is Mode.RELAXED and question is not None and question.sent:
                await self._say(work, live.chat, Kind.LIVE_CLOSE, question.id, now)
                await self._close(work, replace(live, paused=False), question, now)
            return True

    async def _at(self, work: Work, live: Live) -> int:
        """Where a quiz is: minus the id of the question that is open, or the id of the last one that was."""
        questions = await work.live.questions(live.id)
        if live.state is LiveState.ASKING:
            return next((-q.id for q in questions if not q.closed and not q.refused), 0)
        return max((q.id for q in questions if q.closed), default=0)

    async def pause(self, group: int) -> bool:
        """No further question until `go_on`; one that is open runs to its end. False when no quiz is played."""
        async with self.storage.work() as work:
            live = await self._playing(work, group)
            if live is None:
                return False
            resting = live.state is not LiveState.ASKING
            await work.live.change(live.id, paused=True, starts=None, **({"wake": None} if resting else {}))
        return True

    async def skip(self, group: int, question_id: int | None = None) -> bool:
        """Pass over the question that is open: it counts for nobody. False when none is, or another one."""
        now = self.clock.now()
        async with self.storage.work() as work:
            live = await self._playing(work, group)
            question = await self._current(work, live) if live and live.state is LiveState.ASKING else None
            if live is None or question is None or question.sent is None or question_id not in (None, question.id):
                return False
            await work.live.change_question(question.id, closed=now, skipped=True)
            await self._say(work, live.chat, Kind.LIVE_CLOSE, question.id, now)
            await work.live.change(live.id, paused=False)
            await self._ask(work, live, now)
        return True

    async def stop(self, group: int) -> bool:
        """End the quiz that runs in this group, or else its homework, with a podium; False when there is neither."""
        now = self.clock.now()
        async with self.storage.work() as work:
            live = await self._playing(work, group, homework=True)
            if live is None:
                return False
            for question in await work.live.questions(live.id):
                if not question.closed:
                    # What has not been sent yet will not be.
                    await work.live.change_question(question.id, closed=now)
                if question.sent and not question.closed:
                    await self._say(work, live.chat, Kind.LIVE_CLOSE, question.id, now)
            await self._end(work, live, now)
        return True

    async def _playing(self, work: Work, group: int, *, homework: bool = False) -> Live | None:
        chat = await work.people.known_group(group)
        if chat is None:
            return None
        return await work.live.open_in(chat) or (await work.live.homework_in(chat) if homework else None)

    async def _current(self, work: Work, live: Live) -> LiveQuestion | None:
        return next((q for q in await work.live.questions(live.id) if not q.closed and not q.refused), None)

    # Votes

    async def vote(self, person: Person, poll: str, chosen: Sequence[int]) -> MustCheck | bool:
        """Judge a vote, once, whenever it comes. False when the poll is not of a live quiz."""
        now = self.clock.now()
        async with self.storage.work(patient=True) as work:
            question = await work.live.by_poll(poll)
            if question is None:
                return False
            return await self._vote(work, question, person, chosen, now)

    async def adopt(self, shown: ShownPoll) -> list[MustCheck]:
        """A poll whose id was never learnt, and which has votes: it proves that a question had been sent.

        Its votes are counted; returned is whose membership has still to be asked.
        """
        now = self.clock.now()
        async with self.storage.work() as work:
            await work.strays.lock(shown.id)
            question = await work.live.by_poll(shown.id)
            if question is None:
                voters = await work.strays.voters(shown.id)
                for candidate in await work.live.with_unknown_poll(voters) if voters else ():
                    size = len(await work.live.questions(candidate.live))
                    if shown.is_of(candidate.snapshot, candidate.position, size):
                        question = candidate
                        break
                else:
                    return []
                # When it was sent nobody knows.
                await work.live.no_bonus(question.id)
                question = replace(question, fair=False)
            await work.outbox.sent_after_all(question.id, Kind.LIVE_QUESTION)
            return await self._note_sent(work, question, shown.id, None, now)

    async def _vote(
        self, work: Work, question: LiveQuestion, person: Person, chosen: Sequence[int], now: datetime
    ) -> MustCheck | bool:
        live = await work.live.one(question.live)
        if live is None or not chosen:
            return True
        learner = await work.people.meet(person, now)
        known = await work.live.membership(live.chat, learner.id)
        late = _is_late(live, known)
        if await work.live.join(live.id, learner.id, member=known[0] if known else None, late=late, now=now):
            await self._into_a_team(work, live, learner.id)
        elif known and known[0] and live.state is LiveState.ENDED:
            # Of those who play now it was noted when they were seen.
            await work.live.set_member(live.id, learner.id, True)
        right = question.snapshot.is_right(chosen)
        in_time = question.sent is not None and now <= question.sent + timedelta(seconds=live.seconds)
        counts = right and in_time and live.speed and question.fair
        bonus = speed_bonus(question.sent, now, live.seconds) if counts and question.sent else 0
        offset = offset_minutes(now, learner.clock)
        kept = await work.live.answer(question.id, learner.id, chosen, right=right, bonus=bonus, now=now, offset=offset)
        if kept and (fact := self.knowledge.catalogue.get(question.fact)):
            # A member's vote feeds that member's own memory too.
            memory = await work.memories.one(learner.id, fact.key)
            await work.memories.store(learner.id, fact.key, review(memory, recall_of(right=right), now))
        if kept and question.closed:
            await self._correct(work, live, question, now)
        return True if known and known[0] else MustCheck(live.id, live.telegram_chat, person.telegram_id)

    async def _correct(self, work: Work, live: Live, question: LiveQuestion, now: datetime) -> None:
        """A vote that came after the standing: those of some seconds are gathered into one correction."""
        at = _gathered(now, CORRECTION)
        await self._say(
            work, live.chat, Kind.LIVE_FIX, question.id, at, f"{Kind.LIVE_FIX}:{question.id}:{at.timestamp():.0f}"
        )

    async def _show_who_plays(self, work: Work, live: Live, now: datetime) -> None:
        """A lobby that waits for its admin does not count down; who has come is gathered into one change of it."""
        at = _gathered(now, CORRECTION)
        once = f"{Kind.LIVE_COUNTDOWN}:{live.id}:{at.timestamp():.0f}"
        await self._say(work, live.chat, Kind.LIVE_COUNTDOWN, live.id, at, once)

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
            since = now if came and known is None else None
            if known is None or known[0] != inside:
                await work.live.see_member(chat, learner.id, inside=inside, since=since)

    # By the clock

    async def was_away(self) -> None:
        """The bot was down or cut off: on questions that are open nobody was quick or slow for that."""
        async with self.storage.work() as work:
            for question in await work.live.being_asked():
                await work.live.no_bonus(question)

    async def tick(self) -> int:
        """Take quizzes on whose time has come; how many."""
        now = self.clock.now()
        async with self.storage.work() as work:
            due = await work.live.due(now, PAGE)
            for live in due:
                await self._go_on(work, live, now)
            return len(due)

    async def next_instant(self, after: datetime) -> datetime | None:
        """When something falls due next, `after` what has been done."""
        async with self.storage.read() as work:
            return await work.live.next_wake(after)

    async def _go_on(self, work: Work, live: Live, now: datetime) -> None:
        match live.state:
            case LiveState.LOBBY if live.starts is not None and now < live.starts:
                left = live.starts - now
                once = f"{Kind.LIVE_COUNTDOWN}:{live.id}:{round(left.total_seconds())}"
                await self._say(work, live.chat, Kind.LIVE_COUNTDOWN, live.id, now, once)
                await work.live.change(live.id, wake=min(live.starts, now + COUNTDOWN))
            case LiveState.ASKING:
                await self._time_is_up(work, live, now)
            case LiveState.OPEN:
                for question in await work.live.questions(live.id):
                    if not question.closed:
                        await work.live.change_question(question.id, closed=now)
                        if question.sent and live.closes and live.closes < live.began + timedelta(seconds=live.seconds):
                            # A new hour has brought the end forward, which Telegram does not know.
                            await self._say(work, live.chat, Kind.LIVE_CLOSE, question.id, now)
                await self._end(work, live, now)
            case LiveState.ENDED:
                await work.live.change(live.id, wake=None)
            case _:
                await self._ask(work, live, now)

    async def _rest(self, work: Work, live: Live, now: datetime) -> None:
        """A question came to nothing: the next one follows, unless the quiz is paused."""
        await work.live.change(live.id, state=LiveState.RESTING, wake=None if live.paused else now)

    async def _time_is_up(self, work: Work, live: Live, now: datetime) -> None:
        question = await self._current(work, live)
        if question is None:
            await self._ask(work, live, now)
        elif question.sent is None and await work.outbox.has_failed(Kind.LIVE_QUESTION, question.id):
            # Its sending broke off twice; whether it arrived nobody knows, and nobody is to wait for it.
            await work.live.change_question(question.id, refused="its sending was given up")
            await self._rest(work, live, now)
        elif question.sent is None:
            # It is on its way; what was sent too late is noticed when it is noted as sent.
            await work.live.change(live.id, wake=now + UNSENT_AGAIN)
        elif live.mode is Mode.RELAXED:
            await work.live.change(live.id, wake=None)
        else:
            if live.wake is not None and now > live.wake + LAG:
                # We were away or behind: nobody was quick or slow for that.
                await work.live.no_bonus(question.id)
            await self._close(work, live, question, now)

    async def _close(self, work: Work, live: Live, question: LiveQuestion, now: datetime) -> None:
        """The end of a question: the standing and a rest, or the podium."""
        await work.live.change_question(question.id, closed=now)
        if question.position == len(await work.live.questions(live.id)):
            await self._end(work, live, now)
            return
        await self._say(work, live.chat, Kind.LIVE_STANDING, question.id, now)
        waits = live.paused or live.mode is Mode.RELAXED
        wake = None if waits else now + (TALK if live.talk else PAUSE)
        await work.live.change(live.id, state=LiveState.RESTING, wake=wake)

    async def _ask(self, work: Work, live: Live, now: datetime) -> None:
        """Put the next question, or end."""
        if live.state is LiveState.LOBBY:
            await self._say(work, live.chat, Kind.LIVE_STARTED, live.id, now)
        following = await self._current(work, live)
        if following is None:
            await self._end(work, live, now)
            return
        await self._say(work, live.chat, Kind.LIVE_QUESTION, following.id, now)
        await work.live.change(live.id, state=LiveState.ASKING, wake=now + UNSENT_AGAIN)

    async def _end(self, work: Work, live: Live, now: datetime) -> None:
        await work.live.change(live.id, state=LiveState.ENDED, wake=None)
        await self._say(work, live.chat, Kind.LIVE_PODIUM, live.id, now)

    async def _say(self, work: Work, chat: int, kind: Kind, subject: int, now: datetime, once: str = "") -> None:
        await work.outbox.add(
            once or f"{kind}:{subject}", chat=chat, kind=kind, subject=subject, urgency=Urgency.QUIZ, not_before=now
        )

    # What sending asks and tells

    async def noted_sent(self, work: Work, question_id: int, poll: str, message: int | None) -> None:
        """Telegram took a question: from now on its time runs."""
        question = await work.live.question(question_id)
        if question is not None:
            await work.strays.lock(poll)
            await self._note_sent(work, question, poll, message, self.clock.now())

    async def _note_sent(
        self, work: Work, question: LiveQuestion, poll: str, message: int | None, now: datetime
    ) -> list[MustCheck]:
        """A poll of this question stands in the group. Votes that were faster than the news of it are counted."""
        await work.live.add_poll(question, poll)
        if message is not None or question.sent is None:
            live = await work.live.one(question.live)
            assert live is not None
            question = await self._time_runs(work, live, question, message, now)
        must_check = []
        for voter, chosen in await work.strays.take(poll):
            learner = await work.people.learner(voter)
            person = Person(learner.telegram_id, learner.name, learner.language)
            if isinstance(must := await self._vote(work, question, person, chosen, now), MustCheck):
                must_check.append(must)
        return must_check

    async def _time_runs(
        self, work: Work, live: Live, question: LiveQuestion, message: int | None, now: datetime
    ) -> LiveQuestion:
        is_current = live.state is LiveState.ASKING and (await self._current(work, live) or question).id == question.id
        changed: dict[str, Any] = {"sent": now}
        if message is not None:
            changed["message_id"] = message
        if question.refused:
            # It was given up, and had arrived: it counts, but the quiz has gone on.
            changed |= {"refused": None, "closed": now}
            is_current = False
        await work.live.change_question(question.id, **changed)
        question = replace(question, sent=now, closed=question.closed or "closed" in changed, refused=None)
        if question.closed and message is not None:
            # It was ended while it was on its way.
            await self._say(work, live.chat, Kind.LIVE_CLOSE, question.id, now)
        if is_current and not question.closed:
            by_clock = now + timedelta(seconds=live.seconds) + GRACE
            await work.live.change(live.id, wake=by_clock if live.mode is Mode.CLOCK else None)
        return question

    async def refused(self, work: Work, question_id: int, why: str) -> None:
        """Telegram does not take a question: it is skipped, and the podium says so."""
        now = self.clock.now()
        question = await work.live.question(question_id)
        if question is None:
            return
        await work.live.change_question(question.id, refused=why)
        live = await work.live.one(question.live)
        if live is not None and live.state is LiveState.ASKING:
            await self._rest(work, live, now)

    async def close_before(self, work: Work, chat: int, instant: datetime) -> None:
        """Questions of the day that are open close by then, for the next ones come sooner than was thought."""
        for live in await work.live.all_open_in(chat):
            if live.mode is Mode.DAILY and live.closes is not None and live.closes > instant:
                await work.live.change(live.id, closes=instant, wake=instant)

    async def group_lost(self, work: Work, chat: int, why: str) -> None:
        """The bot may not write there any more: whatever is open there is over, and no quiz comes by itself."""
        await work.outbox.drop_waiting_in(chat, why)
        for live in await work.live.all_open_in(chat):
            await work.live.change(live.id, state=LiveState.ENDED, wake=None)
        await work.classes.change(chat, next_daily=None)

    async def lobby(self, work: Work, live: Live, now: datetime, *, anew: bool = True) -> LobbyOut:
        players = await work.live.players(live.id)
        left = live.starts - now if live.starts else None
        teams = tuple(sum(p.team == team for p in players) for team in range(1, live.teams + 1))
        return LobbyOut(
            live.id,
            len(await work.live.questions(live.id)),
            live.seconds,
            live.thread,
            live.mode,
            left,
            len(players),
            teams,
            live.speed,
            live.talk,
            None if anew else live.lobby_message,
        )

    def question(self, live: Live, question: LiveQuestion, size: int, now: datetime) -> LiveQuestionOut | None:
        """What is sent of a question; None when its time is over."""
        seconds: int | None = live.seconds
        if live.mode is Mode.RELAXED:
            seconds = None
        elif live.closes is not None:
            seconds = int((live.closes - now).total_seconds())
            if seconds < LEAST_SECONDS:
                return None
        return LiveQuestionOut(question.id, question.snapshot, question.position, size, seconds, live.thread, live.mode)

    async def standing(self, work: Work, live: Live, question: LiveQuestion) -> LiveStandingOut:
        players, answers = await work.live.players(live.id), await work.live.answers(live.id)
        strangers = {player.learner for player in players if player.member is False}
        own = [a for a in answers if a.position == question.position and a.learner not in strangers]
        # A correction tells how it stood then, not what has come since.
        until = [answer for answer in answers if answer.position <= question.position]
        return LiveStandingOut(
            question=question.id,
            position=question.position,
            size=len(await work.live.questions(live.id)),
            snapshot=question.snapshot,
            rows=tuple(table(players, until)),
            right=sum(answer.right for answer in own),
            answered=len(own),
            thread=live.thread,
            teams=tuple(team_table(players, until)) if live.teams else (),
            mode=live.mode,
            talk=live.talk,
        )

    async def fix(self, work: Work, live: Live, question: LiveQuestion) -> LiveStandingOut | LivePodiumOut | None:
        """The standing below a question with the votes that came after it; of the last one, the podium."""
        if question.standing_message is not None:
            return replace(await self.standing(work, live, question), message_id=question.standing_message)
        if live.podium_message is not None:
            return replace(await self.podium(work, live), message_id=live.podium_message)
        return None

    async def podium(self, work: Work, live: Live) -> LivePodiumOut:
        questions = await work.live.questions(live.id)
        players, answers = await work.live.players(live.id), await work.live.answers(live.id)
        members = {player.learner: player.member is not False for player in players}
        facts = [question.fact for question in questions]
        missed = []
        for hard in most_missed(facts, answers, members):
            if fact := self.knowledge.catalogue.get(hard.fact):
                missed.append((fact.question, fact.answer, hard.right, hard.answered))
        podium = Podium(
            rows=tuple(table(players, answers)),
            asked=sum(question.counts for question in questions),
            refused=sum(question.refused is not None for question in questions),
            missed=tuple(missed),
            skipped=sum(question.skipped for question in questions),
            teams=tuple(team_table(players, answers)) if live.teams else (),
            mode=live.mode,
        )
        return LivePodiumOut(podium, live.thread)


def _gathered(now: datetime, window: timedelta) -> datetime:
    """The end of the time in which what comes is told together."""
    seconds = window.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, now.tzinfo)


def _is_late(live: Live, known: tuple[bool, datetime | None] | None) -> bool:
    """Whether somebody of whom this is known came to the group after the quiz began; homework they see whole."""
    return not live.mode.by_date and bool(known and known[1] and known[1] > live.began)
