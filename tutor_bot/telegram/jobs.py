"""What happens by the clock: the minute tick. The database is the schedule, so a restart forgets nothing."""

import logging
from datetime import timedelta

from tutor_bot.domain.clock import Clock
from tutor_bot.telegram.sender import Sender
from tutor_bot.usecases.daily_quiz import DailyQuiz
from tutor_bot.usecases.housekeeping import Housekeeping

log = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
SWEEP_EVERY = 60
"""Minutes between sweeps."""


class Ticker:
    """Each whole minute: daily quizzes that are due, also those that fell due while we were away."""

    def __init__(self, daily: DailyQuiz, housekeeping: Housekeeping, sender: Sender, clock: Clock) -> None:
        self._daily, self._housekeeping = daily, housekeeping
        self._sender, self._clock = sender, clock
        self._ticks = 0

    async def run(self) -> None:
        """Tick until cancelled; a tick that fails is logged, and the next one still comes."""
        while True:
            try:
                await self.tick()
            except Exception:
                log.exception("a minute's work failed; the next minute takes it up")
            now = self._clock.now()
            await self._clock.sleep_until(now.replace(second=0, microsecond=0) + MINUTE)

    async def tick(self) -> None:
        """One minute's work. Pages are claimed as the outbox drains, never thousands at once."""
        while await self._daily.tick():
            await self._sender.room()
        if self._ticks % SWEEP_EVERY == 0:
            await self._housekeeping.sweep()
        self._ticks += 1
