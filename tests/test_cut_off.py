"""A server that is cut off answers nothing, and closes nothing either: whoever waits for it waits for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy.engine import make_url

from tests.clocks import until
from tests.fake_telegram import TOKEN, FakeTelegram, a_message
from tutor_bot.app import compose, until_stopped
from tutor_bot.clock import SystemClock
from tutor_bot.storage import Storage
from tutor_bot.telegram.receiver import Receiver
from tutor_bot.usecases.knowledge import Knowledge

pytestmark = [
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
    # Connections that are cut off cannot be closed in good order.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Wire:
    """Between the bot and the server; once it `is_cut`, it swallows whatever either says."""

    def __init__(self) -> None:
        self.is_cut = False
        self.port = 0

    @asynccontextmanager
    async def to(self, host: str, port: int) -> AsyncIterator[None]:
        work, ends = set[asyncio.Task[None]](), list[asyncio.StreamWriter]()

        async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while said := await source.read(65536):
                    if not self.is_cut:
                        target.write(said)
                        await target.drain()
            if not self.is_cut:
                target.close()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await asyncio.open_connection(host, port)
            ends.extend((writer, far_writer))
            for task in (carry(reader, far_writer), carry(far_reader, writer)):
                work.add(asyncio.create_task(task))

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            for end in ends:
                end.transport.abort()


async def test_it_stops_all_the_same(database_url: str, knowledge: Knowledge) -> None:
    """Told to stop while the server is cut off, the bot ends within the ten seconds that a stop may take."""
    url, wire = make_url(database_url), Wire()
    async with wire.to(str(url.host), int(url.port or 5432)):
        through = url.set(host="127.0.0.1", port=wire.port).render_as_string(hide_password=False)
        storage, clock, telegram = Storage(through), SystemClock(), FakeTelegram()
        running = compose(
            storage=storage,
            knowledge=knowledge,
            clock=clock,
            token=TOKEN,
            api_url="https://api.telegram.org",
            request=telegram,
            replica=storage.replica(),
        )
        stopped = asyncio.Event()
        life = asyncio.create_task(until_stopped(running, Receiver(clock), stopped))
        await telegram.delivers(a_message("What was the testament?"))
        await telegram.called("sendMessage")
        await until(lambda: running.replica is not None and running.replica.part is not None)
        wire.is_cut = True
        await telegram.delivers(a_message("What was the funeral?"))
        stopped.set()
        async with asyncio.timeout(10):
            await life
            await storage.close()
