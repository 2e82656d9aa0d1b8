"""Several processes on one PostgreSQL: who lives, who leads, and who hears of whose changes.

All of it hangs on one connection that a process keeps for as long as it lives. Advisory locks held on it say that the
process lives and that it leads; whatever becomes of the process, the server takes them back with the connection.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from tutor_bot.domain.replicas import Part
from tutor_bot.storage.engine import NOTICES_OUR_END

log = logging.getLogger(__name__)

ADVISORY_LOCKS = 0x7475746F
"""The first half of our locks' keys, by which they are told from others' in the same database."""
LEADER, MIGRATING = 0, -1
"""The second half; a replica's own number, from 1, is the lock that says that it lives."""

INBOX, OUTGOING, SCHEDULE = WORK = ("tutor_inbox", "tutor_outgoing", "tutor_schedule")
FORGOTTEN = "tutor_forgotten"
CHANNELS = (*WORK, FORGOTTEN)
"""What is told to all: there is something to act on, to send, or to wait for; or somebody is to be forgotten."""

BEAT = 1.0
"""Seconds between two looks at who lives."""
PATIENCE = 3.0
"""Seconds without an answer after which we take ourselves for cut off, and lead no more."""
NEWCOMER = 2.5
"""Seconds in which everybody has noticed a new replica, and keeps to a smaller share of Telegram's limits."""

_WHO_LIVES = """
SELECT objid::bigint AS number FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = $1 AND objsubid = 2 AND objid::bigint BETWEEN 1 AND 2147483647
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY objid
"""


class CutOffError(Exception):
    """The connection by which others know that we live has ended."""


class Replica:
    """This process among those that serve the same database. `number` tells them apart."""

    def __init__(self, url: str, number: int | None = None) -> None:
        self._url = url
        self.number = number or 1 + secrets.randbelow(2**31 - 2)
        self.part: Part | None = None
        """None while we are not one of them: then nothing is to be taken, sent or timed by us."""
        self._in_trouble = False
        self.leading, self.following = asyncio.Event(), asyncio.Event()
        """One of them is set: whether we lead."""
        self.following.set()
        self.on_part: Callable[[Part | None], None] = lambda part: None
        """Told of each change of `part`."""
        self.on_heard: Callable[[str, str], None] = lambda channel, said: None
        """Told when something has changed, here or in another replica, and when we have come back."""

    async def run(self) -> None:
        """Be one of them until cancelled; when cut off, come back."""
        engine = create_async_engine(
            self._url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"server_settings": NOTICES_OUR_END, "timeout": PATIENCE},
        )
        try:
            while True:
                try:
                    await self._live(engine)
                except Exception as error:
                    # Said once: the next try comes in a second.
                    if not self._in_trouble:
                        log.error("cut off from the database and the other replicas, trying again: %r", error)
                    self._in_trouble = True
                await _pass(BEAT, asyncio.Event())
        finally:
            await engine.dispose()

    async def _live(self, engine: AsyncEngine) -> None:
        """As long as the connection lasts. Raises whatever ends it."""
        async with asyncio.timeout(2 * PATIENCE):
            connection = await engine.connect()
        try:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            ended = asyncio.Event()
            raw.add_termination_listener(lambda _connection: ended.set())
            async with asyncio.timeout(PATIENCE):
                await self._register(raw)
                is_alone = await self._numbers(raw) == [self.number]
            if not is_alone:
                await _pass(NEWCOMER, ended)
            for channel in WORK:
                # What was said while we did not listen.
                self.on_heard(channel, "")
            while not ended.is_set():
                async with asyncio.timeout(PATIENCE):
                    await self._look(raw)
                await _pass(BEAT, ended)
            raise CutOffError("the connection has ended")
        finally:
            # First of all: somebody else may lead already.
            self._become(None)
            # Not closed in good order, which would wait for a server that may have gone.
            with suppress(Exception):
                (await connection.get_raw_connection()).driver_connection.terminate()  # type: ignore[union-attr]
            await connection.invalidate()
            await connection.close()

    async def _register(self, raw: Any) -> None:
        for channel in CHANNELS:
            await raw.add_listener(channel, lambda _connection, _pid, *heard: self.on_heard(*heard))
        if not await raw.fetchval("SELECT pg_try_advisory_lock($1, $2)", ADVISORY_LOCKS, self.number):
            raise CutOffError("the server has not noticed yet that our last connection has ended")

    async def _look(self, raw: Any) -> None:
        leads = self.part is not None and self.part.leads
        if not leads:
            leads = await raw.fetchval("SELECT pg_try_advisory_lock($1, $2)", ADVISORY_LOCKS, LEADER)
        numbers = await self._numbers(raw)
        self._become(Part(numbers.index(self.number), len(numbers), leads, frozenset(numbers)))

    async def _numbers(self, raw: Any) -> list[int]:
        return [row["number"] for row in await raw.fetch(_WHO_LIVES, ADVISORY_LOCKS)]

    def _become(self, part: Part | None) -> None:
        if part == self.part:
            return
        if part and (self.part is None or part.leads != self.part.leads):
            self._in_trouble = False
            log.info("replica %d of %d, %s", part.place + 1, part.of, "leading" if part.leads else "following")
        self.part = part
        now, before = (self.leading, self.following) if part and part.leads else (self.following, self.leading)
        before.clear()
        now.set()
        self.on_part(part)


async def _pass(seconds: float, ended: asyncio.Event) -> None:
    """So many seconds of the machine's own time, for that is what the server goes by; or until `ended`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ended.wait()
