"""/progress and /topics: a picture, the same in words, and what can be done about it."""

from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType, ParseMode
from telegram.ext import BaseHandler, CommandHandler, filters

from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.speech import change, keyboard, reply, respond
from tutor_bot.wording import general
from tutor_bot.wording import progress as words
from tutor_bot.wording.presses import Press, Verb
from tutor_bot.wording.streaks import rest_days_line, streak_line


async def show(message: Message, context: TutorContext) -> None:
    """The picture with its caption; without a picture, if it cannot be drawn, the words."""
    v = context.voice
    progress = await context.tutor.progressing.of(context.person)
    if not progress.answered and not progress.questions_asked:
        await reply(message, words.nothing_yet_view(v))
        return
    caption, rest = words.progress_views(progress, v)
    picture = await context.studio.progress(progress, words.picture_words(progress, v))
    if picture is None:
        await reply(message, caption)
    else:
        await message.reply_photo(
            picture,
            caption=caption.html,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(caption.buttons),
            filename="progress.png",
        )
    if rest:
        await reply(message, rest)


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


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """Buttons under the picture. It stays where it is; what is asked for comes below."""
    v, progressing = context.voice, context.tutor.progressing
    match press.verb:
        case Verb.PROGRESS if isinstance(query.message, Message):
            await show(query.message, context)
        case Verb.WEAKEST:
            await respond(query, words.weakest_view(await progressing.weakest(context.person), v))
        case Verb.PRACTISE:
            await respond(query, words.practise_view(context.tutor.knowledge.catalogue, v))
        case Verb.CALENDAR:
            back = min(press.numbers[0], 120)
            month = await progressing.month(context.person, back)
            lines = (streak_line(month.streak, v), rest_days_line(month.streak, v))
            view = words.calendar_view(
                month.first,
                month.today,
                back,
                active=list(month.active),
                rested=month.rested,
                ahead=month.ahead,
                exam=month.exam,
                streak_words="\n".join(line for line in lines if line),
                v=v,
            )
            under_picture = isinstance(query.message, Message) and bool(query.message.photo)
            await (respond if under_picture else change)(query, view)
        case _:
            await respond(query, general.old_button_view(v))


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
