import pytest

from tests.clocks import MovingClock
from tests.fake_telegram import FakeTelegram
from tests.telegram.bot import Memory


@pytest.fixture
def moving() -> MovingClock:
    return MovingClock()


@pytest.fixture
def servers() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def memory(moving: MovingClock) -> Memory:
    return Memory(moving)
