"""Facts, their quiz items and the catalogue that holds them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

FactKey = str
"""`pack/fact`, the key under which a fact is remembered in storage."""


class Certainty(StrEnum):
    """How sure historians are of a fact."""

    ESTABLISHED = "established"
    PROBABLE = "probable"
    DISPUTED = "disputed"
    LEGEND = "legend"


class ItemKind(StrEnum):
    """The forms a quiz item can take. All but `SHORT_ANSWER`, which is typed, fit a native poll."""

    CHOICE = "choice"
    SEVERAL = "several"
    TRUE_FALSE = "true_false"
    ORDER = "order"
    WHO_SAID = "who_said"
    FACT_OR_LEGEND = "fact_or_legend"
    SHORT_ANSWER = "short_answer"

    @property
    def fits_poll(self) -> bool:
        """Whether a native poll can hold it; a typed answer cannot be voted."""
        return self is not ItemKind.SHORT_ANSWER


@dataclass(frozen=True, slots=True)
class Source:
    """A book, article or document; `year` is that of the edition cited."""

    id: str
    author: str
    title: str
    year: int | None = None

    def __str__(self) -> str:
        work = f"{self.author}, {self.title}" if self.author else self.title
        return f"{work} ({self.year})" if self.year else work


@dataclass(frozen=True, slots=True)
class Item:
    """A quiz item: a stem, its options and why the right ones are right.

    For `ORDER`, `right` holds the events in their right order and `wrong` is empty.
    For `TRUE_FALSE` and `FACT_OR_LEGEND` the options are the words `true`/`false` and
    `fact`/`disputed`/`legend`, which wording translates. For `SHORT_ANSWER`, `right` is the form
    shown as the answer, `accepted` holds the other forms that count, and `hints` what may be
    asked for, the broader one first.
    """

    id: str
    stem: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    why: str = ""
    kind: ItemKind = ItemKind.CHOICE
    accepted: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One idea that can be asked for, answered and quizzed."""

    pack: str
    id: str
    topic: str
    question: str
    answer: str
    also_asked: tuple[str, ...] = ()
    more: str = ""
    note: str = ""
    certainty: Certainty = Certainty.ESTABLISHED
    sources: tuple[Source, ...] = ()
    see_also: tuple[FactKey, ...] = ()
    items: tuple[Item, ...] = ()
    was: tuple[str, ...] = ()
    core: bool = False
    covers: tuple[int, ...] = ()
    claims: tuple[str, ...] = ()
    corrects: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    added: bool = False
    """Made by a curator in the chat, and in no pack file yet."""

    @property
    def key(self) -> FactKey:
        return f"{self.pack}/{self.id}"


@dataclass(frozen=True, slots=True)
class Topic:
    """A chapter of a pack; `facts` are keys in the order of the course."""

    pack: str
    id: str
    title: str
    facts: tuple[FactKey, ...]

    @property
    def key(self) -> str:
        return f"{self.pack}/{self.id}"


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary: what it means, and a sentence that uses it. `native` is the word in the original."""

    meaning: str
    example: str = ""
    native: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the timeline; `date` is as it is shown."""

    date: str
    event: str


@dataclass(frozen=True, slots=True)
class KeyPerson:
    """A key person: years of life and a line."""

    name: str
    life: str
    role: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A subject. `synonyms` maps a canonical spelling to its other spellings.

    `outline` (how many numbered facts), `claims` and `misconceptions` are what it plans to cover.
    """

    id: str
    title: str
    language: str
    topics: tuple[Topic, ...]
    licence: str = ""
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    glossary: Mapping[str, Term] = field(default_factory=dict)
    outline: int = 0
    claims: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()
    timeline: tuple[Moment, ...] = ()
    people: tuple[KeyPerson, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """All packs and facts of one content version; never changed, only replaced whole.

    `version` is a hash of the content, so equal content has an equal version on every machine.
    """

    packs: Sequence[Pack]
    facts: Mapping[FactKey, Fact]
    version: str

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        return tuple(topic for pack in self.packs for topic in pack.topics)

    @cached_property
    def course(self) -> tuple[FactKey, ...]:
        """The keys of all facts that can be asked about, in order."""
        return tuple(fact.key for fact in self.quizzable())

    @cached_property
    def _renamed(self) -> Mapping[FactKey, FactKey]:
        return {f"{fact.pack}/{old}": fact.key for fact in self.facts.values() for old in fact.was}

    @cached_property
    def _by_id(self) -> Mapping[str, tuple[FactKey, ...]]:
        found: dict[str, tuple[FactKey, ...]] = {}
        for fact in self.facts.values():
            found[fact.id] = (*found.get(fact.id, ()), fact.key)
        return found

    def get(self, key: FactKey) -> Fact | None:
        """The fact under this key, followed through renames; None when it has left the pack."""
        return self.facts.get(key) or self.facts.get(self._renamed.get(key, ""))

    def named(self, name: str) -> Fact | None:
        """The fact called `pack/fact`, or just `fact` where only one pack has that id."""
        if "/" in name:
            return self.get(name)
        keys = self._by_id.get(name, ())
        return self.facts[keys[0]] if len(keys) == 1 else None

    def short_name(self, key: FactKey) -> str:
        """The id as in the file, with its pack only where two packs share the id."""
        fact_id = key.partition("/")[2]
        return fact_id if len(self._by_id.get(fact_id, ())) == 1 else key

    def about(self, name: str) -> Fact | None:
        """The fact that tells of a person or explains a term."""
        return next((f for f in self.facts.values() if name in f.persons or name in f.terms), None)

    def topic_of(self, fact: Fact) -> Topic:
        return next(t for t in self.topics if t.pack == fact.pack and t.id == fact.topic)

    def quizzable(self, keys: Iterable[FactKey] | None = None) -> list[Fact]:
        """Facts with at least one item, in the order of the course."""
        wanted = None if keys is None else set(keys)
        return [
            self.facts[key]
            for topic in self.topics
            for key in topic.facts
            if self.facts[key].items and (wanted is None or key in wanted)
        ]
