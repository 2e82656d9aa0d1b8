"""/timeline, /people, /glossary show what the packs hold."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import NOON, ExactMatcher, catalogue, fact
from tests.clocks import MovingClock
from tests.telegram.conversation import Conversation
from tutor_bot.domain.facts import KeyPerson, Moment, Term
from tutor_bot.storage import Storage
from tutor_bot.usecases.knowledge import Knowledge


@pytest.fixture
async def chat(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Conversation]:
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'tutor.db')}"
    storage = Storage(url)
    taught = catalogue(fact("kulaks", terms=("kulak",)))
    pack = replace(
        taught.packs[0],
        timeline=tuple(Moment(str(1900 + n), f"event {n}") for n in range(20)),
        people=(KeyPerson("Lev <Kamenev>", "1883-1936", "led Moscow"),),
        glossary={"kulak": Term("a better-off peasant", "Who was a kulak?", "кулак"), "NEP": Term("a policy")},
    )
    talk = Conversation(storage, Knowledge(ExactMatcher(replace(taught, packs=(pack,)))), MovingClock(NOON))
    await talk.start()
    yield talk
    await talk.stop()
    await storage.close()


async def test_the_timeline_has_pages(chat: Conversation) -> None:
    [first] = await chat.says("/timeline")
    assert "event 14" in first["text"]
    assert "event 15" not in first["text"]
    [second] = [c for c in await chat.presses("Later ▶") if c["method"] == "editMessageText"]
    assert "event 19" in second["text"]
    [back] = [c for c in await chat.presses("◀ Earlier") if c["method"] == "editMessageText"]
    assert "event 0" in back["text"]


@pytest.mark.parametrize(
    ("said", "there", "not_there"),
    [
        ("/timeline 1905", "event 5", "event 6"),
        ("/timeline 1066", "event 0", "event 19"),
        ("/people lev", "led Moscow", "x" * 9),
    ],
)
async def test_what_is_wanted(chat: Conversation, said: str, there: str, not_there: str) -> None:
    """A year or a name behind the command picks the entries that hold it; with none of them all are shown."""
    [reply] = await chat.says(said)
    assert there in reply["text"]
    assert not_there not in reply["text"]


async def test_people(chat: Conversation) -> None:
    [reply] = await chat.says("/people")
    assert "Lev &lt;Kamenev&gt;" in reply["text"]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/glossary", "kulak · NEP"),
        ("/glossary kulak", "a better-off peasant."),
        ("/glossary Kulack", "a better-off peasant."),
        ("/glossary кулак", "a better-off peasant."),
        ("/glossary kulxyz", "not in the glossary"),
    ],
)
async def test_the_glossary(chat: Conversation, said: str, answer: str) -> None:
    """A word is explained, also misspelt or in the original; an unknown one says what is near."""
    [reply] = await chat.says(said)
    assert answer in reply["text"]


async def test_more_on_a_word(chat: Conversation) -> None:
    """The button under a word leads to the fact that explains it."""
    await chat.says("/glossary kulak")
    calls = await chat.presses("More on this")
    assert any("The kulaks was dictated" in call.get("text", "") for call in calls)
