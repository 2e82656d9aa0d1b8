"""Live quizzes in groups: begun, joined, voted in, stopped; and who is seen in a group."""

from typing import Any

from telegram import CallbackQuery, ChatMember, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError
from telegram.ext import BaseHandler, ChatMemberHandler, MessageHandler, TypeHandler, filters

from tutor_bot.domain.live import DEFAULT_SECONDS, DEFAULT_SIZE, LEAST_SECONDS, MAX_SIZE, MOST_SECONDS
from tutor_bot.telegram.context import TutorContext, person_of, place_of
from tutor_bot.telegram.handlers.topics import find_topics
from tutor_bot.telegram.speech import acknowledge, reply
from tutor_bot.usecases.live_quiz import Begun, MustCheck, NothingToAsk, Running
from tutor_bot.wording import live, quizzes
from tutor_bot.wording.presses import Press, Verb

ADMINS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)


async def is_admin(message: Message, context: TutorContext) -> bool:
    """Whether an admin of the group wrote this. Somebody who writes as the group itself is an anonymous admin."""
    if message.sender_chat is not None:
        return message.sender_chat.id == message.chat.id
    return message.from_user is not None and await _is_admin(message.chat.id, message.from_user.id, context)


async def _is_admin(chat: int, person: int, context: TutorContext) -> bool:
    try:
        member = await context.bot.get_chat_member(chat, person)
    except TelegramError:
        return False
    return member.status in ADMINS


async def begin(message: Message, context: TutorContext) -> None:
    """/quiz [n] [seconds] [topic] in a group."""
    v = context.voice
    if not await is_admin(message, context):
        await reply(message, live.admins_only_view(v))
        return
    words = list(context.args or ())
    numbers: list[int] = []
    while words and len(numbers) < 2 and words[0].lstrip("+-").rstrip("s").isdecimal():
        numbers.append(int(words.pop(0).rstrip("s")[:6]))
    size = numbers[0] if numbers else DEFAULT_SIZE
    seconds = numbers[1] if len(numbers) > 1 else DEFAULT_SECONDS
    if not 1 <= size <= MAX_SIZE or not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        await reply(message, live.how_to_view(v))
        return
    topics, topic = context.tutor.quizzing.topics(), None
    if words:
        near = find_topics(" ".join(words), list(topics))
        if len(near) != 1:
            await reply(message, quizzes.unknown_topic_view(" ".join(words), [], v))
            return
        topic = topics[near[0]].key
    thread = message.message_thread_id if message.is_topic_message else None
    place = place_of(message.chat, thread)
    assert place is not None
    match await context.tutor.live.begin(context.person, place, size, seconds, topic):
        case Running():
            await reply(message, live.running_view(v))
        case NothingToAsk():
            await reply(message, quizzes.nothing_to_ask_view(v))
        case Begun():
            return


async def stop(message: Message, context: TutorContext) -> None:
    """/stop in a group."""
    v = context.voice
    if not await is_admin(message, context):
        await reply(message, live.admins_only_view(v))
    elif not await context.tutor.live.stop(message.chat.id):
        await reply(message, live.nothing_running_view(v))
    # Else the podium says that it is over.


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """*I play* and *Start now* under the lobby."""
    v = context.voice
    if query.message is None:
        return
    if press.verb is Verb.LIVE_START:
        if not await _is_admin(query.message.chat.id, query.from_user.id, context):
            await acknowledge(query, live.admins_only_text(v), alert=True)
            return
        begun = await context.tutor.live.start_now(query.message.chat.id, press.numbers[0])
        await acknowledge(query, "" if begun else live.over_text(v))
        return
    joined = await context.tutor.live.join(context.person, press.numbers[0])
    if joined is None or joined.gone:
        await acknowledge(query, live.over_text(v))
    else:
        await acknowledge(query, live.joined_text(joined.players, again=joined.again, v=v))


async def voted(user: User, poll: str, chosen: tuple[int, ...], context: TutorContext) -> bool:
    """A vote in a live quiz; False when the poll is not of one."""
    result = await context.tutor.live.vote(person_of(user), poll, chosen)
    if isinstance(result, MustCheck):
        await context.tutor.live.checked(result, await _is_inside(result, context))
        return True
    return result


async def _is_inside(must: MustCheck, context: TutorContext) -> bool | None:
    """Telegram answers for sure only where the bot is an admin; None when it does not."""
    try:
        member = await context.bot.get_chat_member(must.group, must.person)
    except TelegramError:
        return None
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status not in (ChatMember.LEFT, ChatMember.BANNED)


async def seen(update: Update, context: TutorContext) -> None:
    """Whoever writes or presses in a group is a member; those who come and go are said to."""
    chat, user = update.effective_chat, update.effective_user
    if chat is None or chat.type not in GROUPS:
        return
    message, title = update.message, chat.title or ""
    if message is not None and message.new_chat_members:
        for new in message.new_chat_members:
            if not new.is_bot:
                await context.tutor.live.seen(chat.id, title, person_of(new), inside=True, came=True)
    elif message is not None and message.left_chat_member and not message.left_chat_member.is_bot:
        await context.tutor.live.seen(chat.id, title, person_of(message.left_chat_member), inside=False)
    elif user is not None and not user.is_bot and (message is not None or update.callback_query is not None):
        await context.tutor.live.seen(chat.id, title, person_of(user), inside=True)


async def member_changed(update: Update, context: TutorContext) -> None:
    """Told to admins only: somebody came or left."""
    change = update.chat_member
    if change is None or change.new_chat_member.user.is_bot:
        return
    gone = (ChatMember.LEFT, ChatMember.BANNED)
    inside, before = change.new_chat_member.status not in gone, change.old_chat_member.status not in gone
    person = person_of(change.new_chat_member.user)
    await context.tutor.live.seen(change.chat.id, change.chat.title or "", person, inside=inside, came=not before)


def watchers() -> list[BaseHandler[Any, Any, Any]]:
    """Of a group of their own, before all others: they see what others answer."""
    return [TypeHandler(Update, seen)]


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        ChatMemberHandler(member_changed, ChatMemberHandler.CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.NEW_CHAT_MEMBERS | filters.StatusUpdate.LEFT_CHAT_MEMBER, nothing),
    ]


async def nothing(update: Update, context: TutorContext) -> None:
    """Comings and goings are noted by the watcher, and nothing is said to them."""
