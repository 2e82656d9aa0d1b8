"""Where several replicas share the inbox, each takes out of it what it has room for."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.replicas import Part, SharedInbox
from tutor_bot.telegram.inbox import InboxBot
from tutor_bot.telegram.processor import OrderedProcessor
from tutor_bot.telegram.waiting import Trouble, changed_or_at

log = logging.getLogger(__name__)

ROOM = 200
"""So many updates are in hand at once; what waits longer than this is for the other replicas too."""
TO_GIVE_BACK = 1.0
"""Seconds."""
LOOK_EVERY = timedelta(seconds=1)
"""Updates that are tried again, or whose replica has died, tell nobody that they are free."""


class Collector:
    """Hands the processor what this replica has claimed. `poke()` says that something new may be free."""

    def __init__(
        self,
        inbox: SharedInbox,
        bot: InboxBot,
        processor: OrderedProcessor,
        queue: "asyncio.Queue[Any]",
        clock: Clock,
    ) -> None:
        self._inbox, self._bot, self._queue, self._clock = inbox, bot, queue, clock
        self._part: Part | None = None
        self.in_hand: set[int] = set()
        """Numbers of the updates that this replica has claimed and not done with."""
        self._unsure = True
        self._closed = False
        self._changed = asyncio.Event()
        self._trouble = Trouble(log)
        processor.on_ended = self._ended

    def take_part(self, part: Part | None) -> None:
        """What falls to us from now on; with no part nothing is claimed."""
        self._part = part
        self.poke()

    def poke(self) -> None:
        self._changed.set()

    def close(self) -> None:
        """From now on nothing is claimed, whatever falls to us."""
        self._closed = True

    async def run(self) -> None:
        """Until cancelled."""
        released = self._clock.now() - LOOK_EVERY
        while True:
            self._changed.clear()
            part, now = (None if self._closed else self._part), self._clock.now()
            found = 0
            try:
                if part and part.leads and now >= released + LOOK_EVERY:
                    released = now
                    await self._inbox.release(part.alive)
                if part:
                    found = await self._claim(part)
                self._trouble.over()
            except Exception as error:
                # What was claimed just now may be ours without our knowing.
                self._unsure = True
                self._trouble.say("the inbox cannot be read; it is looked at again each second", error)
                self._changed.clear()
            if not found:
                await changed_or_at(self._changed, now + LOOK_EVERY, self._clock)

    async def give_back(self) -> None:
        """What has not been acted on is for the others, at once; a database that does not answer is not waited for."""
        try:
            async with asyncio.timeout(TO_GIVE_BACK):
                await self._inbox.keep([])
        except Exception as error:
            log.warning("the other replicas will notice in some seconds that this one has ended: %r", error)

    async def _claim(self, part: Part) -> int:
        if self._unsure:
            await self._inbox.keep(sorted(self.in_hand))
            self._unsure = False
        room = ROOM - len(self.in_hand)
        # With much to do, some at a time: to look for one costs the database as much as to look for fifty.
        if room < ROOM // 4:
            return 0
        claimed = await self._inbox.claim(part, room)
        updates = await self._bot.read(claimed)
        self.in_hand |= {update.update_id for update in updates}
        for update in updates:
            self._queue.put_nowait(update)
        return len(claimed)

    def _ended(self, update_id: int) -> None:
        """It is acted on, or given back: its line is free."""
        self.in_hand.discard(update_id)
        self.poke()
