"""Local days and hours: when the next daily quiz is due."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_day(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


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
