"""Local days and hours: when a quiz, a reminder, a weekly summary is due, and when nothing may be."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_TO = time(22), time(8)
"""Local hours in which nothing comes that was not set for them."""
LATE = timedelta(hours=1)
"""After this much a quiz has missed its hour: it comes all the same, but not at night."""
REMIND_AFTER = timedelta(hours=3)
REMIND_UNTIL = time(21, 30)
WEEKLY_DAY, WEEKLY_HOUR = 6, time(17)
"""Sunday afternoon."""
WEEK = timedelta(days=7)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def offset_minutes(now: datetime, zone: ZoneInfo) -> int:
    """Minutes east of UTC at an instant."""
    offset = now.astimezone(zone).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def instant_of(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local wall time.

    An hour that the clocks skip becomes the instant at which they were put forward by as much;
    of an hour that comes twice the first counts (PEP 495, fold=0).
    """
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)


def next_daily(now: datetime, *, zone: ZoneInfo, hour: time, last_day: date | None = None) -> datetime:
    """The first instant at or after `now` with this local hour, on a day later than `last_day`."""
    day = local_day(now, zone)
    if last_day is not None and day <= last_day:
        day = last_day + timedelta(days=1)
    while (instant := instant_of(day, hour, zone)) < now:
        day += timedelta(days=1)
    return instant


def is_quiet(now: datetime, zone: ZoneInfo) -> bool:
    hour = now.astimezone(zone).time()
    return hour >= QUIET_FROM or hour < QUIET_TO


def put_off(now: datetime, *, due: datetime, zone: ZoneInfo, hour: time) -> datetime | None:
    """When a quiz that was due at `due` comes instead; None when it may come now.

    One that is late, because the bot was down or the learner away, waits for the morning rather than ring at night.
    """
    if now - due < LATE or not is_quiet(now, zone):
        return None
    return min(next_daily(now, zone=zone, hour=QUIET_TO), next_daily(now, zone=zone, hour=hour))


def reminder_at(now: datetime, zone: ZoneInfo) -> datetime | None:
    """When to remind of a quiz that comes at `now`; None when that would be too soon after it, or at night."""
    local = now.astimezone(zone)
    latest = instant_of(local.date(), REMIND_UNTIL, zone)
    at = min(now + REMIND_AFTER, latest)
    return at if at - now >= LATE and not is_quiet(at, zone) else None


def next_weekly(now: datetime, zone: ZoneInfo) -> datetime:
    """The first Sunday afternoon after `now`."""
    day = local_day(now, zone)
    day += timedelta(days=(WEEKLY_DAY - day.weekday()) % 7)
    at = instant_of(day, WEEKLY_HOUR, zone)
    return at if at > now else instant_of(day + WEEK, WEEKLY_HOUR, zone)


_HOUR = re.compile(r"(\d{1,2})(?:[:.h]([0-5]\d))?\s*(am|pm|h)?")


def parse_hour(text: str) -> time | None:
    """`8:30`, `08.30`, `20h15`, `6pm`, `18` as a time; None when it is none."""
    found = _HOUR.fullmatch(text.strip().lower().replace(".m.", "m"))
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 else None


def nearest_hour(text: str) -> time | None:
    """The time that an impossible one comes nearest to: 25:99 is 23:59. None when it holds no number."""
    numbers = [int(n[:4]) for n in re.findall(r"\d+", text)]
    if not numbers:
        return None
    return time(min(numbers[0], 23), min(numbers[1] if len(numbers) > 1 else 0, 59))
