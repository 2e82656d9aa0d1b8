from datetime import timedelta

import pytest
from fsrs import Card, Scheduler, State
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tutor_bot.domain.memory import (
    WELL_KNOWN_DAYS,
    Recall,
    gain,
    is_known,
    met,
    recall_of,
    retrievability,
    review,
    stability_if_right,
    stability_if_wrong,
)


def test_a_fact_met_is_due_tomorrow() -> None:
    """Reading an answer is no review: the fact is new and comes back in a day."""
    memory = met(NOON)
    assert memory.due == NOON + timedelta(days=1)
    assert memory.reviewed is None
    assert retrievability(memory, NOON) == 0


def test_right_answers_push_the_next_review_away() -> None:
    """Each right answer at its due time makes the interval longer."""
    memory = review(met(NOON), Recall.AT_ONCE, NOON)
    intervals = []
    for _ in range(4):
        reviewed = memory.due
        memory = review(memory, Recall.AT_ONCE, reviewed)
        intervals.append(memory.due - reviewed)
    assert intervals == sorted(intervals)
    assert intervals[0] < intervals[-1]


def test_a_wrong_answer_brings_the_fact_back_soon() -> None:
    """After a lapse the fact is due again within days, never within minutes."""
    memory = review(review(None, Recall.AT_ONCE, NOON), Recall.WRONG, NOON + timedelta(days=2))
    wait = memory.due - (NOON + timedelta(days=2))
    assert timedelta(days=1) <= wait <= timedelta(days=3)


@pytest.mark.parametrize(("days", "known"), [(0, True), (1, True), (60, False)])
def test_what_is_known_fades(days: int, known: bool) -> None:
    """Retrievability falls with time."""
    memory = review(None, Recall.AT_ONCE, NOON)
    assert is_known(memory, NOON + timedelta(days=days)) is known


def test_a_review_changes_nothing_it_was_given() -> None:
    """Values in, new values out; the same review twice gives the same memory."""
    before = met(NOON)
    assert review(before, Recall.AT_ONCE, NOON) == review(before, Recall.AT_ONCE, NOON)
    assert before == met(NOON)


def test_a_wrong_answer_is_not_knowing() -> None:
    """Just after a wrong answer the fact is not known, however well it was known before."""
    memory = review(None, Recall.AT_ONCE, NOON)
    assert is_known(memory, NOON)
    lapsed = review(memory, Recall.WRONG, memory.due)
    assert not is_known(lapsed, memory.due)


@pytest.mark.parametrize(
    ("idea", "right", "hints", "recall"),
    [
        ("at once", True, 0, Recall.AT_ONCE),
        ("after a hint", True, 1, Recall.WITH_HINT),
        ("wrong", False, 0, Recall.WRONG),
        ("wrong in spite of hints", False, 2, Recall.WRONG),
    ],
)
def test_what_an_answer_says(idea: str, right: bool, hints: int, recall: Recall) -> None:
    """Ratings come from what happened."""
    assert recall_of(right=right, hints=hints) is recall, idea


def test_the_better_the_recall_the_longer_the_rest() -> None:
    """Right at once rests longer than right with a hint, and that longer than wrong."""
    known = review(None, Recall.AT_ONCE, NOON)
    waits = [review(known, recall, known.due).due for recall in (Recall.WRONG, Recall.WITH_HINT, Recall.AT_ONCE)]
    assert waits == sorted(set(waits))


def test_a_quiz_a_little_earlier_than_yesterday_is_a_day_later() -> None:
    """Answered at 18:30 and on the next day at 18:05: that is a day, not a repetition within the hour."""
    first = review(None, Recall.AT_ONCE, NOON)
    early = review(first, Recall.AT_ONCE, NOON + timedelta(hours=23, minutes=35))
    sharp = review(first, Recall.AT_ONCE, NOON + timedelta(days=1))
    assert early.stability == sharp.stability


def test_a_fact_that_is_missed_again_and_again_is_a_leech() -> None:
    """Three lapses make a leech, also with right answers in between; knowing it well ends that."""
    memory, now = None, NOON
    for recall in (Recall.WRONG, Recall.AT_ONCE, Recall.WRONG, Recall.AT_ONCE):
        memory = review(memory, recall, now)
        assert not memory.is_leech
        now += timedelta(days=2)
    memory = review(memory, Recall.WRONG, now)
    assert memory.is_leech
    while memory.stability is not None and memory.stability < WELL_KNOWN_DAYS:
        memory = review(memory, Recall.AT_ONCE, memory.due)
    assert memory.lapses == 0


@given(
    st.lists(st.tuples(st.sampled_from(Recall), st.integers(1, 60)), min_size=1, max_size=8),
    st.integers(1, 90),
)
def test_the_closed_form_is_what_py_fsrs_computes(history: list[tuple[Recall, int]], days: int) -> None:
    """Predictions made for choosing agree with the reviews that follow, whatever the history."""
    memory, now = None, NOON
    for recall, wait in history:
        memory = review(memory, recall, now)
        now += timedelta(days=wait)
    assert memory is not None
    assert memory.reviewed is not None
    now = memory.reviewed + timedelta(days=days)
    p = retrievability(memory, now)
    scheduler = Scheduler()
    card = Card(
        card_id=0,
        state=State.Review,
        step=None,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due,
        last_review=memory.reviewed,
    )
    assert p == pytest.approx(scheduler.get_card_retrievability(card, now))
    assert memory.stability is not None
    assert memory.difficulty is not None
    right, wrong = review(memory, Recall.AT_ONCE, now), review(memory, Recall.WRONG, now)
    assert right.stability == pytest.approx(stability_if_right(memory.stability, memory.difficulty, p))
    assert wrong.stability == pytest.approx(stability_if_wrong(memory.stability, memory.difficulty, p))


def test_what_gains_most() -> None:
    """A question gains most where something is to be won: new before half forgotten before just known."""
    old = review(None, Recall.AT_ONCE, NOON - timedelta(days=20))
    fresh = review(None, Recall.AT_ONCE, NOON - timedelta(hours=1))
    gains = [gain(memory, NOON, 14) for memory in (None, old, fresh)]
    assert gains == sorted(gains, reverse=True)
    assert all(0 < g < 1 for g in gains)
