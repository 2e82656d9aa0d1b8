"""What is no question and no command: pictures, unknown commands, comings and goings."""

from typing import Any

from telegram import ChatMember, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, ChatMemberHandler, MessageHandler, filters

from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.handlers import classes
from tutor_bot.telegram.handlers.admins import ADMINS
from tutor_bot.telegram.speech import reply
from tutor_bot.wording import general


async def no_words(update: Update, context: TutorContext) -> None:
    """A sticker, photo, voice message or anything else without text, in private."""
    if message := update.effective_message:
        await reply(message, general.only_words_view(context.voice))


async def unknown_command(update: Update, context: TutorContext) -> None:
    """A command nobody above knew, in private; in groups it may be meant for another bot."""
    message = update.effective_message
    if message is not None and message.text is not None:
        await reply(message, general.unknown_command_view(message.text.split()[0], context.voice))


async def moved(update: Update, context: TutorContext) -> None:
    """A group has become a supergroup; both of them say so, in no sure order."""
    message = update.effective_message
    if message is not None and message.migrate_to_chat_id is not None:
        await context.tutor.sending.group_moved(message.chat.id, message.migrate_to_chat_id)
    elif message is not None and message.migrate_from_chat_id is not None:
        await context.tutor.sending.group_moved(message.migrate_from_chat_id, message.chat.id)


async def membership(update: Update, context: TutorContext) -> None:
    """The bot was blocked or unblocked, or added to a group: greet the group."""
    change = update.my_chat_member
    if change is None:
        return
    gone = {ChatMember.LEFT, ChatMember.BANNED}
    if change.chat.type == ChatType.PRIVATE:
        if change.new_chat_member.status in gone:
            await context.tutor.sending.blocked(change.from_user.id)
        else:
            await context.tutor.daily.of(context.person)
    elif change.chat.type != ChatType.CHANNEL:
        new = change.new_chat_member.status
        came = change.old_chat_member.status in gone and new not in gone
        if new in gone:
            await context.tutor.sending.removed(change.chat.id)
        elif came and new != ChatMember.RESTRICTED:
            await classes.welcome(change.chat, context, is_admin=new in ADMINS)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    return [
        MessageHandler(filters.StatusUpdate.MIGRATE, moved),
        MessageHandler(private & filters.COMMAND, unknown_command),
        MessageHandler(private & ~filters.StatusUpdate.ALL & ~filters.TEXT, no_words),
        ChatMemberHandler(membership, ChatMemberHandler.MY_CHAT_MEMBER),
    ]
