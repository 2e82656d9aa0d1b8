"""Learners and the groups they ask in."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.people import Learner, Person
from tutor_bot.storage.schema import asked, chats, learners, live_quizzes, members, outbox, pauses
from tutor_bot.storage.sql import insert_or_ignore, upsert

_COLUMNS = (
    learners.c.id,
    learners.c.telegram_id,
    learners.c.name,
    learners.c.language,
    learners.c.zone,
    learners.c.daily_minute,
    learners.c.next_daily,
    learners.c.offered_daily,
    learners.c.size,
    learners.c.topics,
    learners.c.reminder,
    learners.c.next_weekly,
    learners.c.chosen_language,
    learners.c.exam,
    learners.c.paused_until,
)
# Made once: every update asks for somebody.
_BY_ACCOUNT = select(*_COLUMNS, learners.c.reachable).where(learners.c.telegram_id == bindparam("account"))
_OFFERED = update(learners).where(learners.c.id == bindparam("who")).values(offered_daily=learners.c.offered_daily + 1)
_CHOSEN_LANGUAGE = select(learners.c.chosen_language).where(learners.c.telegram_id == bindparam("account"))


def _learner(row: Any) -> Learner:
    return Learner(
        id=row.id,
        telegram_id=row.telegram_id,
        name=row.name,
        language=row.chosen_language or row.language,
        zone=ZoneInfo(row.zone) if row.zone else None,
        daily=None if row.daily_minute is None else time(*divmod(row.daily_minute, 60)),
        next_daily=row.next_daily,
        offered_daily=row.offered_daily,
        size=row.size,
        topics=tuple(row.topics or ()),
        reminder=row.reminder,
        weekly=row.next_weekly is not None,
        chose_language=row.chosen_language is not None,
        exam=row.exam,
        paused_until=row.paused_until,
    )


class People:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.rescheduled = False
        """Whether it has changed when somebody's daily quiz is due."""

    async def meet(self, person: Person, now: datetime) -> Learner:
        """The learner behind a Telegram account, remembered from now on and reachable again."""
        known = (await self._connection.execute(_BY_ACCOUNT, {"account": person.telegram_id})).one_or_none()
        if known and (known.name, known.language, known.reachable) == (person.name, person.language, True):
            return _learner(known)
        self.rescheduled |= known is not None and not known.reachable
        values: dict[str, Any] = {"name": person.name, "language": person.language, "reachable": True}
        if known:
            await self._connection.execute(update(learners).where(learners.c.id == known.id).values(**values))
        else:
            values |= {"telegram_id": person.telegram_id, "since": now}
            await insert_or_ignore(self._connection, learners, values, learners.c.id)
        return _learner((await self._connection.execute(_BY_ACCOUNT, {"account": person.telegram_id})).one())

    async def known_as(self, telegram_id: int) -> Learner | None:
        found = (await self._connection.execute(_BY_ACCOUNT, {"account": telegram_id})).one_or_none()
        return _learner(found) if found else None

    async def learner(self, learner_id: int) -> Learner:
        return _learner((await self._connection.execute(select(*_COLUMNS).where(learners.c.id == learner_id))).one())

    async def chosen_language(self, telegram_id: int) -> str | None:
        """The language that a person has set; None for Telegram's own."""
        found = await self._connection.execute(_CHOSEN_LANGUAGE, {"account": telegram_id})
        language: str | None = found.scalar_one_or_none()
        return language

    async def change(self, learner_id: int, **values: Any) -> None:
        """Set columns of a learner: a zone by its name, an hour as minutes after local midnight."""
        if values.keys() & {"next_daily", "next_reminder", "next_weekly"}:
            self.rescheduled = True
        await self._connection.execute(update(learners).where(learners.c.id == learner_id).values(**values))

    async def reschedule(self, due: Sequence[Mapping[str, Any]]) -> None:
        """Set `next_daily` and `next_reminder` of many learners at once, each mapping with its `id`."""
        if due:
            await self._connection.execute(
                update(learners)
                .where(learners.c.id == bindparam("of_learner"))
                .values(next_daily=bindparam("daily_at"), next_reminder=bindparam("reminder_at")),
                [{"of_learner": d["id"], "daily_at": d["next_daily"], "reminder_at": d["next_reminder"]} for d in due],
            )

    async def due_for_daily(self, now: datetime, limit: int) -> list[Learner]:
        """Reachable learners whose next daily quiz is due, longest due first."""
        return await self._due(learners.c.next_daily, now, limit)

    async def due_for_reminder(self, now: datetime, limit: int) -> list[tuple[Learner, datetime]]:
        """Reachable learners with a reminder that is due, and when it was."""
        due = await self._due(learners.c.next_reminder, now, limit)
        return await self._with(learners.c.next_reminder, due)

    async def due_for_weekly(self, now: datetime, limit: int) -> list[tuple[Learner, datetime]]:
        """Reachable learners with a weekly summary that is due, and when it was."""
        due = await self._due(learners.c.next_weekly, now, limit)
        return await self._with(learners.c.next_weekly, due)

    async def _due(self, column: Column[datetime | None], now: datetime, limit: int) -> list[Learner]:
        # Held from the first, as by every update of theirs that changes them: so nobody waits in a ring.
        # SQLite, where one alone writes, leaves this out.
        rows = await self._connection.execute(
            select(*_COLUMNS)
            .where(learners.c.reachable, column <= now)
            .order_by(column)
            .limit(limit)
            .with_for_update(key_share=True)
        )
        return [_learner(row) for row in rows]

    async def _with(self, column: Column[datetime | None], due: list[Learner]) -> list[tuple[Learner, datetime]]:
        rows = await self._connection.execute(
            select(learners.c.id, column).where(learners.c.id.in_([learner.id for learner in due]))
        )
        instants = {row[0]: row[1] for row in rows}
        return [(learner, instants[learner.id]) for learner in due]

    async def next_due_after(self, now: datetime) -> datetime | None:
        """The earliest daily quiz, reminder or weekly summary that is still to come."""
        columns = (learners.c.next_daily, learners.c.next_reminder, learners.c.next_weekly)
        found = [await self._next_after(column, now) for column in columns]
        return min((instant for instant in found if instant is not None), default=None)

    async def next_daily_after(self, now: datetime) -> datetime | None:
        """The earliest daily quiz that is still to come."""
        return await self._next_after(learners.c.next_daily, now)

    async def _next_after(self, column: Column[datetime | None], now: datetime) -> datetime | None:
        found = await self._connection.execute(
            select(column).where(learners.c.reachable, column > now).order_by(column).limit(1)
        )
        return found.scalar_one_or_none()

    async def pause(self, learner_id: int, first: date, last: date) -> None:
        """No daily quiz on these days; a pause that began on the same day is changed."""
        values = {"learner_id": learner_id, "first_day": first, "last_day": last}
        await upsert(self._connection, pauses, values, ["learner_id", "first_day"], pauses.c.learner_id)

    async def end_pause(self, learner_id: int, today: date) -> None:
        """The pause that holds today ends with yesterday."""
        open_pause = (pauses.c.learner_id == learner_id, pauses.c.last_day >= today)
        await self._connection.execute(delete(pauses).where(*open_pause, pauses.c.first_day >= today))
        await self._connection.execute(update(pauses).where(*open_pause).values(last_day=today - timedelta(days=1)))

    async def pauses_of(self, learner_id: int) -> list[tuple[date, date]]:
        rows = await self._connection.execute(
            select(pauses.c.first_day, pauses.c.last_day).where(pauses.c.learner_id == learner_id)
        )
        return [(row[0], row[1]) for row in rows]

    async def note_offer(self, learner_id: int) -> None:
        await self._connection.execute(_OFFERED, {"who": learner_id})

    async def mark_unreachable(self, learner_id: int) -> None:
        """Nothing more is sent until this learner writes again."""
        await self._connection.execute(update(learners).where(learners.c.id == learner_id).values(reachable=False))

    async def group(self, telegram_id: int, title: str, now: datetime) -> int:
        """Our id of a Telegram group."""
        found = await self._connection.execute(select(chats.c.id).where(chats.c.telegram_id == telegram_id))
        known: int | None = found.scalar_one_or_none()
        if known is not None:
            return known
        made: int = await insert_or_ignore(
            self._connection, chats, {"telegram_id": telegram_id, "title": title, "since": now}, chats.c.id
        )
        return made

    async def telegram_id_of(self, chat: int) -> int:
        """Telegram's id of a group of ours."""
        found = await self._connection.execute(select(chats.c.telegram_id).where(chats.c.id == chat))
        known: int = found.scalar_one()
        return known

    async def known_group(self, telegram_id: int) -> int | None:
        found = await self._connection.execute(select(chats.c.id).where(chats.c.telegram_id == telegram_id))
        known: int | None = found.scalar_one_or_none()
        return known

    async def group_moved(self, old: int, new: int) -> None:
        """A group became a supergroup: the one row that holds its Telegram id changes.

        Somebody may have been heard under the new id before the news of it came; what was kept of that goes along.
        """
        known, taken = await self.known_group(old), await self.known_group(new)
        if known is None or known == taken:
            return
        if taken is not None:
            for table in (asked, outbox, live_quizzes):
                await self._connection.execute(update(table).where(table.c.chat_id == taken).values(chat_id=known))
            here = select(members.c.learner_id).where(members.c.chat_id == known)
            await self._connection.execute(
                update(members)
                .where(members.c.chat_id == taken, members.c.learner_id.not_in(here))
                .values(chat_id=known)
            )
            await self._connection.execute(delete(chats).where(chats.c.id == taken))
        await self._connection.execute(update(chats).where(chats.c.id == known).values(telegram_id=new))

    async def may_say_private_is_faster(self, telegram_id: int, now: datetime, since: datetime) -> bool:
        """True once per group in the time from `since` to `now`; noted as said."""
        changed = await self._connection.execute(
            update(chats)
            .where(
                chats.c.telegram_id == telegram_id,
                chats.c.told_private_at.is_(None) | (chats.c.told_private_at < since),
            )
            .values(told_private_at=now)
            .returning(chats.c.id)
        )
        return changed.first() is not None
