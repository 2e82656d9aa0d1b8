"""Whatever Telegram hands over is kept until it has been acted on, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.storage import Storage

TRIES = 3
PAUSE = timedelta(seconds=2)


@dataclass(frozen=True)
class Receiving:
    storage: Storage
    clock: Clock

    async def take(self, updates: Sequence[RawUpdate]) -> set[int]:
        """Store a batch in one transaction; the numbers of the updates that are new."""
        if not updates:
            return set()
        async with self.storage.work() as work:
            return await work.inbox.take(updates, self.clock.now())

    async def waiting(self) -> list[RawUpdate]:
        """What was left from before, in order of arrival."""
        async with self.storage.read() as work:
            return await work.inbox.waiting()

    async def done(self, update_id: int) -> None:
        async with self.storage.work() as work:
            await work.inbox.done(update_id)

    async def failed(self, update_id: int, error: str) -> datetime | None:
        """When to try again; None when the update has been set aside after its third failure."""
        async with self.storage.work() as work:
            tries = await work.inbox.failed(update_id, error)
            if tries < TRIES:
                return self.clock.now() + PAUSE * tries
            await work.inbox.set_aside(update_id)
            return None
