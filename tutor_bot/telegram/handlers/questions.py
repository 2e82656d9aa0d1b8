"""Questions: free text in private; in a group /ask, a reply to the bot, a mention."""

import logging
from typing import Any

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CommandHandler, MessageHandler, filters

from tutor_bot.domain.outcomes import Talk, TalkKind
from tutor_bot.telegram.about import about
from tutor_bot.telegram.context import TutorContext, place_of
from tutor_bot.telegram.handlers import curating, progress, quiz
from tutor_bot.telegram.limiter import TelegramLimits
from tutor_bot.telegram.speech import reply
from tutor_bot.usecases.answering import Answer, Place, TooFast
from tutor_bot.wording import answers, daily, general

log = logging.getLogger(__name__)


async def answer(update: Update, message: Message, text: str, context: TutorContext) -> None:
    """Find the fact and say it; a wish that has a command is passed on to it."""
    thread = message.message_thread_id if message.is_topic_message else None
    place = place_of(message.chat, thread)
    answered = await context.tutor.answering.answers(context.person, text, update=update.update_id, place=place)
    if isinstance(answered, TooFast):
        if answered.say_so:
            log.info("more questions than anybody can read the answers of: not answered", extra=about(update))
            await reply(message, general.slowly_view(context.voice))
        return
    for given in answered:
        await _say(given, message, context, place)


async def _say(given: Answer, message: Message, context: TutorContext, place: Place | None) -> None:
    private = place is None
    match given.outcome:
        case Talk(kind=TalkKind.WANTS_QUIZ) if private:
            await quiz.begin(message, context)
        case Talk(kind=TalkKind.WANTS_PROGRESS) if private:
            await progress.show(message, context)
        case Talk(kind=TalkKind.WANTS_STOP) if private:
            await quiz.stop_in_private(message, context)
        case outcome:
            catalogue = context.tutor.knowledge.catalogue
            view = answers.answer_view(outcome, catalogue, given.asked, context.voice, private=private)
            if place is not None:
                await _mention_private_chat(message, context)
            await reply(message, daily.with_offer(view, context.voice) if given.offer_daily else view)


async def _mention_private_chat(message: Message, context: TutorContext) -> None:
    """When a group's 20 messages a minute run short, say once that answers in private are faster."""
    limits = context.bot.rate_limiter
    if not isinstance(limits, TelegramLimits) or not limits.crowded(message.chat.id):
        return
    if await context.tutor.sending.say_private_is_faster(message.chat.id, message.chat.title or ""):
        await reply(message, general.private_is_faster_view(_link(context), context.voice))


def _link(context: TutorContext) -> str:
    return f"https://t.me/{context.bot.username}?start=group"


async def free_text(update: Update, context: TutorContext) -> None:
    """A text in private (an edited one is asked anew), or a reply to the bot in a group."""
    message = update.effective_message
    if message is None or message.text is None or update.effective_user is None:
        return
    text = _without_mention(message.text, context.bot.username)
    short_answers = context.tutor.short_answers
    new_in_private = update.message is not None and message.chat.type == ChatType.PRIVATE
    if new_in_private and await curating.took(message, context):
        return
    waits = new_in_private and await short_answers.waits(context.person)
    # A question mark tells a question from the answer to ours.
    if waits and "?" not in text and "？" not in text and await short_answers.answer(context.person, text):
        return
    await answer(update, message, text, context)
    if waits:
        await short_answers.ask_again(context.person, update=update.update_id)


async def ask(update: Update, context: TutorContext) -> None:
    """/ask QUESTION, everywhere."""
    message = update.effective_message
    if message is None or message.text is None or update.effective_user is None:
        return
    _, _, question = message.text.partition(" ") if " " in message.text else message.text.partition("\n")
    if question.strip():
        await answer(update, message, question, context)
    else:
        await reply(message, general.ask_what_view(context.voice))


def _without_mention(text: str, username: str) -> str:
    lowered, mention = text.lower(), f"@{username.lower()}"
    while (at := lowered.find(mention)) >= 0:
        text = text[:at] + text[at + len(mention) :]
        lowered = text.lower()
    return text.strip()


class _ForUs(filters.MessageFilter):
    """In a group: a reply to a message of the bot, or its name in the text."""

    def filter(self, message: Message) -> bool:
        bot = message.get_bot()
        replied = message.reply_to_message
        if replied is not None and replied.from_user is not None and replied.from_user.id == bot.id:
            return replied.forum_topic_created is None
        return f"@{bot.username.lower()}" in (message.text or "").lower()


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    words = filters.TEXT & ~filters.COMMAND
    once = filters.UpdateType.MESSAGE
    return [
        CommandHandler("ask", ask, once),
        MessageHandler(filters.ChatType.PRIVATE & words & filters.UpdateType.MESSAGES, free_text),
        MessageHandler(filters.ChatType.GROUPS & words & _ForUs() & once, free_text),
    ]
