"""Whatever Telegram or the network does wrong: what was asked is answered, and nobody else waits for it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram.error import NetworkError, TimedOut

from tests.clocks import until
from tests.fake_telegram import BLOCKED, BO, BROKEN, FLOOD, Refusal, a_message
from tests.telegram.conversation import Conversation

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is tried here lies in front of the database, whichever it is."""

QUESTION = "What was the testament?"


def caused(error: NetworkError, cause: Exception) -> NetworkError:
    """As python-telegram-bot raises it."""
    error.__cause__ = cause
    return error


def refused_connection() -> NetworkError:
    return caused(NetworkError("httpx.ConnectError"), httpx.ConnectError("refused"))


def dropped() -> NetworkError:
    return caused(NetworkError("httpx.RemoteProtocolError"), httpx.RemoteProtocolError("peer closed connection"))


def hanging() -> NetworkError:
    return caused(TimedOut(), httpx.ReadTimeout("nothing came"))


FAULTS: dict[str, Any] = {
    "429": FLOOD,
    "500": BROKEN,
    "502": Refusal(502, "Bad Gateway"),
    "an answer that is no JSON": b"<html>Bad Gateway</html>",
    "an answer that breaks off": b'{"ok": tr',
    "an answer without a result": b'{"ok": false}',
    "no connection": refused_connection(),
    "a connection that is dropped": dropped(),
    "no answer": hanging(),
    "404 by a proxy": Refusal(404, "Not Found"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_question_is_answered_all_the_same(chat: Conversation, fault: str) -> None:
    """Its update stays in the inbox until the answer has gone out; others are answered meanwhile."""
    chat.telegram.replies["sendMessage"] = [FAULTS[fault]]
    numbers = await chat.telegram.delivers(a_message(QUESTION), a_message(QUESTION, BO))
    await chat.handled(numbers)
    sent = [int(params["chat_id"]) for params in chat.telegram.sent("sendMessage")]
    assert sorted(sent)[:1] == [101]
    assert len(sent) == 3
    assert {101, 102} == set(sent)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_quiz_question_comes_all_the_same(chat: Conversation, fault: str) -> None:
    """What was surely not sent is sent again; what may have arrived, once more at most."""
    chat.telegram.replies["sendPoll"] = [FAULTS[fault]]
    await chat.says("/quiz 1")
    await chat.poll(1)
    await chat.clock.advance(timedelta(minutes=2))
    await chat.noted()
    assert len(chat.telegram.sent("sendPoll")) == 2


async def test_a_fate_unknown_twice_is_given_up(chat: Conversation) -> None:
    """A learner would rather miss a question than get it again and again."""
    chat.telegram.replies["sendPoll"] = [hanging(), dropped(), hanging()]
    await chat.says("/quiz 1")
    await chat.telegram.called("sendPoll", 1)
    await chat.noted()
    await chat.clock.advance(timedelta(seconds=5))
    await chat.telegram.called("sendPoll", 2)
    await chat.noted()
    await chat.clock.advance(timedelta(hours=1))
    await chat.noted()
    assert len(chat.telegram.sent("sendPoll")) == 2


async def test_nobody_is_written_to_who_has_blocked_us(chat: Conversation) -> None:
    """A 403 to an answer is no failure to be tried again."""
    chat.telegram.replies["sendMessage"] = [BLOCKED]
    await chat.tells(a_message(QUESTION))
    assert len(chat.telegram.sent("sendMessage")) == 1
    async with chat.storage.read() as work:
        assert await work.inbox.waiting() == []


REFUSALS = (
    "Bad Request: chat not found",
    "Bad Request: message text is empty",
    "Bad Request: can't parse entities",
    "Bad Request: not enough rights to send text messages to the chat",
    "Bad Request: message thread not found",
)


@pytest.mark.parametrize("why", REFUSALS)
async def test_an_answer_that_telegram_never_takes(chat: Conversation, why: str) -> None:
    """Tried three times, then set aside with its error; whoever asks after that is answered."""
    chat.telegram.replies["sendMessage"] = [Refusal(400, why)] * 3
    await chat.tells(a_message(QUESTION))
    for _ in range(4):
        await chat.clock.advance(timedelta(seconds=10))
    await until(lambda: len(chat.telegram.sent("sendMessage")) == 3)
    assert "dictated" in (await chat.says(QUESTION))[0]["text"]
