"""/settings: everything that can be set, with buttons that say what they set, so that pressing twice is no harm."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from tutor_bot.domain.facts import Topic
from tutor_bot.domain.people import Learner
from tutor_bot.domain.quiz import DAILY_SIZES
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.daily import place
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import LANGUAGES, Voice

HOURS = range(6, 24)


def _e(text: str) -> str:
    return escape(text, quote=False)


def _page(name: str, label: str) -> Button:
    return Button(label, press(Verb.SETTINGS, word=name))


def _back(v: Voice) -> tuple[Button, ...]:
    return (Button("◀ " + v.gettext("All settings"), press(Verb.SETTINGS)),)


def settings_view(learner: Learner, topics: int, now: datetime, v: Voice) -> View:
    """What is set, line by line, and a button for each."""
    on, off = v.gettext("on"), v.gettext("off")
    daily = v.hour(learner.daily) if learner.daily else off
    zone = v.gettext("not chosen yet")
    if learner.zone:
        zone = v.gettext("{zone}, where it is {hour} now").format(
            zone=place(learner.zone.key), hour=f"{now.astimezone(learner.zone):%H:%M}"
        )
    chosen = v.gettext("all")
    if learner.topics:
        chosen = v.gettext("{n} of {total}").format(n=len(learner.topics), total=topics)
    language = LANGUAGES[v.language]
    if not learner.chose_language:
        language += " " + v.gettext("(as in Telegram)")
    exam = v.day(learner.exam) if learner.exam else v.gettext("none")
    lines = [
        (v.gettext("Daily quiz"), daily),
        (v.gettext("Time zone"), zone),
        (v.gettext("Questions a day"), str(learner.size)),
        (v.gettext("Topics"), chosen),
        (v.gettext("Reminder"), on if learner.reminder else off),
        (v.gettext("Weekly summary"), on if learner.weekly else off),
        (v.gettext("Language"), language),
        (v.gettext("Exam"), exam),
    ]
    if learner.paused_until:
        lines.append((v.gettext("Pause until"), v.day(learner.paused_until)))
    set_so = "\n".join(f"{_e(name)}: <b>{_e(value)}</b>" for name, value in lines)
    head = v.gettext("Settings")
    html = f"<b>{_e(head)}</b>\n\n{set_so}"
    reminder = v.gettext("No reminder") if learner.reminder else v.gettext("Remind me")
    weekly = v.gettext("No weekly summary") if learner.weekly else v.gettext("Weekly summary")
    return View(
        html,
        (
            (_page("hour", v.gettext("Daily quiz")), _page("zone", v.gettext("Time zone"))),
            (_page("size", v.gettext("Questions a day")), _page("topics", v.gettext("Topics"))),
            (
                Button(reminder, press(Verb.SET_REMINDER, int(not learner.reminder))),
                Button(weekly, press(Verb.SET_WEEKLY, int(not learner.weekly))),
            ),
            (_page("language", v.gettext("Language")), _page("exam", v.gettext("Exam"))),
            (_page("pause", v.gettext("Pause")),),
        ),
    )


def hour_view(learner: Learner, v: Voice) -> View:
    buttons = [Button(f"{hour}:00", press(Verb.SET_HOUR, hour * 60)) for hour in HOURS]
    rows = [tuple(buttons[at : at + 6]) for at in range(0, len(buttons), 6)]
    if learner.daily is not None:
        rows.append((Button(v.gettext("No daily quiz"), press(Verb.SET_NO_HOUR)),))
    text = v.gettext("At what time shall the daily quiz come? For minutes write, say, /daily 18:30")
    return View(_e(text), (*rows, _back(v)))


def size_view(learner: Learner, v: Voice) -> View:
    buttons = tuple(
        Button(f"✓ {size}" if size == learner.size else str(size), press(Verb.SET_SIZE, size)) for size in DAILY_SIZES
    )
    text = v.gettext("How many questions a day? A few each day do more than many once a week.")
    return View(_e(text), (buttons, _back(v)))


def topics_view(learner: Learner, topics: Sequence[Topic], v: Voice) -> View:
    """The topics that new facts come from; what was met comes back whatever is chosen."""
    rows = []
    for number, topic in enumerate(topics):
        chosen = topic.key in learner.topics
        label = ("✓ " if chosen else "") + shortened(topic.title, 50)
        rows.append((Button(label, press(Verb.SET_TOPIC, number, int(not chosen))),))
    if learner.topics:
        rows.append((Button(v.gettext("All topics"), press(Verb.SET_ALL_TOPICS)),))
    text = v.gettext(
        "Which topics shall new facts come from? None chosen means all. What you have met comes back anyway."
    )
    return View(_e(text), (*rows[:60], _back(v)))


def language_view(learner: Learner, v: Voice) -> View:
    rows = [
        (
            Button(
                ("✓ " if learner.chose_language and code == v.language else "") + name,
                press(Verb.SET_LANGUAGE, word=code),
            ),
        )
        for code, name in LANGUAGES.items()
    ]
    rows.append((Button(v.gettext("As in Telegram"), press(Verb.SET_LANGUAGE, word="auto")),))
    text = v.gettext("In which language shall I speak? The facts themselves stay in the language they are written in.")
    return View(_e(text), (*rows, _back(v)))
