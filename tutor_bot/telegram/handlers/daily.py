"""/daily: the hour and zone of the daily quiz."""

from difflib import get_close_matches
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CommandHandler, filters

from tutor_bot.domain.schedule import parse_hour
from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.speech import reply
from tutor_bot.wording import daily, general
from tutor_bot.wording.view import View


@cache
def _zones() -> dict[str, str]:
    """Zone names by their lower-case form."""
    return {name.lower(): name for name in available_timezones() if "/" in name or name == "UTC"}


def find_zone(text: str) -> str | None:
    """The zone's name as the database of zones spells it."""
    return _zones().get(text.strip().lower().replace(" ", "_"))


def near_zones(text: str) -> list[str]:
    wanted = text.strip().lower().replace(" ", "_")
    cities = {name.rpartition("/")[2]: zone for name, zone in sorted(_zones().items())}
    hits = [cities[c] for c in get_close_matches(wanted.rpartition("/")[2], cities, n=2, cutoff=0.7)]
    hits += [_zones()[z] for z in get_close_matches(wanted, _zones(), n=2, cutoff=0.75)]
    return list(dict.fromkeys(hits))[:3]


async def set_hour(minute: int, context: TutorContext, zone: str | None = None) -> View:
    """Set the hour in the zone given or set before; without either, ask for the zone."""
    learner = await context.tutor.daily.of(context.person)
    chosen = ZoneInfo(zone) if zone else learner.zone
    if chosen is None:
        return daily.zone_view(minute, context.person.language, context.tutor.default_zone, context.voice)
    hour = parse_hour(daily.clock_hour(minute))
    if hour is None:
        return general.old_button_view(context.voice)
    await context.tutor.daily.choose(context.person, hour, chosen)
    return daily.set_view(hour, chosen, context.voice)


async def command(update: Update, context: TutorContext) -> None:
    """/daily [HH:MM [Area/City] | off]"""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    v = context.voice
    if message.chat.type != ChatType.PRIVATE:
        await reply(message, general.private_only_view(f"https://t.me/{context.bot.username}?start=daily", v))
        return
    words = list(context.args or ())
    if len(words) > 1 and words[1].lower() in ("am", "pm"):
        words[:2] = [words[0] + words[1]]
    if not words:
        learner = await context.tutor.daily.of(context.person)
        await reply(message, daily.daily_view(learner.daily, learner.zone, v))
    elif words[0].lower() == "off":
        await reply(message, daily.off_view(await context.tutor.daily.off(context.person), v))
    elif (hour := parse_hour(words[0])) is None:
        await reply(message, daily.bad_hour_view(words[0], v))
    else:
        minute, place = hour.hour * 60 + hour.minute, " ".join(words[1:])
        if place and find_zone(place) is None:
            await reply(message, daily.bad_zone_view(place, near_zones(place), minute, v))
        else:
            await reply(message, await set_hour(minute, context, find_zone(place) if place else None))


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [CommandHandler("daily", command, filters.UpdateType.MESSAGE)]
