"""The daily quiz comes at the learner's hour, once a local day, also after a time of being down."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.outgoing import Urgency
from tutor_bot.domain.people import Learner, Person
from tutor_bot.domain.quiz import QuizKind
from tutor_bot.domain.schedule import LATE, is_quiet, local_day, next_daily, next_weekly, put_off, reminder_at
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.outbox import Kind
from tutor_bot.usecases.quizzing import Order, Quizzing, end_quizzes

PAGE = 25
"""How many learners one transaction serves: replies share the writer and the loop, and wait for no more than this."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class DailyQuiz:
    storage: Storage
    quizzing: Quizzing
    clock: Clock

    async def tick(self) -> int:
        """Do one page of what is due: daily quizzes, then reminders, then weekly summaries; for how many learners."""
        now = self.clock.now()
        async with self.storage.work() as work:
            return await self._quizzes(work, now) or await self._reminders(work, now) or await self._weekly(work, now)

    async def next_instant(self, after: datetime) -> datetime | None:
        """When something falls due next, `after` what has been done."""
        async with self.storage.read() as work:
            return await work.people.next_due_after(after)

    async def next_quiz(self) -> datetime | None:
        """When the next daily quiz is due."""
        async with self.storage.read() as work:
            return await work.people.next_daily_after(self.clock.now())

    async def _quizzes(self, work: Work, now: datetime) -> int:
        learners = await work.people.due_for_daily(now, PAGE)
        if not learners:
            return 0
        last_days = await work.quizzes.last_days([learner.id for learner in learners])
        orders, due = [], []
        for learner in learners:
            order, changed = _due(learner, last_days.get(learner.id), now)
            due.append({"id": learner.id, **changed})
            if order:
                orders.append(order)
        await end_quizzes(work, await work.quizzes.open_of_all([order.learner.id for order in orders]), now)
        await self.quizzing.compose_all(work, orders)
        await work.people.reschedule(due)
        return len(learners)

    async def _reminders(self, work: Work, now: datetime) -> int:
        due = await work.people.due_for_reminder(now, PAGE)
        for learner, at in due:
            await work.people.change(learner.id, next_reminder=None)
            # A reminder that has missed its hour is none: it would come in a heap, or at night.
            if now - at >= LATE or is_quiet(now, learner.clock):
                continue
            quiz = await work.quizzes.daily_of(learner.id, local_day(now, learner.clock))
            if quiz and not quiz.ended:
                once = {f"reminder:{quiz.id}": (learner.id, quiz.id)}
                await work.outbox.add_all(once, kind=Kind.REMINDER, urgency=Urgency.BROADCAST, not_before=now)
        return len(due)

    async def _weekly(self, work: Work, now: datetime) -> int:
        due = await work.people.due_for_weekly(now, PAGE)
        for learner, at in due:
            await work.people.change(learner.id, next_weekly=next_weekly(now, learner.clock))
            if now - at < DAY and not is_quiet(now, learner.clock):
                day = local_day(at, learner.clock).toordinal()
                once = {f"weekly:{learner.id}:{day}": (learner.id, day)}
                await work.outbox.add_all(once, kind=Kind.WEEKLY, urgency=Urgency.BROADCAST, not_before=now)
        return len(due)

    async def choose(self, person: Person, hour: time | None, zone: ZoneInfo) -> Learner:
        """Have the daily quiz at this local hour from now on; without an hour, only set the zone."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            if learner.zone is not None and learner.zone != zone:
                await _count_anew(work, learner, zone)
            changed: dict[str, Any] = {"zone": zone.key}
            if hour is not None:
                changed |= {
                    "daily_minute": hour.hour * 60 + hour.minute,
                    "next_daily": await _next(work, learner, now, hour, zone),
                }
            if learner.weekly:
                changed["next_weekly"] = next_weekly(now, zone)
            await work.people.change(learner.id, **changed)
            return await work.people.learner(learner.id)

    async def off(self, person: Person) -> bool:
        """No daily quiz any more; False when there was none."""
        async with self.storage.work() as work:
            learner = await work.people.meet(person, self.clock.now())
            await work.people.change(learner.id, daily_minute=None, next_daily=None, next_reminder=None)
        return learner.daily is not None

    async def not_today(self, person: Person) -> bool:
        """No more of today's quiz; False when none is open."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            open_quiz = await work.quizzes.open_of(learner.id)
            if open_quiz is None or open_quiz.kind is not QuizKind.DAILY:
                return False
            await end_quizzes(work, [open_quiz], now)
            await work.people.change(learner.id, next_reminder=None)
        return True

    async def pause(self, person: Person, until: date) -> Learner:
        """No daily quiz before the local day `until`; days until then break no streak."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            today = local_day(now, learner.clock)
            await work.people.end_pause(learner.id, today)
            await end_quizzes(work, await work.quizzes.open_of_all([learner.id]), now)
            await work.people.pause(learner.id, today, until - DAY)
            await work.people.change(learner.id, paused_until=until, next_reminder=None)
            await self._reschedule(work, learner.id, now)
            return await work.people.learner(learner.id)

    async def resume(self, person: Person) -> Learner:
        """End a pause at once."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            await work.people.end_pause(learner.id, local_day(now, learner.clock))
            await work.people.change(learner.id, paused_until=None)
            await self._reschedule(work, learner.id, now)
            return await work.people.learner(learner.id)

    async def of(self, person: Person) -> Learner:
        """The learner with what is set."""
        async with self.storage.work() as work:
            return await work.people.meet(person, self.clock.now())

    def today(self, learner: Learner) -> date:
        return local_day(self.clock.now(), learner.clock)

    async def _reschedule(self, work: Work, learner_id: int, now: datetime) -> None:
        learner = await work.people.learner(learner_id)
        if learner.daily is not None:
            instant = await _next(work, learner, now, learner.daily, learner.clock)
            await work.people.change(learner.id, next_daily=instant)


def _due(learner: Learner, last: date | None, now: datetime) -> tuple[Order | None, dict[str, datetime | None]]:
    """The quiz that a learner whose hour has come is to have, if any, and when the next one and a reminder are due."""
    zone, hour, at = learner.zone, learner.daily, learner.next_daily
    if zone is None or hour is None or at is None:
        return None, {"next_daily": None, "next_reminder": None}
    today = local_day(now, zone)
    if learner.paused_until and learner.paused_until > today:
        instant = next_daily(now, zone=zone, hour=hour, last_day=learner.paused_until - DAY)
        return None, {"next_daily": instant, "next_reminder": None}
    if last is not None and last >= today:
        return None, {"next_daily": next_daily(now, zone=zone, hour=hour, last_day=last), "next_reminder": None}
    if later := put_off(now, due=at, zone=zone, hour=hour):
        return None, {"next_daily": later, "next_reminder": None}
    order = Order(learner, QuizKind.DAILY, learner.size, today)
    return order, {
        "next_daily": next_daily(now, zone=zone, hour=hour, last_day=today),
        "next_reminder": reminder_at(now, zone) if learner.reminder else None,
    }


async def _next(work: Work, learner: Learner, now: datetime, hour: time, zone: ZoneInfo) -> datetime:
    last = await work.quizzes.last_day(learner.id)
    if learner.paused_until:
        paused = learner.paused_until - DAY
        last = max(last, paused) if last else paused
    return next_daily(now, zone=zone, hour=hour, last_day=last)


async def _count_anew(work: Work, learner: Learner, zone: ZoneInfo) -> None:
    """After a change of zone a quiz counts for the day that it came on by the new clock.

    Or else whoever flies west would miss a day's quiz, and whoever flies east get two within hours.
    """
    recent = await work.quizzes.recent_dailies(learner.id, 3)
    moves = [(quiz, day, local_day(began, zone)) for quiz, began, day in recent]
    taken = {day for _, day, _ in moves}
    # Those that move on go first at the new end, those that move back at the old one, so that none is in the way.
    for quiz, old, new in [*(m for m in moves if m[2] > m[1]), *(m for m in reversed(moves) if m[2] < m[1])]:
        if new not in taken:
            await work.quizzes.count_for(quiz, new)
            taken = (taken - {old}) | {new}
