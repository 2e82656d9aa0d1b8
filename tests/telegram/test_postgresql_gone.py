"""A PostgreSQL server that goes away, or takes no writes: nothing taken is lost, and nothing is told to have come."""

import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from telegram.error import NetworkError

from tests.builders import ExactMatcher, catalogue
from tests.clocks import breathe, settle, until
from tests.fake_telegram import AMINA, BO, JSON, a_message
from tests.telegram.conversation import Conversation
from tutor_bot.domain.outcomes import Context, Outcome
from tutor_bot.usecases.watching import Watching

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

QUESTION = "What was the testament?"


class Server:
    """What its operator may do to a database while the bot runs."""

    def __init__(self, admin: Connection, name: str) -> None:
        self._admin, self._name = admin, name
        self.cuts = 0

    def cut(self) -> None:
        """End every connection of the bot, as a restart does; they have ended when this returns."""
        self.cuts += 1
        self._admin.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (self._name,)
        )

    def refuse(self) -> None:
        """Let nobody in, whoever is inside included."""
        self._admin.exec_driver_sql(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS false')
        self.cut()

    def let_in(self) -> None:
        self._admin.exec_driver_sql(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS true')

    def read_only(self, on: bool) -> None:
        self._admin.exec_driver_sql(
            f'ALTER DATABASE "{self._name}" SET default_transaction_read_only = {"on" if on else "off"}'
        )
        self.cut()


@pytest.fixture
def server(database_url: str) -> Iterator[Server]:
    url = make_url(os.environ["TUTOR_BOT_TEST_POSTGRESQL"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        yield Server(admin, make_url(database_url).database or "")
    engine.dispose()


def texts(chat: Conversation, who: JSON) -> list[str]:
    return [call["text"] for call in chat.telegram.sent("sendMessage") if int(call["chat_id"]) == who["id"]]


async def answered(chat: Conversation, who: JSON, words: str = "dictated") -> None:
    """Time goes by until this person has been told this."""
    for turn in count():
        if any(words in text for text in texts(chat, who)):
            return
        assert turn < 2000
        await chat.clock.advance(timedelta(seconds=1))
        await breathe(turn)


async def test_connections_that_are_cut(chat: Conversation, server: Server) -> None:
    """Between two pieces of work nobody notices; the next one has a new connection."""
    await chat.says("/start")
    for _ in range(2):
        server.cut()
        assert "dictated" in (await chat.says(QUESTION))[-1]["text"]
    await chat.says("/quiz 1")
    server.cut()
    poll = await chat.poll(1)
    server.cut()
    await chat.votes(poll, right=True)
    await chat.message("1 of 1")


class Cutting(ExactMatcher):
    """Found while the transaction is open, which is cut so often."""

    def __init__(self, server: Server, times: int) -> None:
        super().__init__(catalogue())
        self._server, self._left = server, times

    def find(self, text: str, context: Context = Context()) -> Outcome:
        if self._left:
            self._left -= 1
            self._server.cut()
        return super().find(text, context)


async def test_cut_in_the_middle_of_work(chat: Conversation, server: Server) -> None:
    """What was begun is undone and done again: answered once, and noted once."""
    await chat.says("/start")
    chat.knowledge.matcher = Cutting(server, 2)
    await chat.telegram.delivers(a_message(QUESTION))
    await answered(chat, AMINA)
    await chat.clock.advance(timedelta(minutes=1))
    assert sum("dictated" in text for text in texts(chat, AMINA)) == 1
    async with chat.storage.read() as work:
        learner = await work.people.known_as(AMINA["id"])
        assert learner
        assert await work.asked.count(learner.id) == 1
        assert await work.inbox.waiting() == []


async def test_cut_while_an_answer_is_sent(chat: Conversation, server: Server) -> None:
    """It went out, and is struck off as soon as that can be noted: it does not come twice."""
    await chat.says("/start")
    before = len(texts(chat, AMINA))
    chat.telegram.replies["sendMessage"] = [lambda _: server.cut()]
    numbers = await chat.telegram.delivers(a_message(QUESTION))
    # Not before: our own look into the database would be cut off too.
    await until(lambda: server.cuts == 1)
    await chat.handled(numbers)
    await chat.clock.advance(timedelta(minutes=1))
    assert ["dictated" in text for text in texts(chat, AMINA)[before:]] == [True]


async def test_a_server_that_lets_nobody_in(chat: Conversation, server: Server) -> None:
    """What comes meanwhile is not confirmed; what had been taken waits; both are answered when it is back."""
    await chat.says("/start")
    started = len(texts(chat, AMINA))
    chat.knowledge.matcher = Refusing(server)
    await chat.telegram.delivers(a_message(QUESTION))
    for turn in range(200):
        await breathe(turn)
    brought = {"update_id": 900, **a_message(QUESTION, BO)}
    with pytest.raises(NetworkError, match="could not store"):
        await chat.receiver.take(brought)
    with pytest.raises(Exception, match="not currently accepting connections"):
        await Watching(chat.storage, chat.clock).can_write()
    await chat.clock.advance(timedelta(minutes=3))
    assert len(texts(chat, AMINA)) == started
    server.let_in()
    await chat.receiver.take(brought)
    await answered(chat, AMINA)
    await answered(chat, BO)
    assert [sum("dictated" in text for text in texts(chat, who)) for who in (AMINA, BO)] == [1, 1]


class Refusing(ExactMatcher):
    """The server goes away while the first question is answered."""

    def __init__(self, server: Server) -> None:
        super().__init__(catalogue())
        self._server: Server | None = server

    def find(self, text: str, context: Context = Context()) -> Outcome:
        if self._server:
            self._server.refuse()
            self._server = None
        return super().find(text, context)


async def test_a_server_that_is_read_only(chat: Conversation, server: Server) -> None:
    """Such as one that has just become a copy: nothing is taken, and `/readyz` says so."""
    await chat.says("/start")
    server.read_only(True)
    brought = {"update_id": 900, **a_message(QUESTION)}
    with pytest.raises(NetworkError, match="read-only transaction"):
        await chat.receiver.take(brought)
    with pytest.raises(Exception, match="read-only"):
        await Watching(chat.storage, chat.clock).can_write()
    await settle()
    server.read_only(False)
    await chat.receiver.take(brought)
    await answered(chat, AMINA)
