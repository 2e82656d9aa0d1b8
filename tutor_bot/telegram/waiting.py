"""Loops that sleep until something changes, or until an instant."""

import asyncio
from datetime import datetime
from typing import Any

from tutor_bot.domain.clock import Clock


async def changed_or_at(changed: asyncio.Event, instant: datetime | None, clock: Clock) -> None:
    """Until `changed` is set or `instant` has come, whichever is first."""
    waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(changed.wait())]
    if instant is not None:
        waits.append(asyncio.ensure_future(clock.sleep_until(instant)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
