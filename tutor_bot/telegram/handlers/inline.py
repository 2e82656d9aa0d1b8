"""Inline mode: `@bot lenin testament` in any chat offers facts as cards while one types."""

from contextlib import suppress
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import BaseHandler, InlineQueryHandler

from tutor_bot.telegram.context import TutorContext
from tutor_bot.wording import answers, general

CARDS = 10
KEPT = 300
"""Seconds for which Telegram may show the same cards for the same words, to anybody."""


async def offered(update: Update, context: TutorContext) -> None:
    """Every few letters typed: nothing is kept of it."""
    query = update.inline_query
    if query is None:
        return
    knowledge, v = context.tutor.knowledge, context.voice
    keys = knowledge.matcher.suggest(query.query[:256], CARDS) if query.query.strip() else ()
    facts = [fact for key in keys if (fact := knowledge.catalogue.get(key))] or knowledge.core(CARDS)
    cards = [
        InlineQueryResultArticle(
            id=str(uuid5(NAMESPACE_URL, fact.key)),
            title=answers.shortened(fact.question, 100),
            description=answers.shortened(fact.answer, 120),
            input_message_content=InputTextMessageContent(
                answers.card_html(fact, v),
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            ),
        )
        for fact in facts
    ]
    button = InlineQueryResultsButton(general.ask_in_private_text(v), start_parameter="inline")
    # Whoever typed on has a newer query; an old one, as after a restart, cannot be answered and needs no answer.
    with suppress(BadRequest):
        await query.answer(cards, cache_time=KEPT, is_personal=False, button=button)


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    return [InlineQueryHandler(offered)]
