"""What happens by the clock: the minute tick. The database is the schedule, so a restart forgets nothing."""

import asyncio
import logging
from datetime import datetime, timedelta

from tutor_bot.domain.clock import Clock
from tutor_bot.telegram.sender import Sender
from tutor_bot.telegram.waiting import Trouble, changed_or_at
from tutor_bot.usecases.classes import Classes
from tutor_bot.usecases.daily_quiz import DailyQuiz
from tutor_bot.usecases.housekeeping import Housekeeping
from tutor_bot.usecases.live_quiz import LiveQuiz

log = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
SWEEP_EVERY = timedelta(hours=1)
RETRY = timedelta(seconds=1)


class Ticker:
    """Does what is due, also what fell due while we were away; looks again when the next thing is due.

    `at_most` is the longest it sleeps in between: another replica may have changed the schedule meanwhile.
    """

    def __init__(
        self,
        daily: DailyQuiz,
        live: LiveQuiz,
        classes: Classes,
        housekeeping: Housekeeping,
        sender: Sender,
        clock: Clock,
        *,
        at_most: timedelta = MINUTE,
    ) -> None:
        self._daily, self._live, self._classes, self._housekeeping = daily, live, classes, housekeeping
        self._sender, self._clock = sender, clock
        self._at_most = at_most
        self._swept: datetime | None = None
        self._changed = asyncio.Event()
        self._trouble = Trouble(log)

    def poke(self) -> None:
        """The schedule has changed here."""
        self._changed.set()

    async def run(self) -> None:
        """Tick until cancelled; a tick that fails is logged, and the next one comes all the same, soon."""
        while True:
            self._changed.clear()
            now = self._clock.now()
            # At full minutes, where it looks no more often than that.
            since = now if self._at_most < MINUTE else now.replace(second=0, microsecond=0)
            wake = since + self._at_most
            try:
                await self.tick()
                for due in (self._daily, self._live, self._classes):
                    # After the instant at which this round began: what fell due while it lasted is due at once.
                    wake = min(wake, await due.next_instant(now) or wake)
                self._trouble.over()
            except Exception as error:
                self._trouble.say("what is due could not be done; it is tried again each second", error)
                wake = min(wake, self._clock.now() + RETRY)
            await changed_or_at(self._changed, wake, self._clock)

    async def tick(self) -> None:
        """Do what is due. Pages are claimed as the outbox drains, never thousands at once."""
        while await self._live.tick():
            continue
        while await self._classes.tick():
            continue
        while await self._daily.tick():
            await self._sender.room()
        await self._housekeeping.wipe()
        now = self._clock.now()
        if self._swept is None or now >= self._swept + SWEEP_EVERY:
            await self._housekeeping.sweep()
            self._swept = now
