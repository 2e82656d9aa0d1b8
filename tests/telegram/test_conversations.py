from datetime import timedelta
from typing import Any

import pytest

from tests.clocks import MovingClock
from tests.fake_telegram import AMINA, BLOCKED, BO, CLASS_7B, Refusal, a_message, a_poll, a_press, a_vote
from tests.telegram.conversation import Conversation

QUESTION = "What was the testament?"


async def test_start_welcomes_with_examples(chat: Conversation) -> None:
    """/start greets by name, says what the subject is and offers questions as buttons."""
    [welcome] = await chat.says("/start")
    assert "Amina" in welcome["text"]
    assert "Demo" in welcome["text"]
    assert len(welcome["reply_markup"]["inline_keyboard"]) == 3
    calls = await chat.presses("What was the funeral?")
    assert any("dictated" in call.get("text", "") for call in calls)


async def test_a_question_gets_its_fact_and_an_offer(chat: Conversation) -> None:
    """The answer carries its source and buttons; the first one is followed by the offer of a daily quiz."""
    [answer] = await chat.says(QUESTION)
    assert "dictated in December 1922" in answer["text"]
    assert "Moshe Lewin" in answer["text"]
    labels = [b["text"] for row in answer["reply_markup"]["inline_keyboard"] for b in row]
    assert labels[:4] == ["More", "Sources", "Quiz me on this", "Not what I meant"]
    assert "18:00" in labels
    assert "daily quiz" in answer["text"]
    [again] = await chat.says(QUESTION)
    assert "daily quiz" not in again["text"]


async def test_more_and_sources(chat: Conversation) -> None:
    """'More' unfolds the answer in place, 'Sources' lists them below; twice pressed is no harm."""
    await chat.says(QUESTION)
    edits = [c for c in await chat.presses("More", times=2) if c["method"] == "editMessageText"]
    assert all("More about the testament" in edit["text"] for edit in edits)
    replies = [c for c in await chat.presses("Sources") if c["method"] == "sendMessage"]
    assert "Lenin's Last Struggle" in replies[0]["text"]


async def test_what_is_not_known_is_not_invented(chat: Conversation) -> None:
    """An unknown question is said to be unknown, and noted."""
    [reply] = await chat.says("How did Mao come to lead China?")
    assert "I do not know" in reply["text"]


async def test_somebody_elses_button(chat: Conversation) -> None:
    """In a group, buttons work for the asker only; another learner gets a friendly alert."""
    await chat.says(f"/ask {QUESTION}", chat=CLASS_7B)
    calls = await chat.presses("Not what I meant", who=BO)
    assert [c["method"] for c in calls] == ["answerCallbackQuery"]
    assert calls[0]["show_alert"]
    assert "person who asked" in calls[0]["text"]


@pytest.mark.parametrize(
    ("idea", "said", "answered"),
    [
        ("/ask", {"text": f"/ask {QUESTION}"}, True),
        ("/ask with the bot's name", {"text": f"/ask@tutor_bot {QUESTION}"}, True),
        ("a mention", {"text": f"@tutor_bot {QUESTION}"}, True),
        ("talk among pupils", {"text": QUESTION}, False),
        ("another bot's command", {"text": f"/ask@other_bot {QUESTION}"}, False),
        ("a command that is not ours", {"text": "/weather"}, False),
        ("a sticker", {"text": None, "sticker": {}}, False),
    ],
)
async def test_in_groups(chat: Conversation, idea: str, said: dict[str, Any], answered: bool) -> None:
    """In a group the bot answers what is meant for it and nothing else, as a reply to the asker."""
    text = said["text"] or "x"
    if "sticker" in said:
        replies = await chat.says("", chat=CLASS_7B, sticker=_sticker())
    else:
        replies = await chat.says(text, chat=CLASS_7B)
    assert bool(replies) is answered, idea
    if answered:
        assert replies[0]["reply_parameters"]["message_id"]
        assert "Quiz me on this" not in str(replies[0]["reply_markup"])


async def test_in_a_forum_topic_the_answer_stays_there(chat: Conversation) -> None:
    """A question in a topic of a forum is answered in that topic."""
    [reply] = await chat.says(f"/ask {QUESTION}", chat=CLASS_7B, message_thread_id=9, is_topic_message=True)
    assert reply["message_thread_id"] == 9


async def test_a_crowded_group_is_told_of_private_answers_once(chat: Conversation) -> None:
    """When a group's 20 a minute run short, answers keep their order and one message offers the private chat."""
    asked = [a_message(f"/ask {QUESTION}", chat=CLASS_7B, message_id=5000 + n) for n in range(24)]
    await chat.tells(*asked)
    replies = chat.telegram.sent("sendMessage")
    offers = [r for r in replies if "20 messages a minute" in r["text"]]
    assert len(offers) == 1
    assert "t.me/tutor_bot?start=" in str(offers[0]["reply_markup"])
    answered = [r["reply_parameters"]["message_id"] for r in replies if r not in offers]
    assert answered == [5000 + n for n in range(24)]


async def test_a_quiz_by_votes(chat: Conversation) -> None:
    """Three questions: right, wrong with the right answer shown, right; then the summary with 'again'."""
    await chat.says("/quiz 3")
    first = await chat.poll(1)
    sent = chat.telegram.sent("sendPoll")[0]
    assert (sent["type"], sent["is_anonymous"]) == ("quiz", False)
    assert first["question"].startswith("1/3")
    await chat.votes(first, right=True)
    second = await chat.poll(2)
    await chat.votes(second, right=False)
    assert "the key" in (await chat.message("Not quite"))["text"]
    await chat.votes(await chat.poll(3), right=True)
    summary = await chat.message("2 of 3 questions right")
    assert "Ask me these again" in str(summary["reply_markup"])
    await chat.presses("Ask me these again")
    again = await chat.poll(4)
    assert again["question"] == second["question"].partition("· ")[2]
    progress = await chat.sees("/progress")
    assert "2 of 3 answers right" in progress["caption"]
    assert "You know 2 of 3 facts" in progress["caption"]
    [(_, picture, _kind)] = progress["files"].values()
    assert picture.startswith(b"\x89PNG")


async def test_a_restart_in_the_middle_of_a_quiz(chat: Conversation) -> None:
    """After a restart the vote that came meanwhile brings the next question."""
    await chat.says("/quiz 2")
    first = await chat.poll(1)
    await chat.stop()
    numbers = await chat.telegram.delivers(a_vote(first["id"], *first["correct_option_ids"]))
    await chat.start()
    await chat.handled(numbers)
    await chat.poll(2)
    assert len(chat.telegram.polls) == 2


async def test_the_same_update_twice(chat: Conversation) -> None:
    """An update that Telegram delivers again is acted on once."""
    message = a_message(QUESTION)
    await chat.tells(message)
    before = len(chat.telegram.sent("sendMessage"))
    await chat.telegram.delivers(dict(message))
    await chat.tells(a_message("/help"))
    assert len(chat.telegram.sent("sendMessage")) == before + 1


async def test_the_daily_quiz_is_set_by_buttons(chat: Conversation, clock: MovingClock) -> None:
    """Hour, then place, then both are repeated; nobody is put on UTC without a word; the quiz comes."""
    await chat.says(QUESTION)
    [ask_zone] = [c for c in await chat.presses("18:00") if c["method"] == "sendMessage"]
    assert "which clock" in ask_zone["text"]
    [done] = [c for c in await chat.presses("Europe/London · 12:00") if c["method"] == "sendMessage"]
    assert "18:00" in done["text"]
    assert "Europe/London" in done["text"]
    await clock.advance(timedelta(hours=5, minutes=59))
    assert not chat.telegram.polls
    await clock.advance(timedelta(minutes=1))
    assert (await chat.poll(1))["question"].startswith("1/3")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("/daily 25:99 Mars/Base", "not a time"),
        ("/daily 18:00 Mars/Base", "no time zone"),
        ("/daily 18:00 Europe/Berlni", "Did you mean"),
        ("/daily 18:00 europe/berlin", "18:00, Europe/Berlin"),
        ("/daily 18:00 America/New York", "America/New York"),
        ("/daily 18:00", "which clock"),
        ("/daily off", "off already"),
        ("/daily", "is off"),
        ("/quiz 0", "1 to 20"),
        ("/quiz 21", "1 to 20"),
        ("/quiz -5", "1 to 20"),
        ("/quiz 99999999999999999999", "1 to 20"),
        ("/quiz 5 basket weaving", "no topic"),
        ("/quiz 2 lenin", "Here come 2 questions"),
        ("/quiz 2 lennin", "Here come 2 questions"),
        ("/stop", "No quiz is open"),
        ("/topics", "Lenin"),
        ("/progress", "Nothing yet"),
        ("/help", "/daily"),
        ("/ask", "behind the command"),
        ("/wat", "do not know /wat"),
        ("/wat<b>&", "/wat&lt;b&gt;&amp;"),
        ("<script>alert(1)</script> & " + "x" * 4000, "do not know"),
        ("\u202eabc", "do not know"),
    ],
)
async def test_commands_and_bad_input(chat: Conversation, said: str, expected: str) -> None:
    """Every command, and every impossible one, gets one clear answer."""
    [reply] = await chat.says(said)
    assert expected in reply["text"]


async def test_what_has_no_words(chat: Conversation) -> None:
    """A sticker in private gets a kind word on what the bot can do."""
    [reply] = await chat.says("", sticker=_sticker())
    assert "only read text" in reply["text"]


async def test_an_edited_question_is_answered_anew(chat: Conversation) -> None:
    """Whoever corrects a question gets the answer to what it says now; an edited command is left alone."""
    edited = a_message(QUESTION)["message"] | {"edit_date": 1_772_442_100}
    before = len(chat.telegram.sent("sendMessage"))
    await chat.tells({"edited_message": edited})
    assert "dictated" in chat.telegram.sent("sendMessage")[before]["text"]
    command = a_message("/quiz")["message"] | {"edit_date": 1_772_442_100}
    await chat.tells({"edited_message": command})
    assert not chat.telegram.polls


@pytest.mark.parametrize(
    "data",
    [
        "",
        "more",
        "more:1:2",
        "more:x",
        "more:99999",
        "pick:1:99",
        "hour:9999",
        "zone:60:Mars/Base",
        "nope",
        "go",
        "topic:99",
        "new:0:0",
        "again:5",
        "miss:1:1",
        "ex:77",
        "more:-1",
    ],
)
async def test_old_and_forged_buttons(chat: Conversation, data: str) -> None:
    """A button that is no longer, or never was, ours is answered kindly and breaks nothing."""
    await chat.tells(a_press(data))
    assert chat.telegram.sent("answerCallbackQuery")
    assert "dictated" in (await chat.says(QUESTION))[0]["text"]


async def test_votes_that_are_nobodys(chat: Conversation) -> None:
    """Votes on unknown polls, retracted ones, a channel's: nothing happens, and the bot goes on."""
    await chat.tells(
        a_vote("unknown", 0), a_vote("unknown"), a_vote("unknown", 1, voter_chat=CLASS_7B), a_poll("unknown")
    )
    assert "dictated" in (await chat.says(QUESTION))[0]["text"]


async def test_a_learner_who_blocks_the_bot(chat: Conversation) -> None:
    """After a 403 nothing more is tried; when the learner writes again, all works."""
    await chat.says(QUESTION)
    chat.telegram.replies["sendPoll"] = [BLOCKED]
    await chat.says("/quiz 2")
    await chat.telegram.called("sendPoll")
    await chat.noted()
    await chat.clock.advance(timedelta(minutes=5))
    assert len(chat.telegram.sent("sendPoll")) == 1
    await chat.says("/quiz 2")
    await chat.presses("Go on")
    await chat.poll(1)


async def test_a_refused_question_is_skipped(chat: Conversation) -> None:
    """A poll that Telegram refuses is left out, and the quiz goes on."""
    chat.telegram.replies["sendPoll"] = [Refusal(400, "Bad Request: POLL_OPTION_INVALID")]
    await chat.says("/quiz 2")
    poll = await chat.poll(1)
    assert poll["question"].startswith("2/2")


async def test_menus_stand_for_each_kind_of_chat(chat: Conversation) -> None:
    """What stands in a menu has a handler, and groups get only what works there."""
    from tutor_bot.telegram.application import show_menus

    await show_menus(chat.running.application)
    menus = chat.telegram.sent("setMyCommands")
    private, groups = (menu for menu in menus if "language_code" not in menu)
    assert [menu["language_code"] for menu in menus[2:]] == ["ru", "ru"]
    # Each in a chat of its own, where no limit has to be waited for.
    for number, command in enumerate(private["commands"]):
        replies = await chat.says(f"/{command['command']}", {**AMINA, "id": 1000 + number})
        # One of them answers with a file.
        assert replies or chat.telegram.sent("sendDocument")
        assert not any("I do not know /" in reply["text"] for reply in replies)
    for number, command in enumerate(groups["commands"]):
        [reply] = await chat.says(f"/{command['command']}", chat={**CLASS_7B, "id": -2000 - number})
        assert not reply["text"].startswith("That works in our private chat")


def _sticker() -> dict[str, Any]:
    return {
        "file_id": "s",
        "file_unique_id": "s",
        "type": "regular",
        "width": 1,
        "height": 1,
        "is_animated": False,
        "is_video": False,
    }


def _bot_member(chat: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    """An update: the bot's own place in a chat has changed."""
    bot = {"id": 42, "is_bot": True, "first_name": "Tutor", "username": "tutor_bot"}
    old, new = (
        {"status": status, "user": bot, **({"until_date": 0} if status == "kicked" else {})}
        for status in (before, after)
    )
    return {"my_chat_member": {"chat": chat, "from": AMINA, "date": 1, "old_chat_member": old, "new_chat_member": new}}


async def test_a_group_is_greeted_once(chat: Conversation) -> None:
    """Added to a group, the bot says in a line what it does; made an admin or thrown out, it says nothing."""
    await chat.tells(_bot_member(CLASS_7B, "left", "member"))
    [greeting] = chat.telegram.sent("sendMessage")
    assert "/ask" in greeting["text"]
    await chat.tells(_bot_member(CLASS_7B, "member", "administrator"), _bot_member(CLASS_7B, "administrator", "left"))
    assert len(chat.telegram.sent("sendMessage")) == 1


async def test_a_group_that_moves_keeps_its_conversation(chat: Conversation) -> None:
    """A group that becomes a supergroup stays the same chat: a follow-up there still knows what was asked."""
    small = {**CLASS_7B, "id": -7, "type": "group"}
    await chat.says(f"/ask {QUESTION}", chat=small)
    await chat.tells(a_message("", chat=small, migrate_to_chat_id=-1007))
    await chat.says(f"/ask {QUESTION}", chat=CLASS_7B)
    async with chat.storage.read() as work:
        assert await work.asked.latest(1, chat=1, thread=None, since=chat.clock.now() - timedelta(hours=1)) == (
            "demo/testament",
            "demo/testament",
        )


async def test_a_learner_who_blocks_without_being_written_to(chat: Conversation, clock: MovingClock) -> None:
    """Telegram's word that the bot was blocked is enough: the daily quiz is not tried."""
    await chat.says("/daily 18:00 Europe/London")
    private = {"id": AMINA["id"], "type": "private", "first_name": "Amina"}
    await chat.tells(_bot_member(private, "member", "kicked"))
    await clock.advance(timedelta(hours=8))
    assert not chat.telegram.sent("sendPoll")
    await chat.tells(_bot_member(private, "kicked", "member"))
    await clock.advance(timedelta(minutes=2))
    await chat.poll(1)


async def test_the_daily_quiz_is_offered_after_the_first_quiz(chat: Conversation) -> None:
    """Whoever has not chosen yet is asked once more below the first summary, and then not again."""
    for number in (1, 2):
        await chat.says("/quiz 1")
        await chat.votes(await chat.poll(number), right=True)
        summary = await chat.message("1 of 1 question right")
        assert ("At what time" in summary["text"]) is (number == 1)
        chat.telegram.calls.clear()
