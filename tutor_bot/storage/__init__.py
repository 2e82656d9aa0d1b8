"""What we remember: the only home of SQL. Plain values in and out, inside one unit of work."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.storage.asked import AskedQuestions
from tutor_bot.storage.classes import Classes
from tutor_bot.storage.curation import Curation
from tutor_bot.storage.engine import disk_of, make_engines, writers
from tutor_bot.storage.inbox import Inbox
from tutor_bot.storage.live import LiveQuizzes
from tutor_bot.storage.memories import Memories
from tutor_bot.storage.outbox import Outbox
from tutor_bot.storage.people import People
from tutor_bot.storage.privacy import Privacy
from tutor_bot.storage.quizzes import Quizzes
from tutor_bot.storage.replica import FORGOTTEN, INBOX, OUTGOING, SCHEDULE, Replica
from tutor_bot.storage.strays import Strays
from tutor_bot.storage.turns import Turns
from tutor_bot.storage.watching import Watching

__all__ = ["Storage", "Work"]

TO_CLOSE = 2.0
"""Seconds."""
MOST_TOLD = 500
"""A notice may have 8,000 bytes."""


class Work:
    """One transaction, and the questions that can be asked in it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._forgotten: str | None = None

    def forgets(self, telegram_id: int, struck_off: Collection[int]) -> None:
        """Whoever holds something of this person in memory, or has one of these updates of theirs in hand, is told."""
        self._forgotten = json.dumps([telegram_id, *sorted(struck_off)[:MOST_TOLD]])

    @property
    def news(self) -> list[str]:
        """Which of what is waited for this transaction has brought about."""

        def says(name: str, what: str) -> bool:
            return name in self.__dict__ and bool(getattr(self.__dict__[name], what))

        found = {
            INBOX: says("inbox", "added"),
            OUTGOING: says("outbox", "added"),
            SCHEDULE: any(says(name, "rescheduled") for name in ("people", "live", "classes")),
        }
        return [channel for channel, is_so in found.items() if is_so]

    async def announce(self, channels: list[str]) -> None:
        """Tell the other replicas, as soon as this transaction is committed."""
        for channel in channels:
            await self._connection.execute(select(func.pg_notify(channel, "")))
        if self._forgotten:
            await self._connection.execute(select(func.pg_notify(FORGOTTEN, self._forgotten)))

    @cached_property
    def people(self) -> People:
        return People(self._connection)

    @cached_property
    def asked(self) -> AskedQuestions:
        return AskedQuestions(self._connection)

    @cached_property
    def curation(self) -> Curation:
        return Curation(self._connection)

    @cached_property
    def memories(self) -> Memories:
        return Memories(self._connection)

    @cached_property
    def quizzes(self) -> Quizzes:
        return Quizzes(self._connection)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self._connection)

    @cached_property
    def live(self) -> LiveQuizzes:
        return LiveQuizzes(self._connection)

    @cached_property
    def classes(self) -> Classes:
        return Classes(self._connection)

    @cached_property
    def privacy(self) -> Privacy:
        return Privacy(self._connection)

    @cached_property
    def strays(self) -> Strays:
        return Strays(self._connection)

    @cached_property
    def watching(self) -> Watching:
        return Watching(self._connection)

    @cached_property
    def inbox(self) -> Inbox:
        return Inbox(self._connection)


class Storage:
    """The database behind `url` (an async SQLAlchemy URL), already migrated."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer, self._readers = make_engines(url)
        self._turns = Turns(writers(self._writer))
        self._disk = disk_of(url)
        self.on_outgoing: Callable[[], None] = lambda: None
        """Called after a transaction that left something to send has been committed."""
        self.on_schedule: Callable[[], None] = lambda: None
        """Called after a transaction that changed when something is due."""
        self.is_shared = False
        """Whether other processes may serve the same database, and hear of what is changed here."""
        self.erased: datetime | None = None
        """When somebody was last erased, until the log is known to hold nothing of them."""
        self.busy = 0
        """Transactions that are open now."""

    @asynccontextmanager
    async def work(self, *, patient: bool = False, certain: bool = False) -> AsyncIterator[Work]:
        """A writing transaction, committed at the end and rolled back on any exception.

        Who is `patient` lets others go first, when many wait for the writer. What nothing else would bring back
        after a power cut is made `certain`: it is on the disk when this ends, and otherwise within a second.
        """
        with self._counted():
            if self._disk:
                self._disk.check()
            async with self._turns.turn(patient=patient), self._writer.begin() as connection:
                work = Work(connection)
                yield work
                if self.is_shared:
                    await work.announce(work.news)
            if self._disk and certain:
                await self._disk.certain()
            elif self._disk:
                self._disk.soon()
        if OUTGOING in work.news:
            self.on_outgoing()
        if SCHEDULE in work.news:
            self.on_schedule()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Work]:
        """A reading transaction: one consistent picture, and no waiting for the writer."""
        with self._counted():
            async with self._readers.begin() as connection:
                yield Work(connection)

    def replica(self, number: int | None = None) -> Replica | None:
        """Us among the processes that serve this database; None where there can be but one.

        From now on they are told of what is changed here. `number` is chosen by chance unless given.
        """
        if self._writer.dialect.name != "postgresql":
            return None
        self.is_shared = True
        return Replica(self.url, number)

    async def wipe(self) -> bool:
        """Take what was erased out of SQLite's log too; False while somebody still reads an older state.

        `secure_delete` overwrites it in the file itself.
        """
        if self._disk is None:
            return True
        with self._counted():
            async with self._turns.turn(patient=True):
                return await self._disk.empty()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    async def close(self) -> None:
        if self._disk:
            await self._disk.close()
        # A server that does not answer is not waited for.
        with suppress(TimeoutError):
            async with asyncio.timeout(TO_CLOSE):
                await self._writer.dispose()
                await self._readers.dispose()
