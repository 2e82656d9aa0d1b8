"""/settings and /exam, and the language in which everything is said."""

from datetime import date
from typing import Any

from telegram import CallbackQuery, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CommandHandler, TypeHandler, filters

from tutor_bot.domain.exam import FARTHEST
from tutor_bot.domain.quiz import DAILY_SIZES
from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.handlers import classes
from tutor_bot.telegram.handlers.daily import read_day, set_hour
from tutor_bot.telegram.speech import change, reply, respond
from tutor_bot.wording import daily, exams, general, preferences
from tutor_bot.wording.presses import Press, Verb
from tutor_bot.wording.view import View
from tutor_bot.wording.voice import LANGUAGES


async def speak_their_language(update: Update, context: TutorContext) -> None:
    """Before anything else: a language that was chosen wins over Telegram's, and in a group the group's."""
    chat = update.effective_chat
    if chat is not None and chat.type in (ChatType.GROUP, ChatType.SUPERGROUP):
        context.speak(await context.tutor.classes.language_of(chat.id))
    elif update.effective_user is not None and update.poll_answer is None:
        # A vote is answered by what is sent later, in its own time.
        context.speak(await context.tutor.preferring.language_of(update.effective_user.id))


async def command(update: Update, context: TutorContext) -> None:
    """/settings: one's own in private, the class's in a group."""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    if message.chat.type == ChatType.PRIVATE:
        await reply(message, await _overview(context))
    else:
        await classes.settings(message, context)


async def exam(update: Update, context: TutorContext) -> None:
    """/exam [date | off]"""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    if message.chat.type != ChatType.PRIVATE:
        link = f"https://t.me/{context.bot.username}?start=exam"
        await reply(message, general.private_only_view(link, context.voice))
        return
    text = " ".join(context.args or ())
    if not text:
        await reply(message, await _exam_page(context))
    elif text.lower() == "off":
        await reply(message, await _set_exam(None, context))
    else:
        today = context.tutor.daily.today(await context.tutor.daily.of(context.person))
        day = read_day(text, today, Verb.EXAM, context)
        await reply(message, day if isinstance(day, View) else await _set_exam(day, context))


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """A button of the settings: what it sets is seen in its place."""
    person, preferring, numbers = context.person, context.tutor.preferring, press.numbers
    match press.verb:
        case Verb.SETTINGS:
            await change(query, await _page(press.word, context))
        case Verb.SET_HOUR if numbers[0] < daily.NO_HOUR:
            await change(query, await set_hour(numbers[0], context))
        case Verb.SET_NO_HOUR:
            await context.tutor.daily.off(person)
            await change(query, await _overview(context))
        case Verb.SET_SIZE if numbers[0] in DAILY_SIZES:
            learner = await preferring.size(person, numbers[0])
            await change(query, await (_exam_page(context) if learner.exam else _overview(context)))
        case Verb.SET_TOPIC if numbers[0] < len(topics := context.tutor.quizzing.topics()) and numbers[1] <= 1:
            learner = await preferring.topic(person, topics[numbers[0]].key, wished=bool(numbers[1]))
            await change(query, preferences.topics_view(learner, topics, context.voice))
        case Verb.SET_ALL_TOPICS:
            await preferring.all_topics(person)
            await change(query, await _overview(context))
        case Verb.SET_REMINDER if numbers[0] <= 1:
            await preferring.reminder(person, wished=bool(numbers[0]))
            await change(query, await _overview(context))
        case Verb.SET_WEEKLY if numbers[0] <= 1:
            await preferring.weekly(person, wished=bool(numbers[0]))
            await change(query, await _overview(context))
        case Verb.SET_LANGUAGE if press.word in LANGUAGES or press.word == "auto":
            chosen = None if press.word == "auto" else press.word
            await preferring.language(person, chosen)
            context.speak(chosen)
            await change(query, await _overview(context))
        case Verb.EXAM:
            await change(query, await _exam_pressed(numbers[0], context))
        case _:
            await respond(query, general.old_button_view(context.voice))


async def _exam_pressed(ordinal: int, context: TutorContext) -> View:
    if not ordinal:
        return await _set_exam(None, context)
    today = context.tutor.daily.today(await context.tutor.daily.of(context.person))
    if not 0 < ordinal - today.toordinal() <= FARTHEST:
        return general.old_button_view(context.voice)
    return await _set_exam(date.fromordinal(ordinal), context)


async def _set_exam(day: date | None, context: TutorContext) -> View:
    learner, plan = await context.tutor.preferring.exam(context.person, day)
    if plan is None:
        return exams.no_exam_view(context.voice)
    return exams.plan_view(plan, context.voice, daily=learner.daily is not None)


async def _exam_page(context: TutorContext) -> View:
    learner, plan = await context.tutor.preferring.plan(context.person)
    if plan is None:
        return exams.ask_exam_view(context.tutor.daily.today(learner), context.voice)
    return exams.plan_view(plan, context.voice, daily=learner.daily is not None)


async def _overview(context: TutorContext) -> View:
    learner = await context.tutor.daily.of(context.person)
    topics = len(context.tutor.quizzing.topics())
    return preferences.settings_view(learner, topics, context.tutor.daily.clock.now(), context.voice)


async def _page(name: str, context: TutorContext) -> View:
    learner, v = await context.tutor.daily.of(context.person), context.voice
    match name:
        case "hour":
            return preferences.hour_view(learner, v)
        case "zone":
            now = context.tutor.daily.clock.now()
            return daily.zone_view(daily.NO_HOUR, v.language, context.tutor.default_zone, now, v)
        case "size":
            return preferences.size_view(learner, v)
        case "topics":
            return preferences.topics_view(learner, context.tutor.quizzing.topics(), v)
        case "language":
            return preferences.language_view(learner, v)
        case "exam":
            return await _exam_page(context)
        case "pause":
            return daily.ask_pause_view(learner.paused_until, v)
        case _:
            return await _overview(context)


def watchers() -> list[BaseHandler[Any, Any, Any]]:
    return [TypeHandler(Update, speak_their_language)]


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    once = filters.UpdateType.MESSAGE
    return [CommandHandler("settings", command, once), CommandHandler("exam", exam, once)]
