"""Time for tests: a clock that stands still until it is moved, and a loop that never sleeps."""

import asyncio
import heapq
import itertools
import selectors
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""


class MovingClock:
    """A `Clock` that moves by `advance` only."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._now

    async def sleep_until(self, instant: datetime) -> None:
        if instant <= self._now:
            await asyncio.sleep(0)
            return
        self._count += 1
        awake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (instant, self._count, awake))
        await awake

    @property
    def sleepers(self) -> list[datetime]:
        """For when everybody who sleeps is to be woken, the next first."""
        return sorted(instant for instant, _, awake in self._sleepers if not awake.done())

    async def advance(self, delta: timedelta | float) -> None:
        """Move on by `delta` (a number is seconds), waking sleepers in the order of their instants.

        Between two of them everybody runs until nothing is left to do, so whoever goes to sleep
        again meanwhile is woken in turn.
        """
        target = self._now + (delta if isinstance(delta, timedelta) else timedelta(seconds=delta))
        await settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            instant, _, awake = heapq.heappop(self._sleepers)
            if awake.done():
                continue
            self._now = max(self._now, instant)
            awake.set_result(None)
            await settle()
        self._now = target
        await settle()


class FastClock:
    """The machine's time, `speed` times as fast since `origin` (seconds since 1970), alike in several processes."""

    def __init__(self, origin: float, speed: float) -> None:
        self.origin, self.speed = origin, speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.origin + (time.time() - self.origin) * self.speed, UTC)

    async def sleep_until(self, instant: datetime) -> None:
        while (left := (instant - self.now()).total_seconds()) > 0:
            await asyncio.sleep(left / self.speed)

    async def jump(self, to: datetime) -> None:
        raise NotImplementedError


async def settle(rounds: int = 30) -> None:
    """Let everything run that waits for nothing outside this loop (threads are outside)."""
    for _ in range(rounds):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool], patience: float = 10.0) -> None:
    """Let everything run, threads too, until `condition` holds; fails after `patience` real seconds."""
    deadline = time.monotonic() + patience
    for turn in itertools.count():
        if condition():
            return
        assert time.monotonic() < deadline, "this did not come about"
        await breathe(turn)


async def breathe(turn: int) -> None:
    """Let others run while something is waited for: this loop at first, then threads and other processes too."""
    await asyncio.sleep(0 if turn < 50 else 0.002)


class _Impatient(selectors.DefaultSelector):
    """Waits for nothing but input: a time-out that would have to be waited for is skipped."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            return super().select(None)
        self.skipped += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop whose own time jumps to the next timer when nothing else is left to do.

    For pauses that a library takes with `asyncio.sleep`. Nothing that uses threads may run on it:
    waiting for a thread looks like having nothing to do.
    """

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)

    def time(self) -> float:
        return super().time() + self._impatient.skipped
