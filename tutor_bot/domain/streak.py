"""Days in a row, computed from what happened and never counted up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

EARN_EVERY = 5
"""So many days of learning earn a rest day."""
AT_MOST = 2
"""So many rest days can be kept."""


@dataclass(frozen=True, slots=True)
class Activity:
    """An answer: when, and by which clock, as minutes east of UTC."""

    at: datetime
    offset: int = 0

    @property
    def day(self) -> date:
        return day_at(self.at, self.offset)


@dataclass(frozen=True, slots=True)
class Streak:
    """`days` of learning in a row, and which days in between were rest days that kept it; `left` of them are earned.

    A pause that was asked for neither counts nor breaks anything.
    """

    days: int = 0
    best: int = 0
    rested: tuple[date, ...] = ()
    left: int = 0


def day_at(at: datetime, offset: int) -> date:
    return at.astimezone(timezone(timedelta(minutes=offset))).date()


def days_between(earlier: Activity, later: Activity) -> int:
    """Days from one answer to the next: whoever travels across the date line loses none, by whichever clock."""
    by_clock = [(day_at(later.at, o) - day_at(earlier.at, o)).days for o in (earlier.offset, later.offset)]
    return max(0, min((later.day - earlier.day).days, *by_clock))


def streak(activities: Iterable[Activity], now: Activity, pauses: Sequence[tuple[date, date]] = ()) -> Streak:
    """The streak at `now` (its instant and clock); `pauses` are first and last days. A today without answers ends
    nothing yet."""
    length = best = left = 0
    rested: list[date] = []
    last: Activity | None = None
    for activity in sorted(activities, key=lambda activity: activity.at):
        if last is None:
            length, best, last = 1, max(best, 1), activity
            continue
        gap = days_between(last, activity)
        if gap == 0:
            last = activity
            continue
        missed = _missed(last.day, gap, pauses)
        if len(missed) <= left:
            left -= len(missed)
            rested += missed
            length += 1
        else:
            length, rested, left = 1, [], 0
        if length % EARN_EVERY == 0:
            left = min(AT_MOST, left + 1)
        best, last = max(best, length), activity
    if last is None:
        return Streak()
    missed = _missed(last.day, days_between(last, now), pauses)
    if len(missed) > left:
        return Streak(best=best)
    return Streak(length, best, (*rested, *missed), left - len(missed))


def _missed(after: date, gap: int, pauses: Sequence[tuple[date, date]]) -> list[date]:
    """The days strictly between two answers that no pause covers."""
    days = (after + timedelta(days=n) for n in range(1, gap))
    return [day for day in days if not any(first <= day <= last for first, last in pauses)]
