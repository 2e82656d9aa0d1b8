"""The daily quiz: offering it, setting hour and zone, putting it off, ending it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from tutor_bot.domain.outgoing import ReminderOut
from tutor_bot.domain.people import Learner
from tutor_bot.domain.progress import Week
from tutor_bot.wording.exams import days_to
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.streaks import streak_line
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import Voice

HOURS = (7, 8, 16, 17, 18, 19, 20, 21)
NO_HOUR = 24 * 60
"""Stands for a minute of the day where only a zone is chosen."""
ZONES_SHOWN = 12

# Zones to offer first to readers of a language: a guess, one button each, never taken without asking.
ZONES = {
    "ar": ("Africa/Cairo", "Asia/Riyadh", "Africa/Casablanca", "Asia/Dubai"),
    "de": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "en": (
        "Europe/London",
        "America/New_York",
        "America/Chicago",
        "America/Los_Angeles",
        "Asia/Kolkata",
        "Australia/Sydney",
    ),
    "es": ("Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires"),
    "fr": ("Europe/Paris", "Africa/Dakar", "America/Montreal", "Africa/Kinshasa"),
    "hi": ("Asia/Kolkata",),
    "it": ("Europe/Rome",),
    "pl": ("Europe/Warsaw",),
    "pt": ("Europe/Lisbon", "America/Sao_Paulo"),
    "ru": (
        "Europe/Moscow",
        "Europe/Samara",
        "Asia/Yekaterinburg",
        "Asia/Novosibirsk",
        "Asia/Almaty",
        "Asia/Tashkent",
    ),
    "tr": ("Europe/Istanbul",),
    "uk": ("Europe/Kyiv",),
}


def _e(text: str) -> str:
    return escape(text, quote=False)


def place(zone: str) -> str:
    """A zone as a reader would name it."""
    return zone.replace("_", " ")


def offer_rows(v: Voice) -> list[tuple[Button, ...]]:
    hours = [Button(f"{hour}:00", press(Verb.DAILY_HOUR, hour * 60)) for hour in HOURS]
    return [tuple(hours[:4]), tuple(hours[4:]), (Button(v.gettext("Not now"), press(Verb.LATER)),)]


def with_offer(view: View, v: Voice) -> View:
    """The first answer, with the offer of a daily quiz below it: one message, so nothing comes between questions."""
    text = v.gettext(
        "Shall I ask you about this again, just before you forget it? Choose a time for a short daily quiz:"
    )
    return View(f"{view.html}\n\n🔔 {_e(text)}", (*view.buttons, *offer_rows(v)))


def daily_view(learner: Learner, v: Voice) -> View:
    """What is set, and buttons to change it."""
    rows = offer_rows(v)[:2]
    settings = Button(v.gettext("All settings"), press(Verb.SETTINGS))
    if learner.daily is None or learner.zone is None:
        text = v.gettext("The daily quiz is off. At what time shall it come? Or write, say, /daily 18:30")
        return View(_e(text), (*rows, (settings,)))
    text = v.ngettext(
        "The daily quiz comes at {hour}, {zone} time, with {n} question.",
        "The daily quiz comes at {hour}, {zone} time, with {n} questions.",
        learner.size,
    ).format(hour=v.hour(learner.daily), zone=place(learner.zone.key), n=learner.size)
    if learner.paused_until:
        text += " " + v.gettext("It pauses until {day}.").format(day=v.short_day(learner.paused_until))
    return View(_e(text), (*rows, (Button(v.gettext("Switch it off"), press(Verb.DAILY_OFF)), settings)))


def zone_view(minute: int, language: str, default: str, now: datetime, v: Voice) -> View:
    """Which zone the hour is meant in; `default` is the operator's, offered first unless it is UTC."""
    guessed = ZONES.get(language.split("-")[0], ZONES["en"])
    zones = dict.fromkeys([*([default] if default != "UTC" else []), *guessed])
    rows = [(zone_button(zone, minute, now),) for zone in zones]
    rows.append((Button(v.gettext("Another place"), press(Verb.ZONE_CLOCK, minute)),))
    if minute == NO_HOUR:
        text = v.gettext("By which clock do you live? Choose a place with your time, or send me your location (📎).")
    else:
        text = v.gettext(
            "At {hour}, by which clock? Choose a place with your time, send me your location (📎), "
            "or write it: /daily {hour} Area/City"
        ).format(hour=clock_hour(minute))
    return View(_e(text), tuple(rows))


def zone_button(zone: str, minute: int, now: datetime) -> Button:
    """A place and its time now, by which people tell whether it is theirs."""
    return Button(f"{place(zone)} · {now.astimezone(ZoneInfo(zone)):%H:%M}", press(Verb.DAILY_ZONE, minute, word=zone))


def clock_view(minute: int, now: datetime, offsets: Sequence[int], v: Voice) -> View:
    """What time it is where the learner is: the first half of finding their zone by buttons."""
    buttons = []
    for offset in offsets:
        local = now + timedelta(minutes=offset)
        buttons.append(Button(f"{local:%H:%M}", press(Verb.ZONE_AT, minute, offset + NO_HOUR, 0)))
    rows = tuple(tuple(buttons[at : at + 5]) for at in range(0, len(buttons), 5))
    return View(_e(v.gettext("What time is it where you are?")), rows)


def places_view(minute: int, offset: int, page: int, zones: Sequence[str], now: datetime, v: Voice) -> View:
    """Places with that time, a page of them."""
    shown = zones[page * ZONES_SHOWN : (page + 1) * ZONES_SHOWN]
    buttons = [Button(place(zone), press(Verb.DAILY_ZONE, minute, word=zone)) for zone in shown]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    if (page + 1) * ZONES_SHOWN < len(zones):
        rows.append((Button(v.gettext("More places"), press(Verb.ZONE_AT, minute, offset + NO_HOUR, page + 1)),))
    rows.append((Button(v.gettext("Another time"), press(Verb.ZONE_CLOCK, minute)),))
    text = v.gettext("Which of these is nearest to you? It matters when clocks are changed.")
    return View(_e(text), tuple(rows))


def location_view(zone: str, minute: int, now: datetime, v: Voice) -> View:
    """The zone of a shared location, to be agreed to."""
    text = v.gettext("There it is {hour} now, {zone} time. Shall I go by that clock?").format(
        hour=f"{now.astimezone(ZoneInfo(zone)):%H:%M}", zone=place(zone)
    )
    yes = Button(v.gettext("Yes"), press(Verb.DAILY_ZONE, minute, word=zone))
    return View(_e(text), ((yes, Button(v.gettext("Another place"), press(Verb.ZONE_CLOCK, minute))),))


def no_zone_view(v: Voice) -> View:
    return View(_e(v.gettext("I cannot tell the time zone of that place. /settings lets you choose one.")))


def clock_hour(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def set_view(hour: time, zone: ZoneInfo, next_daily: datetime | None, now: datetime, v: Voice) -> View:
    """The hour is set; and whether the next quiz comes today, tomorrow or later."""
    text = v.gettext("Done: a daily quiz at {hour}, {zone} time. /daily changes it, /daily off ends it.").format(
        hour=v.hour(hour), zone=place(zone.key)
    )
    if next_daily:
        ahead = (next_daily.astimezone(zone).date() - now.astimezone(zone).date()).days
        day = next_daily.astimezone(zone).date()
        if ahead <= 0:
            text += " " + v.gettext("The next one comes today.")
        elif ahead == 1:
            text += " " + v.gettext("The next one comes tomorrow.")
        else:
            text += " " + v.gettext("The next one comes on {day}.").format(day=v.short_day(day))
    return View(_e(text))


def zone_set_view(zone: ZoneInfo, now: datetime, v: Voice) -> View:
    text = v.gettext("Done: I go by {zone} time, where it is {hour} now.").format(
        zone=place(zone.key), hour=f"{now.astimezone(zone):%H:%M}"
    )
    return View(_e(text))


def off_view(was_on: bool, v: Voice) -> View:
    if was_on:
        return View(_e(v.gettext("The daily quiz is off. What you know is kept; /daily brings it back.")))
    return View(_e(v.gettext("The daily quiz was off already. /daily switches it on.")))


def later_text(v: Voice) -> str:
    return v.gettext("All right. /daily is there when you want it.")


def ask_off_view(hour: time, v: Voice) -> View:
    text = v.gettext("No quiz is open. Shall I end your daily quiz at {hour} too?").format(hour=v.hour(hour))
    rows = ((Button(v.gettext("End it"), press(Verb.DAILY_OFF)), Button(v.gettext("Keep it"), press(Verb.LATER))),)
    return View(_e(text), rows)


def bad_hour_view(text: str, nearest: time | None, v: Voice, verb: Verb = Verb.DAILY_HOUR) -> View:
    """A time that there is not, and the one nearest to it; `verb` is what its button does."""
    words = v.gettext(
        "“{text}” is not a time I can read. Write hours and minutes from 00:00 to 23:59, say /daily 18:30"
    ).format(text=text[:40])
    if nearest is None:
        return View(_e(words))
    button = Button(v.hour(nearest), press(verb, nearest.hour * 60 + nearest.minute))
    return View(_e(words + " " + v.gettext("Did you mean this?")), ((button,),))


def bad_zone_view(text: str, near: Sequence[str], minute: int, now: datetime, v: Voice) -> View:
    words = v.gettext("I know no time zone “{text}”.").format(text=text[:40])
    if near:
        words += " " + v.gettext("Did you mean one of these?")
    else:
        words += " " + v.gettext("Zones look like Europe/Paris or Asia/Kolkata.")
    rows = [(zone_button(zone, minute, now),) for zone in near]
    return View(_e(words), (*rows, (Button(v.gettext("Another place"), press(Verb.ZONE_CLOCK, minute)),)))


# Putting it off


def not_today_view(was_open: bool, v: Voice) -> View:
    if was_open:
        return View(_e(v.gettext("All right, not today. What was left comes back tomorrow.")))
    return View(_e(v.gettext("No daily quiz is open now.")))


def paused_view(learner: Learner, v: Voice) -> View:
    """Until when nothing comes; and the way back."""
    if learner.paused_until is None:
        return View(_e(v.gettext("The daily quiz comes again, as before.")))
    text = v.gettext("The daily quiz pauses until {day}; your streak waits for you.").format(
        day=v.day(learner.paused_until)
    )
    return View(_e(text), ((Button(v.gettext("Go on now"), press(Verb.PAUSE, 0)),),))


def ask_pause_view(paused_until: date | None, v: Voice) -> View:
    text = v.gettext("For how long shall the daily quiz pause? Or write the day on which it comes again: /pause {day}")
    rows = [tuple(Button(words, press(Verb.PAUSE, days)) for days, words in _spans(v))]
    if paused_until:
        rows.append((Button(v.gettext("Go on now"), press(Verb.PAUSE, 0)),))
    return View(_e(text.format(day="2027-01-07")), tuple(rows))


def _spans(v: Voice) -> list[tuple[int, str]]:
    return [
        (1, v.gettext("today")),
        (3, v.ngettext("{n} day", "{n} days", 3).format(n=3)),
        (7, v.gettext("a week")),
        (14, v.gettext("two weeks")),
    ]


# What comes by itself


def reminder_view(reminder: ReminderOut, v: Voice) -> View:
    """Today's quiz waits: said once, without reproach."""
    if reminder.left == reminder.size:
        text = v.ngettext(
            "Today's {n} question is still there, whenever it suits you.",
            "Today's {n} questions are still there, whenever it suits you.",
            reminder.left,
        )
    else:
        text = v.ngettext(
            "{n} question of today's quiz is left, whenever it suits you.",
            "{n} questions of today's quiz are left, whenever it suits you.",
            reminder.left,
        )
    rows = (
        (Button(v.gettext("Go on"), press(Verb.GO_ON)), Button(v.gettext("Not today"), press(Verb.NOT_TODAY))),
        (Button(v.gettext("No reminders"), press(Verb.SET_REMINDER, 0)),),
    )
    return View("🔔 " + _e(text.format(n=reminder.left)), rows)


def weekly_view(week: Week, v: Voice) -> View:
    """The week in a few lines."""
    lines = ["<b>" + _e(v.gettext("Your week")) + "</b>"]
    answered = v.ngettext("You answered {n} question", "You answered {n} questions", week.answered)
    days = v.ngettext("on {n} day, {right} of them rightly.", "on {n} days, {right} of them rightly.", week.days)
    lines.append(_e(f"{answered.format(n=week.answered)} {days.format(n=week.days, right=week.right)}"))
    lines.append(_e(v.gettext("You know {known} of {total} facts.").format(known=week.known, total=week.total)))
    if line := streak_line(week.streak, v):
        lines.append(line)
    if week.ahead:
        lines.append(
            _e(
                v.ngettext("{n} fact comes back next week.", "{n} facts come back next week.", week.ahead).format(
                    n=week.ahead
                )
            )
        )
    if week.exam:
        lines.append("🎓 " + _e(days_to(week.exam, v)))
    rows = (
        (Button(v.gettext("My progress"), press(Verb.PROGRESS)),),
        (Button(v.gettext("No weekly summary"), press(Verb.SET_WEEKLY, 0)),),
    )
    return View("\n".join(lines), rows)
