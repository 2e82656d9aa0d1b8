"""A class group as its admins and pupils meet it: set-up, the day's quiz, live quizzes, names and the leaderboard."""

import re
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from tests.clocks import breathe
from tests.fake_telegram import AMINA, BO, CHIDI, CLASS_7B, JSON, Refusal, a_message, a_press, a_vote
from tests.telegram.conversation import TURNS, Conversation
from tutor_bot.domain.classes import Classroom, Names
from tutor_bot.storage.outbox import Kind
from tutor_bot.storage.schema import outbox

# The use cases below are tried on both databases elsewhere; here it is the words that count.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TEACHER: JSON = {"id": 200, "is_bot": False, "first_name": "Teacher", "language_code": "en"}
NOBODY: JSON = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Telegram's stand-in for an admin who writes as the group."""
OTHER_GROUP: JSON = {"id": -1009, "type": "supergroup", "title": "Strangers"}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def room(chat: Conversation) -> Conversation:
    """The bot in a group whose owner is the teacher."""
    chat.telegram.statuses[TEACHER["id"]] = "creator"
    return chat


async def classroom(chat: Conversation) -> Classroom:
    async with chat.storage.read() as work:
        known = await work.people.known_group(CLASS_7B["id"])
        assert known
        return await work.classes.one(known)


async def done(chat: Conversation) -> None:
    """All that is due has been done and said."""
    for turn in count():
        assert turn < 100 * TURNS
        async with chat.storage.read() as work:
            now, due = chat.clock.now(), await work.outbox.next_due()
            waits = due is not None and due <= now
            waits = waits or bool(await work.outbox.under_way() or await work.live.due(now, 1))
            if not waits and not await work.classes.due_for_daily(now, 1):
                return
        if turn % 100 == 99:
            # What is left waits for Telegram's limits, and so for the clock.
            await chat.clock.advance(timedelta(milliseconds=100))
        await breathe(turn)


async def passes(chat: Conversation, *steps: timedelta) -> None:
    """Time goes by, and after each step all is done that is due then."""
    for step in steps:
        await chat.clock.advance(step)
        await done(chat)


async def down(chat: Conversation, delta: timedelta) -> None:
    """The bot is down for so long, and back."""
    await done(chat)
    await chat.stop()
    await chat.clock.advance(delta)
    await chat.start()
    # What broke off is tried again after some seconds.
    await passes(chat, timedelta(seconds=4))


async def lobby(chat: Conversation, said: str, who: JSON = TEACHER, **more: JSON) -> None:
    """A quiz is called, and its lobby has come."""
    words = "A live quiz begins"
    before = sum(words in sent["text"] for sent in chat.telegram.sent("sendMessage"))
    await chat.says(said, who, CLASS_7B, **more)
    await chat.message(words, times=before + 1)
    await chat.noted()


def labels(message: JSON) -> list[str]:
    return [button["text"] for row in message["reply_markup"]["inline_keyboard"] for button in row]


def texts(calls: list[JSON]) -> str:
    return "\n".join(call.get("text", "") for call in calls)


def assert_refused(calls: list[JSON]) -> None:
    """Nothing but an alert to whoever pressed."""
    assert [c["method"] for c in calls] == ["getChatMember", "answerCallbackQuery"]
    assert calls[-1]["show_alert"]


def in_group(chat: Conversation) -> str:
    """Everything that was said in the group, pop-ups and buttons too."""
    said = [p for _, p in chat.telegram.calls if p.get("chat_id") == CLASS_7B["id"] or "callback_query_id" in p]
    return "\n".join(str(p) for p in said)


def group_press(data: str, who: JSON = AMINA, group: JSON = CLASS_7B) -> JSON:
    """A press of a button under a message in a group."""
    bot = {"id": 42, "is_bot": True, "first_name": "Tutor"}
    return a_press(data, who, {"message_id": 70, "date": 1, "chat": group, "from": bot, "text": "a message"})


def bot_member(before: str, after: str, who: JSON = TEACHER) -> JSON:
    """An update: the bot's own place in the group has changed."""
    bot = {"id": 42, "is_bot": True, "first_name": "Tutor", "username": "tutor_bot"}
    rights = dict.fromkeys(
        "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members "
        "can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories "
        "can_delete_stories".split(),
        False,
    )
    more: dict[str, JSON] = {"kicked": {"until_date": 0}, "administrator": rights}
    old, new = ({"status": status, "user": bot, **more.get(status, {})} for status in (before, after))
    change = {"chat": CLASS_7B, "from": who, "date": 1, "old_chat_member": old, "new_chat_member": new}
    return {"my_chat_member": change}


# Coming and going


@pytest.mark.parametrize(("status", "lines"), [("member", 3), ("administrator", 2)])
async def test_a_group_is_greeted(room: Conversation, status: str, lines: int) -> None:
    """Two lines on what the bot does, the wish to be an admin only where it is none, and the way to the settings."""
    await room.tells(bot_member("left", status))
    [greeting] = room.telegram.sent("sendMessage")
    assert len(greeting["text"].splitlines()) == lines
    assert ("Make me an admin" in greeting["text"]) is (status == "member")
    assert "/quiz" in greeting["text"]
    [button] = labels(greeting)
    assert_refused(await room.presses(button, BO))
    # The greeting stays where it is, and the settings come below it.
    calls = await room.presses(button, TEACHER)
    assert [c["method"] for c in calls if "text" in c and "Settings of this class" in c["text"]] == ["sendMessage"]


async def test_the_link_that_adds_the_bot(room: Conversation) -> None:
    """/start with a payload, as t.me/...?startgroup= sends it, says what the bot does here."""
    [reply] = await room.says("/start@tutor_bot class", TEACHER, CLASS_7B)
    assert "/settings" in reply["text"]


async def test_taken_out_of_the_group(room: Conversation) -> None:
    """Everything that is open ends: no question, no standing, no quiz of the day."""
    await room.says("/daily 18:00 Europe/London", TEACHER, CLASS_7B)
    await lobby(room, "/quiz 2 10")
    await room.presses("Start now (admins)", TEACHER)
    await room.poll(1)
    before = len(room.telegram.calls)
    await room.tells(bot_member("member", "kicked"))
    await passes(room, 2 * MINUTE)
    await down(room, timedelta(hours=6))
    await passes(room, MINUTE)
    assert not [name for name, _ in room.telegram.calls[before:] if name.startswith(("send", "edit", "stop"))]


async def test_back_in_the_group(room: Conversation) -> None:
    """What /daily says is true: after the bot has come back, the quiz of the day comes, or is said to be off."""
    await room.says("/daily 18:00 Europe/London", TEACHER, CLASS_7B)
    await room.tells(bot_member("member", "kicked"))
    await room.tells(bot_member("kicked", "member"))
    [told] = await room.says("/daily", TEACHER, CLASS_7B)
    await down(room, timedelta(hours=6))
    assert ("comes at 18:00" in told["text"]) is bool(room.telegram.polls)


# Set-up by buttons


async def test_settings_are_for_admins(room: Conversation) -> None:
    """An admin gets the page, also one who writes as the group; a pupil a friendly no."""
    for who, more in ((TEACHER, {}), (NOBODY, {"sender_chat": CLASS_7B})):
        [page] = await room.says("/settings", who, CLASS_7B, **more)
        assert "Settings of this class" in page["text"]
    [refusal] = await room.says("/settings", BO, CLASS_7B)
    assert "only admins" in refusal["text"]
    [refusal] = await room.says("/settings", NOBODY, CLASS_7B, sender_chat=OTHER_GROUP)
    assert "only admins" in refusal["text"]


async def test_a_class_is_set_up_by_buttons_alone(room: Conversation) -> None:
    """Every button sets what it says, and the page shows it."""

    async def page() -> None:
        await room.says("/settings", TEACHER, CLASS_7B)

    async def press(label: str) -> str:
        return texts(await room.presses(label, TEACHER))

    await page()
    await press("Quiz of the day")
    assert "which clock" in await press("16:00")
    assert "16:00, Europe/London" in await press("Europe/London · 12:00")
    await page()
    await press("Questions a day")
    assert "16:00, 5 questions" in await press("5")
    await press("Time zone")
    await press("Asia/Kolkata · 17:30")
    await page()
    await press("Topics")
    await press("Lenin")
    assert (await classroom(room)).topics == ("demo/lenin",)
    assert "Topics: <b>all" in await press("All topics")
    await press("Names on the table")
    assert "nicknames alone" in await press("Nicknames alone")
    assert "Points for speed: <b>off" in await press("No points for speed")
    assert "each question: <b>on" in await press("A minute to talk")
    found = await classroom(room)
    assert (str(found.zone), f"{found.daily:%H:%M}", found.size) == ("Asia/Kolkata", "16:00", 5)
    assert (found.topics, found.names, found.speed, found.talk) == ((), Names.NICKNAMES, False, True)
    await press("Points for speed")
    await press("No minute to talk")
    await press("Quiz of the day")
    assert "Quiz of the day: <b>off" in await press("No quiz of the day")
    found = await classroom(room)
    assert (found.daily, found.next_daily, found.speed, found.talk) == (None, None, True, False)


EVERY_BUTTON = (
    "class:all class:topics chour:540 cnohour czone:Europe/Berlin csize:5 ctopic:0:1 calltop cnames:nicknames "
    "cspeed:0 ctalk:1 clang:ru"
).split()


async def test_pupils_set_nothing(room: Conversation) -> None:
    """A pupil's press of any button of the settings gets an alert and changes nothing."""
    await room.says("/daily 16:00 Europe/London", TEACHER, CLASS_7B)
    before = await classroom(room)
    await room.tells(*(group_press(data, BO) for data in EVERY_BUTTON))
    assert [p.get("show_alert") for p in room.telegram.sent("answerCallbackQuery")] == [True] * len(EVERY_BUTTON)
    assert await classroom(room) == before
    assert not room.telegram.sent("editMessageText")


async def test_forged_settings(room: Conversation) -> None:
    """Nothing that was not offered is set, not even for an admin, and each press is answered."""
    await room.says("/daily 16:00 Europe/London", TEACHER, CLASS_7B)
    before = await classroom(room)
    forged = (
        "class:nonsense class: chour:1440 chour:-1 chour:x czone:Mars/Base czone: csize:0 csize:6 csize:99999999 "
        "ctopic:99:1 ctopic:999999999999999999:1 ctopic:0 cnames:bogus clang:xx clang: cspeed: ctalk:x lead:century "
        "begin:999999999999999999 join:999999999999999999 lteam:1:9 lteams:1:9 lmode:1:daily lskip:77 lpause lnext "
        "lnext:1:77"
    ).split()
    await room.tells(*(group_press(data, TEACHER) for data in forged))
    assert len(room.telegram.sent("answerCallbackQuery")) == len(forged)
    assert await classroom(room) == before


async def test_a_class_has_a_language(room: Conversation) -> None:
    """Once chosen it wins over that of whoever acts, and all that is said in the group is in it."""
    await room.says("/settings", TEACHER, CLASS_7B)
    await room.presses("Language", TEACHER)
    assert "Язык: <b>Русский" in texts(await room.presses("Русский", TEACHER))
    assert re.search("[а-я]", texts(await room.says("/leaderboard", BO, CLASS_7B)))
    await room.says("/quiz 1 10", TEACHER, CLASS_7B)
    await room.poll(1)
    english = re.compile(r"quiz|play|second|right|admins", re.IGNORECASE)
    await room.message("1")
    told = [p["text"] for p in room.telegram.sent("sendMessage") if "/quiz" not in p["text"]]
    assert not [text for text in told[2:] if english.search(text)]


async def test_the_language_that_the_settings_name(room: Conversation) -> None:
    """A class whose settings say Русский is not asked in English."""
    ivan = {**TEACHER, "language_code": "ru"}
    [page] = await room.says("/settings", ivan, CLASS_7B)
    assert "Язык: <b>Русский" in page["text"]
    await room.says("/daily 13:00 Europe/London", ivan, CLASS_7B)
    await down(room, timedelta(hours=1))
    await room.poll(3)
    await down(room, timedelta(hours=23))
    [podium] = [p["text"] for p in room.telegram.sent("sendMessage") if "🏁" in p["text"]]
    assert re.search("[а-я]", podium)


# The quiz of the day


@pytest.mark.parametrize(
    ("said", "expected", "button"),
    [
        ("/daily", "no quiz of the day", "Choose a time (admins)"),
        ("/daily off", "There was no quiz of the day", None),
        ("/daily 14:30 europe/berlin", "come at 14:30, Europe/Berlin time; the first ones today", None),
        ("/daily 8:00 Europe/London", "the first ones tomorrow", None),
        ("/daily 14:30 Europe/Berlni", "Did you mean one of these?", "Europe/Berlin"),
        ("/daily 14:30 <b>Atlantis</b>", "&lt;b&gt;Atlantis", None),
        ("/daily 25:99", "not a time", "23:59"),
        ("/daily noon", "not a time", None),
    ],
)
async def test_what_is_said_to_daily(room: Conversation, said: str, expected: str, button: str | None) -> None:
    """Every hour and zone, possible or not, gets one clear answer; a pupil may only look."""
    [refusal] = await room.says(said, BO, CLASS_7B)
    assert ("only admins" in refusal["text"]) is (said != "/daily")
    [reply] = await room.says(said, TEACHER, CLASS_7B)
    assert expected in reply["text"]
    assert button is None or button in labels(reply)


async def test_hour_first_then_zone(room: Conversation) -> None:
    """An hour without a zone is kept until a button has named the zone; so is one with a zone that there is not."""
    await room.says("/daily 14:30", TEACHER, CLASS_7B)
    assert "at 14:30, Europe/London" in texts(await room.presses("Europe/London · 12:00", TEACHER))
    await room.says("/daily 15:30 Europe/Berlni", TEACHER, CLASS_7B)
    assert "at 15:30, Europe/Berlin" in texts(await room.presses("Europe/Berlin", TEACHER))
    [told] = await room.says("/daily", BO, CLASS_7B)
    assert "comes at 15:30, Europe/Berlin time, with 3 questions" in told["text"]


async def test_the_nearest_hour(room: Conversation) -> None:
    """The time that a wrong one comes nearest to can be chosen by its button."""
    await room.says("/daily 16:00 Europe/London", TEACHER, CLASS_7B)
    await room.says("/daily 25:99", TEACHER, CLASS_7B)
    await room.presses("23:59", TEACHER)
    assert f"{(await classroom(room)).daily:%H:%M}" == "23:59"


async def test_an_hour_that_was_taken_back(room: Conversation) -> None:
    """Who has switched the quiz off and then chooses a zone gets no quiz."""
    await room.says("/daily 14:30", TEACHER, CLASS_7B)
    await room.says("/daily off", TEACHER, CLASS_7B)
    await room.says("/settings", TEACHER, CLASS_7B)
    await room.presses("Time zone", TEACHER)
    await room.presses("Europe/London · 12:00", TEACHER)
    assert (await classroom(room)).daily is None


async def test_a_day_of_a_class(room: Conversation) -> None:
    """At its hour all questions come as polls that stay open for a day; votes move nothing on; then one summary."""
    thread = {"message_thread_id": 9, "is_topic_message": True}
    await room.says("/daily 13:00 Europe/London", TEACHER, CLASS_7B, **thread)
    await down(room, timedelta(minutes=59))
    assert not room.telegram.polls
    await passes(room, MINUTE)
    third = await room.poll(3)
    sent = room.telegram.sent("sendPoll")
    assert [s["question"][:3] for s in sent] == ["1/3", "2/3", "3/3"]
    assert all(s["open_period"] in range(23 * 3600 - 60, 23 * 3600 + 1) for s in sent)
    assert all(s["protect_content"] and s["message_thread_id"] == 9 and not s["is_anonymous"] for s in sent)
    polls = list(room.telegram.polls.values())
    await room.votes(polls[0], right=True)
    await room.votes(polls[0], right=True)
    await room.votes(polls[0], right=False, who=BO)
    await room.votes(third, right=True, who=BO)
    # A restart asks nothing twice.
    await down(room, timedelta(seconds=5))
    await passes(room, 2 * MINUTE)
    assert len(room.telegram.sent("sendPoll")) == 3
    async with room.storage.read() as work:
        for who, met in ((AMINA, 1), (BO, 2)):
            learner = await work.people.known_as(who["id"])
            assert learner
            assert len(await work.memories.of(learner.id)) == met
    await down(room, timedelta(hours=22, minutes=55))
    assert not [p for p in room.telegram.sent("sendMessage") if "questions are closed" in p["text"]]
    await passes(room, 5 * MINUTE)
    podium = await room.message("The day's questions are closed.")
    assert "Amina" in podium["text"]
    assert "1 of 2 knew it" in podium["text"]
    assert len(room.telegram.sent("sendPoll")) == 3
    await down(room, timedelta(hours=1))
    await room.poll(6)
    assert len([p for p in room.telegram.sent("sendMessage") if "questions are closed" in p["text"]]) == 1


async def test_after_a_long_night(room: Conversation) -> None:
    """What fell due while the bot was down waits for the morning, and comes once."""
    await room.says("/daily 18:00 Europe/London", TEACHER, CLASS_7B)
    await down(room, timedelta(hours=15))
    await passes(room, 2 * MINUTE)
    assert not room.telegram.polls
    await down(room, timedelta(hours=4, minutes=58))
    await room.poll(3)
    await passes(room, 2 * MINUTE)
    assert len(room.telegram.sent("sendPoll")) == 3


# Live quizzes


async def test_what_is_said_to_quiz(room: Conversation) -> None:
    """Every impossible wish gets one clear answer, and no quiz begins."""
    await room.says("/daily 18:00 Europe/London", TEACHER, CLASS_7B)
    for said, who, expected in (
        ("/quiz", BO, "only admins"),
        ("/quiz 0", TEACHER, "1 to 20 questions"),
        ("/quiz 21", TEACHER, "1 to 20 questions"),
        ("/quiz 1000 1s", TEACHER, "10 to 600 seconds"),
        ("/quiz 5 601", TEACHER, "10 to 600 seconds"),
        ("/quiz -5", TEACHER, "1 to 20 questions"),
        ("/quiz 99999999999999999999", TEACHER, "1 to 20 questions"),
        ("/quiz 5 20 basket weaving", TEACHER, "no topic “basket weaving”"),
        ("/quiz <b>", TEACHER, "no topic “&lt;b&gt;”"),
        ("/quiz 5 homework 31", TEACHER, "three days (1 to 30)"),
        ("/quiz 5 homework 0", TEACHER, "three days (1 to 30)"),
        ("/quiz 5 20 homework 3", TEACHER, "three days (1 to 30)"),
        ("/stop", TEACHER, "No quiz is running"),
        ("/next", TEACHER, "No quiz is running"),
        ("/skip", TEACHER, "No quiz is running"),
        ("/pause", BO, "/pause"),
    ):
        replies = await room.says(said, who, CLASS_7B)
        assert said == "/pause" or [expected in reply["text"] for reply in replies] == [True], said
    assert not room.telegram.polls


@pytest.mark.parametrize("where", [None, CLASS_7B])
async def test_signs_before_a_number(room: Conversation, where: JSON | None) -> None:
    """/quiz --5 is told how to write it, in a group and in private."""
    assert "1 to 20" in texts(await room.says("/quiz --5", TEACHER, where))


async def test_a_quiz_in_a_channel(room: Conversation) -> None:
    """A channel has no pupils: nothing happens, and nothing breaks."""
    channel = {"id": -1010, "type": "channel", "title": "News"}
    post = a_message("/quiz", chat=channel)["message"] | {"sender_chat": channel}
    del post["from"]
    await room.tells({"channel_post": post})
    assert not room.telegram.sent("sendMessage")
    [reply] = await room.says("/quiz 0", TEACHER, CLASS_7B)
    assert "1 to 20" in reply["text"]


async def test_polls_that_may_not_hide_their_results(room: Conversation) -> None:
    """Refused with hidden results, a poll is sent at once without; the next one, also after a restart, at once so."""
    room.telegram.replies["sendPoll"] = lambda p: (
        Refusal(400, "Bad Request: wrong poll") if p.get("hide_results_until_closes") else None
    )
    await lobby(room, "/quiz 2 10")
    await room.presses("Start now (admins)", TEACHER)
    await room.poll(1)
    await down(room, timedelta(seconds=1))
    await room.poll(2)
    hides = [bool(s.get("hide_results_until_closes")) for s in room.telegram.sent("sendPoll")]
    assert hides == [True, False, False]


async def test_a_group_that_takes_no_polls(room: Conversation) -> None:
    """Each question is tried, left out, and the podium says so."""
    room.telegram.replies["sendPoll"] = Refusal(400, "Bad Request: not enough rights to send polls to the chat")
    await lobby(room, "/quiz 2 10")
    [running] = await room.says("/quiz", TEACHER, CLASS_7B)
    assert "running here already" in running["text"]
    await room.presses("Start now (admins)", TEACHER)
    podium = await room.message("The quiz is over.")
    assert "2 questions could not be sent" in podium["text"]
    assert "Nobody voted" in podium["text"]


async def test_the_lobby(room: Conversation) -> None:
    """Anybody joins, once; how it is played and when it begins is for admins."""
    await lobby(room, "/quiz 2 20")
    assert "You are in; 1 plays. The table shows you as Bo." in texts(await room.presses("I play", BO))
    assert "You are in already." in texts(await room.presses("I play", BO))
    for label in ("Start now (admins)", "⚙️ Choose how to play (admins)"):
        assert_refused(await room.presses(label, BO))
    assert "An admin begins it" in texts(await room.presses("⚙️ Choose how to play (admins)", TEACHER))
    for label in ("Without a clock", "2 teams", "Points for speed: on", "Time to talk: off"):
        assert_refused(await room.presses(label, BO))
    assert labels((await room.presses("Points for speed: on", TEACHER))[-1])[4] == "Points for speed: off"
    assert "Time to talk: on" in labels((await room.presses("Time to talk: off", TEACHER))[-1])
    shown = (await room.presses("2 teams", TEACHER))[-1]
    assert labels(shown)[:2] == ["🔴 Red · 1", "🔵 Blue · 0"]
    assert "Your team: 🔵 Blue" in texts(await room.presses("🔵 Blue · 0", BO))
    assert "Your team: 🔵 Blue" in texts(await room.presses("🔵 Blue · 0", CHIDI))
    await room.presses("Without a clock", TEACHER)
    await room.presses("Start now (admins)", TEACHER)
    await room.poll(1)
    assert "open_period" not in room.telegram.sent("sendPoll")[0]
    assert "This quiz is over." in texts(await room.presses("By the clock", TEACHER))


async def test_a_lobby_of_another_group(room: Conversation) -> None:
    """Only who is in the group is taken in by its button."""
    await lobby(room, "/quiz 2 20")
    room.telegram.statuses[CHIDI["id"]] = "left"
    await room.tells(group_press("join:1", CHIDI, OTHER_GROUP))
    await room.presses("Start now (admins)", TEACHER)
    await room.votes(await room.poll(1), right=True, who=CHIDI)
    assert "Chidi" not in (await room.message("1/2 · "))["text"]


async def test_without_a_clock(room: Conversation) -> None:
    """/quiz 2 relaxed goes on when an admin says so, by buttons or commands; pupils get an alert."""
    await lobby(room, "/quiz 2 relaxed")
    await room.presses("Start now (admins)", TEACHER)
    await room.votes(await room.poll(1), right=True, who=BO)
    assert_refused(await room.presses("⏭ Show the answer (admins)", BO))
    await room.presses("⏭ Show the answer (admins)", TEACHER)
    await room.message("1 of 1 knew it")
    for command in ("/next", "/skip", "/stop", "/pause"):
        [refusal] = await room.says(command, BO, CLASS_7B)
        assert "only admins" in refusal["text"]
    await passes(room, MINUTE)
    assert len(room.telegram.polls) == 1
    calls = await room.presses("▶ Next question (admins)", TEACHER)
    assert "editMessageReplyMarkup" in [c["method"] for c in calls]
    await room.poll(2)
    await room.says("/stop", TEACHER, CLASS_7B)
    podium = await room.message("The quiz is over.")
    assert "🥇 \u2068Bo\u2069 · 100 (1 of 2 right)" in podium["text"]


async def test_two_admins_press_at_once(room: Conversation) -> None:
    """'Show the answer' pressed by two admins shows the answer, and asks nothing yet."""
    room.telegram.statuses[AMINA["id"]] = "creator"
    await lobby(room, "/quiz 2 relaxed")
    await room.presses("Start now (admins)", TEACHER)
    await room.poll(1)
    data = next(c for c in room.telegram.sent("sendPoll")[0]["reply_markup"]["inline_keyboard"][0])["callback_data"]
    await room.tells(group_press(data, TEACHER), group_press(data, AMINA))
    await room.message("Nobody voted")
    await passes(room, timedelta(seconds=10))
    assert len(room.telegram.polls) == 1


async def test_by_the_clock(room: Conversation) -> None:
    """Skip, pause and go on by an admin's buttons; a pupil's presses change nothing."""
    await lobby(room, "/quiz 3 10")
    await room.presses("Start now (admins)", TEACHER)
    await room.poll(1)
    assert_refused(await room.presses("⏭ Skip (admins)", BO))
    await done(room)
    assert not room.telegram.sent("stopPoll")
    await room.presses("⏭ Skip (admins)", TEACHER)
    await room.votes(await room.poll(2), right=True, who=BO)
    await room.message("1 of 1 knew it")
    assert_refused(await room.presses("⏸ Pause (admins)", BO))
    await room.presses("⏸ Pause (admins)", TEACHER)
    await passes(room, MINUTE)
    assert len(room.telegram.polls) == 2
    await room.presses("▶ Go on (admins)", TEACHER)
    await room.votes(await room.poll(3), right=False, who=BO)
    podium = await room.message("The quiz is over.")
    assert "1 of 2 right" in podium["text"]
    assert "1 question was skipped" in podium["text"]


async def test_the_teacher_deletes_the_poll(room: Conversation) -> None:
    """What stood in it counts as far as it came; skipping it and going on work all the same."""
    await lobby(room, "/quiz 3 10")
    await room.presses("Start now (admins)", TEACHER)
    await room.votes(await room.poll(1), right=True, who=BO)
    room.telegram.replies["stopPoll"] = Refusal(400, "Bad Request: message with poll to stop not found")
    await room.presses("⏭ Skip (admins)", TEACHER)
    await room.votes(await room.poll(2), right=True, who=BO)
    await room.message("1 of 1 knew it")
    await room.says("/stop", TEACHER, CLASS_7B)
    podium = await room.message("The quiz is over.")
    assert "1 question was skipped" in podium["text"]


async def test_a_restart_in_the_middle(room: Conversation) -> None:
    """Within ten seconds of a question's end that fell into the gap, the standing is there, and the next question."""
    await lobby(room, "/quiz 2 10")
    await room.presses("Start now (admins)", TEACHER)
    await room.votes(await room.poll(1), right=True, who=BO)
    await room.stop()
    await room.clock.advance(30)
    began = room.clock.now()
    await room.start()
    await room.message("1 of 1 knew it")
    await room.poll(2)
    async with room.storage.read() as work:
        rows = await work._connection.execute(select(outbox.c.not_before).where(outbox.c.kind == Kind.LIVE_QUESTION))
    # When it was put; the test's clock runs on while it is sent.
    assert max(rows.scalars()) - began <= timedelta(seconds=10)


async def test_restricted_in_the_middle(room: Conversation) -> None:
    """The bot may not write any more: the quiz is over and nothing waits; when it may again, a new one is played."""
    await lobby(room, "/quiz 2 10")
    await room.presses("Start now (admins)", TEACHER)
    await room.poll(1)
    room.telegram.replies["sendMessage"] = Refusal(403, "Forbidden: bot was kicked from the supergroup chat")
    await room.clock.advance(15)
    await done(room)
    room.telegram.replies.clear()
    await passes(room, MINUTE)
    assert len(room.telegram.polls) == 1
    await lobby(room, "/quiz 1 10")
    await room.presses("Start now (admins)", TEACHER)
    await room.poll(2)


async def test_homework(room: Conversation) -> None:
    """/quiz 2 homework 3 is said with its end, and its polls stay open for three days."""
    await room.says("/quiz 2 homework 3", TEACHER, CLASS_7B)
    told = await room.message("Homework: 2 questions, open until Thursday, 5 March 2026")
    assert "once each" in told["text"]
    await room.poll(2)
    assert [s["open_period"] // 3600 for s in room.telegram.sent("sendPoll")] in ([72, 71], [71, 71])
    await room.says("/stop", TEACHER, CLASS_7B)
    await room.message("The homework is closed.")
    assert len(room.telegram.sent("stopPoll")) == 2


async def test_homework_that_is_stopped_at_once(room: Conversation) -> None:
    """After /stop no question comes any more."""
    await room.says("/quiz 3 homework 3", TEACHER, CLASS_7B)
    await room.poll(1)
    await room.says("/stop", TEACHER, CLASS_7B)
    await room.message("The homework is closed.")
    assert len(room.telegram.polls) == 1


MARKUP: JSON = {"id": 301, "is_bot": False, "first_name": "<b>Eve</b> &amp; <a href='x'>"}
BACKWARDS: JSON = {"id": 302, "is_bot": False, "first_name": "\u202eavE \u200f"}
EMOJI: JSON = {"id": 303, "is_bot": False, "first_name": "🦊" * 200}
LINES: JSON = {"id": 304, "is_bot": False, "first_name": "1. Bo\n2. Chidi"}


async def test_names_of_all_kinds(room: Conversation) -> None:
    """An anonymous admin begins, a channel votes, and no name breaks a table or its markup."""
    await lobby(room, "/quiz 1 10", NOBODY, sender_chat=CLASS_7B)
    await room.presses("Start now (admins)", TEACHER)
    poll = await room.poll(1)
    await room.tells(a_vote(poll["id"], *poll["correct_option_ids"], voter_chat=CLASS_7B))
    for who in (MARKUP, BACKWARDS, EMOJI, LINES):
        await room.votes(poll, right=True, who=who)
    podium = (await room.message("The quiz is over."))["text"]
    assert "&lt;b&gt;Eve&lt;/b&gt; &amp;amp; &lt;" in podium
    assert "\u2068\u202eavE \u200f\u2069" in podium or "\u2068avE\u2069" in podium
    assert f"{'🦊' * 29}…" in podium
    assert "1. Bo 2. Chidi" in podium
    assert "Channel" not in podium
    assert len(re.findall("1 of 1 right", podium)) == 4


async def test_a_name_that_breaks_out(room: Conversation) -> None:
    """No sign in a name turns round what stands behind it."""
    who = {**BO, "first_name": "Bo\u2069\u202e"}
    await room.says("/nickname off", who, CLASS_7B)
    shown = room.telegram.sent("sendMessage")[-1]["text"]
    assert shown.index("\u2069") == shown.rindex("\u2069")


# Names on the tables


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("/nickname Robin", "show you as \u2068Robin\u2069."),
        ("/nickname off", "show you as \u2068Bo\u2069."),
        ("/nickname hide", "no table of this group"),
        ("/nickname show", "show you as \u2068Bo\u2069."),
        ("/nickname", "Write /nickname and"),
        ("/nickname \u200b\u202e", "Write /nickname and"),
        (f"/nickname {'x' * 200}", f"\u2068{'x' * 24}\u2069."),
        ("/nickname <b>&", "\u2068&lt;b&gt;&amp;\u2069."),
    ],
)
async def test_what_is_said_to_nickname(room: Conversation, said: str, expected: str) -> None:
    """Every nickname, possible or not, gets one clear answer."""
    [reply] = await room.says(said, BO, CLASS_7B)
    assert expected in reply["text"]


async def test_an_anonymous_admin_has_no_nickname(room: Conversation) -> None:
    """Who writes as the group stands on no table, and is told how names work."""
    [reply] = await room.says("/nickname Boss", NOBODY, CLASS_7B, sender_chat=CLASS_7B)
    assert "Write /nickname and" in reply["text"]


@pytest.mark.parametrize("between", ["/nickname hide", "/nickname show"])
async def test_a_nickname_stays(room: Conversation, between: str) -> None:
    """Who was hidden for a while comes back under the nickname, not under the Telegram name."""
    for said in ("/nickname Robin", between):
        await room.says(said, BO, CLASS_7B)
    [reply] = await room.says("/nickname show", BO, CLASS_7B)
    assert "\u2068Robin\u2069" in reply["text"]


async def test_how_members_are_shown(room: Conversation) -> None:
    """Standing, podium and leaderboard show a nickname for a name, and nothing of who wishes to be hidden."""
    await room.says("/nickname Robin", BO, CLASS_7B)
    await room.says("/nickname hide", CHIDI, CLASS_7B)
    await lobby(room, "/quiz 2 10")
    assert "shows you as Robin." in texts(await room.presses("I play", BO))
    assert "does not show you" in texts(await room.presses("I play", CHIDI))
    await room.presses("Start now (admins)", TEACHER)
    for number in (1, 2):
        poll = await room.poll(number)
        for who in (AMINA, BO, CHIDI):
            await room.votes(poll, right=True, who=who)
        await room.message("3 of 3 knew it" if number == 1 else "The quiz is over.")
    await room.says("/leaderboard", AMINA, CLASS_7B)
    tables = [p["text"] for p in room.telegram.sent("sendMessage") if "Robin" in p["text"]][1:]
    assert len(tables) == 3
    for table in tables:
        assert "\u2068Amina\u2069" in table
        assert "Chidi" not in table
        assert "\u2068Bo\u2069" not in table


async def test_a_class_of_nicknames_alone(room: Conversation) -> None:
    """No Telegram name stands anywhere in the group, in no table, pop-up or footnote."""
    await room.says("/settings", TEACHER, CLASS_7B)
    await room.presses("Names on the table", TEACHER)
    await room.presses("Nicknames alone", TEACHER)
    await room.says("/nickname off", AMINA, CLASS_7B)
    await lobby(room, "/quiz 1 10")
    await room.presses("I play", BO)
    await room.presses("Start now (admins)", TEACHER)
    poll = await room.poll(1)
    # One who came later and one who cannot be checked stand in footnotes.
    await room.tells(a_message("", CHIDI, CLASS_7B, new_chat_members=[CHIDI]))
    room.telegram.replies["getChatMember"] = [Refusal(400, "Bad Request: user not found")]
    for who in (AMINA, BO, CHIDI, {**AMINA, "id": 305, "first_name": "Dewi"}):
        await room.votes(poll, right=True, who=who)
    podium = await room.message("The quiz is over.")
    assert "Joined later" in podium["text"]
    assert "not checked" in podium["text"]
    await room.says("/leaderboard", AMINA, CLASS_7B)
    assert not re.findall("Amina|Bo\\b|Chidi|Dewi|Teacher", in_group(room))


async def test_the_leaderboard(room: Conversation) -> None:
    """Anybody turns it to other days by its buttons; who has left is on it no more; plural forms are right."""
    [empty] = await room.says("/leaderboard", BO, CLASS_7B)
    assert "Nothing yet" in empty["text"]
    for number in (1, 2, 3):
        await lobby(room, "/quiz 1 10")
        await room.presses("Start now (admins)", TEACHER)
        poll = await room.poll(number)
        for who in (AMINA, BO, CHIDI):
            await room.votes(poll, right=who is not CHIDI, who=who)
        await room.message("The quiz is over.", times=number)
        await down(room, DAY if number < 3 else 10 * DAY)
    await room.tells(a_message("", BO, CLASS_7B, left_chat_member=BO))
    [week] = await room.says("/leaderboard", AMINA, CLASS_7B)
    assert "last 7 days" in week["text"]
    assert "Nothing yet" in week["text"]
    month = texts(await room.presses("30 days", AMINA))
    assert "🥇 \u2068Amina\u2069 · " in month
    assert "3 of 3 right" in month
    assert "\u2068Bo\u2069" not in month
    assert "Steady: \u2068Amina\u2069 (3 days)" in month
    assert "Grown" not in month
    assert "✓ 30 days" in labels((await room.presses("30 days", AMINA))[-1])
    assert "last 120 days" in texts(await room.presses("120 days", CHIDI))


async def test_the_leaderboard_in_private(room: Conversation) -> None:
    """It is a group's: in private the groups are named, and a forged button shows nothing."""
    [reply] = await room.says("/leaderboard")
    assert "send /leaderboard in your group" in reply["text"]
    await room.says("/help", chat=CLASS_7B)
    [reply] = await room.says("/leaderboard")
    assert "Class 7b" in reply["text"]
    before = len(room.telegram.sent("editMessageText"))
    await room.tells(a_press("lead:week"))
    assert len(room.telegram.sent("editMessageText")) == before
