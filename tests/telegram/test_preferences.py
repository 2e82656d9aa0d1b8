"""Settings, exams, breaks and progress, as a learner sets and sees them in the chat."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.clocks import MovingClock
from tests.fake_telegram import AMINA, BO, CLASS_7B, a_message, a_press
from tests.telegram.conversation import Conversation
from tutor_bot.domain.people import Learner, Person

# The use cases below are tried on both databases elsewhere; here it is the words that count.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

QUESTION = "What was the testament?"
IVAN = {"id": 104, "is_bot": False, "first_name": "Иван", "language_code": "ru"}


async def learner(chat: Conversation, who: dict[str, Any] = AMINA) -> Learner:
    async with chat.storage.read() as work:
        found = await work.people.known_as(who["id"])
    assert found
    return found


def texts(calls: list[dict[str, Any]]) -> str:
    return "\n".join(call.get("text", call.get("caption", "")) for call in calls)


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"] for row in message["reply_markup"]["inline_keyboard"] for button in row]


# Settings


async def test_settings_by_buttons_alone(chat: Conversation) -> None:
    """Everything can be set by pressing; each press shows what is set now, in the same message."""
    [shown] = await chat.says("/settings")
    for name in ("Daily quiz: <b>off", "Time zone: <b>not chosen", "Questions a day: <b>5", "Language: <b>English"):
        assert name in shown["text"]
    await chat.presses("Daily quiz")
    await chat.presses("18:00")
    await chat.presses("Europe/London · 12:00")
    await chat.says("/settings")
    await chat.presses("Questions a day")
    assert "Questions a day: <b>10" in texts(await chat.presses("10"))
    await chat.presses("Topics")
    await chat.presses("Lenin")
    calls = await chat.presses("No reminder")
    assert "Reminder: <b>off" in texts(calls)
    assert "Weekly summary: <b>on" in texts(await chat.presses("Weekly summary"))
    found = await learner(chat)
    assert (str(found.zone), f"{found.daily:%H:%M}", found.size) == ("Europe/London", "18:00", 10)
    assert (found.reminder, found.weekly) == (False, True)
    # One topic of one is as good as all.
    assert found.topics == ()


async def test_a_press_that_comes_twice_sets_nothing_back(chat: Conversation) -> None:
    """Two devices, or the same press again: what a button says is what is set."""
    await chat.says("/settings")
    await chat.presses("No reminder", times=2)
    assert not (await learner(chat)).reminder
    await chat.presses("Remind me", times=2)
    assert (await learner(chat)).reminder


async def test_the_language_is_telegrams_until_one_is_chosen(chat: Conversation) -> None:
    """Russian for who has Telegram in Russian; a choice wins, also in what comes by itself; and can be taken back."""
    assert "Привет" in texts(await chat.says("/start", who=IVAN))
    await chat.says("/settings", who=IVAN)
    await chat.presses("Язык", who=IVAN)
    assert "Settings" in texts(await chat.presses("English", who=IVAN))
    assert "No quiz is open" in texts(await chat.says("/stop", who=IVAN))
    await chat.says("/quiz 1", who=IVAN)
    poll = await chat.poll(1)
    await chat.votes(poll, right=False, who=IVAN)
    await chat.message("Not quite")
    await chat.says("/settings", who=IVAN)
    await chat.presses("Language", who=IVAN)
    assert "Настройки" in texts(await chat.presses("As in Telegram", who=IVAN))


@pytest.mark.parametrize(
    "data",
    [
        *("ssize:4", "ssize:0", "stopic:99:1", "stopic:0:7", "slang:xx", "sremind:2", "shour:1440", "exam:1"),
        *("exam:99999999", "pause:9999", "zone:1440:Mars/Base", "zat:1080:99999:0", "cal:99999999", "set:nonsense"),
    ],
)
async def test_forged_settings(chat: Conversation, data: str) -> None:
    """Nothing that was not offered is set, and nothing fails."""
    await chat.says("/settings")
    before = await learner(chat)
    await chat.tells(a_press(data, AMINA))
    assert await learner(chat) == before
    assert len(chat.telegram.sent("answerCallbackQuery")) == 1


async def test_private_things_stay_private(chat: Conversation) -> None:
    """In a group /exam and /progress lead to the private chat."""
    for command in ("/exam", "/progress"):
        [reply] = await chat.says(command, chat=CLASS_7B)
        assert "private chat" in reply["text"]


# Zones


async def test_a_zone_found_by_the_time_it_is_there(chat: Conversation) -> None:
    """Who is offered no place of theirs says what time it is; then come the places with that time, page by page."""
    await chat.says("/daily 18:00")
    await chat.presses("Another place")
    calls = await chat.presses("17:30")
    assert "Asia/Kolkata" in labels(calls[-1])
    await chat.presses("Another time")
    await chat.presses("13:00")
    await chat.presses("More places")
    assert "Done: a daily quiz at 18:00" in texts(await chat.presses("Europe/Berlin"))


async def test_a_zone_from_a_shared_location(chat: Conversation) -> None:
    """A location gives the zone, which is asked about with the time there; the hour chosen before is kept."""
    await chat.says("/daily 18:00")
    place = {"latitude": 52.5, "longitude": 13.4}
    await chat.tells(a_message("", location=place))
    [asked] = [m for m in chat.telegram.sent("sendMessage") if "Europe/Berlin time" in m["text"]]
    assert "13:00" in asked["text"]
    assert "Done: a daily quiz at 18:00, Europe/Berlin" in texts(await chat.presses("Yes"))
    await chat.tells(a_message("", location={"latitude": 51.5, "longitude": -0.1}))
    await chat.presses("Yes")
    found = await learner(chat)
    assert (str(found.zone), f"{found.daily:%H:%M}") == ("Europe/London", "18:00")


@pytest.mark.parametrize(
    ("said", "expected", "button"),
    [
        ("/daily 25:99", "not a time", "23:59"),
        ("/daily 24:00", "Did you mean this?", "23:00"),
        ("/daily noon", "not a time", None),
        ("/daily 18:00 Berlin", "Europe/Berlin", None),
        ("/daily 18:00 Berln", "Did you mean one of these?", "Europe/Berlin · 13:00"),
        ("/daily 18:00 Atlantis", "Zones look like", "Another place"),
        ("/exam 2027-02-30", "not a day", "Sunday, 28 February 2027"),
        ("/exam 29.2.2027", "not a day", "Sunday, 28 February 2027"),
        ("/exam 2026-01-20", "is past", "Wednesday, 20 January 2027"),
        ("/exam 2026-03-02", "is past", "Tuesday, 2 March 2027"),
        ("/exam 03/04/2026", "in two ways", "Friday, 3 April 2026"),
        ("/exam 2077-01-01", "more than two years", None),
        ("/exam soon", "Write year, month and day", None),
        ("/exam <b>&", "&lt;b&gt;&amp;", None),
        ("/exam off", "No exam is set", None),
        ("/pause 2026-02-30", "not a day", "Sunday, 28 February 2027"),
        ("/pause 1 March", "pauses until Monday, 1 March 2027", None),
        ("/pause off", "comes again", None),
    ],
)
async def test_what_cannot_be_set(chat: Conversation, said: str, expected: str, button: str | None) -> None:
    """An impossible time, zone or day is answered with the nearest possible one, as a button."""
    [reply] = await chat.says(said)
    assert expected in reply["text"]
    if button:
        assert button in labels(reply)
        await chat.presses(button)


# Exams and breaks


async def test_an_exam(chat: Conversation) -> None:
    """/exam offers days, tells what fits and what does not, and what would help; the daily quiz then says so."""
    [asked] = await chat.says("/exam")
    assert "in 14 days" in labels(asked)
    [plan] = await chat.says("/exam 4 March 2026")
    assert "Wednesday, 4 March 2026" in plan["text"]
    assert "2 daily quizzes are left" in plan["text"]
    assert "The 3 facts that are new to you fit in" in plan["text"]
    assert "The daily quiz is off" in plan["text"]
    assert (await learner(chat)).exam == date(2026, 3, 4)
    assert "3 March" in texts(await chat.says("/exam 3 March 2026"))
    assert "No exam is set" in texts(await chat.presses("No exam"))


async def test_a_break(chat: Conversation, clock: MovingClock) -> None:
    """/pause stops the daily quiz for a while; it comes back by itself, or at a press."""
    await chat.says("/daily 18:00 Europe/London")
    await chat.says("/pause")
    assert "pauses until Monday, 9 March 2026" in texts(await chat.presses("a week"))
    await clock.advance(timedelta(days=6, hours=7))
    assert not chat.telegram.polls
    await clock.advance(timedelta(days=1))
    assert (await chat.poll(1))["question"].startswith("1/3")


async def test_not_today(chat: Conversation, clock: MovingClock) -> None:
    """Under the first question of the day stands a way out; the quiz is closed and nothing reminds of it."""
    await chat.says("/daily 13:00 Europe/London")
    await clock.advance(timedelta(hours=1))
    await chat.poll(1)
    await chat.presses("Not today")
    await chat.message("not today")
    await clock.advance(timedelta(hours=9))
    await chat.calls("stopPoll")
    assert not [m for m in chat.telegram.sent("sendMessage") if "still there" in m["text"]]


async def test_a_reminder(chat: Conversation, clock: MovingClock) -> None:
    """Three hours later the quiz is recalled, once, with ways to go on, to leave it, and to be left alone."""
    await chat.says("/daily 13:00 Europe/London")
    await clock.advance(timedelta(hours=1))
    await chat.votes(await chat.poll(1), right=True)
    await clock.advance(timedelta(hours=2, minutes=59, seconds=30))
    reminder = await chat.message("2 questions of today's quiz are left")
    assert labels(reminder) == ["Go on", "Not today", "No reminders"]
    await chat.presses("Go on")
    await chat.poll(3)


# Progress


async def test_progress_and_what_can_be_done_about_it(chat: Conversation) -> None:
    """A picture with words; its buttons lead to the weakest facts, a topic, and the calendar."""
    await chat.says("/quiz 2")
    await chat.votes(await chat.poll(1), right=False)
    await chat.votes(await chat.poll(2), right=True)
    await chat.message("1 of 2")
    photo = await chat.sees("/progress")
    assert "1 known, 1 to learn of 3" in photo["caption"]
    await chat.presses("Weakest facts")
    weak = await chat.message("least sure")
    assert labels(weak)[-1] == "Quiz me on these"
    assert "dictated" in texts(await chat.presses(labels(weak)[0]))
    await chat.presses("Quiz me on these")
    await chat.poll(3)
    month = texts(await chat.presses("Calendar"))
    assert "March 2026" in month
    assert " 2✓" in month
    assert "February 2026" in texts(await chat.presses("◀ Earlier"))
    await chat.presses("Practise a topic")
    assert "Lenin" in labels(await chat.message("Which topic"))


async def test_progress_is_ones_own(chat: Conversation) -> None:
    """Under somebody else's name nothing of mine is told."""
    await chat.says(QUESTION)
    assert "Nothing yet" in texts(await chat.says("/progress", who=BO))
    person = Person(BO["id"], "Bo", "en")
    assert (await chat.running.application.bot_data["tutor"].progressing.of(person)).answered == 0
