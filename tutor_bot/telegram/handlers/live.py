"""Live quizzes in groups: begun, joined, voted in, stopped; and who is seen in a group."""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

from telegram import CallbackQuery, ChatMember, Message, Update, User
from telegram.constants import ChatType
from telegram.error import BadRequest, TelegramError
from telegram.ext import BaseHandler, ChatMemberHandler, CommandHandler, MessageHandler, TypeHandler, filters

from tutor_bot.domain.live import (
    DEFAULT_SECONDS,
    DEFAULT_SIZE,
    LEAST_SECONDS,
    LONGEST_HOMEWORK,
    MAX_SIZE,
    MOST_SECONDS,
    Mode,
)
from tutor_bot.domain.outgoing import LobbyOut
from tutor_bot.domain.quiz import ShownPoll
from tutor_bot.telegram.context import TutorContext, person_of, place_of
from tutor_bot.telegram.handlers.admins import is_admin, is_inside, wrote_as_admin
from tutor_bot.telegram.handlers.topics import find_topics
from tutor_bot.telegram.speech import acknowledge, change, reply, respond
from tutor_bot.usecases.live_quiz import Begun, MustCheck, NothingToAsk, Running, Wished
from tutor_bot.wording import live, quizzes
from tutor_bot.wording.presses import Press, Verb
from tutor_bot.wording.view import View

_NUMBER = re.compile(r"([+-]*)([0-9]+)s?")
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)


async def begin(message: Message, context: TutorContext) -> None:
    """/quiz [n] [seconds] [topic], /quiz [n] homework DAYS [topic], /quiz [n] relaxed [topic]; in a group."""
    v = context.voice
    place = place_of(message.chat, message.message_thread_id if message.is_topic_message else None)
    if place is None or message.chat.type not in GROUPS:
        return
    if not await wrote_as_admin(message, context):
        await reply(message, live.admins_only_view(v))
        return
    wished = _wished(list(context.args or ()), context)
    if isinstance(wished, View):
        await reply(message, wished)
        return
    match await context.tutor.live.begin(context.person, place, wished):
        case Running():
            await reply(message, live.running_view(v))
        case NothingToAsk():
            await reply(message, quizzes.nothing_to_ask_view(v))
        case Begun():
            return


def _wished(words: list[str], context: TutorContext) -> Wished | View:
    """What was written behind /quiz, or what to say about it."""
    v = context.voice
    numbers = _numbers(words, 2)
    size = numbers[0] if numbers else DEFAULT_SIZE
    seconds = numbers[1] if len(numbers) > 1 else DEFAULT_SECONDS
    mode, closes = Mode.CLOCK, None
    if words and words[0].casefold() in live.homework_words(v):
        words.pop(0)
        mode, days = Mode.HOMEWORK, (_numbers(words, 1) or [1])[0]
        if not 1 <= days <= LONGEST_HOMEWORK.days or len(numbers) > 1:
            return live.how_to_view(v)
        closes = context.tutor.daily.clock.now() + timedelta(days=days)
    elif words and words[0].casefold() in live.relaxed_words(v):
        words.pop(0)
        mode = Mode.RELAXED
    if not 1 <= size <= MAX_SIZE or not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        return live.how_to_view(v)
    topic = None
    if words:
        topics = context.tutor.quizzing.topics()
        near = find_topics(" ".join(words), list(topics))
        if len(near) != 1:
            return quizzes.unknown_topic_view(" ".join(words), [], v)
        topic = topics[near[0]].key
    return Wished(size, seconds, topic, mode, closes)


def _numbers(words: list[str], most: int) -> list[int]:
    """Numbers at the beginning, taken off; 20s is one too."""
    found: list[int] = []
    while words and len(found) < most and (number := _NUMBER.fullmatch(words[0])):
        # A sign makes it a number that is out of range, and not a topic.
        found.append(-1 if "-" in number[1] else int(number[2][:6]))
        words.pop(0)
    return found


async def stop(message: Message, context: TutorContext) -> None:
    """/stop in a group."""
    v = context.voice
    if not await wrote_as_admin(message, context):
        await reply(message, live.admins_only_view(v))
    elif not await context.tutor.live.stop(message.chat.id):
        await reply(message, live.nothing_running_view(v))
    # Else the podium says that it is over.


async def course(update: Update, context: TutorContext) -> None:
    """/skip and /next in a group."""
    message = update.effective_message
    if message is None or message.chat.type not in GROUPS or message.text is None:
        return
    v, group = context.voice, message.chat.id
    if not await wrote_as_admin(message, context):
        await reply(message, live.admins_only_view(v))
        return
    skipping = message.text.startswith("/skip")
    done = await (context.tutor.live.skip(group) if skipping else context.tutor.live.go_on(group))
    if not done:
        await reply(message, live.nothing_running_view(v))


async def pause(message: Message, context: TutorContext) -> None:
    """/pause in a group."""
    v = context.voice
    if not await wrote_as_admin(message, context):
        await reply(message, live.admins_only_view(v))
    elif await context.tutor.live.pause(message.chat.id):
        await reply(message, live.paused_view(v))
    else:
        await reply(message, live.nothing_running_view(v))


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """Buttons of a live quiz: *I play* and teams are for all, the rest for admins."""
    v = context.voice
    if query.message is None:
        return
    if press.verb in (Verb.LIVE_JOIN, Verb.LIVE_TEAM):
        await _join(query, press, context)
    elif not await is_admin(query.message.chat.id, query.from_user.id, context):
        await acknowledge(query, live.admins_only_text(v), alert=True)
    else:
        await _arranged(query, press, query.message.chat.id, context)


async def _join(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    v = context.voice
    assert query.message is not None
    team = press.numbers[1] if press.verb is Verb.LIVE_TEAM else None
    joined = await context.tutor.live.join(context.person, query.message.chat.id, press.numbers[0], team)
    if joined is None or joined.gone:
        await acknowledge(query, live.over_text(v))
    else:
        said = live.joined_text(joined.players, again=joined.again, name=joined.name, team=joined.team, v=v)
        await acknowledge(query, said)


async def _arranged(query: CallbackQuery, press: Press, group: int, context: TutorContext) -> None:
    """An admin's press: what it changes is seen; where it comes too late, it says so."""
    tutor, v, numbers = context.tutor.live, context.voice, press.numbers
    done: bool | LobbyOut | None
    match press.verb:
        case Verb.LIVE_START:
            done = await tutor.start_now(group, numbers[0])
        case Verb.LIVE_NEXT:
            under = -numbers[1] if numbers[0] else numbers[1]
            done = await tutor.go_on(group, under or None)
        case Verb.LIVE_SKIP:
            done = await tutor.skip(group, numbers[0])
        case Verb.LIVE_PAUSE:
            done = await tutor.pause(group)
        case Verb.LIVE_MODE if press.word in (Mode.CLOCK, Mode.RELAXED):
            done = await tutor.arrange(group, numbers[0], mode=Mode(press.word))
        case Verb.LIVE_SPEED:
            done = await tutor.arrange(group, numbers[0], speed=bool(numbers[1]))
        case Verb.LIVE_TALK:
            done = await tutor.arrange(group, numbers[0], talk=bool(numbers[1]))
        case Verb.LIVE_TEAMS:
            done = await tutor.arrange(group, numbers[0], teams=numbers[1])
        case _:
            done = await tutor.arrange(group, numbers[0])
    await acknowledge(query, "" if done else live.over_text(v))
    if isinstance(done, LobbyOut):
        await change(query, live.lobby_view(done, v))
    elif done and press.verb is Verb.LIVE_PAUSE:
        await respond(query, live.paused_view(v))
    elif done and press.verb is Verb.LIVE_NEXT and isinstance(query.message, Message) and query.message.poll is None:
        # A button that has done its work is gone, so that a second press skips nothing.
        with suppress(BadRequest):
            await query.message.edit_reply_markup(None)


async def voted(user: User, poll: str, chosen: tuple[int, ...], context: TutorContext) -> bool:
    """A vote in a live quiz; False when the poll is not of one."""
    result = await context.tutor.live.vote(person_of(user), poll, chosen)
    if isinstance(result, MustCheck):
        await context.tutor.live.checked(result, await _is_inside(result, context))
        return True
    return result


async def adopted(shown: ShownPoll, context: TutorContext) -> None:
    """A poll that we did not know, perhaps of a live quiz."""
    for must_check in await context.tutor.live.adopt(shown):
        await context.tutor.live.checked(must_check, await _is_inside(must_check, context))


async def _is_inside(must: MustCheck, context: TutorContext) -> bool | None:
    """Telegram answers for sure only where the bot is an admin; None when it does not."""
    try:
        return is_inside(await context.bot.get_chat_member(must.group, must.person))
    except TelegramError:
        return None


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
        CommandHandler(("skip", "next"), course, filters.UpdateType.MESSAGE & filters.ChatType.GROUPS),
        ChatMemberHandler(member_changed, ChatMemberHandler.CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.NEW_CHAT_MEMBERS | filters.StatusUpdate.LEFT_CHAT_MEMBER, nothing),
    ]


async def nothing(update: Update, context: TutorContext) -> None:
    """Comings and goings are noted by the watcher, and nothing is said to them."""
