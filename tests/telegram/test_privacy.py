"""What is kept about a learner: told, handed out, erased."""

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.clocks import until
from tests.fake_telegram import AMINA, BO, CLASS_7B, JSON, a_message
from tests.telegram.conversation import Conversation
from tutor_bot.domain.classes import Period
from tutor_bot.domain.people import Person
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.live_quiz import Wished

QUESTION = "who was felix dzerzhinsky of the cheka"
ZOE: JSON = {"id": 987654321, "is_bot": False, "first_name": "Zoë-Xanthippe", "language_code": "en"}


async def test_privacy_in_plain_words(chat: Conversation) -> None:
    """/privacy says what is kept, for how long and who sees it, in private and in a group."""
    for where in (None, CLASS_7B):
        [reply] = await chat.says("/privacy", chat=where)
        for words in ("What I keep", "90 days", "Who sees it", "/export", "/forget"):
            assert words in reply["text"]


async def test_export_holds_everything(chat: Conversation) -> None:
    """What was asked, answered and set stands in the file, and nothing of anybody else; in a group there is none."""
    await chat.says(QUESTION)
    await chat.says("a question of somebody else", BO)
    await chat.says("/daily 18:00 Europe/Berlin")
    await chat.tells(a_message("/export"))
    [sent] = chat.telegram.sent("sendDocument")
    [(name, content, _)] = sent["files"].values()
    assert name == "tutor-bot.json"
    kept = json.loads(content)["kept"]
    assert kept["learners"][0]["zone"] == "Europe/Berlin"
    assert [row["text"] for row in kept["asked"]] == [QUESTION]
    assert BO["first_name"] not in json.dumps(kept)
    for command in ("/export", "/forget"):
        [reply] = await chat.says(command, chat=CLASS_7B)
        assert "private chat" in reply["text"]


async def test_forgetting_is_asked_twice(chat: Conversation) -> None:
    """Neither /forget nor its first button erases anything; who has nothing kept is told the same as others."""
    await chat.says(QUESTION)
    await chat.says("/forget")
    await chat.presses("No, keep it")
    await chat.says("/forget")
    await chat.presses("Yes, erase it")
    async with chat.storage.read() as work:
        learner = await work.people.known_as(AMINA["id"])
        assert learner
        assert "asked" in await work.privacy.everything(learner.id)


async def test_what_is_forgotten_is_nowhere(chat: Conversation) -> None:
    """Not in the database file, nor in its log: neither number nor name nor question; what others have stays."""
    await chat.says(QUESTION, ZOE)
    await chat.says("/daily 18:00 Europe/Berlin", ZOE)
    await chat.says(QUESTION, BO)
    await chat.says("/forget", ZOE)
    await chat.presses("Yes, erase it", ZOE)
    calls = await chat.presses("Erase it for good", ZOE)
    assert any("I know nothing about you any more" in call.get("text", "") for call in calls)
    await chat.clock.advance(timedelta(minutes=2))
    await until(lambda: chat.storage.erased is None)
    async with chat.storage.read() as work:
        assert await work.people.known_as(ZOE["id"]) is None
        assert await work.people.known_as(BO["id"]) is not None
    url = make_url(chat.storage.url)
    if url.get_backend_name() == "sqlite":
        for file in Path(str(url.database)).parent.glob("tutor.db*"):
            for trace in (str(ZOE["id"]), ZOE["first_name"], "Xanthippe"):
                assert trace.encode() not in file.read_bytes(), (file.name, trace)


async def test_a_class_keeps_its_totals(chat: Conversation) -> None:
    """Votes in class quizzes stay as nobody's; neither tables nor report name who was forgotten."""
    group = Place(CLASS_7B["id"], CLASS_7B["title"])
    await chat.says("/start", ZOE)
    tutor = chat.running.application.bot_data["tutor"]
    person = Person(ZOE["id"], ZOE["first_name"])
    await tutor.live.begin(Person(104, "Teacher"), group, Wished(1))
    await tutor.live.seen(group.group, group.title, person, inside=True)
    await tutor.live.start_now(group.group, 1)
    poll = await chat.poll(1)
    await tutor.live.vote(person, poll["id"], [0])
    before, _ = await tutor.reporting.of(group.group)
    assert await tutor.privacy.forget(person)
    assert not await tutor.privacy.forget(person)
    after, lines = await tutor.reporting.of(group.group)
    assert [(p.answered, p.right) for p in after.people] == [(p.answered, p.right) for p in before.people]
    assert [line.learner for line in lines] == ["—"]
    leaders = await tutor.classes.leaders(group, Period.WEEK)
    assert leaders.rows == ()
    await chat.says("/start", ZOE)
    async with chat.storage.read() as work:
        again = await work.people.known_as(ZOE["id"])
        assert again
        assert set(await work.privacy.everything(again.id)) <= {"learners"}
