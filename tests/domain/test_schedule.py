from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.domain.schedule import (
    is_quiet,
    local_day,
    nearest_hour,
    next_daily,
    next_weekly,
    parse_hour,
    put_off,
    reminder_at,
)

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


@pytest.mark.parametrize(
    ("idea", "now", "due", "hour", "expected"),
    [
        ("in time", "2026-03-02T17:00", "2026-03-02T17:00", time(18), None),
        ("late, by day", "2026-03-02T20:00", "2026-03-02T17:00", time(18), None),
        ("late, at night: in the morning", "2026-03-02T23:00", "2026-03-02T17:00", time(18), "2026-03-03T07:00"),
        ("late, at night, with an early hour", "2026-03-02T23:00", "2026-03-02T06:00", time(7), "2026-03-03T06:00"),
        ("whoever sets an hour at night means it", "2026-03-02T22:30", "2026-03-02T22:00", time(23), None),
        ("a month away, back by day", "2026-03-30T12:00", "2026-03-02T17:00", time(18), None),
    ],
)
def test_what_is_late_does_not_ring_at_night(idea: str, now: str, due: str, hour: time, expected: str | None) -> None:
    """A quiz that has missed its hour comes when it is day."""
    later = put_off(utc(now), due=utc(due), zone=BERLIN, hour=hour)
    assert later == (utc(expected) if expected else None), idea


@pytest.mark.parametrize(
    ("idea", "came", "expected"),
    [
        ("three hours later", "2026-03-02T07:00", "2026-03-02T10:00"),
        ("not after half past nine", "2026-03-02T18:30", "2026-03-02T20:30"),
        ("too late for a reminder", "2026-03-02T20:00", None),
        ("in the middle of the night", "2026-03-02T00:30", None),
        ("so early that it would ring before eight", "2026-03-02T03:00", None),
    ],
)
def test_reminder(idea: str, came: str, expected: str | None) -> None:
    """Three hours after the quiz, in the evening at the latest, never at night."""
    assert reminder_at(utc(came), BERLIN) == (utc(expected) if expected else None), idea


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.sampled_from(["Europe/Berlin", "Asia/Kolkata"]))
def test_a_reminder_comes_on_the_same_day_and_never_at_night(start: datetime, zone_name: str) -> None:
    """Whenever the quiz came."""
    zone, now = ZoneInfo(zone_name), start.replace(tzinfo=UTC)
    if at := reminder_at(now, zone):
        assert local_day(at, zone) == local_day(now, zone)
        assert not is_quiet(at, zone)
        assert at > now


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-02T12:00", "2026-03-08T16:00"),
        ("2026-03-08T15:00", "2026-03-08T16:00"),
        ("2026-03-08T16:00", "2026-03-15T16:00"),
        ("2026-03-24T12:00", "2026-03-29T15:00"),
    ],
)
def test_weekly(now: str, expected: str) -> None:
    """Sundays at five in the afternoon, summer time or not."""
    assert next_weekly(utc(now), BERLIN) == utc(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("25:99", time(23, 59)), ("24:00", time(23, 0)), ("18:75", time(18, 59)), ("99", time(23)), ("noon", None)],
)
def test_the_nearest_time(text: str, expected: time | None) -> None:
    """A time that there is not comes with the nearest that there is."""
    assert nearest_hour(text) == expected
