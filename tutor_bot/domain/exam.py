"""An exam date: how many new facts a day, and what will not fit."""

from dataclasses import dataclass
from datetime import date
from math import ceil

REVIEW_SHARE = 4
"""A quarter of the days, the last ones, brings nothing new: what was met last must come back too."""
LAST_DAYS = 2
"""So many days are kept free of new facts however near the exam is, if there are as many."""
FARTHEST = 366 * 2
"""Days: an exam farther off needs no plan yet."""


@dataclass(frozen=True, slots=True)
class ExamPlan:
    """`days` with a quiz are left before the exam; `new` facts are not met yet, of which `fit` do.

    `size_needed` is the number of questions a day with which all would fit.
    """

    day: date
    ahead: int
    """Days from today to the exam, whether with a quiz or not."""
    days: int
    size: int
    new: int
    met: int
    fit: int
    new_a_day: int
    size_needed: int

    @property
    def left_out(self) -> int:
        return self.new - self.fit

    @property
    def again(self) -> int:
        """Questions that are left to bring facts back."""
        return self.days * self.size - self.fit


def plan(day: date, today: date, *, size: int, new: int, met: int, first: date | None = None) -> ExamPlan:
    """The plan for an exam on `day`, with a quiz each day from `first` (or today) to the day before it."""
    days = max(0, (day - (first or today)).days)
    for_new = new_days(days)
    fit = min(new, size * for_new)
    return ExamPlan(
        day=day,
        ahead=(day - today).days,
        days=days,
        size=size,
        new=new,
        met=met,
        fit=fit,
        new_a_day=min(size, ceil(fit / for_new)) if for_new else 0,
        size_needed=max(size, ceil(new / for_new)) if for_new else size,
    )


def new_days(days: int) -> int:
    """On how many of the days before an exam new facts are met: the first ones."""
    return days - max(days // REVIEW_SHARE, min(LAST_DAYS, days - 1)) if days else 0
