"""/progress and /topics."""

from typing import Any

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CommandHandler, filters

from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.speech import reply
from tutor_bot.wording import general


async def show(message: Message, context: TutorContext) -> None:
    progress = await context.tutor.progressing.of(context.person)
    await reply(message, general.progress_view(progress, context.voice))


async def command(update: Update, context: TutorContext) -> None:
    """/progress, in private: nobody's knowledge is shown to a group."""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    if message.chat.type == ChatType.PRIVATE:
        await show(message, context)
    else:
        link = f"https://t.me/{context.bot.username}?start=progress"
        await reply(message, general.private_only_view(link, context.voice))


async def topics(update: Update, context: TutorContext) -> None:
    """/topics, in private: its buttons begin quizzes."""
    message = update.effective_message
    if message is not None and message.chat.type == ChatType.PRIVATE:
        await reply(message, general.topics_view(context.tutor.knowledge.catalogue, context.voice))


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        CommandHandler("progress", command, filters.UpdateType.MESSAGE),
        CommandHandler("topics", topics, filters.UpdateType.MESSAGE),
    ]
