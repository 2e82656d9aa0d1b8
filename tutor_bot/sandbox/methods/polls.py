"""Polls as the bot makes and ends them."""

import asyncio

from tutor_bot.sandbox.checks import Call
from tutor_bot.sandbox.methods.messages import put
from tutor_bot.sandbox.polls import Poll, poll_of
from tutor_bot.sandbox.refused import bad
from tutor_bot.sandbox.state import State
from tutor_bot.sandbox.world import Json, World

_closing: set["asyncio.Task[None]"] = set()


def send_poll(state: State, call: Call) -> Json:
    world = state.world
    chat = world.open_to_bot(call.values.get("chat_id"))
    poll = poll_of(call, str(world.number()), chat.id, world.clock.now())
    world.polls[poll.id] = poll
    try:
        message = put(state, call, chat, {"_poll": poll.id})
    except Exception:
        del world.polls[poll.id]
        raise
    if poll.closes and not poll.closed:
        task = asyncio.get_running_loop().create_task(_close_in_time(world, poll))
        _closing.add(task)
        task.add_done_callback(_closing.discard)
    return message


async def _close_in_time(world: World, poll: Poll) -> None:
    if poll.closes:
        await world.clock.sleep_until(poll.closes)
        close(world, poll)


def close(world: World, poll: Poll) -> None:
    """End a poll: the bot hears of it, and everybody sees the results."""
    if poll.closed or world.polls.get(poll.id) is not poll:
        return
    poll.closed = True
    world.on_update("poll", poll.as_json())
    show(world, poll)


def show(world: World, poll: Poll) -> None:
    """Show the poll anew in every message that holds it."""
    for chat in world.chats.values():
        for message in chat.messages.values():
            if message.get("_poll") == poll.id:
                world.changed(chat, message)


def stop_poll(state: State, call: Call) -> Json:
    world = state.world
    chat = world.open_to_bot(call.values.get("chat_id"))
    message = world.message(chat, call.number("message_id"), "message with poll to stop")
    if "_poll" not in message:
        raise bad("message is not a poll")
    if message["from"]["id"] != world.bot.id:
        raise bad("poll can't be stopped")
    poll = world.polls[message["_poll"]]
    if poll.closed:
        raise bad("poll has already been closed")
    state.limits.check(call.method, chat.id, world.clock.now())
    markup = call.keyboard()
    message.pop("reply_markup", None)
    if markup and markup.get("inline_keyboard"):
        message["reply_markup"] = markup
    close(world, poll)
    return poll.as_json()


METHODS = {"sendPoll": send_poll, "stopPoll": stop_poll}
