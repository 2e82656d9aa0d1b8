from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tutor_bot.domain.choosing import Wish, choose_facts, falls_due, wanted_retention
from tutor_bot.domain.memory import Memory, Recall, met, retrievability, review

COURSE = [f"fact {n:02}" for n in range(20)]
DAY = timedelta(days=1)


def known(days_ago: float, recall: Recall = Recall.AT_ONCE) -> Memory:
    """Asked once, so many days ago."""
    return review(None, recall, NOON - days_ago * DAY)


FADED, FADING, FRESH = known(40), known(10), known(0.1)

NO_NEW = Wish(2, new_at_least=0, new_at_most=0)


@pytest.mark.parametrize(
    ("idea", "wish", "memories", "expected"),
    [
        ("all new, along the course", Wish(3), {}, ["fact 00", "fact 01", "fact 02"]),
        (
            "two of five places are kept for what returns",
            Wish(5),
            {"fact 07": FADED, "fact 08": FADING, "fact 09": FADED},
            ["fact 07", "fact 09", "fact 00", "fact 01", "fact 02"],
        ),
        ("nearest to being forgotten first", Wish(2), {"fact 03": FADING, "fact 04": FADED}, ["fact 04", "fact 00"]),
        ("what is fresh waits", Wish(2), {"fact 00": FRESH}, ["fact 01", "fact 02"]),
        ("what was asked in the chat is back tomorrow", Wish(1), {"fact 05": met(NOON - DAY)}, ["fact 05"]),
        ("and not before", Wish(1), {"fact 05": met(NOON)}, ["fact 00"]),
        ("but at once in a quiz that was asked for", Wish(1, at_once=True), {"fact 05": met(NOON)}, ["fact 05"]),
        (
            "no new ones",
            Wish(2, new_at_least=0, new_at_most=0),
            {"fact 09": FADED, "fact 08": FRESH},
            ["fact 09", "fact 08"],
        ),
        ("new ones first", Wish(2, new_at_least=2, new_at_most=2), {"fact 09": FADED}, ["fact 00", "fact 01"]),
        ("a fact that has left the course", Wish(1), {"gone": FADED}, ["fact 00"]),
    ],
)
def test_choose_facts(idea: str, wish: Wish, memories: dict[str, Memory], expected: list[str]) -> None:
    """Each place goes to the fact that gains most by it; those that return come first, then new ones."""
    assert choose_facts(wish, COURSE, COURSE, memories, NOON) == expected, idea


def test_after_a_break_the_most_overdue_come_first_and_no_more_than_fit() -> None:
    """A hundred facts due make a quiz of the usual size."""
    course = [f"{n}" for n in range(100)]
    memories = {key: known(30 + n) for n, key in enumerate(course)}
    chosen = choose_facts(Wish(5), course, course, memories, NOON)
    assert len(chosen) == 5
    sure = [retrievability(memories[key], NOON) for key in chosen]
    assert sure == sorted(sure)
    assert max(sure) <= min(retrievability(memories[key], NOON) for key in course if key not in chosen)


def test_a_quiz_that_could_not_be_filled_takes_what_is_least_sure() -> None:
    """With every fact fresh the quiz is as long as ever."""
    memories = {key: known(0.6 + n / 10) for n, key in enumerate(COURSE)}
    assert len(choose_facts(Wish(5), COURSE, COURSE, memories, NOON)) == 5
    assert len(choose_facts(Wish(9), COURSE[:4], COURSE[:4], memories, NOON)) == 4


@given(
    st.integers(1, 15),
    st.dictionaries(st.sampled_from(COURSE), st.floats(0, 90), max_size=20),
    st.one_of(st.none(), st.integers(0, 15)),
)
def test_always_different_facts_of_the_course(size: int, ages: dict[str, float], new: int | None) -> None:
    """Whatever is known: no fact twice, none from outside, as many as wished while there are any."""
    memories = {key: known(age) for key, age in ages.items()}
    wish = Wish(size, new_at_least=new, new_at_most=new)
    chosen = choose_facts(wish, COURSE, COURSE, memories, NOON)
    assert len(chosen) == len(set(chosen)) <= size
    assert set(chosen) <= set(COURSE)
    if new is None:
        assert len(chosen) == min(size, len(COURSE))


@pytest.mark.parametrize(
    ("idea", "ahead", "size", "expected"),
    [
        ("nothing", [], 5, (0, 0, 0, 0, 0, 0, 0)),
        ("as they fall due", [0, 1, 1, 6, 7], 5, (1, 2, 0, 0, 0, 0, 1)),
        ("what is overdue is spread, no day over the size", [-30] * 12, 5, (5, 5, 2, 0, 0, 0, 0)),
        ("and pushes the others on", [-1, -1, -1, 1, 1], 2, (2, 2, 1, 0, 0, 0, 0)),
    ],
)
def test_what_falls_due(idea: str, ahead: list[int], size: int, expected: tuple[int, ...]) -> None:
    """The next seven days, with no wall after a break."""
    today = date(2026, 3, 2)
    assert falls_due([today + timedelta(days=n) for n in ahead], today, size) == expected, idea


def test_the_wanted_retention_rises_towards_an_exam() -> None:
    """Far from it as ever, then surer day by day."""
    wanted = [wanted_retention(days) for days in (None, 60, 14, 7, 1, 0)]
    assert wanted == sorted(wanted)
    assert wanted[0] == wanted[1] < wanted[-1] < 1
