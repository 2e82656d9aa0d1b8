"""Learners and the groups they ask in."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.people import Learner, Person
from tutor_bot.storage.schema import chats, learners
from tutor_bot.storage.sql import insert_or_ignore

_COLUMNS = (
    learners.c.id,
    learners.c.telegram_id,
    learners.c.name,
    learners.c.language,
    learners.c.zone,
    learners.c.daily_minute,
    learners.c.next_daily,
    learners.c.offered_daily,
)


def _learner(row: Any) -> Learner:
    return Learner(
        id=row.id,
        telegram_id=row.telegram_id,
        name=row.name,
        language=row.language,
        zone=ZoneInfo(row.zone) if row.zone else None,
        daily=None if row.daily_minute is None else time(*divmod(row.daily_minute, 60)),
        next_daily=row.next_daily,
        offered_daily=row.offered_daily,
    )


class People:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.rescheduled = False
        """Whether it has changed when somebody's daily quiz is due."""

    async def meet(self, person: Person, now: datetime) -> Learner:
        """The learner behind a Telegram account, remembered from now on and reachable again."""
        known = (
            await self._connection.execute(
                select(*_COLUMNS, learners.c.reachable).where(learners.c.telegram_id == person.telegram_id)
            )
        ).one_or_none()
        if known and (known.name, known.language, known.reachable) == (person.name, person.language, True):
            return _learner(known)
        self.rescheduled |= known is not None and not known.reachable
        values: dict[str, Any] = {"name": person.name, "language": person.language, "reachable": True}
        if known:
            await self._connection.execute(update(learners).where(learners.c.id == known.id).values(**values))
        else:
            values |= {"telegram_id": person.telegram_id, "since": now}
            await insert_or_ignore(self._connection, learners, values, learners.c.id)
        row = await self._connection.execute(select(*_COLUMNS).where(learners.c.telegram_id == person.telegram_id))
        return _learner(row.one())

    async def known_as(self, telegram_id: int) -> Learner | None:
        row = await self._connection.execute(select(*_COLUMNS).where(learners.c.telegram_id == telegram_id))
        found = row.one_or_none()
        return _learner(found) if found else None

    async def learner(self, learner_id: int) -> Learner:
        return _learner((await self._connection.execute(select(*_COLUMNS).where(learners.c.id == learner_id))).one())

    async def set_daily(
        self, learner_id: int, *, hour: time | None, zone: ZoneInfo | None, next_daily: datetime | None
    ) -> None:
        """The daily quiz's hour and zone; no hour switches it off and keeps the zone."""
        self.rescheduled = True
        await self._connection.execute(
            update(learners)
            .where(learners.c.id == learner_id)
            .values(
                daily_minute=None if hour is None else hour.hour * 60 + hour.minute,
                zone=zone.key if zone else None,
                next_daily=next_daily,
            )
        )

    async def set_next_daily(self, learner_id: int, instant: datetime | None) -> None:
        await self._connection.execute(update(learners).where(learners.c.id == learner_id).values(next_daily=instant))

    async def due_for_daily(self, now: datetime, limit: int) -> list[Learner]:
        """Reachable learners whose next daily quiz is due, longest due first."""
        rows = await self._connection.execute(
            select(*_COLUMNS)
            .where(learners.c.next_daily <= now, learners.c.reachable)
            .order_by(learners.c.next_daily)
            .limit(limit)
        )
        return [_learner(row) for row in rows]

    async def next_daily_after(self, now: datetime) -> datetime | None:
        """The earliest daily quiz that is still to come."""
        found = await self._connection.execute(
            select(learners.c.next_daily)
            .where(learners.c.next_daily > now, learners.c.reachable)
            .order_by(learners.c.next_daily)
            .limit(1)
        )
        return found.scalar_one_or_none()

    async def note_offer(self, learner_id: int) -> None:
        await self._connection.execute(
            update(learners).where(learners.c.id == learner_id).values(offered_daily=learners.c.offered_daily + 1)
        )

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
        """A group became a supergroup: the one row that holds its Telegram id changes."""
        taken = await self._connection.execute(select(chats.c.id).where(chats.c.telegram_id == new))
        if taken.scalar_one_or_none() is None:
            await self._connection.execute(update(chats).where(chats.c.telegram_id == old).values(telegram_id=new))

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
