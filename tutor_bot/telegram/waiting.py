"""Loops that sleep until something changes, or until an instant, and that go on when something is in their way."""

import asyncio
import logging
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


class Trouble:
    """Says what is wrong when it begins, and not again at every try until it is over."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._is_said = False

    def say(self, what: str, error: Exception) -> None:
        if not self._is_said:
            self._log.error("%s: %r", what, error)
        self._is_said = True

    def over(self) -> None:
        self._is_said = False
