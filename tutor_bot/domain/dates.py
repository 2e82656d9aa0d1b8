"""Dates as people write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})([-./])(\d{1,2})(?:[-./](\d{4}))?\.?")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?\s+([^\W\d_]+)\.?,?(?:\s+(\d{4}))?(?:\s*г\.?)?")
_MONTH_DAY = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}))?")


@dataclass(frozen=True, slots=True)
class NoSuchDay:
    """A date that the calendar does not have; `nearest` is the one before it that it has."""

    nearest: date


@dataclass(frozen=True, slots=True)
class EitherDay:
    """A date that may be read with the day first or the month first."""

    day_first: date
    month_first: date


def parse_date(text: str, today: date, months: Mapping[str, int]) -> date | NoSuchDay | EitherDay | None:
    """`2027-01-20`, `20.1.2027`, `20 January`, `Jan 20` as a date; None when it is none.

    Without a year the next such day is meant. `months` maps the names of months, in small letters, to 1 to 12.
    """
    text = " ".join(text.lower().split())
    if found := _ISO.fullmatch(text):
        return _made(int(found[1]), int(found[2]), int(found[3]), today)
    if found := _NUMBERS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4]) if found[4] else None
        if found[2] == "/" and first <= 12 and second <= 12 and first != second:
            either = _made(year, second, first, today), _made(year, first, second, today)
            if isinstance(either[0], date) and isinstance(either[1], date):
                return EitherDay(either[0], either[1])
        if found[2] == "/" and second > 12 >= first:
            first, second = second, first
        return _made(year, second, first, today)
    if found := _DAY_MONTH.fullmatch(text):
        day, name, year_text = found[1], found[2], found[3]
    elif found := _MONTH_DAY.fullmatch(text):
        name, day, year_text = found[1], found[2], found[3]
    else:
        return None
    month = months.get(name) or next(
        (n for full, n in months.items() if len(name) >= 3 and full.startswith(name)), None
    )
    return _made(int(year_text) if year_text else None, month, int(day), today) if month else None


def _made(year: int | None, month: int, day: int, today: date) -> date | NoSuchDay | None:
    if not 1 <= month <= 12 or not 1 <= day <= 31 or (year is not None and not 1900 <= year <= 9000):
        return NoSuchDay(_clamped(year or today.year, max(1, min(12, month)), max(1, min(day, 31)), today))
    if year is not None:
        try:
            return date(year, month, day)
        except ValueError:
            return NoSuchDay(_clamped(year, month, day, today))
    for ahead in range(9):
        # 29 February may be eight years away.
        try:
            found = date(today.year + ahead, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return NoSuchDay(_clamped(today.year, month, day, today))


def _clamped(year: int, month: int, day: int, today: date) -> date:
    year = max(today.year, min(year, 9000))
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def next_year(day: date, today: date) -> date:
    """The next day in the future with this day and month, for a date that is past."""
    for ahead in range(today.year - day.year, today.year - day.year + 9):
        try:
            found = day.replace(year=day.year + ahead)
        except ValueError:
            continue
        if found > today:
            return found
    return today + timedelta(days=1)
