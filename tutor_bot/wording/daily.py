"""The daily quiz: offering it, setting hour and zone, ending it."""

from collections.abc import Sequence
from datetime import time
from html import escape
from zoneinfo import ZoneInfo

from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import Voice

HOURS = (7, 8, 16, 17, 18, 19, 20, 21)

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


def offer_rows(v: Voice) -> list[tuple[Button, ...]]:
    hours = [Button(f"{hour}:00", press(Verb.DAILY_HOUR, hour * 60)) for hour in HOURS]
    return [tuple(hours[:4]), tuple(hours[4:]), (Button(v.gettext("Not now"), press(Verb.LATER)),)]


def with_offer(view: View, v: Voice) -> View:
    """The first answer, with the offer of a daily quiz below it: one message, so nothing comes between questions."""
    text = v.gettext(
        "Shall I ask you about this again, just before you forget it? Choose a time for a short daily quiz:"
    )
    return View(f"{view.html}\n\n🔔 {_e(text)}", (*view.buttons, *offer_rows(v)))


def daily_view(hour: time | None, zone: ZoneInfo | None, v: Voice) -> View:
    """What is set, and buttons to change it."""
    rows = offer_rows(v)[:2]
    if hour is None or zone is None:
        text = v.gettext("The daily quiz is off. At what time shall it come? Or write, say, /daily 18:30")
        return View(_e(text), tuple(rows))
    rows.append((Button(v.gettext("Switch it off"), press(Verb.DAILY_OFF)),))
    text = v.gettext("The daily quiz comes at {hour}, {zone} time.").format(hour=f"{hour:%H:%M}", zone=zone.key)
    return View(_e(text), tuple(rows))


def zone_view(minute: int, language: str, default: str, v: Voice) -> View:
    """Which zone the hour is meant in; `default` is the operator's, offered first unless it is UTC."""
    guessed = ZONES.get(language.split("-")[0], ZONES["en"])
    zones = dict.fromkeys([*([default] if default != "UTC" else []), *guessed])
    rows = tuple((Button(zone.replace("_", " "), press(Verb.DAILY_ZONE, minute, word=zone)),) for zone in zones)
    text = v.gettext("At {hour}, by which clock? Choose a place near you, or write it: /daily {hour} Area/City").format(
        hour=clock_hour(minute)
    )
    return View(_e(text), rows)


def clock_hour(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def set_view(hour: time, zone: ZoneInfo, v: Voice) -> View:
    text = v.gettext("Done: a daily quiz at {hour}, {zone} time. /daily changes it, /daily off ends it.").format(
        hour=f"{hour:%H:%M}", zone=zone.key
    )
    return View(_e(text))


def off_view(was_on: bool, v: Voice) -> View:
    if was_on:
        return View(_e(v.gettext("The daily quiz is off. What you know is kept; /daily brings it back.")))
    return View(_e(v.gettext("The daily quiz was off already. /daily switches it on.")))


def later_text(v: Voice) -> str:
    return v.gettext("All right. /daily is there when you want it.")


def ask_off_view(hour: time, v: Voice) -> View:
    text = v.gettext("No quiz is open. Shall I end your daily quiz at {hour} too?").format(hour=f"{hour:%H:%M}")
    rows = ((Button(v.gettext("End it"), press(Verb.DAILY_OFF)), Button(v.gettext("Keep it"), press(Verb.LATER))),)
    return View(_e(text), rows)


def bad_hour_view(text: str, v: Voice) -> View:
    return View(
        _e(
            v.gettext(
                "“{text}” is not a time I can read. Write hours and minutes from 00:00 to 23:59, say /daily 18:30"
            ).format(text=text[:40])
        )
    )


def bad_zone_view(text: str, near: Sequence[str], minute: int, v: Voice) -> View:
    words = v.gettext("I know no time zone “{text}”.").format(text=text[:40])
    if near:
        words += " " + v.gettext("Did you mean one of these?")
    else:
        words += " " + v.gettext("Zones look like Europe/Paris or Asia/Kolkata.")
    return View(
        _e(words),
        tuple((Button(zone.replace("_", " "), press(Verb.DAILY_ZONE, minute, word=zone)),) for zone in near),
    )
