"""Updates that Telegram has handed over, until they have been acted on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.domain.replicas import Part
from tutor_bot.storage.schema import updates
from tutor_bot.storage.sql import insert_or_ignore

KEPT = timedelta(days=2)
"""How long numbers are kept: Telegram hands an unconfirmed update over for one day, and numbers begin anew later."""

WAITING, DONE, SET_ASIDE = "waiting", "done", "set aside"

NOT_OURS = timedelta(seconds=2)
"""After this time an update may be taken by any replica, not only by the one that it falls to."""


# Made once: every batch runs these.
_LAST = select(func.max(updates.c.arrival))
_DONE = (
    update(updates)
    .where(updates.c.update_id.in_(bindparam("numbers", expanding=True)))
    .values(state=DONE, body=None, error=None, owner=None)
)


class Inbox:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.added = False

    async def take(self, batch: Sequence[RawUpdate], now: datetime) -> set[int]:
        """Store the batch; the numbers of those that are new."""
        last = (await self._connection.execute(_LAST)).scalar_one() or 0
        new = set()
        for arrival, raw in enumerate(batch, start=last + 1):
            values = {
                "update_id": raw.update_id,
                "key": raw.key,
                "arrival": arrival,
                "received": now,
                "body": raw.body,
                "tries": 0,
                "state": WAITING,
            }
            if await insert_or_ignore(self._connection, updates, values, updates.c.update_id) is not None:
                new.add(raw.update_id)
        self.added = bool(new)
        return new

    async def waiting(self) -> list[RawUpdate]:
        """What has not been acted on, in order of arrival."""
        rows = await self._connection.execute(
            select(updates.c.update_id, updates.c.key, updates.c.body)
            .where(updates.c.state == WAITING)
            .order_by(updates.c.arrival)
        )
        return [RawUpdate(row.update_id, row.key, row.body) for row in rows]

    async def known(self, numbers: Sequence[int]) -> set[int]:
        """Those of these numbers that have been taken within two days."""
        rows = await self._connection.execute(select(updates.c.update_id).where(updates.c.update_id.in_(numbers)))
        return set(rows.scalars())

    async def done(self, numbers: Sequence[int], owner: int | None = None) -> None:
        """Acted on: their content goes at once, their numbers stay for two days.

        Of several replicas, what `owner` says counts only where it has the update in hand still.
        """
        statement = _DONE if owner is None else _DONE.where(updates.c.owner == owner)
        await self._connection.execute(statement, {"numbers": list(numbers)})

    async def failed(self, update_id: int, error: str, owner: int | None = None) -> int:
        """Note a failure; how often this update has failed by now, 0 when it is not the owner's any more."""
        statement = update(updates).where(updates.c.update_id == update_id)
        if owner is not None:
            statement = statement.where(updates.c.owner == owner)
        tries = await self._connection.execute(
            statement.values(tries=updates.c.tries + 1, error=error).returning(updates.c.tries)
        )
        return tries.scalar_one_or_none() or 0

    async def set_aside(self, update_id: int) -> None:
        await self._connection.execute(
            update(updates).where(updates.c.update_id == update_id).values(state=SET_ASIDE, owner=None)
        )

    # Of an inbox that several replicas share

    async def claim(self, owner: int, part: Part, now: datetime, most: int) -> list[RawUpdate]:
        """Take updates in hand: the earliest of each line of which nobody has any in hand, in order of arrival.

        People's lines are spread over the replicas and groups' lines fall to the leader, so that each chat's messages
        come out of one of them; what waits for long is for whoever has room.
        """
        other = updates.alias("other")
        due = or_(updates.c.again.is_(None), updates.c.again <= now)
        in_the_way = exists().where(
            other.c.key == updates.c.key,
            other.c.state == WAITING,
            or_(
                other.c.owner.is_not(None),
                and_(
                    or_(other.c.again.is_(None), other.c.again <= now),
                    or_(
                        other.c.arrival < updates.c.arrival,
                        and_(other.c.arrival == updates.c.arrival, other.c.update_id < updates.c.update_id),
                    ),
                ),
            ),
        )
        ours = case((updates.c.key < 0, part.leads), else_=updates.c.key % part.of == part.place)
        free = (
            select(updates.c.update_id)
            .where(updates.c.state == WAITING, updates.c.owner.is_(None), due, ~in_the_way)
            .where(or_(ours, updates.c.received <= now - NOT_OURS))
            .order_by(updates.c.arrival, updates.c.update_id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        rows = await self._connection.execute(
            update(updates)
            .where(updates.c.update_id.in_(free.scalar_subquery()))
            .values(owner=owner)
            .returning(updates.c.update_id, updates.c.key, updates.c.body, updates.c.arrival)
        )
        claimed = sorted(rows, key=lambda row: (row.arrival, row.update_id))
        return [RawUpdate(row.update_id, row.key, row.body) for row in claimed]

    async def later(self, update_id: int, again: datetime, owner: int) -> None:
        """Who has it in hand gives it back, to be tried again then, by whichever replica."""
        await self._connection.execute(
            update(updates)
            .where(updates.c.update_id == update_id, updates.c.owner == owner)
            .values(owner=None, again=again)
        )

    async def owners(self) -> set[int]:
        """The replicas that have something in hand."""
        rows = await self._connection.execute(select(updates.c.owner).where(updates.c.owner.is_not(None)).distinct())
        return set(rows.scalars())

    async def release(self, owner: int, but: Sequence[int] = ()) -> int:
        """Give back what this replica has in hand, except these; how much that was."""
        rows = await self._connection.execute(
            update(updates)
            .where(updates.c.owner == owner, updates.c.update_id.not_in(but))
            .values(owner=None)
            .returning(updates.c.update_id)
        )
        found = len(rows.all())
        self.added = self.added or bool(found)
        return found

    async def forget_old(self, now: datetime) -> None:
        """Drop numbers that can come back no more."""
        await self._connection.execute(delete(updates).where(updates.c.received < now - KEPT, updates.c.state == DONE))
