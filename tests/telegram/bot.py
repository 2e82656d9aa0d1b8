"""A whole bot of a few handlers around the inbox, on an inbox in memory."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, TypeHandler

from tests.clocks import MovingClock
from tests.fake_telegram import TOKEN, FakeTelegram
from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.telegram.inbox import InboxBot
from tutor_bot.telegram.limiter import TelegramLimits
from tutor_bot.telegram.processor import OrderedProcessor
from tutor_bot.telegram.receiver import Receiver

Context = ContextTypes.DEFAULT_TYPE
Handle = Callable[[Update, Context], Coroutine[Any, Any, None]]
PAUSE = timedelta(seconds=2)


@dataclass
class Memory:
    """An inbox that lives as long as the test: it outlasts the bots that use it."""

    clock: MovingClock
    bodies: dict[int, RawUpdate] = field(default_factory=dict)
    """What waits, in order of arrival."""
    states: dict[int, str] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    batches: list[list[int]] = field(default_factory=list)
    broken: int = 0
    """How many of the next calls fail."""

    def _may_break(self) -> None:
        if self.broken:
            self.broken -= 1
            raise OSError("the disk is full")

    async def take(self, updates: Sequence[RawUpdate]) -> set[int]:
        self.batches.append([raw.update_id for raw in updates])
        self._may_break()
        new = {raw.update_id: raw for raw in updates if raw.update_id not in self.states}
        for number, raw in new.items():
            self.bodies[number], self.states[number] = raw, "waiting"
        return set(new)

    async def waiting(self) -> list[RawUpdate]:
        return list(self.bodies.values())

    async def done(self, update_id: int) -> None:
        self._may_break()
        self.states[update_id] = "done"
        self.bodies.pop(update_id, None)

    async def failed(self, update_id: int, error: str) -> datetime | None:
        self._may_break()
        self.errors[update_id] = error
        self.tries[update_id] = self.tries.get(update_id, 0) + 1
        if self.tries[update_id] < 3:
            return self.clock.now() + PAUSE
        self.states[update_id] = "set aside"
        self.bodies.pop(update_id, None)
        return None


class Bot:
    """One run of the program, from `start` to `stop`."""

    NO_GRACE = timedelta(0)

    def __init__(
        self, telegram: FakeTelegram, memory: Memory, handle: Handle, grace: timedelta = timedelta(seconds=5)
    ) -> None:
        self.telegram = telegram
        self.limits = TelegramLimits(memory.clock)
        self.processor = OrderedProcessor(memory, memory.clock)
        bot = InboxBot(TOKEN, inbox=memory, request=telegram, get_updates_request=telegram, rate_limiter=self.limits)
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder().bot(bot).concurrent_updates(self.processor).job_queue(None).build()
        )
        self.application.add_handler(TypeHandler(Update, handle))
        self.receiver = Receiver(memory.clock, grace=grace)

    async def start(self) -> None:
        await self.receiver.start(self.application)
        await self.receiver.fetch()

    async def stop(self) -> None:
        await self.receiver.stop()
