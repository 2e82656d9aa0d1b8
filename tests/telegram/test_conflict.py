"""Two programs with one token."""

import asyncio

import pytest

from tests.clocks import JumpingLoop, MovingClock
from tests.fake_telegram import FakeTelegram, Refusal, a_message
from tests.telegram.bot import Memory
from tests.telegram.test_inbox import collect, is_done, running

CONFLICT = Refusal(409, "Conflict: terminated by other getUpdates request")


def test_another_program_fetches_updates(caplog: pytest.LogCaptureFixture) -> None:
    """It is said at each try, with what to do; what comes afterwards is handled, and nothing is lost."""

    async def scenario() -> None:
        servers, memory = FakeTelegram(), Memory(MovingClock())
        handled: list[int] = []
        servers.replies["getUpdates"] = [CONFLICT] * 2
        async with running(servers, memory, collect(handled)):
            await servers.delivers(a_message("one"))
            while not is_done(memory, 1)():
                await asyncio.sleep(0.1)
        assert handled == [1]

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(scenario())
    told = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert told == ["another program fetches updates with this token; stop it, or give this bot its own token"] * 2
