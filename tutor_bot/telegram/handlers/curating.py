"""/review: curators decide what becomes of questions that had no answer."""

from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.ext import BaseHandler, CommandHandler, filters

from tutor_bot.domain.curation import Decided, Step
from tutor_bot.domain.facts import Certainty
from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.speech import change, reply, respond
from tutor_bot.wording import curating, general
from tutor_bot.wording.presses import Press, Verb
from tutor_bot.wording.reference import fact_marked
from tutor_bot.wording.view import View


async def _next_view(context: TutorContext) -> View:
    review = await context.tutor.curating.next()
    return curating.review_view(review, context.voice) if review else curating.nothing_view(context.voice)


async def review(update: Update, context: TutorContext) -> None:
    """/review, in private, for curators; to others it is a command like any that is not known."""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    if not context.tutor.curating.may(context.person):
        await reply(message, general.unknown_command_view("/review", context.voice))
        return
    await context.tutor.curating.give_up(context.person)
    await reply(message, await _next_view(context))


async def took(message: Message, context: TutorContext) -> bool:
    """Whether a text was what a curator had been asked for."""
    asking = await context.tutor.curating.take(context.person, message.text or "")
    if asking is None:
        return False
    await reply(message, curating.asking_view(asking, context.voice))
    return True


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """A button of a review. Whoever is no curator has no such buttons: theirs are forged."""
    use, v, miss = context.tutor.curating, context.voice, press.numbers[0]
    if not use.may(context.person):
        await respond(query, general.old_button_view(v))
        return
    if press.verb not in (Verb.REVIEW_SEARCH, Verb.REVIEW_NEW, Verb.REVIEW_CERTAINTY):
        # Whatever was being written is done with, or the next question would be taken for it.
        await use.give_up(context.person)
    decided: Decided | None = None
    match press.verb:
        case Verb.REVIEW_SEARCH | Verb.REVIEW_NEW:
            step = Step.SEARCH if press.verb is Verb.REVIEW_SEARCH else Step.ANSWER
            asking = await use.ask_for(context.person, miss, step)
            await respond(query, curating.asking_view(asking, v) if asking else curating.decided_already_view(v))
            return
        case Verb.REVIEW_CERTAINTY if press.word in set(Certainty):
            decided = await use.make(context.person, miss, Certainty(press.word))
        case Verb.REVIEW_CANCEL:
            await change(query, curating.cancelled_view(v))
            return
        case Verb.REVIEW_LATER:
            put_off = await use.later(miss)
            await change(query, curating.put_off_view(v) if put_off else curating.decided_already_view(v))
            await respond(query, await _next_view(context))
            return
        case Verb.REVIEW_SAME:
            fact = fact_marked(context.tutor.knowledge.catalogue, press.word)
            decided = await use.same_as(miss, fact.key) if fact else None
        case Verb.REVIEW_OUT:
            decided = await use.out_of_scope(miss)
        case Verb.REVIEW_SEEN:
            decided = await use.seen(miss)
    await change(query, curating.decided_view(decided, v) if decided else curating.decided_already_view(v))
    if decided:
        await respond(query, await _next_view(context))


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [CommandHandler("review", review, filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE)]
