from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.domain.schedule import offset_minutes
from tutor_bot.domain.streak import Activity, Streak, streak

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
TODAY = NOW.date()


def ago(days: int) -> Activity:
    return Activity(NOW - timedelta(days=days))


def there(zone: str, *when: int) -> Activity:
    """An answer at a local time: year, month, day, hour, minute."""
    local = datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[misc, arg-type]
    return Activity(local.astimezone(UTC), offset_minutes(local, ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("idea", "days_ago", "expected"),
    [
        ("nothing yet", [], 0),
        ("today only", [0], 1),
        ("yesterday still counts today", [1], 1),
        ("three in a row", [0, 1, 2], 3),
        ("a hole ends it, no rest day being earned", [0, 1, 3, 4], 2),
        ("the day before yesterday is over", [2, 3], 0),
        ("twice a day counts once", [0, 0, 1], 2),
        ("five days earn a rest day, used by itself", [0, 2, 3, 4, 5, 6], 6),
        ("one rest day does not cover two", [0, 3, 4, 5, 6, 7], 1),
        ("ten days earn two", [0, *range(3, 13)], 11),
        ("no more than two are kept", [0, *range(4, 24)], 1),
        ("a rest day covers yesterday before today has come", [2, 3, 4, 5, 6], 5),
    ],
)
def test_streak(idea: str, days_ago: list[int], expected: int) -> None:
    """Days in a row with an answer, up to today; rest days that were earned keep it."""
    assert streak([ago(n) for n in days_ago], Activity(NOW)).days == expected, idea


def test_what_rested_is_told() -> None:
    """Which days were rest days, how many are left and what the longest streak was."""
    run = streak([ago(n) for n in [0, *range(2, 12)]], Activity(NOW))
    assert run == Streak(days=11, best=11, rested=(TODAY - timedelta(days=1),), left=1)
    over = streak([ago(n) for n in (8, 9, 10)], Activity(NOW))
    assert (over.days, over.best) == (0, 3)


def test_a_pause_breaks_nothing() -> None:
    """Days of a pause neither count nor end a streak; a day beside it does."""
    pause = [(TODAY - timedelta(days=9), TODAY - timedelta(days=1))]
    assert streak([ago(0), ago(10), ago(11)], Activity(NOW), pause).days == 3
    assert streak([ago(0), ago(11), ago(12)], Activity(NOW), pause).days == 1


@pytest.mark.parametrize(
    ("idea", "activities", "expected"),
    [
        (
            "eastward over the date line a calendar day is lost, no day of learning",
            [there("America/Los_Angeles", 2026, 3, 16, 20), there("Pacific/Auckland", 2026, 3, 18, 20)],
            2,
        ),
        (
            "westward the day comes twice and counts once",
            [
                there("Pacific/Auckland", 2026, 3, 17, 9),
                there("America/Los_Angeles", 2026, 3, 17, 9),
                there("America/Los_Angeles", 2026, 3, 18, 9),
            ],
            2,
        ),
        (
            "staying at home, two days apart are two days apart",
            [there("Europe/Berlin", 2026, 3, 16, 20), there("Europe/Berlin", 2026, 3, 18, 7)],
            1,
        ),
        (
            "late in the evening and early on the next day, over a change of the clocks",
            [there("Europe/Berlin", 2026, 3, 28, 23, 50), there("Europe/Berlin", 2026, 3, 29, 0, 10)],
            2,
        ),
    ],
)
def test_nothing_is_lost_by_travel(idea: str, activities: list[Activity], expected: int) -> None:
    """An answer counts for the day on the clock that the learner had then."""
    assert streak(activities, activities[-1]).days == expected, idea


@given(st.sets(st.integers(0, 60)), st.integers(-720, 840))
def test_a_streak_never_counts_more_than_was_done(days: set[int], offset: int) -> None:
    """Whatever happened: not longer than the days with an answer, never shorter than what was done in a row."""
    run = streak([Activity(NOW - timedelta(days=n), offset) for n in days], Activity(NOW, offset))
    in_a_row = next(n for n in range(62) if n not in days)
    assert in_a_row <= run.days <= len(days)
    assert run.best >= run.days
    assert 0 <= run.left <= 2
    assert all(isinstance(day, date) for day in run.rested)
