from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.domain.schedule import local_day, next_daily, parse_hour

BERLIN = ZoneInfo("Europe/Berlin")
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("idea", "now", "zone", "hour", "last", "expected"),
    [
        ("later today", "2026-03-02T12:00", BERLIN, time(18), None, "2026-03-02T17:00"),
        ("at this very instant", "2026-03-02T17:00", BERLIN, time(18), None, "2026-03-02T17:00"),
        ("already past: tomorrow", "2026-03-02T18:00", BERLIN, time(18), None, "2026-03-03T17:00"),
        ("had today: tomorrow", "2026-03-02T12:00", BERLIN, time(18), date(2026, 3, 2), "2026-03-03T17:00"),
        (
            "clocks forward: an hour earlier in UTC",
            "2026-03-28T20:00",
            BERLIN,
            time(18),
            None,
            "2026-03-29T16:00",
        ),
        (
            "an hour that does not exist still comes",
            "2026-03-28T20:00",
            BERLIN,
            time(2, 30),
            None,
            "2026-03-29T01:30",
        ),
        (
            "an hour that comes twice comes once",
            "2026-10-24T20:00",
            BERLIN,
            time(2, 30),
            None,
            "2026-10-25T00:30",
        ),
        (
            "twice, and had: the day after",
            "2026-10-25T00:31",
            BERLIN,
            time(2, 30),
            date(2026, 10, 25),
            "2026-10-26T01:30",
        ),
        ("29 February", "2028-02-28T12:00", BERLIN, time(9), None, "2028-02-29T08:00"),
        ("14 hours ahead of UTC", "2026-03-02T12:00", KIRITIMATI, time(8), None, "2026-03-02T18:00"),
        (
            "travelled west: not twice a day",
            "2026-03-02T12:00",
            BERLIN,
            time(18),
            date(2026, 3, 3),
            "2026-03-04T17:00",
        ),
    ],
)
def test_next_daily(idea: str, now: str, zone: ZoneInfo, hour: time, last: date | None, expected: str) -> None:
    """The next daily quiz falls on the learner's local hour, once a local day."""
    assert next_daily(utc(now), zone=zone, hour=hour, last_day=last) == utc(expected), idea


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
    st.times(),
)
def test_every_local_day_has_one_daily_quiz(start: datetime, zone_name: str, hour: time) -> None:
    """Ten quizzes in a row fall on ten local days in a row, whatever the clocks do."""
    zone, hour = ZoneInfo(zone_name), hour.replace(second=0, microsecond=0)
    now = start.replace(tzinfo=UTC)
    days: list[date] = []
    for _ in range(10):
        now = next_daily(now, zone=zone, hour=hour, last_day=days[-1] if days else None)
        days.append(local_day(now, zone))
    assert all((b - a).days == 1 for a, b in pairwise(days))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:30", time(18, 30)),
        ("8:05", time(8, 5)),
        ("08.05", time(8, 5)),
        ("20h15", time(20, 15)),
        ("00:00", time(0, 0)),
        ("24:00", None),
        ("25:99", None),
        ("18", time(18)),
        ("6pm", time(18)),
        ("6 PM", time(18)),
        ("7:30am", time(7, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("13pm", None),
        ("0am", None),
        ("99", None),
        ("18:3", None),
        ("", None),
    ],
)
def test_parse_hour(text: str, expected: time | None) -> None:
    """Hours are read in a few common spellings, and nothing else passes for one."""
    assert parse_hour(text) == expected
