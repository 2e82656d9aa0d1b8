"""How much waits, and for whom: figures for whoever watches over the bot."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.storage.inbox import SET_ASIDE, WAITING
from tutor_bot.storage.outbox import State
from tutor_bot.storage.schema import learners, misses, outbox, updates


class ReadOnlyError(Exception):
    """The database takes no writes now."""


class Watching:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def figures(self, now: datetime) -> dict[str, int]:
        """By name: what waits, what was set aside, whom a quiz is due, unknown questions."""
        counted = {
            "inbox_waiting": _count(updates).where(updates.c.state == WAITING),
            "inbox_set_aside": _count(updates).where(updates.c.state == SET_ASIDE),
            "outbox_waiting": _count(outbox).where(outbox.c.state == State.WAITING),
            "outbox_sending": _count(outbox).where(outbox.c.state == State.SENDING),
            "learners": _count(learners),
            "learners_due": _count(learners).where(learners.c.next_daily <= now, learners.c.reachable),
            "unknown_questions": _count(misses).where(misses.c.decision.is_(None)),
        }
        return {name: (await self._connection.execute(statement)).scalar_one() for name, statement in counted.items()}

    async def can_write(self) -> None:
        """Raises where the database is read-only. Writes nothing that is kept."""
        if self._connection.dialect.name == "postgresql":
            found = await self._connection.execute(text("SHOW transaction_read_only"))
            if found.scalar_one() == "on":
                raise ReadOnlyError("the database is read-only")
            return
        # To begin an immediate transaction, as every writer here does, needs the right to write already.
        await self._connection.execute(text("SELECT 1"))


def _count(table: Any) -> Select[Any]:
    return select(func.count()).select_from(table)
