"""Telegram's limits hold in every window, and what is urgent goes first."""

import asyncio
import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import RetryAfter

from tests.clocks import MovingClock, settle
from tests.fake_telegram import FLOOD, TOKEN, FakeTelegram
from tests.telegram.bot import Memory
from tutor_bot.domain.replicas import ALONE, Part
from tutor_bot.telegram.inbox import PAYABLE, InboxBot
from tutor_bot.telegram.limiter import OVERALL, Priority, TelegramLimits

REPLY, QUIZ, BROADCAST = Priority
CLASS = -1007


@dataclass
class Net:
    """A network behind the limits: notes when each call starts, and answers after `delay` seconds."""

    clock: MovingClock = field(default_factory=MovingClock)
    delay: float = 0.0
    overall: int = OVERALL

    def __post_init__(self) -> None:
        self.limits = TelegramLimits(self.clock, overall=self.overall)
        self.began = self.clock.now()
        self.went: list[tuple[datetime, int, Any]] = []
        self.answers: list[BaseException] = []
        self.tasks: list[asyncio.Task[Any]] = []

    def send(
        self,
        chat: int,
        what: Any = "",
        priority: Priority | None = None,
        endpoint: str = "sendMessage",
    ) -> asyncio.Task[Any]:
        async def callback() -> bool:
            self.went.append((self.clock.now(), chat, what))
            if self.answers:
                raise self.answers.pop(0)
            if self.delay:
                await self.clock.sleep_until(self.clock.now() + timedelta(seconds=self.delay))
            return True

        call = self.limits.process_request(callback, (), {}, endpoint, {"chat_id": chat}, priority)
        task = asyncio.ensure_future(call)
        self.tasks.append(task)
        return task

    def times(self, chat: int | None = None) -> list[float]:
        return [(at - self.began).total_seconds() for at, to, _ in self.went if chat in (None, to)]

    def order(self) -> list[Any]:
        return [what for _, _, what in self.went]

    async def end(self) -> None:
        self.limits.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def most_within(times: Iterable[float], span: float) -> int:
    """The most instants in any window [t, t + span)."""
    ordered = sorted(times)
    return max((sum(t <= other < t + span - 1e-9 for other in ordered) for t in ordered), default=0)


TABLE = [
    (1, 3, 0, 3, "a chat may get three at once"),
    (1, 4, 0, 3, "the fourth waits"),
    (1, 4, 0.999, 3, "for a whole second"),
    (1, 4, 1, 4, "and goes then"),
    (1, 8, 5, 8, "one a second after the burst"),
    (30, 1, 0, 30, "thirty chats at once"),
    (31, 1, 0.999, 30, "the thirty-first message waits a second"),
    (31, 1, 1, 31, "and goes then"),
    (300, 1, 9, 300, "thirty a second, with none lost"),
]


@pytest.mark.parametrize(("chats", "each", "after", "gone", "why"), TABLE, ids=[row[-1] for row in TABLE])
async def test_limits(chats: int, each: int, after: float, gone: int, why: str) -> None:
    """So many messages to so many chats: so many have gone after so many seconds."""
    net = Net()
    for _ in range(each):
        for chat in range(1, chats + 1):
            net.send(chat)
    await net.clock.advance(after)
    assert len(net.went) == gone
    await net.end()


async def test_paid_limits() -> None:
    """Whoever pays for more gets more in all, broadcasts too; a chat gets what it always gets."""
    net = Net(overall=100)
    for chat in range(1, 151):
        net.send(chat)
    net.send(1, "second")
    net.send(1, "third")
    net.send(1, "fourth")
    await net.clock.advance(0.999)
    assert len(net.went) == 100
    await net.clock.advance(1)
    assert len(net.went) == 153
    await net.clock.advance(1)
    for chat in range(201, 401):
        net.send(chat, priority=BROADCAST)
    await net.clock.advance(1)
    assert 95 <= len(net.went) - 153 <= 100
    await net.end()


GROUPS = [
    (20, 30, 20, "twenty in the first minute, one a second after the burst"),
    (21, 59.9, 20, "the twenty-first waits until the first is a minute old"),
    (21, 60, 21, "and goes then"),
    (40, 78, 40, "the second twenty follow the first at their distance"),
]


@pytest.mark.parametrize("endpoint", ["sendMessage", "editMessageText", "stopPoll"])
@pytest.mark.parametrize(("calls", "after", "gone", "why"), GROUPS, ids=[row[-1] for row in GROUPS])
async def test_group_limits(calls: int, after: float, gone: int, why: str, endpoint: str) -> None:
    """A group gets twenty a minute, edits counted, in the order of the calls."""
    net = Net()
    for n in range(calls):
        net.send(CLASS, n, endpoint=endpoint)
    await net.clock.advance(after)
    assert net.order() == list(range(gone))
    await net.end()


@pytest.mark.parametrize("endpoint", ["answerCallbackQuery", "getMe", "sendChatAction", "getChatMember"])
async def test_unlimited(endpoint: str) -> None:
    """What Telegram does not count waits for nothing."""
    net = Net()
    for n in range(100):
        net.send(1, n, endpoint=endpoint)
    await settle()
    assert len(net.went) == 100
    await net.end()


Load = list[tuple[float, int, Priority]]
LOADS = st.lists(
    st.tuples(
        st.floats(0, 20).map(lambda t: round(t, 3)),
        st.sampled_from([1, 2, 3, 4, 5, CLASS, CLASS - 1]) | st.integers(10, 60),
        st.sampled_from(list(Priority)),
    ),
    max_size=150,
)


@settings(max_examples=40, deadline=None)
@given(load=LOADS, delay=st.sampled_from([0.0, 0.03, 0.4]))
def test_no_window_exceeds_the_limits(load: Load, delay: float) -> None:
    """Whatever is sent when: no window holds too much, nothing is lost, and groups keep their order."""

    async def scenario() -> Net:
        net = Net(delay=delay)
        at = 0.0
        for number, (when, chat, priority) in enumerate(sorted(load)):
            await net.clock.advance(when - at)
            at = when
            net.send(chat, number, priority)
        await net.clock.advance(600)
        assert all(task.done() for task in net.tasks)
        await net.end()
        return net

    net = asyncio.run(scenario())
    assert sorted(net.order()) == list(range(len(load)))
    assert most_within(net.times(), 1) <= 30
    # Telegram sees a call somewhere between its start and its end: its windows must hold too.
    assert most_within([t + delay * (n % 2) for n, t in enumerate(net.times())], 1) <= 30
    for chat in {chat for _, chat, _ in load}:
        times = net.times(chat)
        assert all(most_within(times, span) <= 3 + span for span in (1, 2, 5, 10))
        if chat < 0:
            assert most_within(times, 60) <= 20
            numbers = [what for _, to, what in net.went if to == chat]
            assert numbers == sorted(numbers)


async def test_several_replicas_keep_the_limits_together() -> None:
    """Three that send what they can: no second holds more than 30 of all, no private chat gets more than from one."""
    clock = MovingClock()
    nets = [Net(clock) for _ in range(3)]
    for place, net in enumerate(nets):
        net.limits.take_part(Part(place, 3, leads=place == 0))
        for chat in range(1, 301):
            net.send(chat, "quiz" if place == 0 else "answer", QUIZ if place == 0 else None)
    for n in range(8):
        nets[0].send(900, n, QUIZ)
        nets[1].send(900, n)
    await clock.advance(60)
    times = [at for net in nets for at in net.times()]
    assert most_within(times, 1) <= 30
    assert sum(at < 10 for at in times) >= 250
    both = [at for net in nets for at in net.times(900)]
    assert all(most_within(both, span) <= 3 + span for span in (1, 2, 5, 10))
    for net in nets:
        await net.end()


async def test_whoever_is_left_alone_has_it_all() -> None:
    """As soon as the others have ended."""
    net = Net()
    net.limits.take_part(Part(1, 3, leads=False))
    for chat in range(1, 61):
        net.send(chat)
    await settle()
    assert len(net.went) == 5
    net.limits.take_part(ALONE)
    await settle()
    assert len(net.went) == 30
    await net.end()


async def test_reply_during_a_broadcast() -> None:
    """A reply leaves at once while thousands wait to be told something."""
    net = Net()
    for chat in range(1000, 3000):
        net.send(chat, "news", BROADCAST)
    await net.clock.advance(10)
    assert len(net.went) >= 250, "a broadcast uses what is free"
    for n in range(30):
        asked = net.clock.now()
        net.send(n + 1, "answer")
        await settle()
        assert net.went[-1][0] == asked
        assert net.went[-1][2] == "answer"
        await net.clock.advance(0.5)
    await net.end()


async def test_who_overtakes_whom() -> None:
    """Replies go before quiz questions and these before broadcasts, whoever came first."""
    net = Net()
    for chat in range(100, 130):
        net.send(chat, "before")
    await settle()
    for chat, (what, priority) in enumerate([("news", BROADCAST), ("question", QUIZ), ("answer", REPLY)] * 10, 1):
        net.send(chat, what, priority)
    await net.clock.advance(3)
    kinds = net.order()[30:]
    assert kinds[:10] == ["answer"] * 10, "all replies first"
    quiz_over = max(n for n, kind in enumerate(kinds) if kind == "question")
    assert kinds[10:quiz_over].count("news") <= 5, "broadcasts get no more than their due before"
    assert len(kinds) == 30
    await net.end()


async def test_broadcasts_are_not_starved() -> None:
    """With replies and quiz questions for more than all there is, broadcasts still get five a second."""
    net = Net()
    for chat in range(10_000, 10_200):
        net.send(chat, "news", BROADCAST)
    for second in range(20):
        for n in range(40):
            net.send(100 * second + n + 1, "answer", REPLY if n % 2 else QUIZ)
        await net.clock.advance(1)
    news = [t for t, what in zip(net.times(), net.order(), strict=True) if what == "news"]
    for second in range(20):
        assert sum(second <= t < second + 1 for t in news) >= 5
    assert most_within(net.times(), 1) <= 30
    await net.end()


async def test_private_reply_overtakes() -> None:
    """In a private chat a reply goes before quiz questions that wait for the same chat."""
    net = Net()
    for n in range(5):
        net.send(1, n, QUIZ)
    await net.clock.advance(0.5)
    net.send(1, "answer")
    await net.clock.advance(10)
    assert net.order() == [0, 1, 2, "answer", 3, 4]
    await net.end()


async def test_group_keeps_order_in_flight() -> None:
    """In a group the next call waits for the answer to the one before, so that none overtakes on the way."""
    net = Net(delay=0.4)
    net.send(CLASS, "first")
    net.send(CLASS, "second")
    await settle()
    assert net.order() == ["first"]
    await net.clock.advance(0.4)
    assert net.order() == ["first", "second"]
    await net.end()


async def test_crowded() -> None:
    """A group is crowded when what it had in the last minute and what waits leave three or fewer."""
    net = Net()
    for _ in range(16):
        net.send(CLASS)
    await settle()
    assert not net.limits.crowded(CLASS)
    net.send(CLASS)
    await settle()
    assert net.limits.crowded(CLASS)
    await net.clock.advance(75)
    assert not net.limits.crowded(CLASS)
    assert not net.limits.crowded(1), "a private chat has no such limit"
    await net.end()


async def test_refused_for_one_chat() -> None:
    """A refusal pauses its chat for as long as Telegram says; others go on, and the call is made again."""
    net = Net()
    net.answers = [RetryAfter(7)]
    task = net.send(1, "refused")
    await settle()
    net.send(1, "behind")
    net.send(2, "other")
    await settle()
    assert net.order() == ["refused", "other"]
    await net.clock.advance(6.9)
    assert not task.done()
    await net.clock.advance(0.3)
    assert task.result() is True
    assert net.order() == ["refused", "other", "refused", "behind"]
    await net.end()


async def test_refused_for_all() -> None:
    """When a second chat is refused while the first still is, everything pauses."""
    net = Net()
    net.answers = [RetryAfter(5), RetryAfter(9)]
    net.send(1, "a")
    net.send(2, "b")
    await settle()
    net.send(3, "c")
    await net.clock.advance(9)
    assert net.order() == ["a", "b"]
    await net.clock.advance(0.2)
    assert net.order() == ["a", "b", "a", "b", "c"]
    await net.end()


async def test_refused_too_often() -> None:
    """The third refusal is passed on."""
    net = Net()
    net.answers = [RetryAfter(1), RetryAfter(1), RetryAfter(1)]
    task = net.send(1)
    await net.clock.advance(10)
    with pytest.raises(RetryAfter):
        task.result()
    await net.end()


async def test_closed() -> None:
    """When the bot stops, what waits is dropped; what can go at once still goes."""
    net = Net()
    tasks = [net.send(1, n) for n in range(5)]
    await settle()
    net.limits.close()
    await settle()
    assert [task.cancelled() for task in tasks] == [False] * 3 + [True] * 2
    free, full = net.send(2), net.send(1)
    await settle()
    assert free.result() is True
    assert full.cancelled()
    await net.end()


async def test_closed_while_all_is_full() -> None:
    """What is on its way comes to its end as ever, and leaves its place to nobody who was dropped."""
    net = Net(delay=2)
    slow = net.send(1)
    await settle()
    net.delay = 0
    for chat in range(2, 31):
        net.send(chat)
    waits = net.send(31)
    await settle()
    net.limits.close()
    await net.clock.advance(3)
    assert waits.cancelled()
    assert slow.result() is True
    assert len(net.went) == 30
    await net.end()


async def test_caller_that_gives_up() -> None:
    """A call that is cancelled while it waits takes nobody's place."""
    net = Net()
    tasks = [net.send(CLASS, n) for n in range(6)]
    await settle()
    for n in (3, 4):
        tasks[n].cancel()
    await net.clock.advance(1)
    assert net.order() == [0, 1, 2, 5]
    await net.end()


async def test_idle_chats_are_forgotten() -> None:
    """Chats that need no watching take no memory."""
    net = Net()
    for chat in range(1, 1025):
        net.send(chat)
    await net.clock.advance(60)
    for chat in range(2001, 2001 + 256):
        net.send(chat)
    await net.clock.advance(10)
    assert len(net.limits._chats) < 600
    await net.end()


async def test_with_the_bot(servers: FakeTelegram, moving: MovingClock) -> None:
    """The bot's own calls pass through the limits, and a refusal by Telegram is obeyed."""
    limits = TelegramLimits(moving)
    bot = InboxBot(TOKEN, inbox=Memory(moving), request=servers, get_updates_request=servers, rate_limiter=limits)
    servers.replies["sendMessage"] = [FLOOD]
    async with bot:
        sending = asyncio.create_task(bot.send_message(101, "hi", rate_limit_args=Priority.BROADCAST))
        await moving.advance(3)
        assert len(servers.sent("sendMessage")) == 1
        await moving.advance(0.2)
        assert (await sending).text == "hi"
        assert len(servers.sent("sendMessage")) == 2


async def test_who_pays_says_so(servers: FakeTelegram, moving: MovingClock) -> None:
    """What is sent tells Telegram that it may cost; changes and answers to buttons do not know of it."""
    limits = TelegramLimits(moving, overall=1000)
    bot = InboxBot(
        TOKEN, inbox=Memory(moving), pays=True, request=servers, get_updates_request=servers, rate_limiter=limits
    )
    async with bot:
        await bot.send_message(101, "hi")
        await bot.send_poll(102, "which?", ["a", "b"])
        await bot.edit_message_text("ho", 101, 1)
        await bot.answer_callback_query("1")
    paid = {method for method, params in servers.calls if params.get("allow_paid_broadcast")}
    assert paid == {"sendMessage", "sendPoll"}


async def test_who_does_not_pay_never_says_so(servers: FakeTelegram, moving: MovingClock) -> None:
    """Without the setting nothing can cost anything."""
    limits = TelegramLimits(moving)
    async with InboxBot(
        TOKEN, inbox=Memory(moving), request=servers, get_updates_request=servers, rate_limiter=limits
    ) as bot:
        await bot.send_message(101, "hi")
    assert not any("allow_paid_broadcast" in params for _, params in servers.calls)


def test_payable() -> None:
    """What the library lets be paid for is what we pay for."""
    takes = {
        name
        for name, method in inspect.getmembers(Bot, inspect.isfunction)
        if "allow_paid_broadcast" in inspect.signature(method).parameters and not name.startswith("_")
    }
    assert {name.lower() for name in PAYABLE} == {name.replace("_", "") for name in takes if "_" in name}
