from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.domain.exam import plan

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("idea", "days", "size", "new", "expected"),
    [
        ("all fit in", 60, 5, 200, (200, 0, 5, 5)),
        ("slowly, for there is time", 100, 5, 60, (60, 0, 1, 5)),
        ("some do not, and more a day would help", 20, 5, 200, (75, 125, 5, 14)),
        ("tomorrow", 1, 5, 200, (5, 195, 5, 200)),
        ("today there is nothing to plan", 0, 5, 200, (0, 200, 0, 5)),
        ("nothing is new", 30, 5, 0, (0, 0, 0, 5)),
        ("the last days bring nothing new", 4, 5, 200, (10, 190, 5, 100)),
    ],
)
def test_plan(idea: str, days: int, size: int, new: int, expected: tuple[int, int, int, int]) -> None:
    """What fits, what does not, how many new facts a day, and how many questions a day would do."""
    made = plan(TODAY + timedelta(days=days), TODAY, size=size, new=new, met=10)
    assert (made.fit, made.left_out, made.new_a_day, made.size_needed) == expected, idea


@given(st.integers(1, 200), st.integers(1, 15), st.integers(0, 400))
def test_who_follows_the_plan_sees_all_that_was_promised(days: int, size: int, new: int) -> None:
    """Planned anew each day, every fact that was said to fit in is met before the exam."""
    exam = TODAY + timedelta(days=days)
    promised, left = plan(exam, TODAY, size=size, new=new, met=0).fit, new
    for day in range(days):
        today = plan(exam, TODAY + timedelta(days=day), size=size, new=left, met=new - left)
        left -= min(left, today.new_a_day)
    assert new - left >= promised
