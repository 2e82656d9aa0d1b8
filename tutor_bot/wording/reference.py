"""Timeline, key people and glossary: what a learner looks up."""

import hashlib
from collections.abc import Sequence
from html import escape

from tutor_bot.domain.facts import Catalogue, Fact, Term
from tutor_bot.wording.answers import shortened
from tutor_bot.wording.presses import Verb, press
from tutor_bot.wording.view import Button, View
from tutor_bot.wording.voice import Voice

PAGE = 15
"""Entries on a page: what a phone shows with a little scrolling."""


def _e(text: str) -> str:
    return escape(text, quote=False)


def fact_mark(fact: Fact) -> str:
    """A short name of a fact for a button: its id may be longer than the 64 bytes that a button holds."""
    return hashlib.sha256(fact.key.encode()).hexdigest()[:16]


def fact_marked(catalogue: Catalogue, mark: str) -> Fact | None:
    return next((fact for fact in catalogue.facts.values() if fact_mark(fact) == mark), None)


def _page(lines: Sequence[str], verb: Verb, page: int, title: str, nothing: str, v: Voice) -> View:
    if not lines:
        return View(_e(nothing))
    pages = -(-len(lines) // PAGE)
    page = min(page, pages - 1)
    html = f"<b>{_e(title)}</b> ({page + 1}/{pages})\n\n" + "\n".join(lines[page * PAGE : (page + 1) * PAGE])
    turns = []
    if page:
        turns.append(Button("◀ " + v.gettext("Earlier"), press(verb, page - 1)))
    if page + 1 < pages:
        turns.append(Button(v.gettext("Later") + " ▶", press(verb, page + 1)))
    return View(html, (tuple(turns),) if turns else ())


def _about(lines: list[str], wanted: str) -> list[str]:
    """The lines that hold these words; all of them when none does."""
    found = [line for line in lines if _e(wanted).casefold() in line.casefold()]
    return found or lines


def timeline_view(catalogue: Catalogue, page: int, v: Voice, wanted: str = "") -> View:
    """All of it, or what holds the words or the year that are `wanted`."""
    lines = [f"<b>{_e(m.date)}</b> {_e(m.event)}" for pack in catalogue.packs for m in pack.timeline]
    lines = _about(lines, wanted)
    return _page(lines, Verb.TIMELINE, page, v.gettext("Timeline"), v.gettext("There is no timeline yet."), v)


def people_view(catalogue: Catalogue, page: int, v: Voice, wanted: str = "") -> View:
    """All of them, or those whose line holds the words that are `wanted`."""
    lines = [f"<b>{_e(p.name)}</b> ({_e(p.life)}): {_e(p.role)}" for pack in catalogue.packs for p in pack.people]
    lines = _about(lines, wanted)
    return _page(lines, Verb.PEOPLE, page, v.gettext("Key people"), v.gettext("There is no list of people yet."), v)


def glossary_view(words: Sequence[str], v: Voice) -> View:
    """All words; one is explained when it is written behind the command."""
    if not words:
        return View(_e(v.gettext("There is no glossary yet.")))
    example = words[len(words) // 2]
    how = v.gettext("Write a word behind the command and I explain it: /glossary {word}").format(word=example)
    head = v.gettext("Glossary")
    return View(f"<b>{_e(head)}</b>\n\n{_e(' · '.join(words))[:3800]}\n\n{_e(how)}")


def term_view(word: str, term: Term, fact: Fact | None, v: Voice) -> View:
    head = f"<b>{_e(word)}</b>" + (
        f" (<i>{_e(term.native)}</i>)" if term.native and term.native.casefold() != word.casefold() else ""
    )
    html = f"{head}: {_e(term.meaning)}." + (f"\n\n<i>{_e(term.example)}</i>" if term.example else "")
    more = Button(v.gettext("More on this"), press(Verb.FACT, word=fact_mark(fact))) if fact else None
    return View(html, ((more,),) if more else ())


def no_such_word_view(asked: str, near: Sequence[str], v: Voice) -> View:
    text = v.gettext("“{word}” is not in the glossary.").format(word=shortened(asked))
    if near:
        text += " " + v.gettext("Near it: {words}.").format(words=", ".join(near))
    return View(_e(text + " " + v.gettext("/glossary lists all words.")))
