"""The teacher's view: /report, sent in private to whoever is an admin of the group at that moment."""

import re
from io import BytesIO
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, Forbidden
from telegram.ext import BaseHandler, CommandHandler, filters

from tutor_bot.charts.tables import as_csv
from tutor_bot.domain.report import ClassReport
from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.handlers.admins import is_admin, wrote_as_admin
from tutor_bot.telegram.speech import keyboard, reply, respond
from tutor_bot.usecases.reporting import DEFAULT_DAYS, MOST_DAYS
from tutor_bot.wording import general, live, reports
from tutor_bot.wording.presses import Press, Verb
from tutor_bot.wording.view import View

_LINK = re.compile(r"report-(\d{1,18})-(\d{1,3})")


def link(username: str, group: int, days: int) -> str:
    """A link that opens the report in private. It names the group, and opens nothing to whoever is no admin there."""
    return f"https://t.me/{username}?start=report-{abs(group)}-{days}"


async def command(update: Update, context: TutorContext) -> None:
    """/report [days] in a group."""
    message = update.effective_message
    if message is None:
        return
    v = context.voice
    if message.chat.type == ChatType.PRIVATE:
        await reply(message, reports.choose_group_view(v))
        return
    if not await wrote_as_admin(message, context):
        await reply(message, live.admins_only_view(v))
        return
    words = list(context.args or ())
    days = int(words[0][:4]) if words and words[0].isdecimal() else DEFAULT_DAYS
    days = min(max(days, 1), MOST_DAYS)
    private = reports.open_in_private_view(link(context.bot.username, message.chat.id, days), v)
    if message.sender_chat is not None or message.from_user is None:
        # An anonymous admin: whoever opens the link says who they are.
        await reply(message, private)
        return
    try:
        await _send(message.from_user.id, message.chat.id, days, context)
    except (Forbidden, BadRequest):
        # A bot may not be the first to write.
        await reply(message, private)
    else:
        await reply(message, reports.sent_view(v))


async def opened(message: Message, payload: str, context: TutorContext) -> bool:
    """/start with a report's link; False for any other payload."""
    found = _LINK.fullmatch(payload)
    if found is None or message.from_user is None:
        return False
    group, days = -int(found[1]), min(max(int(found[2]), 1), MOST_DAYS)
    if refusal := await _refusal(group, message.from_user.id, context):
        await reply(message, refusal)
    else:
        await _send(message.from_user.id, group, days, context)
    return True


async def _refusal(group: int, person: int, context: TutorContext) -> View | None:
    match await is_admin(group, person, context):
        case True:
            return None
        case False:
            return reports.not_an_admin_view(context.voice)
        case _:
            return reports.not_now_view(context.voice)


async def _send(person: int, group: int, days: int, context: TutorContext) -> None:
    """Picture, then names and figures. Raises Forbidden and BadRequest when the person cannot be written to."""
    v = context.voice
    found = await context.tutor.reporting.of(group, days)
    report = found[0] if found else None
    if report is None or not report.people:
        view = reports.report_view(report or _nothing(context), group, days, v)
        await context.bot.send_message(person, view.html, parse_mode=ParseMode.HTML)
        return
    picture = await context.studio.report(report, reports.picture_words(report, v))
    caption = reports.caption(report, v)
    if picture is None:
        await context.bot.send_message(person, caption, parse_mode=ParseMode.HTML)
    else:
        await context.bot.send_photo(person, picture, caption=caption, parse_mode=ParseMode.HTML, filename="report.png")
    view = reports.report_view(report, group, days, v)
    await context.bot.send_message(person, view.html, parse_mode=ParseMode.HTML, reply_markup=keyboard(view.buttons))


def _nothing(context: TutorContext) -> ClassReport:
    today = context.tutor.daily.clock.now().date()
    return ClassReport("", today, today, 0)


async def pressed(query: CallbackQuery, press: Press, context: TutorContext) -> None:
    """Buttons under a report: each press is checked as the report itself was."""
    v, person = context.voice, query.from_user.id
    group, number = -press.numbers[0], press.numbers[1]
    if query.message is None or query.message.chat.type != ChatType.PRIVATE:
        await respond(query, general.old_button_view(v))
        return
    if press.verb is Verb.DIGEST and not number:
        # To be told no more is everybody's right.
        await _digest(query, group, context, wished=False)
        return
    if refusal := await _refusal(group, person, context):
        await respond(query, refusal)
        return
    if press.verb is Verb.DIGEST:
        await _digest(query, group, context, wished=True)
    elif press.verb is Verb.REPORT:
        await _send(person, group, min(max(number, 1), MOST_DAYS), context)
    else:
        await _files(person, group, min(max(number, 1), MOST_DAYS), context)


async def _digest(query: CallbackQuery, group: int, context: TutorContext, *, wished: bool) -> None:
    v = context.voice
    classroom = await context.tutor.classes.known(group)
    if classroom is None or not await context.tutor.classes.wish_for_digest(group, context.person, wished=wished):
        await respond(query, general.old_button_view(v))
        return
    await respond(query, reports.digest_set_view(classroom.title, v) if wished else reports.no_digest_view(v))


async def _files(person: int, group: int, days: int, context: TutorContext) -> None:
    """One row for each learner and question, twice: for programs, and for a spreadsheet."""
    found = await context.tutor.reporting.of(group, days)
    if found is None:
        return
    report, lines = found
    words = reports.table_words(context.voice)
    files = [("csv", as_csv(lines, words)), ("xlsx", await context.studio.workbook(lines, words))]
    for ending, content in files:
        if content is not None:
            await context.bot.send_document(person, BytesIO(content), filename=reports.file_name(report, ending))


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [CommandHandler("report", command, filters.UpdateType.MESSAGE)]
