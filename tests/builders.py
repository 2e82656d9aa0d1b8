"""Facts, catalogues and people with sensible defaults, for every test."""

from datetime import UTC, datetime

from tutor_bot.domain.facts import Catalogue, Fact, Item, ItemKind, Pack, Source, Topic
from tutor_bot.domain.outcomes import Candidate, Context, Found, Outcome, Unknown
from tutor_bot.domain.people import Person

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AMINA = Person(101, "Amina", "en")
BO = Person(102, "Bo <b>&", "en")
CHIDI = Person(103, "Chidi", "en")

BOOK = Source("lewin-1968", "Moshe Lewin", "Lenin's Last Struggle", 1968)


def item(id: str = "asks", **changed: object) -> Item:
    values: dict[str, object] = {
        "id": id,
        "stem": f"What is right about {id}?",
        "right": ("the key",),
        "wrong": ("a distractor", "another distractor"),
        "why": "Because it is.",
    }
    return Item(**{**values, **changed})  # type: ignore[arg-type]


def order_item(id: str = "order") -> Item:
    return item(id, kind=ItemKind.ORDER, right=("first", "second", "third"), wrong=())


def fact(id: str = "testament", **changed: object) -> Fact:
    values: dict[str, object] = {
        "pack": "demo",
        "id": id,
        "topic": "lenin",
        "question": f"What was the {id}?",
        "answer": f"The {id} was dictated in December 1922.",
        "also_asked": (f"tell me about the {id}",),
        "more": f"More about the {id}.",
        "sources": (BOOK,),
        "items": (item(f"{id}-item"),),
    }
    return Fact(**{**values, **changed})  # type: ignore[arg-type]


def catalogue(*facts: Fact, version: str = "v1") -> Catalogue:
    taught = facts or (fact(), fact("postscript"), fact("funeral"))
    ids = dict.fromkeys(f.topic for f in taught)
    topics = tuple(Topic("demo", id, id.title(), tuple(f.key for f in taught if f.topic == id)) for id in ids)
    return Catalogue((Pack("demo", "Demo", "en", topics),), {f.key: f for f in taught}, version)


class ExactMatcher:
    """Finds a fact whose question or phrasing is the text, letter by letter: matching has tests of its own."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def find(self, text: str, context: Context = Context()) -> Outcome:
        for key, taught in self.catalogue.facts.items():
            if text in (taught.question, *taught.also_asked):
                return Found(key, 0.9, (Candidate(key, 0.9),))
        return Unknown(0.1, tuple(Candidate(key, 0.1) for key in list(self.catalogue.facts)[:5]))

    def questions(self, text: str) -> list[str]:
        return [text]

    def suggest(self, text: str, limit: int) -> list[str]:
        return [key for key, taught in self.catalogue.facts.items() if text in taught.question][:limit]
