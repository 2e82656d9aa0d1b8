"""What a teacher sees of a class: who took part, what is not known yet, and which questions deserve a second look."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from tutor_bot.domain.item_analysis import Alpha, Doubt, ItemFigures


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A learner: `right` of `answered` questions in so many quizzes; `quiet` who has taken part and does no more."""

    number: int
    name: str
    answered: int
    right: int
    quizzes: int
    last: date | None
    quiet: bool


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact: how many answers to its questions were right."""

    number: int
    fact: str
    question: str
    answered: int
    right: int


@dataclass(frozen=True, slots=True)
class ClassReport:
    """A class from the first day to the last. Pictures show numbers where the caption has names."""

    title: str
    first: date
    last: date
    quizzes: int
    people: tuple[PersonRow, ...] = ()
    facts: tuple[FactRow, ...] = ()
    items: tuple[ItemFigures, ...] = ()
    alpha: Alpha | None = None

    @property
    def doubtful(self) -> tuple[tuple[str, ItemFigures], ...]:
        """The items that raise a doubt, the gravest first, each with the letter that marks it: A to Z, then AA."""
        gravest = list(Doubt)
        found = sorted((i for i in self.items if i.doubts), key=lambda i: min(map(gravest.index, i.doubts)))
        return tuple((_letters(place), figures) for place, figures in enumerate(found))


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The words of the picture, in the reader's language; `title` stands in where the class's own cannot be written."""

    title: str
    subtitle: str
    """Days, quizzes and how sure the set measures, in one line."""
    people: str
    right: str
    dot: str
    """That a larger dot stands for more answers."""
    quiet: str
    facts: str
    interval: str
    """What the line around a dot means."""
    items: str
    facility: str
    discrimination: str
    sound: str
    doubtful: str
    unknown: str
    """That the discrimination cannot be told: too few answers, or all alike."""
    nothing: str
    more: str
    """`{n}` more rows than the picture holds stand in the tables."""
    doubts: Mapping[Doubt, str]


@dataclass(frozen=True, slots=True)
class Line:
    """An answer, as a row of the tables.

    `at` is when its quiz began, by the class's clock; `seconds` is how long the learner took, None where that is not
    known; `points` are those for being right and `bonus` those for speed.
    """

    class_title: str
    at: datetime
    learner: str
    question: str
    fact: str
    chosen: tuple[str, ...]
    right: bool
    seconds: float | None
    points: int
    bonus: int


@dataclass(frozen=True, slots=True)
class TableWords:
    """The words of the tables: one heading for each column of `Line`, in its order; `sheet` is at most 31 letters."""

    sheet: str
    headings: tuple[str, str, str, str, str, str, str, str, str, str]
    yes: str
    no: str


def hardest_first(rows: Iterable[FactRow]) -> tuple[FactRow, ...]:
    """By share right, of equals the one with more answers first, numbered anew from 1; what nobody answered is last."""
    ordered = sorted(rows, key=lambda row: (row.right / row.answered if row.answered else 2, -row.answered, row.fact))
    return tuple(replace(row, number=place) for place, row in enumerate(ordered, start=1))


def _letters(place: int) -> str:
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
