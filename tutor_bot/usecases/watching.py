"""Whoever watches over the bot asks how it does."""

from collections.abc import Mapping
from dataclasses import dataclass

from tutor_bot.domain.clock import Clock
from tutor_bot.storage import Storage


@dataclass(frozen=True)
class Watching:
    storage: Storage
    clock: Clock

    async def figures(self) -> Mapping[str, int]:
        """How much waits, by name."""
        async with self.storage.read() as work:
            return await work.watching.figures(self.clock.now())

    async def can_write(self) -> None:
        """Raises whatever keeps the database from being written."""
        async with self.storage.work() as work:
            await work.watching.can_write()
