"""Order per chat, no waiting across chats, and what failed is tried again."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from telegram import Update

from tests.clocks import MovingClock, settle, until
from tests.fake_telegram import AMINA, BO, CHIDI, CLASS_7B, FakeTelegram, a_message, a_poll, a_vote
from tests.telegram.bot import Bot, Context, Memory


async def started(servers: FakeTelegram, memory: Memory, what: Callable[[Update], Awaitable[None]]) -> Bot:
    async def handle(update: Update, context: Context) -> None:
        await what(update)

    bot = Bot(servers, memory, handle)
    await bot.start()
    return bot


async def test_order_per_chat(servers: FakeTelegram, memory: Memory) -> None:
    """Each chat's updates are handled one after the other, in order; chats run side by side."""
    seen: defaultdict[int, list[int]] = defaultdict(list)
    at_work: set[int] = set()
    most = 0

    async def handle(update: Update) -> None:
        nonlocal most
        assert update.effective_chat
        chat = update.effective_chat.id
        assert chat not in at_work
        at_work.add(chat)
        most = max(most, len(at_work))
        await settle(update.update_id % 3)
        at_work.remove(chat)
        seen[chat].append(update.update_id)

    bot = await started(servers, memory, handle)
    people = [AMINA, BO, CHIDI]
    numbers = await servers.delivers(*(a_message(str(n), people[n % 3]) for n in range(60)))
    await until(lambda: all(memory.states.get(n) == "done" for n in numbers))
    await bot.stop()

    assert most == 3
    for chat in seen.values():
        assert len(chat) == 20
        assert all(a < b for a, b in pairwise(chat))


async def test_slow_chat_blocks_nobody(servers: FakeTelegram, memory: Memory) -> None:
    """A chat with more updates waiting than may be handled at once keeps no place from the others."""
    release = asyncio.Event()

    async def handle(update: Update) -> None:
        if update.effective_user and update.effective_user.id == AMINA["id"]:
            await release.wait()

    bot = await started(servers, memory, handle)
    await servers.delivers(*(a_message(str(n), AMINA) for n in range(4200)))
    [bo] = await servers.delivers(a_message("hello", BO))
    await until(lambda: memory.states.get(bo) == "done")
    assert bot.processor.busy == 1
    assert bot.processor.current_concurrent_updates == 1
    release.set()
    await until(lambda: set(memory.states.values()) == {"done"})
    assert bot.processor.busy == 0
    await bot.stop()


async def test_poisonous_update(servers: FakeTelegram, memory: Memory, moving: MovingClock) -> None:
    """An update that always fails is set aside after three tries; its chat and the others go on."""
    tried: list[int] = []

    async def handle(update: Update) -> None:
        tried.append(update.update_id)
        if update.update_id == 1:
            raise ZeroDivisionError("by this message")

    bot = await started(servers, memory, handle)
    await servers.delivers(a_message("poison"), a_message("two"), a_message("three", BO))
    await until(lambda: memory.states.get(2) == memory.states.get(3) == "done")
    assert sorted(tried) == [1, 2, 3]
    assert memory.states[1] == "waiting"

    await moving.advance(2)
    assert tried.count(1) == 2
    await moving.advance(2)
    assert tried.count(1) == 3
    assert memory.states[1] == "set aside"
    assert memory.errors[1] == "ZeroDivisionError"
    await moving.advance(3600)
    assert tried.count(1) == 3
    await bot.stop()


async def test_passing_failure(servers: FakeTelegram, memory: Memory, moving: MovingClock) -> None:
    """What failed once is tried again after a pause, comes before what arrived later, and is done then."""
    tried: list[int] = []
    hold = asyncio.Event()

    async def handle(update: Update) -> None:
        tried.append(update.update_id)
        if tried.count(1) == 1 and update.update_id == 1:
            raise OSError("for a moment")
        if update.update_id == 2:
            await hold.wait()

    bot = await started(servers, memory, handle)
    await servers.delivers(a_message("one"), a_message("two"), a_message("three"))
    await until(lambda: tried == [1, 2])
    await moving.advance(2)  # The next try of 1 is due while 2 is being handled and 3 waits.
    hold.set()
    await until(lambda: set(memory.states.values()) == {"done"})
    await bot.stop()

    assert tried == [1, 2, 1, 3]


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_poll_before_its_votes(servers: FakeTelegram, memory: Memory, in_one_batch: bool) -> None:
    """A vote waits for the polls that came before it with the same id, and for no other."""
    order: list[int] = []
    hold = asyncio.Event()

    async def handle(update: Update) -> None:
        if update.poll and update.poll.id == "slow":
            await hold.wait()
        order.append(update.update_id)

    bot = await started(servers, memory, handle)
    before = [a_vote("slow", 0, who=CHIDI), a_poll("slow")]
    after = [a_vote("slow", 1, who=AMINA), a_vote("other", 1, who=BO)]
    if in_one_batch:
        await servers.delivers(*before, *after)
    else:
        await servers.delivers(*before)
        await until(lambda: 1 in order)
        await servers.delivers(*after)
    await until(lambda: len(order) == 2)
    await settle()
    assert order == [1, 4]
    hold.set()
    await until(lambda: set(memory.states.values()) == {"done"})
    await bot.stop()

    assert order == [1, 4, 2, 3]


async def test_failed_poll_frees_its_votes(servers: FakeTelegram, memory: Memory, moving: MovingClock) -> None:
    """A poll that cannot be handled does not hold back the votes on it."""
    order: list[int] = []

    async def handle(update: Update) -> None:
        if update.poll:
            raise ValueError("what a poll")
        order.append(update.update_id)

    bot = await started(servers, memory, handle)
    await servers.delivers(a_poll("p"), a_vote("p", 0))
    await until(lambda: order == [2])
    await moving.advance(60)
    await bot.stop()

    assert memory.states == {1: "set aside", 2: "done"}


async def test_cancelled_inside(servers: FakeTelegram, memory: Memory, moving: MovingClock) -> None:
    """A cancellation that comes from within a handler is a failure like any other; its line goes on."""
    seen: list[int] = []

    async def handle(update: Update) -> None:
        seen.append(update.update_id)
        if seen == [1]:
            raise asyncio.CancelledError

    bot = await started(servers, memory, handle)
    await servers.delivers(a_message("one", chat=CLASS_7B), a_message("two", BO, CLASS_7B))
    await until(lambda: memory.states.get(2) == "done")
    await moving.advance(2)
    await bot.stop()

    assert seen == [1, 2, 1]
    assert memory.states == {1: "done", 2: "done"}


async def test_inbox_that_cannot_note(servers: FakeTelegram, memory: Memory, moving: MovingClock) -> None:
    """What was handled while the inbox could not be written is not handled twice, and struck off later."""
    handled: list[int] = []

    async def handle(update: Update) -> None:
        handled.append(update.update_id)
        if update.update_id == 1:
            memory.broken = 1

    bot = await started(servers, memory, handle)
    await servers.delivers(a_message("one"), a_message("two"))
    await until(lambda: memory.states.get(2) == "done")
    assert memory.states[1] == "waiting"
    await moving.advance(5)
    assert memory.states[1] == "done"
    assert handled == [1, 2]
    await bot.stop()


async def test_failure_that_cannot_be_noted(servers: FakeTelegram, memory: Memory, moving: MovingClock) -> None:
    """What failed while the inbox could not be written is tried again all the same."""
    handled: list[int] = []

    async def handle(update: Update) -> None:
        handled.append(update.update_id)
        if len(handled) == 1:
            memory.broken = 1
            raise OSError("no disk")

    bot = await started(servers, memory, handle)
    await servers.delivers(a_message("one"))
    await until(lambda: handled == [1])
    await moving.advance(5)
    await bot.stop()

    assert handled == [1, 1]
    assert memory.states == {1: "done"}
