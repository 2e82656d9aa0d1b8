"""Days in a row, computed from what happened and never counted up."""

from collections.abc import Iterable
from datetime import date, timedelta


def streak(days: Iterable[date], today: date) -> int:
    """How many days in a row have an answer, up to today; a today without one does not end it yet."""
    answered = set(days)
    day = today if today in answered else today - timedelta(days=1)
    length = 0
    while day in answered:
        length += 1
        day -= timedelta(days=1)
    return length
