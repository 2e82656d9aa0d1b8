from collections.abc import AsyncIterator

import pytest

from tests.clocks import MovingClock
from tests.fake_telegram import FakeTelegram
from tests.telegram.bot import Memory
from tests.telegram.conversation import Conversation
from tutor_bot.storage import Storage
from tutor_bot.usecases.knowledge import Knowledge


@pytest.fixture
def moving() -> MovingClock:
    return MovingClock()


@pytest.fixture
def servers() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def memory(moving: MovingClock) -> Memory:
    return Memory(moving)


@pytest.fixture
async def chat(storage: Storage, knowledge: Knowledge, clock: MovingClock) -> AsyncIterator[Conversation]:
    """The whole bot, running, and somebody to talk to it."""
    talk = Conversation(storage, knowledge, clock)
    await talk.start()
    yield talk
    await talk.stop()
