"""Votes on polls whose id is not known: the bot was stopped between Telegram's taking a question and hearing of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.quiz import ShownPoll
from tutor_bot.storage.schema import stray_votes, strays
from tutor_bot.storage.sql import insert_or_ignore


class Strays:
    """What is known of such a poll comes in any order: its words from Telegram's `poll`, votes, its sending's end."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, poll: str) -> None:
        """Until the end of this transaction nobody else looks after this poll. On SQLite only one writes anyway."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(poll, 0))))

    async def keep_poll(self, shown: ShownPoll, now: datetime) -> None:
        values = {"poll_id": shown.id, "stem": shown.text, "options": list(shown.options), "seen": now}
        await insert_or_ignore(self._connection, strays, values, strays.c.poll_id)

    async def keep_vote(self, poll: str, learner: int, chosen: Sequence[int], now: datetime) -> None:
        """The first one of each voter."""
        values = {"poll_id": poll, "learner_id": learner, "chosen": list(chosen), "seen": now}
        await insert_or_ignore(self._connection, stray_votes, values, stray_votes.c.poll_id)

    async def poll(self, poll: str) -> ShownPoll | None:
        """A poll's words, if they have come."""
        row = (await self._connection.execute(select(strays).where(strays.c.poll_id == poll))).one_or_none()
        return ShownPoll(row.poll_id, row.stem, tuple(row.options)) if row else None

    async def voters(self, poll: str) -> list[int]:
        rows = await self._connection.execute(
            select(stray_votes.c.learner_id)
            .where(stray_votes.c.poll_id == poll)
            .order_by(stray_votes.c.seen, stray_votes.c.learner_id)
        )
        return list(rows.scalars())

    async def take(self, poll: str) -> list[tuple[int, tuple[int, ...]]]:
        """The votes that wait (learner, options), which are kept here no more."""
        rows = await self._connection.execute(
            select(stray_votes.c.learner_id, stray_votes.c.chosen)
            .where(stray_votes.c.poll_id == poll)
            .order_by(stray_votes.c.seen, stray_votes.c.learner_id)
        )
        found = [(row.learner_id, tuple(row.chosen)) for row in rows]
        if found:
            await self._connection.execute(delete(stray_votes).where(stray_votes.c.poll_id == poll))
            await self._connection.execute(delete(strays).where(strays.c.poll_id == poll))
        return found

    async def forget_old(self, before: datetime) -> None:
        for table in (stray_votes, strays):
            await self._connection.execute(delete(table).where(table.c.seen < before))
