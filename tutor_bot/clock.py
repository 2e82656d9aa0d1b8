"""The clock on the wall."""

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """The machine's own time, as domain's `Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, instant: datetime) -> None:
        # In pieces, so that a machine that slept or a clock that was set is noticed within a minute.
        while (left := (instant - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left, 60.0))
