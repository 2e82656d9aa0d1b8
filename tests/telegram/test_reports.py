"""The teacher's view: /report goes to admins alone, in private, and ends with the post."""

import csv
import io
from datetime import timedelta
from itertools import count

import pytest

from tests.clocks import breathe
from tests.fake_telegram import AMINA, BLOCKED, BO, BROKEN, CHIDI, CLASS_7B, JSON, Refusal, a_press
from tests.telegram.conversation import TURNS, Conversation

# The use cases below are tried on both databases elsewhere; here it is the words that count.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TEACHER: JSON = {"id": 200, "is_bot": False, "first_name": "Teacher", "language_code": "en"}
NOBODY: JSON = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Telegram's stand-in for an admin who writes as the group."""
FORMULA: JSON = {"id": 301, "is_bot": False, "first_name": '=HYPERLINK("x")&<b>', "language_code": "en"}
LINK = "report-1007-30"
TO_SUNDAY = timedelta(days=6, hours=5)
"""From Monday noon, when the tests begin, to the hour of the weekly news."""


@pytest.fixture
async def room(chat: Conversation) -> Conversation:
    """A class that has answered one question: one pupil rightly, one wrongly, one with a name that is a formula."""
    chat.telegram.statuses[TEACHER["id"]] = "creator"
    await chat.says("/quiz 1 10", TEACHER, CLASS_7B)
    await chat.message("A live quiz begins")
    await chat.presses("Start now (admins)", TEACHER)
    poll = await chat.poll(1)
    for who in (AMINA, BO, FORMULA):
        await chat.votes(poll, right=who is AMINA, who=who)
    await chat.message("The quiz is over.")
    chat.telegram.calls.clear()
    return chat


def to(chat: Conversation, who: JSON) -> list[JSON]:
    """What was sent to somebody in private."""
    return [p for name, p in chat.telegram.calls if name.startswith("send") and p.get("chat_id") == who["id"]]


def links(message: JSON) -> list[str]:
    return [button.get("url", "") for row in message["reply_markup"]["inline_keyboard"] for button in row]


async def done(chat: Conversation) -> None:
    """All that is due has been done and said."""
    for turn in count():
        assert turn < 20 * TURNS
        async with chat.storage.read() as work:
            now, due = chat.clock.now(), await work.outbox.next_due()
            waits = (due is not None and due <= now) or await work.outbox.under_way()
            if not waits and not await work.classes.due_for_digest(now, 1):
                return
        await breathe(turn)


async def later(chat: Conversation, delta: timedelta) -> None:
    """Time goes by, and nobody is awake meanwhile."""
    await done(chat)
    await chat.stop()
    await chat.clock.advance(delta)
    await chat.start()
    await chat.clock.advance(2)
    await done(chat)


async def test_a_pupil_gets_no_report(room: Conversation) -> None:
    """Neither by the command, nor by the link, nor by a forged button; and nothing of the class is told."""
    [refusal] = await room.says("/report", BO, CLASS_7B)
    assert "only admins" in refusal["text"]
    [refusal] = await room.says(f"/start {LINK}", BO)
    assert "Only admins of that group" in refusal["text"]
    before = len(to(room, BO))
    await room.tells(*(a_press(data, BO) for data in ("report:1007:30", "rfiles:1007:30", "digest:1007:1")))
    refused = to(room, BO)[before:]
    assert [("Only admins of that group" in p["text"]) for p in refused] == [True] * 3
    assert not room.telegram.sent("sendDocument")
    assert "Class 7b" not in str(to(room, BO))


async def test_an_admins_report(room: Conversation) -> None:
    """Picture and tables come in private, and the group gets one line."""
    [here, reply] = await room.says("/report 7", TEACHER, CLASS_7B)
    assert (here["chat_id"], reply["chat_id"]) == (TEACHER["id"], CLASS_7B["id"])
    assert reply["text"] == "The report is in our private chat."
    [photo] = room.telegram.sent("sendPhoto")
    [(_, picture, _kind)] = photo["files"].values()
    assert picture.startswith(b"\x89PNG")
    assert photo["chat_id"] == TEACHER["id"]
    assert "Report: Class 7b" in photo["caption"]
    for words in (
        "Who took part",
        "\u2068Amina\u2069 · 1 of 1 right",
        "\u2068Bo\u2069 · 0 of 1 right",
        "&amp;&lt;b&gt;",
    ):
        assert words in here["text"]
    assert "Not known yet" in here["text"]


async def test_the_tables(room: Conversation) -> None:
    """One row for each learner and question as CSV and xlsx, and no name becomes a formula."""
    await room.says("/report", TEACHER, CLASS_7B)
    await room.presses("📎 All answers as CSV and xlsx", TEACHER)
    files = {name: content for p in room.telegram.sent("sendDocument") for name, content, _ in p["files"].values()}
    assert [name.rpartition(".")[2] for name in files] == ["csv", "xlsx"]
    assert all(p["chat_id"] == TEACHER["id"] for p in room.telegram.sent("sendDocument"))
    table, workbook = files.values()
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert sorted((row["Learner"], row["Right"]) for row in rows) == [
        ("'" + FORMULA["first_name"], "no"),
        ("Amina", "yes"),
        ("Bo", "no"),
    ]
    assert workbook.startswith(b"PK")


async def test_the_classes_of_others(room: Conversation) -> None:
    """What a pupil does in another class, or asks in private, is not there for the teacher of this one."""
    other: JSON = {"id": -1008, "type": "supergroup", "title": "Chess club"}
    boss: JSON = {"id": 201, "is_bot": False, "first_name": "Trainer", "language_code": "en"}
    room.telegram.statuses[boss["id"]] = "creator"
    await room.says("/quiz 1 10", boss, other)
    await room.message("A live quiz begins")
    await room.presses("Start now (admins)", boss)
    poll = await room.poll(2)
    for who in (AMINA, CHIDI):
        await room.votes(poll, right=True, who=who)
    await room.message("The quiz is over.", 1)
    await room.says("is the chess club any good")
    await room.says("/nickname Queen", AMINA, other)
    room.telegram.calls.clear()

    await room.says("/report", TEACHER, CLASS_7B)
    await room.presses("📎 All answers as CSV and xlsx", TEACHER)
    await room.says("/leaderboard", TEACHER, CLASS_7B)
    seen = str([call for call in room.telegram.calls if "PNG" not in str(call)])
    assert "Amina" in seen
    for words in ("Chess", "Queen", "Chidi", "Trainer", "-1008"):
        assert words not in seen
    room.telegram.calls.clear()
    room.telegram.statuses[TEACHER["id"]] = "left"
    [refusal] = await room.says("/start report-1008-30", TEACHER)
    assert "Chess" not in str(room.telegram.calls) + refusal["text"]


async def test_days_of_a_report(chat: Conversation) -> None:
    """Behind /report stand days, at least one and at most a year; anything else means a month."""
    for words, days in (("", 30), (" 0", 1), (" 9999999", 366), (" -5", 30), (" many", 30), (" ٧", 7)):
        [reply] = await chat.says(f"/report{words}", NOBODY, CLASS_7B, sender_chat=CLASS_7B)
        assert links(reply) == [f"https://t.me/tutor_bot?start=report-1007-{days}"]


async def test_who_cannot_be_written_to(room: Conversation) -> None:
    """An admin who never started the bot, or who writes as the group, gets a link that opens the report in private."""
    room.telegram.replies["sendPhoto"] = [BLOCKED]
    [reply] = await room.says("/report", TEACHER, CLASS_7B)
    assert links(reply) == [f"https://t.me/tutor_bot?start={LINK}"]
    assert reply["chat_id"] == CLASS_7B["id"]
    [reply] = await room.says("/report", NOBODY, CLASS_7B, sender_chat=CLASS_7B)
    assert links(reply) == [f"https://t.me/tutor_bot?start={LINK}"]
    assert "Amina" not in reply["text"]
    [report] = await room.says(f"/start {LINK}", TEACHER)
    assert "Who took part" in report["text"]


async def test_links_of_all_kinds(room: Conversation) -> None:
    """A link that is none of ours is a welcome; one of a group that nobody has seen opens an empty report."""
    for payload, expected in (
        ("report-1007-0", "Who took part"),
        ("report-1007-999", "Who took part"),
        ("report-999-30", "Nobody has answered"),
        ("report--1007-30", "Hello"),
        ("report-1007", "Hello"),
        ("report-1007-30-", "Hello"),
        ("report-99999999999999999999-30", "Hello"),
        ("report-1007-30;drop", "Hello"),
    ):
        [reply] = await room.says(f"/start {payload}", TEACHER)
        assert expected in reply["text"], payload


async def test_telegram_does_not_know(room: Conversation) -> None:
    """Without Telegram's word nobody sees anything: not when it knows no such group, not while it is out of order."""
    for refusal, expected in (
        (Refusal(400, "Bad Request: chat not found"), "Only admins"),
        (Refusal(403, "Forbidden: bot was kicked from the supergroup chat"), "Only admins"),
        (BROKEN, "Try again soon"),
    ):
        room.telegram.replies["getChatMember"] = [refusal]
        [reply] = await room.says(f"/start {LINK}", TEACHER)
        assert expected in reply["text"]


async def test_buttons_of_before_the_group_moved(room: Conversation) -> None:
    """After the group has become a supergroup, the buttons and links of before open the report or say they are old."""
    room.telegram.replies["getChatMember"] = lambda p: (
        Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to=-100777)
        if p["chat_id"] == CLASS_7B["id"]
        else None
    )
    [reply] = await room.says(f"/start {LINK}", TEACHER)
    assert "Try again soon" not in reply["text"]


async def test_who_is_no_admin_any_more(room: Conversation) -> None:
    """Whoever has lost the post is refused at once, on every button of before."""
    await room.says("/report", TEACHER, CLASS_7B)
    room.telegram.statuses[TEACHER["id"]] = "member"
    room.telegram.calls.clear()
    await room.tells(*(a_press(data, TEACHER) for data in ("report:1007:30", "rfiles:1007:30", "digest:1007:1")))
    assert ["Only admins of that group" in p["text"] for p in to(room, TEACHER)] == [True] * 3
    assert not room.telegram.sent("sendPhoto")
    assert not room.telegram.sent("sendDocument")


async def test_weekly_news(room: Conversation) -> None:
    """Wished for, they come each Sunday, once; not wished for any more, no more."""
    await room.says("/report", TEACHER, CLASS_7B)
    calls = await room.presses("Send me such news every week", TEACHER)
    assert any("Every Sunday" in c.get("text", "") for c in calls)
    room.telegram.calls.clear()
    await later(room, TO_SUNDAY - timedelta(minutes=5))
    assert not to(room, TEACHER)
    await later(room, timedelta(minutes=5))
    await later(room, timedelta(minutes=5))
    [news] = to(room, TEACHER)
    assert "The week of Class 7b" in news["text"]
    assert "3 learners · 1 of 3 right" in news["text"]
    assert not [p for p in room.telegram.sent("sendMessage") if p["chat_id"] != TEACHER["id"]]
    [photo] = [c for c in await room.presses("The whole report", TEACHER) if c["method"] == "sendPhoto"]
    assert photo["chat_id"] == TEACHER["id"]
    await later(room, timedelta(days=7))
    assert "No quiz was played" in to(room, TEACHER)[-1]["text"]
    calls = await room.presses("No weekly news", TEACHER)
    assert any("No more weekly news" in c.get("text", "") for c in calls)
    room.telegram.calls.clear()
    await later(room, timedelta(days=7))
    assert not to(room, TEACHER)


async def test_weekly_news_end_with_the_post(room: Conversation) -> None:
    """Who has lost the post gets none on Sunday, nor after having it back, until they wish for it anew."""
    await room.says("/report", TEACHER, CLASS_7B)
    await room.presses("Send me such news every week", TEACHER)
    room.telegram.calls.clear()
    room.telegram.statuses[TEACHER["id"]] = "member"
    await later(room, TO_SUNDAY)
    assert not to(room, TEACHER)
    assert room.telegram.sent("getChatMember")
    room.telegram.statuses[TEACHER["id"]] = "creator"
    await later(room, timedelta(days=7))
    assert not to(room, TEACHER)


async def test_weekly_news_of_a_group_that_has_moved(room: Conversation) -> None:
    """That the group has moved is learnt from the check, too: the news come, and what is behind them is not held up."""
    await room.says("/report", TEACHER, CLASS_7B)
    await room.presses("Send me such news every week", TEACHER)
    room.telegram.replies["getChatMember"] = lambda p: (
        Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to=-100777)
        if p["chat_id"] == CLASS_7B["id"]
        else None
    )
    room.telegram.calls.clear()
    await later(room, TO_SUNDAY)
    for _ in range(5):
        await room.clock.advance(2)
        await done(room)
    assert len(room.telegram.sent("getChatMember")) <= 2


async def test_a_class_is_not_named_to_strangers(room: Conversation) -> None:
    """A forged wish for no more news tells nothing of a class."""
    await room.tells(a_press("digest:1007:0", BO))
    assert "Class 7b" not in str(to(room, BO))


async def test_a_report_in_private(room: Conversation) -> None:
    """/report is a group's; a forged press of its buttons in a group shows nothing there."""
    [reply] = await room.says("/report", TEACHER)
    assert "in your class's group" in reply["text"]
    bot = {"id": 42, "is_bot": True, "first_name": "Tutor"}
    under = {"message_id": 70, "date": 1, "chat": CLASS_7B, "from": bot, "text": "a message"}
    await room.tells(*(a_press(data, TEACHER, under) for data in ("report:1007:30", "rfiles:1007:30")))
    assert not room.telegram.sent("sendPhoto")
    assert not room.telegram.sent("sendDocument")
