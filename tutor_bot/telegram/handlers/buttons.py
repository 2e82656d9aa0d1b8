"""Every press of a button: read, checked to be the presser's own, acted on."""

from collections.abc import Sequence
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CallbackQueryHandler

from tutor_bot.domain.curation import MissKind
from tutor_bot.domain.facts import Fact, FactKey
from tutor_bot.domain.quiz import DEFAULT_SIZE, MAX_SIZE
from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.handlers import classes, curating, live, preferences, privacy, progress, questions, reports
from tutor_bot.telegram.handlers import daily as daily_handlers
from tutor_bot.telegram.handlers.quiz import outcome_view
from tutor_bot.telegram.handlers.start import examples
from tutor_bot.telegram.speech import acknowledge, change, respond
from tutor_bot.wording import answers, daily, general, quizzes, reference
from tutor_bot.wording import curating as curating_words
from tutor_bot.wording.presses import Press, Verb, read_press


async def pressed(update: Update, context: TutorContext) -> None:
    """A button of ours, an old one, a forged one, or somebody else's."""
    query = update.callback_query
    if query is None:
        return
    press = read_press(query.data or "")
    if press is None or query.message is None:
        await acknowledge(query, general.old_button_view(context.voice).html, alert=True)
        return
    private = query.message.chat.type == ChatType.PRIVATE
    if press.verb.name.startswith("LIVE_"):
        await live.pressed(query, press, context)
    elif press.verb.name.startswith("CLASS") or press.verb is Verb.LEADERS:
        await classes.pressed(query, press, context)
    elif press.verb in _OF_REPORTS:
        await acknowledge(query)
        await reports.pressed(query, press, context)
    elif press.verb in _ABOUT_A_QUESTION:
        await _about_a_question(query, press, context, private=private)
    elif not private and press.verb not in _FOR_ALL:
        await acknowledge(query, general.not_your_button_text(context.voice), alert=True)
    elif press.verb is Verb.FLAG_ITEM:
        flagged = await _flag_item(press.numbers[0], context)
        text = curating_words.flagged_text(context.voice) if flagged else general.old_button_view(context.voice).html
        await acknowledge(query, text, alert=True)
    elif press.verb in _OF_REVIEWS:
        await acknowledge(query)
        await curating.pressed(query, press, context)
    elif press.verb.name.startswith("FORGET"):
        await acknowledge(query)
        await privacy.pressed(query, press, context)
    elif press.verb is Verb.LATER:
        await acknowledge(query, daily.later_text(context.voice))
    else:
        await acknowledge(query)
        await _in_private(update, query, press, context)


_ABOUT_A_QUESTION = {
    Verb.MORE,
    Verb.SOURCES,
    Verb.QUIZ_ON,
    Verb.NOT_MEANT,
    Verb.CHOOSE,
    Verb.NONE_OF_THESE,
    Verb.FLAG,
}


_OF_REVIEWS = {verb for verb in Verb if verb.name.startswith("REVIEW_")}

_OF_REPORTS = {Verb.REPORT, Verb.REPORT_FILES, Verb.DIGEST}

_FOR_ALL = {Verb.TIMELINE, Verb.PEOPLE, Verb.FACT}
"""What is looked up in a group may be turned over by anybody there."""


async def _about_a_question(query: CallbackQuery, press: Press, context: TutorContext, *, private: bool) -> None:
    """A button under an answer: it works for the asker only."""
    tutor, v, asked = context.tutor, context.voice, press.numbers[0]
    own = await tutor.answering.recall(context.person, asked)
    if own is None:
        await acknowledge(query, general.not_your_button_text(v), alert=True)
        return
    if press.verb is Verb.FLAG:
        await tutor.answering.reject(context.person, asked, kind=MissKind.WRONG)
        await acknowledge(query, curating_words.flagged_text(v), alert=True)
        return
    await acknowledge(query)
    if press.verb is Verb.CHOOSE:
        chosen = await tutor.answering.choose(context.person, asked, press.numbers[1])
        await change(query, answers.fact_view(chosen, asked, v, private=private) if chosen else answers.gone_view(v))
        return
    if press.verb is Verb.NONE_OF_THESE:
        await tutor.answering.reject(context.person, asked, kind=MissKind.NONE_OF_THESE)
        await change(query, answers.noted_view(v))
        return
    fact = await tutor.answering.fact_of(context.person, asked)
    if fact is None:
        await respond(query, answers.gone_view(v))
    elif press.verb is Verb.MORE:
        await change(query, answers.fact_view(fact, asked, v, more=True, private=private))
    elif press.verb is Verb.SOURCES:
        await respond(query, answers.sources_view(fact, v))
    elif press.verb is Verb.QUIZ_ON:
        begun = await tutor.quizzing.on(context.person, [fact.key])
        await respond(query, outcome_view(begun, DEFAULT_SIZE, 0, v))
    else:
        await tutor.answering.reject(context.person, asked, kind=MissKind.NOT_MEANT)
        others = _others(own.candidates, fact, context)
        await respond(query, answers.not_meant_view(others, asked, v))


def _others(candidates: Sequence[FactKey], shown: Fact, context: TutorContext) -> list[tuple[int, Fact]]:
    """The next best candidates, with their places."""
    catalogue = context.tutor.knowledge.catalogue
    found = [(place, catalogue.get(key)) for place, key in enumerate(candidates)]
    return [(place, fact) for place, fact in found if fact and fact.key != shown.key][:3]


async def _flag_item(question: int, context: TutorContext) -> bool:
    """A quiz question of this person's seems wrong to them."""
    put = await context.tutor.quizzing.put_to(context.person, question)
    if put is None:
        return False
    await context.tutor.curating.flag(context.person, once=f"question:{put.id}", text=put.snapshot.stem, fact=put.fact)
    return True


async def _in_private(update: Update, query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """Buttons of the private chat: examples, quizzes, topics, the daily quiz."""
    tutor, v, person, numbers = context.tutor, context.voice, context.person, press.numbers
    match press.verb:
        case Verb.EXAMPLE:
            shown = examples(tutor.knowledge.catalogue)
            if numbers[0] < len(shown) and isinstance(query.message, Message):
                await questions.answer(update, query.message, shown[numbers[0]], context)
        case Verb.GO_ON:
            if not await tutor.quizzing.go_on(person, press=update.update_id):
                await respond(query, quizzes.no_open_quiz_view(v))
        case Verb.NEW_QUIZ:
            await _begin(query, context, numbers[0], numbers[1], new=True)
        case Verb.TOPIC:
            await _begin(query, context, DEFAULT_SIZE, numbers[0] + 1)
        case Verb.AGAIN:
            begun = await tutor.quizzing.again(person, numbers[0])
            view = outcome_view(begun, DEFAULT_SIZE, 0, v) if begun else general.old_button_view(v)
            await respond(query, view)
        case Verb.MISSED:
            fact = await tutor.quizzing.missed_fact(person, *numbers)
            await respond(query, answers.lesson_view(fact, v) if fact else answers.gone_view(v))
        case Verb.TIMELINE:
            await change(query, reference.timeline_view(tutor.knowledge.catalogue, numbers[0], v))
        case Verb.PEOPLE:
            await change(query, reference.people_view(tutor.knowledge.catalogue, numbers[0], v))
        case Verb.FACT:
            fact = reference.fact_marked(tutor.knowledge.catalogue, press.word)
            await respond(query, answers.lesson_view(fact, v) if fact else answers.gone_view(v))
        case Verb.HINT:
            hinted = await tutor.short_answers.hint(person, *numbers)
            if hinted is None:
                await respond(query, general.old_button_view(v))
            else:
                place = (hinted.question, hinted.position, hinted.size)
                await change(query, quizzes.typed_view(*place, hinted.snapshot, v, hints=hinted.hints))
        case Verb.GIVE_UP:
            if not await tutor.short_answers.give_up(person, numbers[0]):
                await respond(query, general.old_button_view(v))
        case Verb.STOP_QUIZ:
            stopped = await tutor.quizzing.stop(person)
            await respond(query, quizzes.stopped_view(v) if stopped else quizzes.no_open_quiz_view(v))
        case Verb.WEAK_QUIZ:
            begun = await tutor.quizzing.on(person, [fact.key for fact, _ in await tutor.progressing.weakest(person)])
            await respond(query, outcome_view(begun, DEFAULT_SIZE, 0, v))
        case verb if verb in _OF_THE_DAY:
            await daily_handlers.pressed(query, press, context)
        case verb if verb in _OF_PROGRESS:
            await progress.pressed(query, press, context)
        case _:
            await preferences.pressed(query, press, context)


_OF_THE_DAY = {
    Verb.DAILY_HOUR,
    Verb.DAILY_ZONE,
    Verb.ZONE_CLOCK,
    Verb.ZONE_AT,
    Verb.DAILY_OFF,
    Verb.NOT_TODAY,
    Verb.PAUSE,
}
_OF_PROGRESS = {Verb.PROGRESS, Verb.WEAKEST, Verb.PRACTISE, Verb.CALENDAR}


async def _begin(query: CallbackQuery, context: TutorContext, size: int, topic: int, *, new: bool = False) -> None:
    topics = context.tutor.quizzing.topics()
    if topic > len(topics) or not 1 <= size <= MAX_SIZE:
        await respond(query, general.old_button_view(context.voice))
        return
    key = topics[topic - 1].key if topic else None
    begun = await context.tutor.quizzing.begin(context.person, size, topic=key, new=new)
    await respond(query, outcome_view(begun, size, topic, context.voice))


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [CallbackQueryHandler(pressed)]
