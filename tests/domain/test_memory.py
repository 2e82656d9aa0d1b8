from datetime import timedelta

import pytest

from tests.builders import NOON
from tutor_bot.domain.memory import Recall, is_known, met, retrievability, review


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
