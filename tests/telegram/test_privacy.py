"""What is kept about a learner: told, handed out, erased."""

import asyncio
import json
from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from pathlib import Path

import httpx
from sqlalchemy import select
from sqlalchemy.engine import make_url
from telegram.error import NetworkError

from tests.clocks import breathe, settle, until
from tests.fake_telegram import AMINA, BO, BROKEN, CLASS_7B, JSON, Refusal, a_message, a_vote
from tests.telegram.conversation import Conversation
from tutor_bot.domain.classes import Period
from tutor_bot.domain.curation import Step
from tutor_bot.domain.people import Person
from tutor_bot.storage import Storage
from tutor_bot.storage.backup import backup
from tutor_bot.storage.schema import drafts, metadata, updates
from tutor_bot.telegram.context import Tutor
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.housekeeping import Housekeeping
from tutor_bot.usecases.live_quiz import Wished

QUESTION = "who was felix dzerzhinsky of the cheka"
ZOE: JSON = {"id": 987654321, "is_bot": False, "first_name": "Zoë-Xanthippe", "language_code": "en"}
ZOE_TOO, BO_TOO = Person(ZOE["id"], ZOE["first_name"]), Person(BO["id"], BO["first_name"])
TRACES = (str(ZOE["id"]), ZOE["first_name"], "Xanthippe", QUESTION)


def caused_by_no_connection() -> NetworkError:
    error = NetworkError("httpx.ConnectError")
    error.__cause__ = httpx.ConnectError("refused")
    return error


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


async def test_export_holds_what_failed(chat: Conversation) -> None:
    """Also what was set aside or is to be tried again; of others, who may stand in it, nothing."""
    await chat.says("/start")
    await set_aside(chat, a_message(QUESTION))
    theirs = a_message("felix by bo", BO, CLASS_7B)["message"]
    await set_aside(chat, a_message(f"@tutor_bot {QUESTION}?", AMINA, CLASS_7B, reply_to_message=theirs))
    await set_aside(chat, a_message("@tutor_bot bo asks", BO, CLASS_7B, reply_to_message=a_message()["message"]))
    await chat.tells(a_message("/export"))
    [sent] = chat.telegram.sent("sendDocument")
    [(_, content, _)] = sent["files"].values()
    kept = json.loads(content)["kept"]
    assert [row["text"] for row in kept["updates"]] == [QUESTION, f"@tutor_bot {QUESTION}?", None]
    assert "by bo" not in content.decode()
    assert "bo asks" not in content.decode()


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
        assert "asked" in await work.privacy.everything(learner.id, AMINA["id"])


async def forgets(chat: Conversation, who: JSON) -> None:
    """Asks for it, twice; ends when the log is said to hold nothing of them either."""
    await chat.says("/forget", who)
    await chat.presses("Yes, erase it", who)
    calls = await chat.presses("Erase it for good", who)
    assert any("I know nothing about you any more" in call.get("text", "") for call in calls)
    await chat.clock.advance(timedelta(minutes=2))
    await until(lambda: chat.storage.erased is None)


async def everywhere(chat: Conversation, folder: Path) -> dict[str, bytes]:
    """All that is kept: each table's rows as text, the database's file, its log, and a copy made now."""
    found = {}
    async with chat.storage.read() as work:
        for table in metadata.sorted_tables:
            rows = (await work._connection.execute(select(table))).all()
            found[table.name] = "\n".join(map(str, rows)).encode()
    url = make_url(chat.storage.url)
    if url.get_backend_name() == "sqlite":
        copy = folder / "copies" / "copy.db"
        copy.parent.mkdir(parents=True)
        await asyncio.to_thread(backup, chat.storage.url, copy)
        for file in (*Path(str(url.database)).parent.glob("tutor.db*"), copy):
            found[file.name] = file.read_bytes()
        assert {"tutor.db", "tutor.db-wal", "copy.db"} <= found.keys()
    return found


def nothing_of(traces: Iterable[str], kept: dict[str, bytes]) -> None:
    for name, content in kept.items():
        for trace in traces:
            assert trace.encode() not in content, (name, trace)


async def test_what_is_forgotten_is_nowhere(chat: Conversation, tmp_path: Path) -> None:
    """Not in the database, its file, its log or a copy: neither number nor name nor question; others' stays."""
    await chat.says(QUESTION, ZOE)
    await chat.says("/daily 18:00 Europe/Berlin", ZOE)
    await chat.says("what else did bo ask", BO)
    await forgets(chat, ZOE)
    async with chat.storage.read() as work:
        assert await work.people.known_as(ZOE["id"]) is None
        assert await work.people.known_as(BO["id"]) is not None
    kept = await everywhere(chat, tmp_path)
    assert b"what else did bo ask" in kept["asked"]
    nothing_of(TRACES, kept)


async def test_what_has_not_come_to_its_end_is_forgotten_too(chat: Conversation, tmp_path: Path) -> None:
    """What was set aside, waits to be tried again in a group, to be sent, to be counted or to be completed."""
    group_words = ("felix in the group", "felix in the group again")
    await chat.says(QUESTION, ZOE)
    await chat.says("/daily 18:00", ZOE)
    chat.telegram.replies["sendPoll"] = [caused_by_no_connection()] * 20
    await chat.says("/quiz 1", ZOE)
    await chat.tells(a_vote("nobody-knows", 0, who=ZOE))
    await set_aside(chat, a_message(f"/ask {group_words[0]}", ZOE, CLASS_7B))
    chat.telegram.replies["sendMessage"] = [BROKEN]
    [waits] = await chat.telegram.delivers(a_message(f"/ask {group_words[1]}", ZOE, CLASS_7B))
    await failed(chat, waits, 1)
    tutor, memory = chat.running.application.bot_data["tutor"], chat.running.application
    tutor.answering._slowed[ZOE["id"]] = chat.clock.now()
    memory.chat_data[ZOE["id"]]["hour"] = 7
    assert memory.user_data[ZOE["id"]]
    before = await everywhere(chat, tmp_path / "before")
    for trace in (QUESTION, *group_words):
        assert trace.encode() in before["updates"] + before["asked"], trace
    for table in ("stray_votes", "outbox", "misses", "quizzes"):
        assert before[table], table

    await forgets(chat, ZOE)
    kept = await everywhere(chat, tmp_path)
    nothing_of((*TRACES, *group_words), kept)
    for table in ("learners", "stray_votes", "outbox", "misses", "quizzes", "asked"):
        assert not kept[table], table
    async with chat.storage.read() as work:
        assert waits in await work.inbox.known([waits])
    assert ZOE["id"] not in memory.user_data
    assert ZOE["id"] not in memory.chat_data
    assert tutor.answering._slowed == {}


async def failed(chat: Conversation, update: int, times: int) -> None:
    """This update has failed so often, and waits for its next try."""
    for turn in count():
        async with chat.storage.read() as work:
            row = select(updates.c.tries).where(updates.c.update_id == update)
            tries = await work._connection.scalar(row)
        if (tries or 0) >= times:
            break
        assert turn < 5000
        await breathe(turn)
    await settle()


NEVER = Refusal(400, "Bad Request: chat not found")


async def set_aside(chat: Conversation, message: JSON, why: Refusal | Exception = NEVER) -> None:
    """Telegram never takes the answer to this."""
    chat.telegram.replies["sendMessage"] = [why] * 3
    [number] = await chat.telegram.delivers(message)
    for times in (1, 2, 3):
        await failed(chat, number, times)
        await chat.clock.advance(timedelta(seconds=10))


async def test_others_are_not_struck_off(chat: Conversation) -> None:
    """What somebody else says to the one who is forgotten waits for its answer still."""
    await chat.says(QUESTION, ZOE)
    chat.telegram.replies["sendMessage"] = [BROKEN]
    theirs = a_message("felix", ZOE, CLASS_7B)["message"]
    question = a_message("@tutor_bot What was the testament?", BO, CLASS_7B, reply_to_message=theirs)
    [number] = await chat.telegram.delivers(question)
    await failed(chat, number, 1)
    before = len(chat.telegram.sent("sendMessage"))
    await forgets(chat, ZOE)
    await chat.handled([number])
    sent = [call for call in chat.telegram.sent("sendMessage")[before:] if call["chat_id"] == CLASS_7B["id"]]
    assert ["dictated" in call["text"] for call in sent] == [True]


async def test_words_that_a_curator_took_over(tutor: Tutor, storage: Storage) -> None:
    """They stay as the pack's where somebody else asked the same, and go with who asked them alone."""
    same, alone = "who wore the iron coat", "who wore the leather coat"
    for number, (person, text) in enumerate(((ZOE_TOO, same), (BO_TOO, same), (ZOE_TOO, alone))):
        await tutor.answering.answer(person, text, update=number)
    tutor.knowledge.on_added = lambda: None
    for _ in range(2):
        review = await tutor.curating.next()
        assert review
        await tutor.curating.same_as(review.miss.id, "demo/testament")
    async with storage.read() as work:
        assert {a.text for a in await work.curation.additions()} == {same, alone}
        changes = await work.curation.version()
    await tutor.answering.answer(ZOE_TOO, "and the felt boots", update=9)
    review = await tutor.curating.next()
    assert review
    await tutor.curating.ask_for(BO_TOO, review.miss.id, Step.ANSWER)
    assert await tutor.privacy.forget(ZOE_TOO)
    async with storage.read() as work:
        assert {a.text for a in await work.curation.additions()} == {same}
        assert await work.curation.version() > changes
        assert not await work._connection.scalar(select(drafts.c.miss_id))


async def test_words_are_kept_for_90_days(chat: Conversation, tmp_path: Path) -> None:
    """Not a day longer: what was asked, what waits for a curator, what was set aside. What became of it stays."""
    await chat.says(QUESTION, ZOE)
    await set_aside(chat, a_message(f"again {QUESTION}", ZOE))
    await chat.stop()
    housekeeping = Housekeeping(chat.storage, chat.clock)
    chat.clock._now += timedelta(days=89)
    await housekeeping.sweep()
    kept = await everywhere(chat, tmp_path / "before")
    assert all(QUESTION.encode() in kept[table] for table in ("asked", "misses", "updates"))
    chat.clock._now += timedelta(days=1)
    await housekeeping.sweep()
    kept = await everywhere(chat, tmp_path)
    nothing_of([QUESTION], kept)
    assert kept["asked"]
    assert kept["misses"]


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
        assert set(await work.privacy.everything(again.id, ZOE["id"])) <= {"learners"}
