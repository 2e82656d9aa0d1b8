"""Updates that Telegram has handed over, until they have been acted on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.storage.schema import updates
from tutor_bot.storage.sql import insert_or_ignore

KEPT = timedelta(days=2)
"""How long numbers are kept: Telegram hands an unconfirmed update over for one day, and numbers begin anew later."""

WAITING, DONE, SET_ASIDE = "waiting", "done", "set aside"


# Made once: every batch runs these.
_LAST = select(func.max(updates.c.arrival))
_DONE = (
    update(updates)
    .where(updates.c.update_id.in_(bindparam("numbers", expanding=True)))
    .values(state=DONE, body=None, error=None)
)


class Inbox:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

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

    async def done(self, numbers: Sequence[int]) -> None:
        """Acted on: their content goes at once, their numbers stay for two days."""
        await self._connection.execute(_DONE, {"numbers": list(numbers)})

    async def failed(self, update_id: int, error: str) -> int:
        """Note a failure; how often this update has failed by now."""
        tries = await self._connection.execute(
            update(updates)
            .where(updates.c.update_id == update_id)
            .values(tries=updates.c.tries + 1, error=error)
            .returning(updates.c.tries)
        )
        return tries.scalar_one_or_none() or 0

    async def set_aside(self, update_id: int) -> None:
        await self._connection.execute(update(updates).where(updates.c.update_id == update_id).values(state=SET_ASIDE))

    async def forget_old(self, now: datetime) -> None:
        """Drop numbers that can come back no more."""
        await self._connection.execute(delete(updates).where(updates.c.received < now - KEPT, updates.c.state == DONE))
