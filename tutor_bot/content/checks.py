"""What a form alone does not say: links, doubles, Telegram's limits, the rules of items."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tutor_bot.content import style
from tutor_bot.content.faults import Fault
from tutor_bot.content.models import MOST_OPTIONS, OPTION, STEM, WHY, FactFile, ItemFile, PackFile, TopicFile
from tutor_bot.content.yaml_files import Document, Where
from tutor_bot.domain.facts import Certainty, ItemKind

HINTS = 2
"""A first hint that narrows it down, and a second that nearly gives it away."""
ORDER_LETTERS = 3
"""Characters that an order item's letters add to each of its events, in the stem."""


@dataclass(frozen=True)
class LoadedPack:
    """A pack whose files have their form, with the documents that know the lines."""

    document: Document
    model: PackFile
    topics: Sequence[tuple[Document, TopicFile]]


def id_of(item: ItemFile) -> str:
    """The item's id; without one, a hash of its stem, so that it is stable while the stem is."""
    return item.id or f"stem-{hashlib.sha256(item.ask.encode()).hexdigest()[:12]}"


def options_of(item: ItemFile) -> tuple[list[str], list[str]]:
    """The right and the wrong options, whatever the kind."""
    if item.kind is ItemKind.ORDER:
        return list(item.order or []), []
    if item.kind is ItemKind.TRUE_FALSE:
        return ["true" if item.right else "false"], ["false" if item.right else "true"]
    right = [str(r) for r in item.right] if isinstance(item.right, list) else [str(item.right)]
    if item.kind is ItemKind.FACT_OR_LEGEND:
        return right, [word for word in ("fact", "disputed", "legend") if word not in right]
    return right, list(item.wrong or [])


def across_packs(packs: Sequence[LoadedPack]) -> list[Fault]:
    """Two packs under one id."""
    faults, first = [], dict[str, Document]()
    for pack in packs:
        if other := first.get(pack.model.id):
            what = f"the pack id {pack.model.id} is taken by {other.file}; choose another"
            faults.append(Fault(pack.document.file, pack.document.line_of(("id",)), what))
        first.setdefault(pack.model.id, pack.document)
    return faults


def within_pack(pack: LoadedPack, *, thorough: bool = True) -> None:
    """Note faults against the documents they are in; what could be better only when `thorough`."""
    facts: dict[str, str] = {}
    all_items: list[ItemFile] = []
    topics: dict[str, str] = {}
    items: dict[str, str] = {}
    phrasings: dict[tuple[str, ...], str] = {}
    for document, topic in pack.topics:
        _once(topics, topic.id, document, ("id",), "topic id")
        for place, fact in enumerate(topic.facts):
            where: Where = ("facts", place)
            _once(facts, fact.id, document, (*where, "id"), "fact id")
            if thorough:
                _phrasings(fact, phrasings, document, where)
                for name, what in style.of_fact(fact, pack.model):
                    document.fault((*where, name), what, is_error=False)
            for number, item in enumerate(fact.quiz):
                here = (*where, "quiz", number)
                _once(items, id_of(item), document, (*here, "id" if item.id else "ask"), "item id")
                all_items.append(item)
                if _item(item, document, here) and thorough:
                    for what in style.of_item(item, *options_of(item), pack.model):
                        document.fault(here, what, is_error=False)
    for what in style.of_pack(all_items) if thorough else ():
        pack.document.fault(("id",), what, is_error=False)
    for document, topic in pack.topics:
        for place, fact in enumerate(topic.facts):
            _links(fact, pack.model, set(facts), document, ("facts", place))


def _once(seen: dict[str, str], name: str, document: Document, where: Where, what: str) -> None:
    line = f"{document.file.name}:{document.line_of(where)}"
    if name in seen:
        document.fault(where, f"the {what} {name} is taken by {seen[name]}; choose another")
    seen.setdefault(name, line)


def _phrasings(fact: FactFile, seen: dict[tuple[str, ...], str], document: Document, where: Where) -> None:
    for place, asked in enumerate((fact.question, *fact.also_asked)):
        here = (*where, "question") if not place else (*where, "also_asked", place - 1)
        owner = seen.setdefault(style.plain_form(asked), fact.id)
        if owner != fact.id:
            what = f"{asked!r} is asked of {owner} too, or nearly so; word one of them otherwise"
            document.fault(here, what, is_error=False)


def _links(fact: FactFile, pack: PackFile, facts: set[str], document: Document, where: Where) -> None:
    known = pack.sources or {}
    for place, source in enumerate(fact.sources):
        if source not in known:
            near = get_close_matches(source, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; add it to the sources in pack.yaml"
            document.fault((*where, "sources", place), f"the source {source} is unknown{hint}")
    if pack.sources is not None and not fact.sources:
        document.fault((*where, "id"), f"{fact.id} has no sources; name at least one")
    if fact.certainty is not Certainty.ESTABLISHED and not fact.note:
        what = f"{fact.id} is {fact.certainty} and does not say who says what; add a note"
        document.fault((*where, "certainty"), what, is_error=False)
    for place, name in enumerate(fact.see_also):
        if "/" not in name and name not in facts:
            near = get_close_matches(name, facts, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; remove it or add that fact"
            document.fault((*where, "see_also", place), f"see_also: there is no fact {name}{hint}")


def _item(item: ItemFile, document: Document, where: Where) -> bool:
    """The keys that its kind wants, and Telegram's limits for polls; False when a key is missing."""
    missing = _missing(item)
    if missing:
        document.fault((*where, "ask"), missing)
        return False
    right, wrong = options_of(item)
    options = [*right, *wrong]
    stem = len(item.ask)
    if item.kind is ItemKind.ORDER:
        stem += sum(len(event) + ORDER_LETTERS + 1 for event in right)
    if stem > STEM:
        document.fault((*where, "ask"), f"the question is {stem} characters long, Telegram takes {STEM}; shorten it")
    if len(options) > MOST_OPTIONS:
        document.fault((*where, "wrong"), f"{len(options)} options; Telegram takes {MOST_OPTIONS}")
    for option in options:
        if len(option) > OPTION:
            document.fault(
                where, f"the option {option[:30]!r}... is {len(option)} characters long, Telegram takes {OPTION}"
            )
    plain = [option.casefold() for option in options]
    for option in dict.fromkeys(o for o in options if plain.count(o.casefold()) > 1):
        document.fault(where, f"the option {option!r} stands here twice; replace one of them")
    if item.why and len(item.why) > WHY:
        document.fault((*where, "why"), f"why is {len(item.why)} characters long, Telegram takes {WHY}; shorten it")
    return True


def _missing(item: ItemFile) -> str:
    """What the kind of this item wants and it does not have; empty when all is there."""
    match item.kind:
        case ItemKind.ORDER:
            return "" if item.order and 2 < len(item.order) < 7 else "an order item wants `order:` with 3 to 6 events"
        case ItemKind.TRUE_FALSE:
            return "" if isinstance(item.right, bool) else "a true_false item wants `right: true` or `right: false`"
        case ItemKind.FACT_OR_LEGEND:
            fits = item.right in ("fact", "disputed", "legend")
            return "" if fits else "a fact_or_legend item wants `right: fact`, `disputed` or `legend`"
        case ItemKind.SHORT_ANSWER:
            fits = isinstance(item.right, str) and not item.wrong and len(item.hints or ()) in (0, HINTS)
            return "" if fits else "a short_answer item wants `right:` with one answer, and two `hints:`"
        case ItemKind.SEVERAL:
            fits = isinstance(item.right, list) and len(item.right) > 1 and bool(item.wrong)
            return "" if fits else "a several item wants `right:` with two or more options, and `wrong:`"
        case _:
            fits = isinstance(item.right, str) and bool(item.wrong)
            return "" if fits else "the item wants `right:` with one option, and `wrong:` with at least one"
