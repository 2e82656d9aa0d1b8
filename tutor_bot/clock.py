"""The clocks themselves, which the rest of the program is given. The only place that reads the machine's time."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's own time, as domain's `Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, instant: datetime) -> None:
        # In pieces, so that a machine that slept or a clock that was set is noticed within a minute.
        while (left := (instant - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left, 60.0))


class MovableClock:
    """The machine's time plus what `jump` has added; for the sandbox.

    A jump does not leap: it wakes each sleeper at its own instant, the earliest first, and waits in between
    until `quiet()` says that all which follows from it is done. So a week holds seven days, each with its quiz.
    """

    STEP = 0.002
    QUIET_FOR = 6
    """So many steps in a row must be quiet, for between two requests all is quiet for a moment too."""
    ROUNDS = 30
    """Turns of the loop in each step."""
    PATIENCE = 5.0
    """Real seconds after which the jump goes on though it is not quiet."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self._ahead = ahead
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._halted: datetime | None = None
        self.quiet: Callable[[], bool] = lambda: True
        self.on_jump: Callable[[], None] = lambda: None
        """Called when a jump is over."""

    def now(self) -> datetime:
        return self._halted or datetime.now(UTC) + self._ahead

    async def sleep_until(self, instant: datetime) -> None:
        if instant <= self.now():
            await asyncio.sleep(0)
            return
        self._count += 1
        awake = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (instant, self._count, awake))
        self._set_alarm()
        await awake

    async def jump(self, to: datetime) -> None:
        """Move on to `to`. While it lasts, time stands still but for the steps from sleeper to sleeper."""
        try:
            self._halted = self.now()
            await self._settle()
            while self._sleepers and self._sleepers[0][0] <= to:
                instant, _, awake = heapq.heappop(self._sleepers)
                if awake.done():
                    continue
                self._halted = max(self._halted, instant)
                awake.set_result(None)
                await self._settle()
            self._ahead = max(to, self._halted) - datetime.now(UTC)
        finally:
            self._halted = None
            self._set_alarm()
            self.on_jump()

    async def _settle(self) -> None:
        quiet, left = 0, self.PATIENCE / self.STEP
        while quiet < self.QUIET_FOR and left > 0:
            await asyncio.sleep(self.STEP)
            # On a busy machine a step may be over before a request has come from one side of the loop to the other.
            for _ in range(self.ROUNDS):
                await asyncio.sleep(0)
            quiet = quiet + 1 if self.quiet() else 0
            left -= 1

    def _set_alarm(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = None
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        if self._sleepers and self._halted is None:
            wait = (self._sleepers[0][0] - self.now()).total_seconds()
            self._alarm = asyncio.get_running_loop().call_later(max(0.0, wait), self._wake)

    def _wake(self) -> None:
        while self._sleepers and (self._sleepers[0][2].done() or self._sleepers[0][0] <= self.now()):
            _, _, awake = heapq.heappop(self._sleepers)
            if not awake.done():
                awake.set_result(None)
        self._set_alarm()
