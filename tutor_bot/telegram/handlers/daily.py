"""/daily and /pause: the hour and zone of the daily quiz, and breaks from it."""

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from telegram import CallbackQuery, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CommandHandler, MessageHandler, filters

from tutor_bot.domain.dates import EitherDay, NoSuchDay, next_year, parse_date
from tutor_bot.domain.exam import FARTHEST
from tutor_bot.domain.schedule import nearest_hour, parse_hour
from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.handlers import classes, live
from tutor_bot.telegram.speech import change, reply, respond
from tutor_bot.telegram.zones import find_zone, near_zones, offsets, zone_of, zones_at
from tutor_bot.wording import daily, exams, general
from tutor_bot.wording.presses import Press, Verb
from tutor_bot.wording.view import View

_CHOSEN_HOUR = "minute of the day for which a zone was asked"


async def set_hour(minute: int, context: TutorContext, zone: str | None = None) -> View:
    """Set the hour in the zone given or set before; without either, ask for the zone.

    `minute` may be `NO_HOUR`, which sets the zone alone.
    """
    tutor, v = context.tutor, context.voice
    learner = await tutor.daily.of(context.person)
    chosen = ZoneInfo(zone) if zone else learner.zone
    now = tutor.daily.clock.now()
    if chosen is None:
        # Should a location come instead of a press, the hour is still known.
        context.chosen[_CHOSEN_HOUR] = minute
        return daily.zone_view(minute, v.language, tutor.default_zone, now, v)
    hour = None if minute == daily.NO_HOUR else time(*divmod(minute, 60))
    learner = await tutor.daily.choose(context.person, hour or learner.daily, chosen)
    context.chosen.pop(_CHOSEN_HOUR, None)
    if hour is None:
        return daily.zone_set_view(chosen, now, v)
    return daily.set_view(hour, chosen, learner.next_daily, now, v)


async def command(update: Update, context: TutorContext) -> None:
    """/daily [HH:MM [Area/City] | off]"""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    v = context.voice
    if message.chat.type != ChatType.PRIVATE:
        await classes.set_daily(message, context)
        return
    words = list(context.args or ())
    if len(words) > 1 and words[1].lower() in ("am", "pm"):
        words[:2] = [words[0] + words[1]]
    if not words:
        await reply(message, daily.daily_view(await context.tutor.daily.of(context.person), v))
    elif words[0].lower() == "off":
        await reply(message, daily.off_view(await context.tutor.daily.off(context.person), v))
    elif (hour := parse_hour(words[0])) is None:
        await reply(message, daily.bad_hour_view(words[0], nearest_hour(words[0]), v))
    else:
        minute, place = hour.hour * 60 + hour.minute, " ".join(words[1:])
        if place and find_zone(place) is None:
            now = context.tutor.daily.clock.now()
            await reply(message, daily.bad_zone_view(place, near_zones(place), minute, now, v))
        else:
            await reply(message, await set_hour(minute, context, find_zone(place) if place else None))


async def pause(update: Update, context: TutorContext) -> None:
    """/pause [date | off]"""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    if message.chat.type != ChatType.PRIVATE:
        await live.pause(message, context)
        return
    text = " ".join(context.args or ())
    learner = await context.tutor.daily.of(context.person)
    if not text:
        await reply(message, daily.ask_pause_view(learner.paused_until, context.voice))
    elif text.lower() == "off":
        await reply(message, daily.paused_view(await context.tutor.daily.resume(context.person), context.voice))
    else:
        today = context.tutor.daily.today(learner)
        day = read_day(text, today, Verb.PAUSE, context)
        await reply(message, day if isinstance(day, View) else await _pause_until(day, context))


async def pause_for(days: int, context: TutorContext) -> View:
    """A pause of so many days from today; none ends it."""
    learner = await context.tutor.daily.of(context.person)
    if not days:
        return daily.paused_view(await context.tutor.daily.resume(context.person), context.voice)
    if days > FARTHEST:
        return exams.too_far_view(context.voice)
    return await _pause_until(context.tutor.daily.today(learner) + timedelta(days=days), context)


async def _pause_until(day: date, context: TutorContext) -> View:
    return daily.paused_view(await context.tutor.daily.pause(context.person, day), context.voice)


def read_day(text: str, today: date, verb: Verb, context: TutorContext) -> date | View:
    """A day after today out of what was written, or what to say about it; `verb` is what its buttons do."""
    v = context.voice
    match parse_date(text, today, v.months):
        case None:
            return exams.bad_date_view(text, (), verb, today, v)
        case NoSuchDay(nearest=nearest):
            near = nearest if nearest > today else next_year(nearest, today)
            return exams.bad_date_view(text, (near,), verb, today, v)
        case EitherDay(day_first=first, month_first=second):
            ahead = [day for day in (first, second) if day > today]
            if len(ahead) == 1:
                return ahead[0]
            later = ahead or [next_year(day, today) for day in (first, second)]
            return exams.either_day_view(text, later, verb, today, v)
        case day if day <= today:
            return exams.past_date_view(day, next_year(day, today), verb, today, v)
        case day if (day - today).days > FARTHEST:
            return exams.too_far_view(v)
        case day:
            return day


async def location(update: Update, context: TutorContext) -> None:
    """A shared location: its zone is offered, and the place itself is not kept."""
    message = update.effective_message
    if message is None or message.location is None or update.effective_user is None:
        return
    zone = zone_of(message.location.latitude, message.location.longitude)
    if zone is None:
        await reply(message, daily.no_zone_view(context.voice))
        return
    minute = context.chosen.get(_CHOSEN_HOUR, daily.NO_HOUR)
    now = context.tutor.daily.clock.now()
    await reply(message, daily.location_view(zone, minute, now, context.voice))


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """Buttons about hours, zones and breaks."""
    tutor, v, numbers = context.tutor, context.voice, press.numbers
    now = tutor.daily.clock.now()
    if press.verb in (Verb.DAILY_HOUR, Verb.DAILY_ZONE, Verb.ZONE_CLOCK, Verb.ZONE_AT) and numbers[0] > daily.NO_HOUR:
        await respond(query, general.old_button_view(v))
        return
    match press.verb:
        case Verb.DAILY_HOUR if numbers[0] < daily.NO_HOUR:
            await respond(query, await set_hour(numbers[0], context))
        case Verb.DAILY_ZONE if find_zone(press.word):
            await respond(query, await set_hour(numbers[0], context, find_zone(press.word)))
        case Verb.ZONE_CLOCK:
            await change(query, daily.clock_view(numbers[0], now, offsets(now), v))
        case Verb.ZONE_AT if zones := zones_at(numbers[1] - daily.NO_HOUR, now):
            page = min(numbers[2], (len(zones) - 1) // daily.ZONES_SHOWN)
            await change(query, daily.places_view(numbers[0], numbers[1] - daily.NO_HOUR, page, zones, now, v))
        case Verb.DAILY_OFF:
            await respond(query, daily.off_view(await tutor.daily.off(context.person), v))
        case Verb.NOT_TODAY:
            await respond(query, daily.not_today_view(await tutor.daily.not_today(context.person), v))
        case Verb.PAUSE:
            await change(query, await pause_for(numbers[0], context))
        case _:
            await respond(query, general.old_button_view(v))


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    once = filters.UpdateType.MESSAGE
    return [
        CommandHandler("daily", command, once),
        CommandHandler("pause", pause, once),
        MessageHandler(filters.ChatType.PRIVATE & filters.LOCATION & once, location),
    ]
