"""/timeline, /people, /glossary [word]"""

from difflib import get_close_matches
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from tutor_bot.domain.facts import Catalogue, Term
from tutor_bot.telegram.context import TutorContext
from tutor_bot.telegram.speech import reply
from tutor_bot.wording import reference


def _wanted(context: TutorContext) -> str:
    return " ".join(context.args or ())


async def timeline(update: Update, context: TutorContext) -> None:
    if update.effective_message:
        catalogue = context.tutor.knowledge.catalogue
        await reply(update.effective_message, reference.timeline_view(catalogue, 0, context.voice, _wanted(context)))


async def people(update: Update, context: TutorContext) -> None:
    if update.effective_message:
        catalogue = context.tutor.knowledge.catalogue
        await reply(update.effective_message, reference.people_view(catalogue, 0, context.voice, _wanted(context)))


def words_of(catalogue: Catalogue) -> dict[str, Term]:
    return {word: term for pack in catalogue.packs for word, term in pack.glossary.items()}


async def glossary(update: Update, context: TutorContext) -> None:
    """All words, or the one that is asked for, in any spelling close to it."""
    message = update.effective_message
    if message is None:
        return
    catalogue, v = context.tutor.knowledge.catalogue, context.voice
    words, asked = words_of(catalogue), " ".join(context.args or ())
    if not asked:
        await reply(message, reference.glossary_view(list(words), v))
        return
    # By the English word and by the original one; "RSFSR / USSR" is two words.
    names = {part.strip().casefold(): word for word in words for part in (word, *word.split("/"), words[word].native)}
    names.pop("", None)
    near = get_close_matches(asked.casefold(), names, n=3, cutoff=0.6)
    found = names.get(asked.casefold()) or (names[near[0]] if near and _is_close(asked, near[0]) else None)
    if found:
        await reply(message, reference.term_view(found, words[found], catalogue.about(found), v))
    else:
        await reply(message, reference.no_such_word_view(asked, list(dict.fromkeys(names[n] for n in near)), v))


def _is_close(asked: str, name: str) -> bool:
    return bool(get_close_matches(asked.casefold(), [name], cutoff=0.8))


def handlers() -> list[BaseHandler[Any, Any, Any]]:
    once = filters.UpdateType.MESSAGE
    return [
        CommandHandler("timeline", timeline, once),
        CommandHandler("people", people, once),
        CommandHandler("glossary", glossary, once),
    ]
