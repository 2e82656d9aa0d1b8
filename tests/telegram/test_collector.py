"""Two replicas with one inbox, in one process: who acts on what, and what becomes of it when one of them ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, TypeHandler

from tests.clocks import MovingClock, until
from tests.fake_telegram import AMINA, BO, CLASS_7B, TOKEN, FakeTelegram, a_message
from tests.telegram.bot import Context
from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.domain.replicas import ALONE, Part
from tutor_bot.storage import Storage
from tutor_bot.telegram.collector import Collector
from tutor_bot.telegram.inbox import InboxBot
from tutor_bot.telegram.limiter import TelegramLimits
from tutor_bot.telegram.processor import OrderedProcessor
from tutor_bot.telegram.receiver import Receiver
from tutor_bot.usecases.sharing import SharedReceiving

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

LEADER, FOLLOWER = Part(0, 2, True, frozenset({1, 2})), Part(1, 2, False, frozenset({1, 2}))
Handle = Callable[[Update], Awaitable[None]]


class One:
    """A replica, as far as it acts on updates."""

    def __init__(self, storage: Storage, clock: MovingClock, number: int, handle: Handle) -> None:
        self.telegram = FakeTelegram()
        self.inbox = SharedReceiving(storage, clock, owner=number)
        self.seen: list[int] = []
        self.clock = clock
        bot = InboxBot(
            TOKEN,
            inbox=self.inbox,
            is_shared=True,
            request=self.telegram,
            get_updates_request=self.telegram,
            rate_limiter=TelegramLimits(clock),
        )
        processor = OrderedProcessor(self.inbox, clock, is_shared=True)
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            ApplicationBuilder().bot(bot).concurrent_updates(processor).job_queue(None).build()
        )
        self.collector = Collector(self.inbox, bot, processor, self.application.update_queue, clock)
        self.receiver = Receiver(clock, grace=timedelta(0))

        async def see(update: Update, context: Context) -> None:
            self.seen.append(update.update_id)
            await handle(update)

        self.application.add_handler(TypeHandler(Update, see))

    @asynccontextmanager
    async def living(self, part: Part) -> AsyncIterator[None]:
        await self.receiver.start(self.application)
        self.collector.take_part(part)
        collecting = asyncio.create_task(self.collector.run())
        try:
            yield
        finally:
            await self.receiver.stop()
            collecting.cancel()
            await asyncio.gather(collecting, return_exceptions=True)


def raw(*numbers: int) -> list[RawUpdate]:
    """Updates of Amina's, as they are stored."""
    return [RawUpdate(n, AMINA["id"], json.dumps({"update_id": n, **a_message("hello")})) for n in numbers]


async def nothing(update: Update) -> None:
    """Acted on at once."""


async def left(storage: Storage) -> int:
    async with storage.read() as work:
        return len(await work.inbox.waiting())


async def all_done(storage: Storage) -> None:
    async with asyncio.timeout(20):
        while await left(storage):
            await asyncio.sleep(0.002)


async def all_done_in_time(storage: Storage, clock: MovingClock) -> None:
    """The same, while time passes for what is tried again later."""
    async with asyncio.timeout(20):
        while await left(storage):
            await clock.advance(1)


async def test_each_update_is_acted_on_by_one(storage: Storage, clock: MovingClock) -> None:
    """The leader fetches; people are divided between the two, and the group is the leader's."""
    leader, other = (One(storage, clock, number, nothing) for number in (1, 2))
    people = [{**AMINA, "id": 1000 + n} for n in range(20)]
    async with leader.living(LEADER), other.living(FOLLOWER):
        await leader.receiver.fetch()
        from_people = await leader.telegram.delivers(*(a_message("hello", who) for who in people))
        from_group = await leader.telegram.delivers(*(a_message("hello", who, CLASS_7B) for who in people))
        async with asyncio.timeout(10):
            while len(leader.seen) + len(other.seen) < 40:
                other.collector.poke()
                leader.collector.poke()
                await asyncio.sleep(0.005)
            await all_done(storage)
        assert sorted(leader.seen + other.seen) == sorted(from_people + from_group)
        assert set(from_group) <= set(leader.seen)
        assert len(other.seen) == 10


async def test_what_fails_is_tried_three_times_in_all(storage: Storage, clock: MovingClock) -> None:
    """Wherever; then it is set aside, and what came after it has been acted on meanwhile."""

    async def poisoned(update: Update) -> None:
        if update.update_id == 1:
            raise ZeroDivisionError

    one = One(storage, clock, 1, poisoned)
    async with one.living(ALONE):
        await one.receiver.fetch()
        await one.telegram.delivers(a_message("poison"), a_message("two"), a_message("three", BO))
        async with asyncio.timeout(10):
            while sorted(one.seen) != [1, 2, 3]:
                # In the program the database tells of what has come.
                one.collector.poke()
                await asyncio.sleep(0.005)
        await all_done_in_time(storage, clock)
        await clock.advance(60)
        assert sorted(one.seen) == [1, 1, 1, 2, 3]


async def test_what_a_replica_leaves_behind(storage: Storage, clock: MovingClock) -> None:
    """One hangs in the middle of an update and is gone: soon the other acts on it, and on what came after."""
    hangs = asyncio.Event()

    async def hang(update: Update) -> None:
        hangs.set()
        await asyncio.Event().wait()

    gone, leader = One(storage, clock, 1, hang), One(storage, clock, 2, nothing)
    await gone.inbox.take(raw(1, 2))
    async with gone.living(ALONE):
        await until(hangs.is_set)
        async with leader.living(Part(0, 1, True, frozenset({2}))):
            await all_done_in_time(storage, clock)
        assert leader.seen == [1, 2]


async def test_whoever_stops_gives_back(storage: Storage, clock: MovingClock) -> None:
    """At once, without the others' having to notice."""

    async def hang(update: Update) -> None:
        await asyncio.Event().wait()

    one, other = One(storage, clock, 1, hang), One(storage, clock, 2, nothing)
    await one.inbox.take(raw(1))
    async with one.living(ALONE):
        await until(lambda: one.seen == [1])
        one.collector.take_part(None)
        await one.collector.give_back()
        async with other.living(FOLLOWER):
            await clock.advance(2)
            await until(lambda: other.seen == [1])
            await all_done(storage)
