from datetime import date, timedelta

import pytest

from tutor_bot.domain.streak import streak

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("idea", "days_ago", "expected"),
    [
        ("nothing yet", [], 0),
        ("today only", [0], 1),
        ("yesterday still counts today", [1], 1),
        ("three in a row", [0, 1, 2], 3),
        ("a hole ends it", [0, 1, 3, 4], 2),
        ("the day before yesterday is over", [2, 3], 0),
        ("twice a day counts once", [0, 0, 1], 2),
    ],
)
def test_streak(idea: str, days_ago: list[int], expected: int) -> None:
    """Days in a row with an answer, up to today or yesterday."""
    assert streak([TODAY - timedelta(days=n) for n in days_ago], TODAY) == expected, idea
