"""/privacy, /export and /forget, in private."""

import json
from collections.abc import Collection
from io import BytesIO
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType
from telegram.ext import Application, BaseHandler, CommandHandler, filters

from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.processor import OrderedProcessor
from tutor_bot.telegram.speech import change, reply
from tutor_bot.wording import general
from tutor_bot.wording import privacy as words
from tutor_bot.wording.presses import Press, Verb


async def privacy(update: Update, context: TutorContext) -> None:
    """/privacy: everywhere, for it tells about nobody."""
    if message := update.effective_message:
        await reply(message, words.privacy_view(context.voice))


async def export(update: Update, context: TutorContext) -> None:
    """/export: everything about this learner, as a file."""
    message = update.effective_message
    if message is None or update.effective_user is None or await _elsewhere(message, context, "export"):
        return
    kept = await context.tutor.privacy.export(context.person)
    content = json.dumps(kept, ensure_ascii=False, indent=1).encode()
    await message.reply_document(
        BytesIO(content), filename="tutor-bot.json", caption=words.export_caption(context.voice)
    )


async def forget(update: Update, context: TutorContext) -> None:
    """/forget: asked twice."""
    message = update.effective_message
    if message is None or update.effective_user is None or await _elsewhere(message, context, "forget"):
        return
    await reply(message, words.ask_forget_view(context.voice))


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    match press.verb:
        case Verb.FORGET:
            await change(query, words.ask_again_view(context.voice))
        case Verb.FORGET_FOR_GOOD:
            await _forget(query.from_user.id, context)
            await change(query, words.forgotten_view(context.voice))
        case _:
            await change(query, words.kept_view(context.voice))


async def _forget(telegram_id: int, context: TutorContext) -> None:
    forgotten = await context.tutor.privacy.forget(context.person)
    forget_here(context.application, telegram_id, forgotten.updates if forgotten else ())


def forget_here(
    application: Application[Any, Any, Any, Any, Any, Any], telegram_id: int, struck_off: Collection[int]
) -> None:
    """Forget what this process holds of somebody, and act no more on these updates of theirs."""
    application.bot_data["tutor"].answering.forget(telegram_id)
    if struck_off and isinstance(processor := application.update_processor, OrderedProcessor):
        processor.forget(struck_off)
    application.drop_user_data(telegram_id)
    application.drop_chat_data(telegram_id)


async def _elsewhere(message: Message, context: TutorContext, command: str) -> bool:
    """In a group: say where it works."""
    if message.chat.type == ChatType.PRIVATE:
        return False
    link = f"https://t.me/{context.bot.username}?start={command}"
    await reply(message, general.private_only_view(link, context.voice))
    return True


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    once = filters.UpdateType.MESSAGE
    return [
        CommandHandler("privacy", privacy, once),
        CommandHandler("export", export, once),
        CommandHandler("forget", forget, once),
    ]
