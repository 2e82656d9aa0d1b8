"""Who is an admin of a group. Asked of Telegram each time: whoever leaves the post loses what it opens at once."""

from telegram import ChatMember, Message
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from tutor_bot.telegram.context import TutorContext

ADMINS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


async def wrote_as_admin(message: Message, context: TutorContext) -> bool:
    """Whether an admin of the group wrote this. Somebody who writes as the group itself is an anonymous admin."""
    if message.sender_chat is not None:
        return message.sender_chat.id == message.chat.id
    return message.from_user is not None and bool(await is_admin(message.chat.id, message.from_user.id, context))


async def is_admin(group: int, person: int, context: TutorContext) -> bool | None:
    """Whether a person is an admin of a group now; None when Telegram cannot be asked just now."""
    try:
        member = await context.bot.get_chat_member(group, person)
    except ChatMigrated as error:
        await context.tutor.sending.group_moved(group, error.new_chat_id)
        return await is_admin(error.new_chat_id, person, context)
    except (BadRequest, Forbidden):
        # Telegram has answered: the bot is not there any more, or does not know them.
        return False
    except TelegramError:
        return None
    return member.status in ADMINS


async def bot_is_admin(group: int, context: TutorContext) -> bool | None:
    """Whether the bot itself is one, and so told for sure who is a member."""
    return await is_admin(group, context.bot.id, context)


def is_inside(member: ChatMember) -> bool:
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status not in (ChatMember.LEFT, ChatMember.BANNED)
