from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import exp
from random import Random
from statistics import pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.domain.estimates import Estimate, correlation, share
from tutor_bot.domain.item_analysis import (
    AnalysedItem,
    Attempt,
    Doubt,
    ItemFigures,
    analyse,
    cronbach_alpha,
    first_attempts,
)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY, RIVAL = 0, 1


def attempt(learner: int, item: str, chosen: int = KEY, *, later: int = 0, question: int = 1) -> Attempt:
    return Attempt(learner, item, question, (chosen,), chosen == KEY, MONDAY + timedelta(days=later))


def an_item(name: str, options: int = 4) -> AnalysedItem:
    return AnalysedItem(name, f"fact of {name}", f"What is {name}?", tuple("abcdefgh"[:options]), (KEY,))


def a_class(answers: Iterable[Sequence[int]]) -> list[Attempt]:
    """A row for each learner, with the option taken of item 0, 1, 2 and so on."""
    return [attempt(n, str(place), chosen) for n, row in enumerate(answers) for place, chosen in enumerate(row)]


def figures_of(attempts: Iterable[Attempt], item: str = "0", options: int = 4) -> ItemFigures:
    [found] = analyse([an_item(item, options)], attempts)
    return found


def rasch(
    seed: int, learners: int = 30, items: int = 10, *, popular: float = 0.0, plant: Doubt | None = None
) -> list[Attempt]:
    """A class whose strength and whose questions' difficulty vary (Rasch 1960); who does not know it guesses.

    `popular` is how often a guess falls on the first distractor. Item 0 may be planted with a fault.
    """
    random = Random(seed)
    hard = [random.uniform(-1.2, 1.2) for _ in range(items)]
    if plant:
        hard[0] = -6.0 if plant is Doubt.TOO_EASY else -0.8
    answers = []
    for _ in range(learners):
        strength, row = random.gauss(0, 1.5), []
        for place, difficulty in enumerate(hard):
            knows = random.random() < 1 / (1 + exp(difficulty - strength))
            guess = RIVAL if random.random() < popular else random.randrange(4)
            chosen = KEY if knows else guess
            if place == 0 and plant is Doubt.KEY_MAY_BE_WRONG:
                chosen = {KEY: RIVAL, RIVAL: KEY}.get(chosen, chosen)
            if place == 0 and plant is Doubt.TWO_GOOD_ANSWERS and knows:
                chosen = random.choice((KEY, RIVAL))
            row.append(chosen)
        answers.append(row)
    return a_class(answers)


@pytest.mark.parametrize(
    ("idea", "some", "n", "low", "high"),
    [
        ("none of ten is not nothing", 0, 10, 0.0, 0.2775),
        ("half of ten", 5, 10, 0.2366, 0.7634),
        ("all of ten is not certain", 10, 10, 0.7225, 1.0),
        ("many make it narrow", 81, 263, 0.2553, 0.3662),
    ],
)
def test_share(idea: str, some: int, n: int, low: float, high: float) -> None:
    """Wilson's interval; the last row is that of Newcombe (1998)."""
    found = share(some, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5), idea


@pytest.mark.parametrize(("some", "n"), [(0, 0), (2, 1), (-1, 3)])
def test_no_share(some: int, n: int) -> None:
    """A share of nobody, or of more than there are, is an error."""
    with pytest.raises(ValueError, match="is no share"):
        share(some, n)


@pytest.mark.parametrize(
    ("idea", "xs", "ys", "expected"),
    [
        ("four pairs say nothing", [1, 2, 3, 4], [1, 2, 3, 4], None),
        ("one side does not vary", [1, 1, 1, 1, 1], [1, 2, 3, 4, 5], None),
        ("five in a line: certain of the value, not of the truth", [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], (1, -0.2800, 1)),
        ("by hand: 2 / sqrt(1.2 * 10)", [0, 0, 1, 1, 1], [1, 3, 2, 4, 5], (0.5774, -0.6215, 0.9670)),
    ],
)
def test_correlation(idea: str, xs: list[float], ys: list[float], expected: tuple[float, float, float] | None) -> None:
    """Pearson's correlation with Fisher's interval, or nothing."""
    found = correlation(xs, ys)
    if expected is None:
        assert found is None, idea
    else:
        assert found is not None
        assert (found.value, found.low, found.high) == pytest.approx(expected, abs=5e-4), idea


def test_only_the_first_attempt_counts() -> None:
    """What was learned between two attempts says nothing about the question."""
    early, late = attempt(1, "0", 2), attempt(1, "0", KEY, later=3)
    other = attempt(2, "0", KEY, later=5)
    assert first_attempts([late, other, early]) == [early, other]
    assert figures_of([late, other, early]).facility.value == 0.5
    same_time = attempt(1, "0", 3, question=2)
    assert first_attempts([same_time, early]) == [early]


def test_figures_by_hand() -> None:
    """Five learners, three items: facility 3/5; the rest scores are 1, 1, 1/2, 1/2 and 0."""
    found = figures_of(a_class([(0, 0, 0), (0, 0, 0), (0, 0, 1), (1, 0, 2), (3, 1, 1)]))
    assert (found.n, found.facility.value, found.counts) == (5, 0.6, (3, 1, 0, 1))
    assert found.discrimination is not None
    # Sum of products 0.7; sums of squares 1.2 and 0.7.
    assert found.discrimination.value == pytest.approx(0.7 / (1.2 * 0.7) ** 0.5)
    assert (found.unused, found.doubts) == ((), ()), "of five learners nothing is doubted"


def test_who_answered_nothing_else() -> None:
    """A learner with no other answer counts for the facility and not for the discrimination."""
    those = a_class([(0, 0), (0, 0), (1, 1), (1, 0), (0, 1)])
    alone = [attempt(9, "0", 1)]
    before, after = figures_of(those), figures_of([*those, *alone])
    assert (before.n, after.n) == (5, 6)
    assert before.discrimination == after.discrimination
    assert figures_of(alone).discrimination is None


def test_what_nobody_answered() -> None:
    """It has no figures; answers to items that are no longer known count into the rest scores."""
    attempts = a_class([(0, 0), (0, 0), (1, 1), (1, 0), (0, 1)])
    assert [f.item.item for f in analyse([an_item("1"), an_item("new"), an_item("0")], attempts)] == ["1", "0"]
    assert figures_of(attempts).discrimination is not None


# Twelve rest scores from strong to weak, over five other items.
REST = [(0,) * (5 - n // 2) + (1,) * (n // 2) for n in range(11)] + [(1,) * 5]


@pytest.mark.parametrize(
    ("idea", "chosen", "doubts", "rival"),
    [
        ("the strong know it, the weak take all the others", "000000012312", (), None),
        ("the strong take another answer than the key", "111111110000", (Doubt.KEY_MAY_BE_WRONG,), 1),
        ("nobody takes the key, the strong agree on another", "222222222311", (Doubt.KEY_MAY_BE_WRONG,), 2),
        ("a misconception of the weak is no fault of the question", "000111111111", (), None),
        ("nobody knows it", "123213231132", (Doubt.TOO_HARD,), None),
        ("all of twelve know it: too few to call it too easy", "000000000000", (), None),
    ],
)
def test_doubts(idea: str, chosen: str, doubts: tuple[Doubt, ...], rival: int | None) -> None:
    """Twelve learners from strong to weak, and what they took."""
    found = figures_of(a_class([(int(own), *rest) for own, rest in zip(chosen, REST, strict=True)]))
    assert (found.doubts, found.rival) == (doubts, rival), idea


@pytest.mark.parametrize(
    ("idea", "learners", "unused", "doubts"),
    [
        ("nine are too few to name an option", 9, (), ()),
        ("twenty are too few to doubt it", 20, (3,), ()),
        ("of sixty, thirty were wrong, and none took it", 60, (3,), (Doubt.UNUSED_OPTION,)),
    ],
)
def test_options_nobody_takes(idea: str, learners: int, unused: tuple[int, ...], doubts: tuple[Doubt, ...]) -> None:
    """They are named early and doubted late: that nobody of few took it is chance."""
    rows = [(KEY if n % 2 else 1 + n // 2 % 2, n % 2 or n % 3) for n in range(learners)]
    found = figures_of(a_class(rows))
    assert (found.unused, found.doubts) == (unused, doubts), idea


def test_a_key_of_several_options() -> None:
    """Each option counts its takers; who takes a part of the key is wrong and takes no distractor."""
    item = AnalysedItem("0", "f", "Which two?", ("a", "b", "c"), (0, 1))
    attempts = [Attempt(n, "0", 1, (0, 1) if n < 8 else (0,), n < 8, MONDAY) for n in range(12)]
    [found] = analyse([item], attempts)
    assert (found.counts, found.unused) == ((12, 8, 0), (2,))


@pytest.mark.parametrize(
    ("fault", "learners", "at_least"),
    [
        (Doubt.KEY_MAY_BE_WRONG, 30, 0.8),
        (Doubt.TOO_EASY, 30, 0.8),
        (Doubt.TWO_GOOD_ANSWERS, 30, 0.25),
        (Doubt.TWO_GOOD_ANSWERS, 60, 0.35),
    ],
)
def test_a_planted_fault_is_found(fault: Doubt, learners: int, at_least: float) -> None:
    """In simulated classes; of two good answers few classes are large enough to tell."""
    found = sum(fault in figures_of(rasch(seed, learners, plant=fault)).doubts for seed in range(60))
    assert found / 60 >= at_least


@pytest.mark.parametrize("popular", [0.0, 0.5])
def test_sound_questions_are_left_alone(popular: float) -> None:
    """2,000 questions of 200 classes: of a hundred at most one has its key doubted, and five are doubted at all."""
    raised: Counter[Doubt] = Counter()
    for seed in range(200):
        for figures in analyse([an_item(str(n)) for n in range(10)], rasch(seed, popular=popular)):
            raised.update(figures.doubts)
    assert raised[Doubt.KEY_MAY_BE_WRONG] / 2000 <= 0.01
    assert raised[Doubt.TWO_GOOD_ANSWERS] / 2000 <= 0.025
    assert raised.total() / 2000 <= 0.05


def test_alpha_by_hand() -> None:
    """Ten learners, two items: variances 0.25 and 0.24, of the sums 0.69; alpha is 2 * (1 - 0.49 / 0.69)."""
    rows = [(0, 0)] * 4 + [(0, 1), (1, 0), (1, 0)] + [(1, 1)] * 3
    found = cronbach_alpha(a_class(rows))
    assert found is not None
    assert (found.learners, found.items) == (10, 2)
    assert found.estimate.value == pytest.approx(2 * (1 - 0.49 / 0.69))


@pytest.mark.parametrize(
    ("idea", "rows"),
    [
        ("nobody", []),
        ("nine learners", [(0, 1)] * 4 + [(0, 0)] * 5),
        ("one item", [(0,)] * 6 + [(1,)] * 6),
        ("all the same score", [(0, 1)] * 6 + [(1, 0)] * 6),
    ],
)
def test_no_alpha(idea: str, rows: list[tuple[int, ...]]) -> None:
    """Nothing is told where nothing can be known."""
    assert cronbach_alpha(a_class(rows)) is None, idea


def test_alpha_where_some_were_away() -> None:
    """An item that most have not seen is left out, and so is a learner who missed one of the others."""
    rows = [(n % 2, n % 2, n % 3 % 2) for n in range(12)]
    whole = cronbach_alpha(a_class(rows))
    extra = [attempt(n, "seldom") for n in range(4)] + [attempt(12, "0"), attempt(12, "1")]
    assert cronbach_alpha([*a_class(rows), *extra]) == whole


answered = st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=25)


@given(answered, st.randoms(use_true_random=False))
def test_figures_hold_together(rows: list[tuple[int, ...]], random: Random) -> None:
    """Values lie in their intervals, these in their bounds; takers add up; the order of arrival is nothing."""
    items, attempts = [an_item(str(n)) for n in range(4)], a_class(rows)
    found = analyse(items, attempts)
    for figures in found:
        assert 0 <= figures.facility.low <= figures.facility.value <= figures.facility.high <= 1
        assert sum(figures.counts) == figures.n == len(rows)
        if figures.discrimination:
            assert _holds(figures.discrimination)
        assert figures.n >= 10 or not figures.doubts
    again = [attempt(n, "0", 3, later=1) for n in range(len(rows))]
    shuffled = [*attempts, *again]
    random.shuffle(shuffled)
    assert analyse(items, shuffled) == found
    assert cronbach_alpha(shuffled) == cronbach_alpha(attempts)


def _holds(estimate: Estimate) -> bool:
    return -1 <= estimate.low <= estimate.value <= estimate.high <= 1


@given(st.lists(st.tuples(*[st.integers(0, 1)] * 5), min_size=10, max_size=25))
def test_alpha_is_what_the_book_says(rows: list[tuple[int, ...]]) -> None:
    """An independent computation in three lines; the interval holds it and ends at 1."""
    scores = [[1 - chosen for chosen in row] for row in rows]
    whole = pvariance([sum(row) for row in scores])
    found = cronbach_alpha(a_class(rows))
    if not whole:
        assert found is None
        return
    assert found is not None
    expected = 5 / 4 * (1 - sum(pvariance(column) for column in zip(*scores, strict=True)) / whole)
    assert found.estimate.value == pytest.approx(expected)
    assert found.estimate.low <= found.estimate.value <= found.estimate.high <= 1 + 1e-12
