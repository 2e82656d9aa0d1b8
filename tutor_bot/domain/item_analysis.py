"""What a class's answers say about the questions themselves: classical item analysis, on first attempts only.

A later attempt shows what was learned in between, so it says nothing about the question. A class is small, so each
figure has its interval, and a doubt is raised only when chance is a poor explanation: better a bad question that is
found a week later than a good one that is changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from math import exp, sqrt
from statistics import fmean, variance

from tutor_bot.domain.estimates import Estimate, Z, correlation, share

LEAST = 10
"""Learners below which no question is doubted and no reliability told."""
OTHERS = 4
"""Other questions that a learner must have answered before the rest score says who is strong."""
EASY, HARD = 0.85, 0.30
"""Facility above which a question tells little (ScorePak, University of Washington), and below which hardly more are
right than would be by guessing at one of four."""
POOR = 0.20
"""Discrimination below which a question is to be improved or dropped (Ebel and Frisbie 1991)."""
TAKERS, TAKEN = 8, 0.3
"""Learners, and share of them, who must have taken each of two answers before they are called equally good."""
WEAKER, BETTER = -0.1, 0.1
"""Those who take the second answer may be weaker by no more than this, as a correlation; and were it right too, the
discrimination must rise by at least so much. Chosen by simulation: of sound questions put to 30 learners at most one
in forty is doubted for this."""
DEAD = 0.20
"""An unused option is doubted when surely fewer than so many of those who are wrong would take it. Haladyna and Downing
(1993) ask for one in twenty of all learners, which no single class is large enough to show."""
ANSWERED = 0.8
"""Share of the learners who must have answered a question for it to count into the reliability of the set."""


class Doubt(StrEnum):
    """What may be wrong with a question, the gravest first."""

    KEY_MAY_BE_WRONG = "key_may_be_wrong"
    TWO_GOOD_ANSWERS = "two_good_answers"
    NO_DISCRIMINATION = "no_discrimination"
    TOO_HARD = "too_hard"
    TOO_EASY = "too_easy"
    UNUSED_OPTION = "unused_option"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer. `chosen` are indexes into the item's own options, however the question had shuffled them."""

    learner: int
    item: str
    question: int
    chosen: tuple[int, ...]
    right: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class AnalysedItem:
    """A question as the pack has it; `key` are the indexes of the right options."""

    item: str
    fact: str
    stem: str
    options: tuple[str, ...]
    key: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """What `n` first attempts say of an item.

    `facility` is the share right; `discrimination` correlates it with the rest score, the share right of the
    learner's other first attempts, and is None where that cannot be said. `counts` are takers by option; `unused` are
    wrong options that nobody took, told from 10 learners on. `doubts` begin with the gravest, and `rival` is the option
    that a doubt of the key is about.
    """

    item: AnalysedItem
    n: int
    facility: Estimate
    discrimination: Estimate | None
    counts: tuple[int, ...]
    unused: tuple[int, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    rival: int | None = None


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha, at most 1, of so many items answered by so many learners."""

    estimate: Estimate
    learners: int
    items: int


@dataclass(frozen=True, slots=True)
class _Sitting:
    """A learner's first attempt at an item, and the share right of `others` first attempts."""

    chosen: tuple[int, ...]
    right: bool
    others: int
    rest: float


def first_attempts(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Each learner's first attempt at each item, by item and learner; of two at one instant the earlier question's."""
    ordered = sorted(attempts, key=lambda a: (a.item, a.learner, a.at, a.question))
    return [next(group) for _, group in groupby(ordered, key=lambda a: (a.item, a.learner))]


def analyse(items: Iterable[AnalysedItem], attempts: Iterable[Attempt]) -> tuple[ItemFigures, ...]:
    """The figures of each item that anybody has answered, in the order given. Later attempts are left out here.

    Answers to items that are not among `items` count into the rest scores.
    """
    firsts = first_attempts(attempts)
    answered: dict[int, int] = {}
    right: dict[int, int] = {}
    for attempt in firsts:
        answered[attempt.learner] = answered.get(attempt.learner, 0) + 1
        right[attempt.learner] = right.get(attempt.learner, 0) + attempt.right
    sittings: dict[str, list[_Sitting]] = {}
    for attempt in firsts:
        others = answered[attempt.learner] - 1
        rest = (right[attempt.learner] - attempt.right) / others if others else 0.0
        sittings.setdefault(attempt.item, []).append(_Sitting(attempt.chosen, attempt.right, others, rest))
    return tuple(_figures(item, sittings[item.item]) for item in items if item.item in sittings)


def _figures(item: AnalysedItem, sittings: Sequence[_Sitting]) -> ItemFigures:
    n = len(sittings)
    facility = share(sum(s.right for s in sittings), n)
    counts = tuple(sum(option in s.chosen for s in sittings) for option in range(len(item.options)))
    discrimination = _discrimination([s for s in sittings if s.others])
    if n < LEAST:
        return ItemFigures(item, n, facility, discrimination, counts)
    wrong_options = [option for option in range(len(item.options)) if option not in item.key]
    unused = tuple(option for option in wrong_options if not counts[option])
    judged = [s for s in sittings if s.others >= OTHERS]
    doubts, rival = _doubts_of_the_key(wrong_options, judged)
    strength = _discrimination(judged)
    if not doubts and strength and strength.high < POOR:
        doubts.append(Doubt.NO_DISCRIMINATION)
    if not doubts and facility.high < HARD:
        doubts.append(Doubt.TOO_HARD)
    if facility.low > EASY:
        doubts.append(Doubt.TOO_EASY)
    wrong = sum(not s.right for s in sittings)
    if unused and wrong and share(0, wrong).high < DEAD:
        doubts.append(Doubt.UNUSED_OPTION)
    return ItemFigures(item, n, facility, discrimination, counts, unused, tuple(doubts), rival)


def _discrimination(sittings: Sequence[_Sitting]) -> Estimate | None:
    return correlation([s.right for s in sittings], [s.rest for s in sittings])


def _doubts_of_the_key(wrong_options: Sequence[int], judged: Sequence[_Sitting]) -> tuple[list[Doubt], int | None]:
    """Whether the strong take another answer than the key, or two answers alike, and which.

    In a sound question the key draws the strong and each distractor the weak (Haladyna and Downing 1993).
    """
    if len(judged) < LEAST:
        return [], None
    # The option that most take is looked at first: it is what the teacher will want to read about.
    by_takers = sorted(wrong_options, key=lambda option: -sum(option in s.chosen for s in judged))
    for option in by_takers:
        if _beats_the_key(option, judged):
            return [Doubt.KEY_MAY_BE_WRONG], option
    strength = _discrimination(judged)
    if strength and strength.high < 0:
        return [Doubt.KEY_MAY_BE_WRONG], None
    for option in by_takers:
        if _equals_the_key(option, judged):
            return [Doubt.TWO_GOOD_ANSWERS], option
    return [], None


def _beats_the_key(option: int, judged: Sequence[_Sitting]) -> bool:
    """Those who take it are clearly stronger than those who take the key; or clearly more, and strong themselves."""
    takers, keepers = _sides(option, judged)
    if not takers:
        return False
    between = _between(takers, keepers)
    if between and between.low > 0:
        return True
    more = share(len(takers), len(takers) + len(keepers)).low > 0.5
    stronger = not keepers or fmean(takers) > fmean(keepers)
    return more and stronger and _pull(option, judged) >= POOR


def _equals_the_key(option: int, judged: Sequence[_Sitting]) -> bool:
    """Many take either, their strength does not tell them apart, and the question would be better were both right."""
    takers, keepers = _sides(option, judged)
    if min(len(takers), len(keepers)) < max(TAKERS, TAKEN * len(judged)):
        return False
    between = _between(takers, keepers)
    both = correlation([s.right or option in s.chosen for s in judged], [s.rest for s in judged])
    key = _discrimination(judged)
    if not (between and both and key):
        return False
    return between.value >= WEAKER and both.value >= max(POOR, key.value + BETTER)


def _sides(option: int, judged: Sequence[_Sitting]) -> tuple[list[float], list[float]]:
    """The rest scores of those who took the option, and of those who were right."""
    return [s.rest for s in judged if option in s.chosen and not s.right], [s.rest for s in judged if s.right]


def _between(takers: Sequence[float], keepers: Sequence[float]) -> Estimate | None:
    return correlation([1.0] * len(takers) + [0.0] * len(keepers), [*takers, *keepers])


def _pull(option: int, judged: Sequence[_Sitting]) -> float:
    """The correlation of taking an option with the rest score: above 0 when it draws the strong."""
    found = correlation([option in s.chosen for s in judged], [s.rest for s in judged])
    return found.value if found else 0.0


def cronbach_alpha(attempts: Iterable[Attempt]) -> Alpha | None:
    """How well the first attempts at the items measure one thing (Cronbach 1951; for right or wrong it is KR-20).

    Alpha needs learners who answered every item, and in a class somebody is always away: so it is told of the items
    that four fifths of the learners have answered, by those learners who answered all of these. The interval is
    Feldt's (1965) in the closed form of Bonett and Wright (2015), which needs no quantiles of F. None for fewer than
    two items or 10 learners, and when all of them have the same score.
    """
    by_learner: dict[int, dict[str, bool]] = {}
    for attempt in first_attempts(attempts):
        by_learner.setdefault(attempt.learner, {})[attempt.item] = attempt.right
    every = sorted({item for own in by_learner.values() for item in own})
    items = [i for i in every if sum(i in own for own in by_learner.values()) >= ANSWERED * len(by_learner)]
    table = [[int(own[item]) for item in items] for own in by_learner.values() if all(item in own for item in items)]
    k, n = len(items), len(table)
    if k < 2 or n < LEAST:
        return None
    whole = variance([sum(row) for row in table])
    if not whole:
        return None
    parts = sum(variance(column) for column in zip(*table, strict=True))
    value = k / (k - 1) * (1 - parts / whole)
    middle = (1 - value) * (n - 1) / n
    spread = exp(Z * sqrt(2 * k / ((k - 1) * (n - 2))))
    return Alpha(Estimate(value, min(value, 1 - middle * spread), max(value, 1 - middle / spread)), n, k)
