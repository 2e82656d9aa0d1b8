"""Quizzes: begin, vote, stop; and the polls themselves. What concerns groups is passed on to `live`."""

import re
from typing import Any

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CommandHandler, PollAnswerHandler, PollHandler, filters

from tutor_bot.domain.quiz import DEFAULT_SIZE, MAX_SIZE, ShownPoll
from tutor_bot.telegram.context import TutorContext, person_of
from tutor_bot.telegram.handlers import live
from tutor_bot.telegram.handlers.topics import find_topics
from tutor_bot.telegram.speech import reply
from tutor_bot.usecases.quizzing import Begun, NothingToAsk, OfAClass, StillOpen
from tutor_bot.wording import daily, quizzes
from tutor_bot.wording.view import View
from tutor_bot.wording.voice import Voice

_NUMBER = re.compile(r"([+-]*)([0-9]+)")


def outcome_view(begun: Begun | StillOpen | NothingToAsk, wanted: int, topic: int, v: Voice) -> View:
    """What to say when a quiz was wished for; `topic` counts from 1, 0 is any."""
    match begun:
        case Begun(size=size):
            return View(quizzes.begun_html(size, v))
        case StillOpen(position=position, size=size):
            return quizzes.still_open_view(position, size, wanted, topic, v)
        case NothingToAsk():
            return quizzes.nothing_to_ask_view(v)


async def begin(message: Message, context: TutorContext, size: int = DEFAULT_SIZE, topic: int = 0) -> None:
    key = context.tutor.quizzing.topics()[topic - 1].key if topic else None
    begun = await context.tutor.quizzing.begin(context.person, size, topic=key)
    await reply(message, outcome_view(begun, size, topic, context.voice))


async def command(update: Update, context: TutorContext) -> None:
    """/quiz [n] [topic]"""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    if message.chat.type != ChatType.PRIVATE:
        await live.begin(message, context)
        return
    words = list(context.args or ())
    size = DEFAULT_SIZE
    if words and (number := _NUMBER.fullmatch(words[0])):
        size = -1 if "-" in number[1] else int(number[2][:6])
        words.pop(0)
        if not 1 <= size <= MAX_SIZE:
            await reply(message, quizzes.how_to_quiz_view(context.voice))
            return
    topic = 0
    if words:
        asked = " ".join(words)
        topics = context.tutor.quizzing.topics()
        near = find_topics(asked, list(topics))
        if len(near) != 1:
            shown = near or list(range(min(3, len(topics))))
            view = quizzes.unknown_topic_view(asked, [(i, topics[i].title) for i in shown[:6]], context.voice)
            await reply(message, view)
            return
        topic = near[0] + 1
    await begin(message, context, size, topic)


async def stop(update: Update, context: TutorContext) -> None:
    """/stop: end the open quiz; without one, ask whether to end the daily quiz."""
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    if message.chat.type != ChatType.PRIVATE:
        await live.stop(message, context)
        return
    await stop_in_private(message, context)


async def stop_in_private(message: Message, context: TutorContext) -> None:
    if await context.tutor.quizzing.stop(context.person):
        await reply(message, quizzes.stopped_view(context.voice))
        return
    learner = await context.tutor.daily.of(context.person)
    if learner.daily is None:
        await reply(message, quizzes.no_open_quiz_view(context.voice))
    else:
        await reply(message, daily.ask_off_view(learner.daily, context.voice))


async def voted(update: Update, context: TutorContext) -> None:
    """A vote on a poll of ours. One by a channel or an anonymous admin names no person, and is nobody's."""
    vote = update.poll_answer
    if vote is None or vote.user is None or vote.voter_chat is not None:
        return
    given = vote.user, vote.poll_id, tuple(vote.option_ids)
    if await live.voted(*given, context):
        return
    match await context.tutor.quizzing.vote(person_of(vote.user), vote.poll_id, vote.option_ids):
        case ShownPoll() as shown:
            await live.adopted(shown, context)
        case OfAClass():
            await live.voted(*given, context)


async def poll_changed(update: Update, context: TutorContext) -> None:
    """A poll of ours has new votes: tells us its words, should we never have learnt its id."""
    poll = update.poll
    if poll is not None:
        shown = ShownPoll(poll.id, poll.question, tuple(option.text for option in poll.options))
        if await context.tutor.quizzing.poll_seen(shown):
            await live.adopted(shown, context)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [
        CommandHandler("quiz", command, filters.UpdateType.MESSAGE),
        CommandHandler("stop", stop, filters.UpdateType.MESSAGE),
        PollAnswerHandler(voted),
        PollHandler(poll_changed),
    ]
