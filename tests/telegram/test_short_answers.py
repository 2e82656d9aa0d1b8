"""Short answers in the chat: typed, hinted at, given up, and questions in between."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders import NOON, ExactMatcher, catalogue, fact, item
from tests.clocks import MovingClock
from tests.telegram.conversation import Conversation
from tutor_bot.domain.facts import ItemKind
from tutor_bot.shipped import migrations_folder
from tutor_bot.storage import Storage
from tutor_bot.storage.migrate import upgrade
from tutor_bot.usecases.knowledge import Knowledge

STEM = "Which nickname did young Stalin take from a novel?"


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Conversation]:
    url = f"sqlite+aiosqlite:///{tmp_path}/tutor.db"
    upgrade(url, migrations_folder())
    storage = Storage(url)
    typed = item(
        "koba",
        kind=ItemKind.SHORT_ANSWER,
        stem=STEM,
        right=("Koba",),
        wrong=(),
        accepted=("Coba",),
        hints=("It has four letters.", "It begins with K."),
    )
    taught = catalogue(fact("nickname", items=(typed,)), fact("funeral", items=()))
    talk = Conversation(storage, Knowledge(ExactMatcher(taught)), MovingClock(NOON))
    await talk.start()
    await talk.says("/quiz 1")
    await talk.message(STEM)
    await talk.noted()
    yield talk
    await talk.stop()
    await storage.close()


async def test_it_is_a_message_that_asks_for_words(chat: Conversation) -> None:
    """No poll, but a message with the ways out as buttons."""
    asked = await chat.message(STEM)
    assert [b["text"] for row in asked["reply_markup"]["inline_keyboard"] for b in row] == [
        "Hint",
        "I don't know",
        "Stop the quiz",
    ]
    assert chat.telegram.sent("sendPoll") == []


@pytest.mark.parametrize(
    ("said", "told", "summary"), [("kobba", "✅ Right: <b>Koba", "1 of 1"), ("Soso", "Not quite", "0 of 1")]
)
async def test_the_next_text_is_the_answer(chat: Conversation, said: str, told: str, summary: str) -> None:
    """It is judged with tolerance for spelling, and the quiz goes on."""
    await chat.says(said)
    await chat.message(told)
    await chat.message(summary)


async def test_a_question_is_answered_and_the_item_asked_again(chat: Conversation) -> None:
    """A text with a question mark is a question; the item comes again below its answer, and waits."""
    answer, *_ = await chat.says("What was the funeral?")
    assert "dictated" in answer["text"]
    await chat.message(STEM, times=2)
    await chat.noted()
    await chat.says("Koba")
    await chat.message("✅ Right")


async def test_hints_in_two_steps(chat: Conversation) -> None:
    """Each hint is added to the question; after the second there is no more."""
    [edit] = [c for c in await chat.presses("Hint") if c["method"] == "editMessageText"]
    assert "four letters" in edit["text"]
    assert "begins with K" not in edit["text"]
    [edit] = [c for c in await chat.presses("Hint") if c["method"] == "editMessageText"]
    assert "begins with K" in edit["text"]
    assert "Hint" not in [b["text"] for row in edit["reply_markup"]["inline_keyboard"] for b in row]


async def test_giving_up_is_told_kindly(chat: Conversation) -> None:
    """'I don't know' shows what is right and goes on; pressed again it does no harm."""
    await chat.presses("I don't know", times=2)
    await chat.message("Not quite. Right is: <b>Koba")
    await chat.message("0 of 1")
    assert sum("Not quite" in m["text"] for m in chat.telegram.sent("sendMessage")) == 1


async def test_stopping(chat: Conversation) -> None:
    """'Stop' ends the quiz; from then on a text is a question again."""
    await chat.presses("Stop the quiz")
    await chat.message("The quiz is ended")
    [reply] = await chat.says("Koba")
    assert "I do not know" in reply["text"]


async def test_a_restart_in_between(chat: Conversation) -> None:
    """The question still waits for its answer after a restart."""
    await chat.stop()
    await chat.start()
    await chat.says("Koba")
    await chat.message("✅ Right")
