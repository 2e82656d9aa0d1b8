"""The whole bot, composed as in real life, with only Telegram's servers replaced."""

import asyncio
from concurrent.futures import Executor, Future
from datetime import timedelta
from itertools import count
from typing import Any

from tests.clocks import MovingClock, breathe, settle, until
from tests.fake_telegram import AMINA, JSON, TOKEN, FakeTelegram, a_message, a_press, a_vote
from tutor_bot.app import compose
from tutor_bot.charts.studio import Studio
from tutor_bot.storage import Storage
from tutor_bot.telegram.receiver import Receiver
from tutor_bot.usecases.knowledge import Knowledge

TURNS = 2000
"""So often the clock is moved on while something is waited for."""
STILL = 2
"""So many looks in a row must find the database at rest: between two transactions it is so for a moment too."""


class Here(Executor):
    """Draws at once, in this process: a test's clock would run on while another one draws."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Conversation:
    """A running bot and the means to talk to it. `stop` and `start` again is a restart."""

    def __init__(
        self, storage: Storage, knowledge: Knowledge, clock: MovingClock, curators: frozenset[int] = frozenset()
    ) -> None:
        self.storage, self.knowledge, self.clock = storage, knowledge, clock
        self.curators = curators
        self.telegram = FakeTelegram()
        self._work: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        self.running = compose(
            storage=self.storage,
            knowledge=self.knowledge,
            clock=self.clock,
            token=TOKEN,
            api_url="https://api.telegram.org",
            request=self.telegram,
            curators=self.curators,
            studio=Studio(Here),
        )
        self.receiver = Receiver(self.clock)
        await self.receiver.start(self.running.application)
        await self.receiver.fetch()
        self._work = [
            asyncio.create_task(self.running.sender.run()),
            asyncio.create_task(self.running.ticker.run()),
        ]

    async def stop(self) -> None:
        await self.receiver.stop()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    async def tells(self, *updates: JSON) -> None:
        """Deliver updates and wait until all have been handled."""
        numbers = await self.telegram.delivers(*updates)
        await self.handled(numbers)

    async def handled(self, numbers: list[int]) -> None:
        async with asyncio.timeout(20):
            for turn in count():
                if turn > 20:
                    # What is left waits for Telegram's limits, and so for the clock.
                    await self._moves_on(timedelta(milliseconds=100))
                async with self.storage.read() as work:
                    # In this order: what is seen to have come may be seen to be left, not the other way round.
                    seen = await work.inbox.known(numbers)
                    left = {raw.update_id for raw in await work.inbox.waiting()}
                if seen >= set(numbers) and not left & set(numbers):
                    break
                await breathe(turn)
        await settle()

    async def _moves_on(self, delta: timedelta) -> None:
        """Let time pass, when nothing is left to do but to wait for it: on a busy machine it must not run ahead."""
        still = 0
        while still < STILL:
            await asyncio.sleep(0.0005)
            await settle()
            still = 0 if self.storage.busy else still + 1
        await self.clock.advance(delta)

    async def says(self, text: str, who: JSON = AMINA, chat: JSON | None = None, **more: Any) -> list[JSON]:
        """Say something; the messages that it brought about."""
        before = len(self.telegram.sent("sendMessage"))
        await self.tells(a_message(text, who, chat, **more))
        return self.telegram.sent("sendMessage")[before:]

    async def sees(self, text: str, who: JSON = AMINA) -> JSON:
        """Say something that is answered with a picture; the picture."""
        before = len(self.telegram.sent("sendPhoto"))
        await self.tells(a_message(text, who))
        [photo] = self.telegram.sent("sendPhoto")[before:]
        return photo

    async def presses(self, label: str, who: JSON = AMINA, times: int = 1) -> list[JSON]:
        """Press the newest button with this label; every call that it brought about."""
        params, button = self._button(label)
        chat = {"id": int(params["chat_id"]), "type": "private" if int(params["chat_id"]) > 0 else "supergroup"}
        under = {
            "message_id": 77,
            "date": 1,
            "chat": chat,
            "from": {"id": 42, "is_bot": True, "first_name": "Tutor"},
            "text": "an answer",
            "reply_markup": params["reply_markup"],
        }
        before = len(self.telegram.calls)
        await self.tells(*(a_press(button["callback_data"], who, under) for _ in range(times)))
        return [{"method": name, **params} for name, params in self.telegram.calls[before:] if name != "getUpdates"]

    def _button(self, label: str) -> tuple[JSON, JSON]:
        for _, params in reversed(self.telegram.calls):
            for row in (params.get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label:
                        return params, button
        raise AssertionError(f"no button {label!r}")

    async def poll(self, number: int) -> JSON:
        """The poll sent as number `number` (from 1), once it has come and is noted."""
        for _ in range(TURNS):
            if len(self.telegram.polls) >= number:
                break
            await self._moves_on(timedelta(milliseconds=200))
        await until(lambda: len(self.telegram.polls) >= number)
        await self.noted()
        return list(self.telegram.polls.values())[number - 1]

    async def votes(self, poll: JSON, *, right: bool, who: JSON = AMINA) -> None:
        places = poll["correct_option_ids"]
        wrong = [next(i for i in range(len(poll["options"])) if i not in places)]
        await self.tells(a_vote(poll["id"], *(places if right else wrong), who=who))

    async def calls(self, method: str) -> JSON:
        """The first call of a method, as soon as it has come."""
        for _ in range(TURNS):
            if sent := self.telegram.sent(method):
                return sent[0]
            await self._moves_on(timedelta(milliseconds=200))
        raise AssertionError(f"no {method}")

    async def tells_later_is_over(self) -> None:
        """What was put off until tomorrow comes back."""
        await self.clock.advance(timedelta(days=1, seconds=1))

    async def noted(self) -> None:
        """Everything that was sent has been noted as sent."""
        async with asyncio.timeout(20):
            for turn in count():
                async with self.storage.read() as work:
                    if not await work.outbox.under_way():
                        return
                await breathe(turn)

    async def message(self, words: str, times: int = 1) -> JSON:
        """The newest message with these words, as soon as it has come so many times."""
        for _ in range(TURNS):
            found = [params for params in self.telegram.sent("sendMessage") if words in params["text"]]
            if len(found) >= times:
                return found[-1]
            await self._moves_on(timedelta(milliseconds=200))
        raise AssertionError(f"no message with {words!r}: {self.telegram.sent('sendMessage')}")
