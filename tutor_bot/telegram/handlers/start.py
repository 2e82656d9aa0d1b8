"""/start, /help and the example questions."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from tutor_bot.domain.facts import Catalogue
from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.handlers import reports
from tutor_bot.telegram.speech import reply
from tutor_bot.wording import general

EXAMPLES = 3


def examples(catalogue: Catalogue) -> list[str]:
    """Questions to begin with: the fact that most others hang on, then some from along the course."""
    facts = list(catalogue.facts.values())
    hub = max(facts, key=lambda fact: len(fact.see_also))
    course = [fact for fact in facts if fact.core and fact is not hub] or [fact for fact in facts if fact is not hub]
    step = max(1, len(course) // EXAMPLES)
    return [hub.question, *(fact.question for fact in course[step // 2 :: step])][:EXAMPLES]


async def start(update: Update, context: TutorContext) -> None:
    """In private: welcome, and three example questions as buttons. In a group: one line."""
    message = update.effective_message
    if message is None:
        return
    if message.chat.type != message.chat.PRIVATE:
        # Also the way in by a link that adds the bot to a group.
        await reply(message, general.group_help_view(context.voice))
        return
    if context.args and await reports.opened(message, context.args[0], context):
        return
    catalogue = context.tutor.knowledge.catalogue
    await context.tutor.daily.of(context.person)
    name = message.from_user.first_name if message.from_user else ""
    await reply(message, general.welcome_view(name, catalogue, examples(catalogue), context.voice))


async def show_help(update: Update, context: TutorContext) -> None:
    message = update.effective_message
    if message is None:
        return
    private = message.chat.type == message.chat.PRIVATE
    await reply(message, general.help_view(context.voice) if private else general.group_help_view(context.voice))


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        CommandHandler("start", start, filters.UpdateType.MESSAGE),
        CommandHandler("help", show_help, filters.UpdateType.MESSAGE),
    ]
