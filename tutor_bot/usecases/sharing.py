"""An inbox that several replicas share: each takes what it has room for, and what one had in hand outlives it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.domain.replicas import Part
from tutor_bot.usecases.receiving import Receiving

GONE_FOR = timedelta(seconds=3)
"""A replica that was cut off for a moment comes back by then, and goes on with what it has in hand."""


@dataclass
class SharedReceiving(Receiving):
    """Of one replica; `owner` is its number."""

    _gone_since: dict[int, datetime] = field(default_factory=dict, init=False)

    async def waiting(self) -> list[RawUpdate]:
        """Nothing: what was left from before is claimed like everything else, the earliest first."""
        return []

    async def claim(self, part: Part, most: int) -> Sequence[RawUpdate]:
        async with self.storage.work() as work:
            return await work.inbox.claim(self._own, part, self.clock.now(), most)

    async def failed(self, update_id: int, error: str) -> datetime | None:
        """When it is tried again, by whichever replica; None when it has been set aside."""
        async with self.storage.work() as work:
            again = await self._next_try(work, update_id, error)
            if again is not None:
                await work.inbox.later(update_id, again, self._own)
            return again

    async def keep(self, in_hand: Sequence[int]) -> None:
        async with self.storage.work() as work:
            await work.inbox.release(self._own, but=in_hand)

    async def release(self, alive: frozenset[int]) -> None:
        now = self.clock.now()
        async with self.storage.read() as work:
            gone = await work.inbox.owners() - alive
        self._gone_since = {replica: self._gone_since.get(replica, now) for replica in gone}
        for replica, since in self._gone_since.items():
            if now >= since + GONE_FOR:
                async with self.storage.work() as work:
                    await work.inbox.release(replica)

    @property
    def _own(self) -> int:
        assert self.owner is not None
        return self.owner
