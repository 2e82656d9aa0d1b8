"""What need not be kept is forgotten."""

from dataclasses import dataclass
from datetime import timedelta

from tutor_bot.domain.clock import Clock
from tutor_bot.storage import Storage

TEXT_KEPT = timedelta(days=90)
"""How long the words of a question are kept."""

STRAYS_KEPT = timedelta(days=2)
"""How long a vote waits for the news of its poll."""

SETTLED = timedelta(seconds=10)
"""By then the update that asked to be forgotten has been acted on, and is gone itself."""


@dataclass(frozen=True)
class Housekeeping:
    storage: Storage
    clock: Clock

    async def sweep(self) -> None:
        """Erase old questions' words, and numbers of updates that cannot come again."""
        now = self.clock.now()
        async with self.storage.work() as work:
            await work.asked.forget_texts(now - TEXT_KEPT)
            await work.curation.forget_texts(now - TEXT_KEPT)
            await work.privacy.forget_set_aside(now - TEXT_KEPT)
            await work.inbox.forget_old(now)
            await work.strays.forget_old(now - STRAYS_KEPT)
        await self.storage.wipe()

    async def wipe(self) -> None:
        """Soon after somebody was erased: nothing of them is left in the database's log either."""
        erased = self.storage.erased
        if erased is not None and self.clock.now() >= erased + SETTLED and await self.storage.wipe():
            self.storage.erased = None
