"""Who gets the writer next: a lesson's clock and a learner's answer do not wait behind 200 votes."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_MOST = 8
"""So many others in a row go before one that is patient."""


class Turns:
    """`places` at once; among those who wait, the patient ones after the others, each kind in order of arrival."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._usual: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()
        self._in_a_row = 0

    @asynccontextmanager
    async def turn(self, *, patient: bool) -> AsyncIterator[None]:
        await self._wait(self._patient if patient else self._usual)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, line: "deque[asyncio.Future[None]]") -> None:
        if self._free:
            self._free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                # It was our turn already.
                self._pass_on()
            elif place in line:
                line.remove(place)
            raise

    def _pass_on(self) -> None:
        while self._usual or self._patient:
            line = self._usual if self._usual and (self._in_a_row < AT_MOST or not self._patient) else self._patient
            self._in_a_row = self._in_a_row + 1 if line is self._usual else 0
            place = line.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
