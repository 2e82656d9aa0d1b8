"""Time comes from outside: the one place a clock is asked."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """`now()` is an aware instant in `datetime.UTC`; `sleep_until()` ends when `now()` has reached it."""

    def now(self) -> datetime: ...

    async def sleep_until(self, instant: datetime) -> None: ...
