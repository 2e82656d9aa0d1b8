"""A quiz: which facts, which item of each, in which order of options, and who was right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from random import Random

from tutor_bot.domain.exam import ExamPlan
from tutor_bot.domain.facts import Fact, Item, ItemKind
from tutor_bot.domain.streak import Streak

DEFAULT_SIZE = 5
MAX_SIZE = 20
DAILY_SIZES = (3, 5, 7, 10, 12, 15)
MAX_ORDERS = 4
LETTERS = "ABCDEFGH"


class QuizKind(StrEnum):
    ASKED = "asked"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A question exactly as it is sent; votes are judged by it, never by today's pack.

    `right` are rising indices into `options`, as Telegram wants them. A short answer has no options:
    `accepted` holds what counts, the form to show first, and `hints` what can be asked for.
    """

    kind: ItemKind
    stem: str
    options: tuple[str, ...]
    right: tuple[int, ...]
    why: str
    title: str
    sources: tuple[str, ...]
    version: str
    accepted: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def right_answer(self) -> str:
        """The right option or options, or the form of a short answer to show."""
        return ", ".join(self.options[i] for i in self.right) if self.options else self.accepted[0]

    def is_right(self, chosen: Iterable[int]) -> bool:
        """Only the exact set is right, also where several options are."""
        return set(chosen) == set(self.right)


def lay_out(fact: Fact, item: Item, version: str, rng: Random) -> Snapshot:
    """The item as a question: options in an order drawn from `rng`, the right ones marked."""
    stem = item.stem
    if item.kind is ItemKind.ORDER:
        stem, options, right = _orders(item, rng)
    elif item.kind is ItemKind.SHORT_ANSWER:
        options, right = [], set()
    elif item.kind is ItemKind.TRUE_FALSE or item.kind is ItemKind.FACT_OR_LEGEND:
        # A fixed order is what a reader expects of such words, and hides nothing.
        options = sorted((*item.right, *item.wrong), key=["true", "false", "fact", "disputed", "legend"].index)
        right = set(item.right)
    else:
        options = [*item.right, *item.wrong]
        rng.shuffle(options)
        right = set(item.right)
    return Snapshot(
        kind=item.kind,
        stem=stem,
        options=tuple(options),
        right=tuple(i for i, option in enumerate(options) if option in right),
        why=item.why,
        title=fact.question,
        sources=tuple(str(source) for source in fact.sources),
        version=version,
        accepted=() if item.kind.fits_poll else (*item.right, *item.accepted),
        hints=item.hints,
    )


def _orders(item: Item, rng: Random) -> tuple[str, list[str], set[str]]:
    """Events under letters, and whole orders of the letters as options: no poll can sort."""
    shown = list(range(len(item.right)))
    rng.shuffle(shown)
    letter = {event: LETTERS[place] for place, event in enumerate(shown)}
    listed = "\n".join(f"{letter[event]}. {item.right[event]}" for event in shown)
    key = ", ".join(letter[event] for event in range(len(item.right)))
    others = [", ".join(order) for order in permutations(sorted(letter.values()))]
    others.remove(key)
    options = [key, *rng.sample(others, min(MAX_ORDERS - 1, len(others)))]
    rng.shuffle(options)
    return f"{item.stem}\n{listed}", options, {key}


def choose_item(fact: Fact, seen: Mapping[str, int], rng: Random) -> Item:
    """The fact's item that this learner has met least, of the kind met least, so the fact is learnt, not a letter.

    What is typed comes when all that is chosen from has been met: recall is harder than recognition.
    """
    of_kind: dict[ItemKind, int] = {}
    for item in fact.items:
        of_kind[item.kind] = of_kind.get(item.kind, 0) + seen.get(item.id, 0)

    def rank(item: Item) -> tuple[int, bool, int]:
        return seen.get(item.id, 0), not item.kind.fits_poll, of_kind[item.kind]

    first = min(map(rank, fact.items))
    return rng.choice([item for item in fact.items if rank(item) == first])


@dataclass(frozen=True, slots=True)
class Missed:
    """A fact answered wrongly or not at all; `position` counts from 1 in its quiz."""

    position: int
    title: str
    right_answer: str


@dataclass(frozen=True, slots=True)
class ShownPoll:
    """A poll as Telegram shows it: its id, its text (a number and the stem), its options in any order."""

    id: str
    text: str
    options: tuple[str, ...]

    def is_of(self, snapshot: Snapshot, position: int, size: int) -> bool:
        """Whether this may be the poll of question number `position` of `size`, as it was laid out."""
        head = self.text.removesuffix(snapshot.stem)
        if head == self.text or head.rstrip(" ·") not in ("", f"{position}/{size}"):
            return False
        if len(self.options) != len(snapshot.options):
            return False
        # What is true or false is offered in the words of a language.
        return snapshot.kind is not ItemKind.CHOICE or sorted(self.options) == sorted(snapshot.options)


@dataclass(frozen=True, slots=True)
class Summary:
    """How a quiz went. `streak` includes today; `exam` is the plan for what is left until then."""

    quiz: int
    kind: QuizKind
    right: int
    asked: int
    missed: tuple[Missed, ...]
    streak: Streak
    offer_daily: bool
    exam: ExamPlan | None = None
