"""A class group: welcome, set-up by admins, /daily, /nickname and /leaderboard."""

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from telegram import CallbackQuery, Chat, Message, Update
from telegram.constants import ChatType, ParseMode
from telegram.ext import BaseHandler, CommandHandler, filters

from tutor_bot.domain.classes import DAILY_SIZES, Names, Period, nickname_of
from tutor_bot.domain.schedule import nearest_hour, parse_hour
from tutor_bot.telegram.context import TutorContext, place_of
from tutor_bot.telegram.handlers.admins import bot_is_admin, is_admin, wrote_as_admin
from tutor_bot.telegram.speech import acknowledge, change, keyboard, reply, respond
from tutor_bot.telegram.zones import find_zone, near_zones
from tutor_bot.usecases.answering import Place
from tutor_bot.wording import classes, daily, general, live
from tutor_bot.wording.presses import Press, Verb
from tutor_bot.wording.view import View
from tutor_bot.wording.voice import LANGUAGES

_CHOSEN_HOUR = "minute of the day for which a class's zone was asked"


def _place(message: Message) -> Place:
    place = place_of(message.chat, message.message_thread_id if message.is_topic_message else None)
    assert place is not None
    return place


async def welcome(chat: Chat, context: TutorContext, *, is_admin: bool) -> None:
    """The bot has come to a group."""
    subject = "; ".join(pack.title for pack in context.tutor.knowledge.catalogue.packs)
    place = place_of(chat, None)
    assert place is not None
    await context.tutor.classes.back(place)
    view = classes.welcome_view(subject, is_admin=is_admin, v=context.voice)
    await context.bot.send_message(chat.id, view.html, parse_mode=ParseMode.HTML, reply_markup=keyboard(view.buttons))


async def settings(message: Message, context: TutorContext) -> None:
    """/settings in a group."""
    if await wrote_as_admin(message, context):
        await reply(message, await _overview(_place(message), context))
    else:
        await reply(message, live.admins_only_view(context.voice))


async def set_daily(message: Message, context: TutorContext) -> None:
    """/daily [HH:MM [Area/City] | off] in a group."""
    v, place, words = context.voice, _place(message), list(context.args or ())
    tutor = context.tutor.classes
    if not words:
        await reply(message, classes.daily_view(await tutor.of(place), v))
    elif not await wrote_as_admin(message, context):
        await reply(message, live.admins_only_view(v))
    elif words[0].lower() == "off":
        context.for_chat.pop(_CHOSEN_HOUR, None)
        await reply(message, classes.daily_off_view(await tutor.no_daily(place), v))
    elif (hour := parse_hour(words[0])) is None:
        await reply(message, daily.bad_hour_view(words[0], nearest_hour(words[0]), v, Verb.CLASS_HOUR))
    else:
        asked = " ".join(words[1:])
        zone = find_zone(asked) if asked else None
        if asked and zone is None:
            context.for_chat[_CHOSEN_HOUR] = hour.hour * 60 + hour.minute
            await reply(message, classes.bad_zone_view(asked, near_zones(asked), v))
        else:
            await reply(message, await _set_hour(place, hour, zone, context))


async def _set_hour(place: Place, hour: time | None, zone: str | None, context: TutorContext) -> View:
    """Set the hour in the zone given or set before; without either, ask for the zone."""
    tutor, v, now = context.tutor.classes, context.voice, context.tutor.daily.clock.now()
    classroom = await tutor.of(place)
    chosen = ZoneInfo(zone) if zone else classroom.zone
    if chosen is None:
        if hour is not None:
            context.for_chat[_CHOSEN_HOUR] = hour.hour * 60 + hour.minute
        return classes.zone_view(context.tutor.default_zone, now, v)
    minute = context.for_chat.pop(_CHOSEN_HOUR, None)
    if hour is None and minute is not None:
        hour = time(*divmod(minute, 60))
    classroom = await tutor.daily(place, hour, chosen, v.language)
    if hour is None or classroom.next_daily is None:
        return await _overview(place, context)
    return classes.daily_set_view(hour, chosen, classroom.next_daily, now, v)


async def _overview(place: Place, context: TutorContext) -> View:
    classroom = await context.tutor.classes.of(place)
    topics, now = len(context.tutor.quizzing.topics()), context.tutor.daily.clock.now()
    is_admin = await bot_is_admin(place.group, context)
    bot = context.bot.username
    return classes.settings_view(classroom, topics, now, bot=bot, is_admin=is_admin, v=context.voice)


async def nickname(update: Update, context: TutorContext) -> None:
    """/nickname [NAME | off | hide | show]: for this group, or in private, where nobody looks on, for all."""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    v, words = context.voice, " ".join(context.args or ())
    name, wish = nickname_of(words), words.lower()
    if name is None or message.sender_chat is not None:
        await reply(message, classes.how_to_name_view(v))
        return
    tutor, person = context.tutor.classes, context.person
    only_seen = wish in ("hide", "show")
    chosen = None if wish == "off" else name
    if message.chat.type == ChatType.PRIVATE:
        named = {} if only_seen else {"nickname": chosen}
        groups = await tutor.show_everywhere(person, hidden=wish == "hide", **named)
        await reply(message, classes.named_everywhere_view(groups, chosen, wish, v))
    elif only_seen:
        member = await tutor.hide(_place(message), person, hidden=wish == "hide")
        await reply(message, classes.named_view(member, v))
    else:
        await reply(message, classes.named_view(await tutor.name(_place(message), person, chosen), v))


async def leaderboard(update: Update, context: TutorContext) -> None:
    """/leaderboard: of the group it is asked in."""
    message = update.effective_message
    if message is None:
        return
    v, tutor = context.voice, context.tutor.classes
    if message.chat.type == ChatType.PRIVATE:
        await reply(message, classes.choose_class_view(await tutor.groups_of(context.person), v))
    else:
        await reply(message, classes.leaders_view(await tutor.leaders(_place(message), Period.WEEK), v))


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """Buttons of a group's settings, for its admins, and of the leaderboard, for all."""
    message, v = query.message, context.voice
    if not isinstance(message, Message) or message.chat.type == ChatType.PRIVATE:
        await acknowledge(query, general.old_button_view(v).html, alert=True)
        return
    place = _place(message)
    if press.verb is Verb.LEADERS:
        await acknowledge(query)
        if press.word in list(Period):
            found = await context.tutor.classes.leaders(place, Period(press.word))
            await change(query, classes.leaders_view(found, v))
        return
    if not await is_admin(place.group, query.from_user.id, context):
        await acknowledge(query, live.admins_only_text(v), alert=True)
        return
    await acknowledge(query)
    view = await _set(press, place, context)
    # The welcome stays; the settings come below it.
    welcome_pressed = press.verb is Verb.CLASS and press.word == "all" and not _is_settings(message)
    await (respond if welcome_pressed else change)(query, view)


def _is_settings(message: Message) -> bool:
    """Whether a message has more than the one button of the welcome."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return sum(len(row) for row in rows) > 1


async def _set(press: Press, place: Place, context: TutorContext) -> View:
    tutor, numbers = context.tutor.classes, press.numbers
    topics = context.tutor.quizzing.topics()
    match press.verb:
        case Verb.CLASS:
            return await _page(press.word, place, context)
        case Verb.CLASS_HOUR if numbers[0] < daily.NO_HOUR:
            return await _set_hour(place, time(*divmod(numbers[0], 60)), None, context)
        case Verb.CLASS_NO_HOUR:
            await tutor.no_daily(place)
        case Verb.CLASS_ZONE if zone := find_zone(press.word):
            return await _set_hour(place, None, zone, context)
        case Verb.CLASS_SIZE if numbers[0] in DAILY_SIZES:
            await tutor.set(place, size=numbers[0])
        case Verb.CLASS_TOPIC if numbers[0] < len(topics):
            classroom = await tutor.topic(place, topics[numbers[0]].key, wished=bool(numbers[1]))
            return classes.topics_view(classroom, topics, context.voice)
        case Verb.CLASS_ALL_TOPICS:
            await tutor.topic(place, None, wished=False)
        case Verb.CLASS_NAMES if press.word in list(Names):
            await tutor.set(place, names=Names(press.word))
        case Verb.CLASS_SPEED:
            await tutor.set(place, speed=bool(numbers[0]))
        case Verb.CLASS_TALK:
            await tutor.set(place, talk=bool(numbers[0]))
        case Verb.CLASS_LANGUAGE if press.word in LANGUAGES:
            await tutor.set(place, language=press.word)
            context.speak(press.word)
    return await _overview(place, context)


async def _page(name: str, place: Place, context: TutorContext) -> View:
    classroom, v = await context.tutor.classes.of(place), context.voice
    match name:
        case "hour":
            return classes.hour_view(classroom, v)
        case "zone":
            return classes.zone_view(context.tutor.default_zone, context.tutor.daily.clock.now(), v)
        case "size":
            return classes.size_view(classroom, v)
        case "topics":
            return classes.topics_view(classroom, context.tutor.quizzing.topics(), v)
        case "names":
            return classes.names_view(classroom, v)
        case "language":
            return classes.language_view(v)
        case _:
            return await _overview(place, context)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    once = filters.UpdateType.MESSAGE
    return [CommandHandler("nickname", nickname, once), CommandHandler("leaderboard", leaderboard, once)]
