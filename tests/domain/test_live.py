"""Points and tables of live quizzes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.domain.live import LiveAnswer, Player, most_missed, speed_bonus, table

SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(("after", "points"), [(0, 50), (15, 25), (30, 0), (40, 0), (-1, 50)])
def test_speed(after: float, points: int) -> None:
    """All points at once, none at the end of the thirty seconds, and never less."""
    assert speed_bonus(SENT, SENT + timedelta(seconds=after), 30) == points


def test_a_table() -> None:
    """Equal points share a rank; strangers are left out; latecomers stand below, unranked."""
    players = [
        Player(1, "Amina"),
        Player(2, "Bo"),
        Player(3, "Chidi", member=None),
        Player(4, "Dewi", late=True),
        Player(5, "Eve", member=False),
        Player(6, "Farid"),
    ]
    answers = [
        LiveAnswer(1, 1, True, 20),
        LiveAnswer(2, 1, False, 0),
        LiveAnswer(1, 2, True, 20),
        LiveAnswer(1, 3, True, 5),
        LiveAnswer(2, 4, True, 50),
        LiveAnswer(1, 5, True, 50),
    ]
    rows = [(row.player.name, row.rank, row.points) for row in table(players, answers)]
    assert rows == [("Amina", 1, 120), ("Bo", 1, 120), ("Chidi", 3, 105), ("Farid", 4, 0), ("Dewi", None, 150)]


def test_the_most_missed() -> None:
    """Hardest first; what all knew is left out, and so is what strangers answered."""
    answers = [
        LiveAnswer(1, 1, True, 0),
        LiveAnswer(1, 2, True, 0),
        LiveAnswer(2, 1, False, 0),
        LiveAnswer(2, 2, True, 0),
        LiveAnswer(3, 1, False, 0),
        LiveAnswer(3, 9, True, 0),
    ]
    found = most_missed(["demo/a", "demo/b", "demo/c"], answers, {1: True, 2: True, 9: False})
    assert [(missed.fact, missed.right, missed.answered) for missed in found] == [("demo/c", 0, 1), ("demo/b", 1, 2)]


@given(
    st.lists(
        st.builds(LiveAnswer, st.integers(1, 5), st.integers(1, 6), st.booleans(), st.integers(0, 50)), max_size=30
    )
)
def test_ranks_follow_points(answers: list[LiveAnswer]) -> None:
    """More points never stand below fewer, and nobody's points are lost."""
    rows = table([Player(n, str(n)) for n in range(1, 7)], answers)
    assert [row.points for row in rows] == sorted((row.points for row in rows), reverse=True)
    assert sum(row.points for row in rows) == sum(100 * a.right + a.bonus for a in answers)
    assert all(row.rank == 1 + sum(other.points > row.points for other in rows) for row in rows)
