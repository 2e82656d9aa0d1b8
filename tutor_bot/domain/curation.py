"""What learners missed, what curators make of it, and how their additions lie over the packs."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tutor_bot.domain.facts import Catalogue, Certainty, Fact, FactKey, Pack, Source, Topic

CURATED = "curated"
"""Id of the topic that holds facts made in the chat."""


class MissKind(StrEnum):
    """Why a question waits for a curator."""

    UNKNOWN = "unknown"
    NONE_OF_THESE = "none"
    NOT_MEANT = "not meant"
    WRONG = "wrong"
    """Somebody says that an answer or a quiz item is wrong."""


class Decision(StrEnum):
    SAME = "same"
    NEW = "new"
    OUT_OF_SCOPE = "out of scope"
    SEEN = "seen"
    """A complaint that somebody has looked into."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was not answered, or a complaint; `fact` is the answer complained about."""

    id: int
    learner: int
    kind: MissKind
    text: str
    fact: FactKey | None
    at: datetime


class Step(StrEnum):
    """What a curator is asked for next."""

    SEARCH = "search"
    ANSWER = "answer"
    SOURCE = "source"
    CERTAINTY = "certainty"


@dataclass(frozen=True, slots=True)
class Review:
    """A group of misses that say the same: its first, how many times and in which words, the facts that may be
    meant, and how many groups wait in all.
    """

    miss: Miss
    times: int
    variants: tuple[str, ...]
    facts: tuple[Fact, ...]
    groups: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a group: how many learners are told, and of which fact."""

    decision: Decision
    told: int
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A new fact in the making: what is asked for next, and for which question; `found` by a search."""

    step: Step
    miss: Miss
    found: tuple[Fact, ...] = ()
    too_long: bool = False


class AdditionKind(StrEnum):
    PHRASING = "phrasing"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Addition:
    """A phrasing for a fact, or a new fact whose question is `text`; `pulled` when a pack file has it."""

    id: int
    kind: AdditionKind
    fact: FactKey
    text: str
    answer: str = ""
    source: str = ""
    certainty: Certainty = Certainty.ESTABLISHED
    pulled: bool = False


def in_pack(addition: Addition, catalogue: Catalogue) -> bool:
    """Whether the pack itself teaches it by now: then the pack's text wins."""
    fact = catalogue.get(addition.fact)
    if addition.kind is AdditionKind.FACT:
        return fact is not None
    return fact is not None and addition.text in (fact.question, *fact.also_asked)


def laid_over(catalogue: Catalogue, additions: Sequence[Addition]) -> Catalogue:
    """The catalogue with what curators added; additions for facts that are gone are left out."""
    new = [a for a in additions if not in_pack(a, catalogue)]
    facts = dict(catalogue.facts)
    for addition in new:
        if addition.kind is AdditionKind.FACT:
            facts[addition.fact] = _fact(addition)
    for addition in new:
        fact = catalogue.get(addition.fact) or facts.get(addition.fact)
        if addition.kind is AdditionKind.PHRASING and fact is not None:
            known = facts[fact.key]
            facts[fact.key] = replace(known, also_asked=(*known.also_asked, addition.text))
    if facts == catalogue.facts:
        return catalogue
    digest = hashlib.sha256(repr((catalogue.version, new)).encode()).hexdigest()[:16]
    return Catalogue(_with_topics(catalogue, facts), facts, f"{catalogue.version}+{digest}")


def _fact(addition: Addition) -> Fact:
    pack, _, name = addition.fact.partition("/")
    return Fact(
        pack=pack,
        id=name,
        topic=CURATED,
        question=addition.text,
        answer=addition.answer,
        sources=(Source("curator", "", addition.source),) if addition.source else (),
        certainty=addition.certainty,
        added=True,
    )


def _with_topics(catalogue: Catalogue, facts: Mapping[FactKey, Fact]) -> list[Pack]:
    packs = []
    for pack in catalogue.packs:
        added = tuple(key for key, fact in facts.items() if fact.added and fact.pack == pack.id)
        there = next((t for t in pack.topics if t.id == CURATED), None)
        topics = tuple(t for t in pack.topics if t is not there)
        if added:
            before = there.facts if there else ()
            title = there.title if there else "Added by curators"
            topics = (*topics, Topic(pack.id, CURATED, title, (*before, *added)))
        elif there:
            topics = (*topics, there)
        packs.append(replace(pack, topics=topics))
    return packs
