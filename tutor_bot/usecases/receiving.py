"""Whatever Telegram hands over is kept until it has been acted on, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.storage import Storage, Work

TRIES = 3
PAUSE = timedelta(seconds=2)
POLLS_KNOWN = 10_000


@dataclass
class Receiving:
    storage: Storage
    clock: Clock
    owner: int | None = None
    """Our number among several replicas, whose word on an update counts while they have it in hand."""
    _known: dict[str, None] = field(default_factory=dict, init=False)
    """Ids of polls that are ours, the oldest first."""
    _ended: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list, init=False)
    _striking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _strike: asyncio.Task[None] | None = field(default=None, init=False)
    """Kept, for asyncio itself keeps no task alive."""

    async def take(self, updates: Sequence[RawUpdate]) -> set[int]:
        """Store a batch in one transaction; the numbers of the updates that are new."""
        polls = {update.poll for update in updates if update.poll is not None} - self._known.keys()
        if polls:
            async with self.storage.read() as work:
                known = await work.quizzes.known_polls(polls) | await work.live.known_polls(polls)
            self._known.update(dict.fromkeys(known))
            while len(self._known) > POLLS_KNOWN:
                del self._known[next(iter(self._known))]
        # One at each vote, and all that it could tell us is which poll is which.
        wanted = [update for update in updates if update.poll is None or update.poll not in self._known]
        if not wanted:
            return set()
        # All else follows from what stands here, and is done again if a power cut takes it away.
        async with self.storage.work(certain=True) as work:
            return await work.inbox.take(wanted, self.clock.now())

    async def waiting(self) -> list[RawUpdate]:
        """What was left from before, in order of arrival."""
        async with self.storage.read() as work:
            return await work.inbox.waiting()

    async def done(self, update_id: int) -> None:
        """Strike it off. What ends while others are being struck off is struck off with the next of them, at once."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended.append((update_id, ended))
        if len(self._ended) == 1 and not self._striking.locked():
            self._strike = asyncio.create_task(self._strike_off())
        await ended

    async def _strike_off(self) -> None:
        async with self._striking:
            while self._ended:
                batch, self._ended = self._ended, []
                failure: Exception | None = None
                try:
                    async with self.storage.work() as work:
                        await work.inbox.done([number for number, _ in batch], self.owner)
                except Exception as error:
                    failure = error
                for _, ended in batch:
                    if not ended.done():
                        ended.set_exception(failure) if failure else ended.set_result(None)

    async def failed(self, update_id: int, error: str) -> datetime | None:
        """When to try again; None when the update has been set aside after its third failure."""
        async with self.storage.work() as work:
            return await self._next_try(work, update_id, error)

    async def _next_try(self, work: Work, update_id: int, error: str) -> datetime | None:
        """Note a failure: when to try again, None when the update has been set aside after its third."""
        tries = await work.inbox.failed(update_id, error, self.owner)
        if tries < TRIES:
            return self.clock.now() + PAUSE * tries
        await work.inbox.set_aside(update_id)
        return None
