"""What the admins of a class set, how its members are named, and the quiz that comes to it every day."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tutor_bot.domain.choosing import choose_for_class
from tutor_bot.domain.classes import (
    DAILY_SIZES,
    ClassAnswer,
    Classroom,
    Leaders,
    Member,
    Names,
    Period,
    called,
    leaders,
)
from tutor_bot.domain.clock import Clock
from tutor_bot.domain.live import Mode
from tutor_bot.domain.outgoing import Urgency
from tutor_bot.domain.people import Person
from tutor_bot.domain.schedule import instant_of, local_day, next_daily, next_weekly, put_off
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.outbox import Kind
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.live_quiz import LiveQuiz, Wished

PAGE = 10
ACTIVE = timedelta(days=30)
"""Whoever has answered in class within this time is of those whose memory counts."""
BEFORE_NEXT = timedelta(hours=1)
"""The day's questions close so long before the next ones come."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Classes:
    storage: Storage
    live: LiveQuiz
    clock: Clock

    async def of(self, place: Place) -> Classroom:
        """The class of a group, with what is set."""
        async with self.storage.work() as work:
            chat = await work.people.group(place.group, place.title, self.clock.now())
            classroom = await work.classes.one(chat)
            if place.title and place.title != classroom.title:
                await work.classes.change(chat, title=place.title)
                classroom = await work.classes.one(chat)
            return classroom

    async def known(self, group: int) -> Classroom | None:
        """The class of a group that was seen before."""
        async with self.storage.read() as work:
            chat = await work.people.known_group(group)
            return await work.classes.one(chat) if chat is not None else None

    async def groups_of(self, person: Person) -> list[Classroom]:
        """Classes that somebody is known to be in."""
        async with self.storage.work() as work:
            learner = await work.people.meet(person, self.clock.now())
            return await work.classes.groups_of(learner.id)

    async def language_of(self, group: int) -> str | None:
        """The language that admins have chosen for a group; None for that of whoever acts."""
        async with self.storage.read() as work:
            return await work.classes.language_of(group)

    async def daily(self, place: Place, hour: time | None, zone: ZoneInfo, language: str) -> Classroom:
        """Have the class quiz at this local hour from now on; without an hour, only set the zone.

        What comes by itself is in `language`, that of whoever sets it, unless another one was chosen.
        """
        now = self.clock.now()
        async with self.storage.work() as work:
            chat = await work.people.group(place.group, place.title, now)
            classroom = await work.classes.one(chat)
            changed: dict[str, Any] = {"zone": zone.key, "language": classroom.language or language}
            hour = hour or classroom.daily
            if hour is not None:
                last = await work.classes.last_daily(chat)
                changed["daily_minute"] = hour.hour * 60 + hour.minute
                changed["next_daily"] = next_daily(now, zone=zone, hour=hour, last_day=last)
                changed["thread"] = place.thread
                await self.live.close_before(work, chat, changed["next_daily"] - BEFORE_NEXT)
            await work.classes.change(chat, **changed)
            if hour is not None:
                await self.live.close_before(work, chat, changed["next_daily"] - BEFORE_NEXT)
            return await work.classes.one(chat)

    async def back(self, place: Place) -> None:
        """The bot has come back to a group: what was set for it holds again."""
        now = self.clock.now()
        classroom = await self.of(place)
        if classroom.daily is None or classroom.zone is None:
            return
        async with self.storage.work() as work:
            last = await work.classes.last_daily(classroom.id)
            due = next_daily(now, zone=classroom.zone, hour=classroom.daily, last_day=last)
            await work.classes.change(classroom.id, next_daily=due)

    async def no_daily(self, place: Place) -> bool:
        """No class quiz by itself any more; False when there was none."""
        classroom = await self.of(place)
        async with self.storage.work() as work:
            await work.classes.change(classroom.id, daily_minute=None, next_daily=None)
        return classroom.daily is not None

    async def set(
        self,
        place: Place,
        *,
        language: str | None = None,
        size: int | None = None,
        names: Names | None = None,
        speed: bool | None = None,
        talk: bool | None = None,
    ) -> Classroom:
        """Change what is given."""
        given = {"language": language, "size": size, "names": names, "speed": speed, "talk": talk}
        changed = {name: value for name, value in given.items() if value is not None}
        if size is not None and size not in DAILY_SIZES:
            del changed["size"]
        classroom = await self.of(place)
        async with self.storage.work() as work:
            if changed:
                await work.classes.change(classroom.id, **changed)
            return await work.classes.one(classroom.id)

    async def topic(self, place: Place, key: str | None, *, wished: bool) -> Classroom:
        """Ask about this topic too, or not any more; None for all topics."""
        classroom = await self.of(place)
        chosen = [t for t in classroom.topics if t != key] + ([key] if key and wished else [])
        async with self.storage.work() as work:
            await work.classes.change(classroom.id, topics=(chosen or None) if key else None)
            return await work.classes.one(classroom.id)

    # Members

    async def name(self, place: Place, person: Person, nickname: str | None) -> Member:
        """Show somebody in the tables of this class by a nickname, or by their name (None)."""
        return await self._show(place, person, nickname=nickname, hidden=False)

    async def hide(self, place: Place, person: Person, *, hidden: bool) -> Member:
        """Show somebody in no table of this class, or again; a nickname stays."""
        return await self._show(place, person, hidden=hidden)

    async def _show(self, place: Place, person: Person, **shown: Any) -> Member:
        now = self.clock.now()
        async with self.storage.work() as work:
            chat = await work.people.group(place.group, place.title, now)
            learner = await work.people.meet(person, now)
            await work.classes.set_member(chat, learner.id, inside=True, **shown)
            classroom, member = await work.classes.one(chat), (await work.classes.members(chat))[learner.id]
            return replace(member, name=called(person.name, member.nickname, classroom.names, learner.id))

    async def show_everywhere(self, person: Person, **shown: Any) -> list[Classroom]:
        """Set `nickname` or `hidden` in every class that somebody is known to be in; the classes."""
        async with self.storage.work() as work:
            learner = await work.people.meet(person, self.clock.now())
            groups = await work.classes.groups_of(learner.id)
            for classroom in groups:
                await work.classes.set_member(classroom.id, learner.id, **shown)
        return groups

    async def leaders(self, place: Place, period: Period) -> Leaders:
        """The class's table since so long ago; days are those of the class's zone."""
        classroom = await self.of(place)
        async with self.storage.read() as work:
            votes = await work.classes.votes(classroom.id, self.clock.now() - period.length)
            members = dict(await work.classes.members(classroom.id))
        answers = []
        for vote in votes:
            members.setdefault(vote.learner, Member(vote.learner, vote.name))
            day = vote.at.astimezone(classroom.clock).date()
            answers.append(ClassAnswer(vote.learner, day, vote.at, vote.right, vote.bonus))
        return leaders(classroom.title, period, members, classroom.names, answers)

    async def wish_for_digest(self, group: int, person: Person, *, wished: bool) -> bool:
        """Weekly news for an admin; False for a group nobody has seen. Who is an admin is the caller's to check."""
        now = self.clock.now()
        async with self.storage.work() as work:
            chat = await work.people.known_group(group)
            if chat is None:
                return False
            learner = await work.people.meet(person, now)
            if not wished and learner.id not in await work.classes.wish_for_digest(chat):
                return True
            await work.classes.set_member(chat, learner.id, digest=wished)
            classroom = await work.classes.one(chat)
            anybody = bool(await work.classes.wish_for_digest(chat))
            await work.classes.change(chat, next_digest=next_weekly(now, classroom.clock) if anybody else None)
        return True

    # By the clock

    async def tick(self) -> int:
        """Do one page of what is due for classes: daily quizzes and weekly news; for how many."""
        now = self.clock.now()
        async with self.storage.work() as work:
            due = await work.classes.due_for_daily(now, PAGE)
            for classroom in due:
                await self._daily(work, classroom, now)
            news = [] if due else await work.classes.due_for_digest(now, PAGE)
            for classroom in news:
                await self._digest(work, classroom, now)
        return len(due) + len(news)

    async def next_instant(self, after: datetime) -> datetime | None:
        """When something falls due next, `after` what has been done."""
        async with self.storage.read() as work:
            return await work.classes.next_due_after(after)

    async def next_quiz(self) -> datetime | None:
        """When the next daily quiz of a class is due."""
        async with self.storage.read() as work:
            return await work.classes.next_daily_after(self.clock.now())

    async def _daily(self, work: Work, classroom: Classroom, now: datetime) -> None:
        zone, hour, at = classroom.zone, classroom.daily, classroom.next_daily
        if zone is None or hour is None or at is None:
            await work.classes.change(classroom.id, next_daily=None)
            return
        today = local_day(now, zone)
        last = await work.classes.last_daily(classroom.id)
        if last is not None and last >= today:
            await work.classes.change(classroom.id, next_daily=next_daily(now, zone=zone, hour=hour, last_day=last))
            return
        if later := put_off(now, due=at, zone=zone, hour=hour):
            await work.classes.change(classroom.id, next_daily=later)
            return
        following = next_daily(now, zone=zone, hour=hour, last_day=today)
        await work.classes.change(classroom.id, next_daily=following)
        facts = await self._facts(work, classroom, now)
        closes = instant_of(today + DAY, hour, zone) - BEFORE_NEXT
        if facts:
            wished = Wished(mode=Mode.DAILY, closes=closes)
            language, rng = classroom.language or "en", Random(f"{classroom.id}:{today}")
            await self.live.compose(work, classroom, facts, wished, now, language, classroom.thread, rng, today)

    async def _facts(self, work: Work, classroom: Classroom, now: datetime) -> list[str]:
        """What the class as a whole is about to forget, and what it has not met."""
        active = await work.classes.active(classroom.id, now - ACTIVE)
        memories = await work.memories.of_all(active) if active else {}
        course = self.live.course(classroom)
        catalogue = self.live.knowledge.catalogue
        along = [key for key in catalogue.course if key in set(course)]
        current = [self.live.knowledge.current(own) for own in memories.values()]
        return choose_for_class(classroom.size, course, along, current, now)

    async def _digest(self, work: Work, classroom: Classroom, now: datetime) -> None:
        await work.classes.change(classroom.id, next_digest=next_weekly(now, classroom.clock))
        day = local_day(now, classroom.clock)
        for learner in await work.classes.wish_for_digest(classroom.id):
            once = {f"{Kind.DIGEST}:{classroom.id}:{learner}:{day}": (learner, classroom.id)}
            await work.outbox.add_all(once, kind=Kind.DIGEST, urgency=Urgency.BROADCAST, not_before=now)
