"""What Telegram hands over is acted on once, whatever dies in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Update
from telegram.error import InvalidToken, NetworkError

from tests.clocks import JumpingLoop, MovingClock, until
from tests.fake_telegram import (
    AMINA,
    BO,
    CLASS_7B,
    TOKEN,
    FakeTelegram,
    Refusal,
    a_message,
    a_poll,
    a_press,
    a_vote,
)
from tests.telegram.bot import Bot, Context, Handle, Memory
from tutor_bot.telegram.inbox import POLLS, InboxBot, key_of
from tutor_bot.telegram.receiver import ALLOWED_UPDATES, ReceivingEnded


async def ignore(update: Update, context: Context) -> None:
    """Handles by doing nothing."""


def collect(into: list[int]) -> Handle:
    async def handle(update: Update, context: Context) -> None:
        into.append(update.update_id)

    return handle


@asynccontextmanager
async def running(telegram: FakeTelegram, memory: Memory, handle: Handle, **more: Any) -> AsyncIterator[Bot]:
    bot = Bot(telegram, memory, handle, **more)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.stop()


def is_done(memory: Memory, *numbers: int) -> Callable[[], bool]:
    return lambda: all(memory.states.get(number) == "done" for number in numbers)


MEMBER = {"user": AMINA, "status": "member"}
KEYS = [
    (a_message("hi", AMINA), 101, "a private chat has its person's id"),
    (a_message("hi", AMINA, CLASS_7B), -1007, "a group has one line"),
    (a_press("more", BO), 102, "a press belongs to the chat of its message"),
    (a_vote("p", 1, who=BO), 102, "a vote names no chat: the person's own line"),
    (a_vote("p", 1, voter_chat=CLASS_7B), -1007, "a vote in a chat's name: not the stand-in's line"),
    (a_poll("p"), POLLS, "a poll names nobody"),
    ({"inline_query": {"id": "1", "from": BO, "query": "x", "offset": ""}}, 102, "typed in any chat"),
    (
        {
            "callback_query": {
                "id": "1",
                "from": BO,
                "chat_instance": "1",
                "inline_message_id": "i",
                "data": "x",
            }
        },
        102,
        "a button under an inline message: its chat is unknown to us",
    ),
    (
        {
            "my_chat_member": {
                "chat": CLASS_7B,
                "from": AMINA,
                "date": 1,
                "old_chat_member": MEMBER,
                "new_chat_member": MEMBER,
            }
        },
        -1007,
        "joining a group happens in the group",
    ),
]


@pytest.mark.parametrize(("update", "key", "why"), KEYS, ids=[why for _, _, why in KEYS])
def test_key(update: dict[str, Any], key: int, why: str) -> None:
    """The line of an update is its chat, else its person, else that of the polls."""
    assert key_of(Update.de_json({"update_id": 1, **update}, None)) == key


async def test_stored_before_confirmed(servers: FakeTelegram, memory: Memory) -> None:
    """When Telegram is told that an update was received, the inbox has it."""
    known_when_confirmed = []
    usual = servers._usual

    async def spy(name: str, params: dict[str, Any]) -> Any:
        if name == "getUpdates" and params.get("offset"):
            known_when_confirmed.append(all(n in memory.states for n in range(1, params["offset"])))
        return await usual(name, params)

    servers._usual = spy  # type: ignore[method-assign]
    handled: list[int] = []
    async with running(servers, memory, collect(handled)):
        await servers.delivers(a_message("one"), a_message("two", BO))
        await servers.delivers(a_message("three"))
        await until(is_done(memory, 1, 2, 3))

    assert handled == [1, 2, 3]
    assert known_when_confirmed
    assert all(known_when_confirmed)
    assert not memory.bodies, "what is done keeps its number only"


async def test_batch_is_one_transaction(servers: FakeTelegram, memory: Memory) -> None:
    """A batch is stored whole, in one go."""
    await servers.delivers(*(a_message(str(n)) for n in range(5)))
    async with running(servers, memory, ignore):
        await until(is_done(memory, 1, 2, 3, 4, 5))

    assert memory.batches[0] == [1, 2, 3, 4, 5]


async def test_asks_for_every_kind(servers: FakeTelegram, memory: Memory) -> None:
    """Each fetch names the kinds of updates in full, those that no default includes too."""
    async with running(servers, memory, ignore):
        [first, *_] = await servers.called("getUpdates")

    assert first["allowed_updates"] == list(ALLOWED_UPDATES)
    assert {"chat_member", "poll", "poll_answer", "my_chat_member", "inline_query"} <= set(ALLOWED_UPDATES)


async def test_same_update_twice(servers: FakeTelegram, memory: Memory) -> None:
    """An update that is handed over again, since its receipt was never confirmed, is acted on once."""
    handled: list[int] = []
    first, second = a_message("one"), a_message("two")
    await servers.delivers(first)
    for _ in range(2):
        async with running(servers, memory, collect(handled)):
            await until(is_done(memory, 1))
        servers.waiting = [first]
    await servers.delivers(second)
    async with running(servers, memory, collect(handled)):
        await until(is_done(memory, 2))

    assert handled == [1, 2]


async def test_batch_of_old_ones_is_confirmed(servers: FakeTelegram, memory: Memory) -> None:
    """A batch in which nothing is new is confirmed too, instead of being fetched for ever."""
    memory.states |= {1: "done", 2: "done"}
    await servers.delivers(a_message("one"), a_message("two"))
    async with running(servers, memory, ignore):
        await servers.called("getUpdates", 2)
        assert servers.sent("getUpdates")[1]["offset"] == 3
        assert len(servers.sent("getUpdates")) == 2


async def test_crash_before_handling(servers: FakeTelegram, memory: Memory) -> None:
    """What was stored and not handled when the program died is handled by the next, before anything new."""
    stuck = asyncio.Event()
    begun: list[int] = []

    async def never_ends(update: Update, context: Context) -> None:
        begun.append(update.update_id)
        await stuck.wait()

    dead = Bot(servers, memory, never_ends)
    await dead.start()
    await servers.delivers(a_message("one"), a_message("two"), a_message("three", BO))
    await until(lambda: len(begun) == 2)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()  # As kill -9 does: nothing of the dying program is noted anywhere.
    await until(lambda: not dead.processor.busy)
    assert set(memory.states.values()) == {"waiting"}

    handled: list[int] = []
    servers.waiting.append({**a_message("four"), "update_id": 4})
    fetched = len(servers.sent("getUpdates"))
    alive = Bot(servers, memory, collect(handled))
    await alive.start()
    assert handled == [1, 2, 3]
    assert len(servers.sent("getUpdates")) == fetched, "fetching begins after what was left over"
    await until(is_done(memory, 1, 2, 3, 4))
    assert handled == [1, 2, 3, 4]
    await alive.stop()


async def test_left_over_that_hangs(servers: FakeTelegram, memory: Memory, moving: MovingClock) -> None:
    """What was left over delays fetching for a bounded time only."""
    release = asyncio.Event()

    async def slow(update: Update, context: Context) -> None:
        if update.update_id == 7:
            await release.wait()

    left = InboxBot(TOKEN, inbox=memory, request=servers, get_updates_request=servers)
    await left.receive([{**a_message("seven"), "update_id": 7}])
    bot = Bot(servers, memory, slow)
    starting = asyncio.create_task(bot.start())
    await until(lambda: bot.processor.busy == 1)
    assert not starting.done()
    await moving.advance(10)
    await starting
    await servers.delivers({**a_message("eight", BO), "update_id": 8})
    await until(is_done(memory, 8))
    release.set()
    await bot.stop()
    assert memory.states[7] == "done"


async def test_unreadable_update(servers: FakeTelegram, memory: Memory) -> None:
    """An update that cannot be read is set aside; those beside it are handled."""
    poisonous = {"message": {"message_id": "?", "chat": ["no chat"], "date": "never"}}
    handled: list[int] = []
    async with running(servers, memory, collect(handled)):
        await servers.delivers(a_message("one"), poisonous, a_message("three"))
        await until(is_done(memory, 1, 3))

    assert handled == [1, 3]
    assert memory.states[2] == "set aside"
    assert "cannot be read" in memory.errors[2]


async def test_unreadable_left_over(servers: FakeTelegram, memory: Memory) -> None:
    """A body in the inbox that cannot be read is set aside at the start; the rest is handled."""
    writer = InboxBot(TOKEN, inbox=memory, request=servers, get_updates_request=servers)
    await writer.receive([{**a_message("x"), "update_id": n} for n in (1, 2, 3, 4)])
    for number, body in ((1, "{half a"), (3, "[]")):
        memory.bodies[number] = type(memory.bodies[number])(number, 0, body)
    handled: list[int] = []
    async with running(servers, memory, collect(handled)):
        pass

    assert handled == [2, 4]
    assert memory.states[1] == memory.states[3] == "set aside"


async def test_store_that_fails(servers: FakeTelegram, memory: Memory) -> None:
    """A batch that could not be stored is not handed on, and the same batch is asked for again."""
    bot = InboxBot(TOKEN, inbox=memory, request=servers, get_updates_request=servers)
    await servers.delivers(a_message("one"), a_message("two"))
    memory.broken = 1
    with pytest.raises(NetworkError, match="could not store 2 updates"):
        await bot.get_updates(timeout=0)
    again = await bot.get_updates(timeout=0)

    assert [update.update_id for update in again] == [1, 2]
    assert memory.batches == [[1, 2], [1, 2]]
    assert not await bot.get_updates(timeout=0), "and now Telegram knows"


def test_store_that_fails_while_polling() -> None:
    """The polling loop survives a failing store, waits, and loses nothing."""

    async def scenario() -> None:
        servers, memory = FakeTelegram(), Memory(MovingClock())
        handled: list[int] = []
        async with running(servers, memory, collect(handled)):
            memory.broken = 3
            began = asyncio.get_running_loop().time()
            await servers.delivers(a_message("one"), a_message("two"))
            while not is_done(memory, 1, 2)():
                await asyncio.sleep(0.1)
            waited = asyncio.get_running_loop().time() - began
        assert handled == [1, 2]
        assert memory.batches == [[1, 2]] * 4
        assert waited >= 1 + 1.5 + 2.25

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(scenario())


async def test_polling_that_dies(servers: FakeTelegram, memory: Memory) -> None:
    """When fetching ends for good, whoever runs the bot hears of it, with what to do; not the token."""
    async with running(servers, memory, ignore) as bot:
        await servers.called("getUpdates")
        servers.replies["getUpdates"] = Refusal(401, "Unauthorized")
        await servers.delivers(a_message("the last one"))
        with pytest.raises(ReceivingEnded, match="refuses the token; set TUTOR_BOT_TOKEN") as ended:
            await asyncio.wait_for(bot.receiver.ended(), 10)
        assert bot.application.updater is not None
        assert bot.application.updater.running, "the library has not noticed"

    assert TOKEN not in str(ended.value)


async def test_queue_that_breaks(servers: FakeTelegram, memory: Memory) -> None:
    """An exception that the polling loop does not expect ends the run instead of making the bot deaf."""
    async with running(servers, memory, ignore) as bot:

        async def refuse(item: object) -> None:
            raise RuntimeError("no queue")

        bot.application.update_queue.put = refuse  # type: ignore[method-assign]
        await servers.delivers(a_message("one"))
        with pytest.raises(ReceivingEnded, match="start the bot again, nothing is lost"):
            await asyncio.wait_for(bot.receiver.ended(), 10)
        assert memory.states == {1: "waiting"}


async def test_refused_token(servers: FakeTelegram, memory: Memory) -> None:
    """A wrong token ends the start in one line that does not quote it."""
    servers.replies["getMe"] = InvalidToken()
    bot = Bot(servers, memory, ignore)
    with pytest.raises(ReceivingEnded, match="TUTOR_BOT_TOKEN") as ended:
        await bot.start()
    await bot.stop()

    assert TOKEN not in str(ended.value)
    assert ended.value.__cause__ is None


async def test_no_network_at_the_start(servers: FakeTelegram, memory: Memory, moving: MovingClock) -> None:
    """Without a network the start waits for it, longer each time."""
    servers.replies["getMe"] = [NetworkError("no route"), NetworkError("no route")]
    bot = Bot(servers, memory, ignore)
    starting = asyncio.create_task(bot.start())
    await moving.advance(0.9)
    assert len(servers.sent("getMe")) == 1
    await moving.advance(2.1)
    await starting
    assert len(servers.sent("getMe")) == 3
    await bot.stop()


async def test_stop(servers: FakeTelegram, memory: Memory) -> None:
    """A stop lets end what is being handled and drops what only waits, which the next start handles."""
    go_on = asyncio.Event()
    handled: list[int] = []

    async def slow(update: Update, context: Context) -> None:
        await go_on.wait()
        handled.append(update.update_id)

    bot = Bot(servers, memory, slow)
    await bot.start()
    await servers.delivers(a_message("one"), a_message("two"), a_message("three", BO))
    await until(lambda: bot.processor.busy == 2)
    stopping = asyncio.create_task(bot.stop())
    await until(lambda: bot.application.updater is not None and not bot.application.updater.running)
    go_on.set()
    await stopping

    assert sorted(handled) == [1, 3]
    assert memory.states == {1: "done", 2: "waiting", 3: "done"}
    await bot.receiver.ended()
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    async with running(servers, memory, collect(handled)):
        assert handled[2:] == [2]


async def test_stop_with_a_handler_that_hangs(servers: FakeTelegram, memory: Memory) -> None:
    """A handler that does not end in time is cut off, and its update is left for the next start."""

    async def hang(update: Update, context: Context) -> None:
        await asyncio.Event().wait()

    bot = Bot(servers, memory, hang, grace=Bot.NO_GRACE)
    await bot.start()
    await servers.delivers(a_message("one"))
    await until(lambda: bot.processor.busy == 1)
    await bot.stop()

    assert memory.states == {1: "waiting"}
    assert not memory.tries, "being stopped is no failure"


async def test_stop_drops_sends_that_wait(servers: FakeTelegram, memory: Memory) -> None:
    """A reply that waits for the limits is dropped by a stop; its update is in the inbox still."""

    async def chatty(update: Update, context: Context) -> None:
        for n in range(5):
            await context.bot.send_message(AMINA["id"], str(n))

    bot = Bot(servers, memory, chatty)
    await bot.start()
    await servers.delivers(a_message("one"))
    await servers.called("sendMessage", 3)
    await bot.stop()

    assert memory.states == {1: "waiting"}
    assert not memory.tries
    assert len(servers.sent("sendMessage")) == 3
