"""What a chat has had lately and what waits for it: the limits that hold chat by chat."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum

SECOND = timedelta(seconds=1)
PER_GROUP, GROUP_SPAN = 20, timedelta(minutes=1)
LONGEST = timedelta(seconds=2)
"""A call without an answer is taken to have been counted by Telegram after this time."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pace:
    """A chat may get `burst` messages at once, and after that one in each span of `every`."""

    every: timedelta
    burst: int


PACE = Pace(SECOND, 3)


class Priority(IntEnum):
    """Pass as `rate_limit_args` to a method of the bot; none means a reply."""

    REPLY = 0
    QUIZ = 1
    BROADCAST = 2


@dataclass(eq=False, slots=True)
class Place:
    """A message within a window: it counts from its start until a span after its end.

    Telegram saw it somewhere between start and end, so its own windows cannot hold more than ours,
    however long the ways are.
    """

    start: datetime
    priority: Priority
    end: datetime | None = None

    def free_at(self, span: timedelta) -> datetime:
        latest = self.start + LONGEST
        return (latest if self.end is None else min(self.end, latest)) + span


@dataclass(eq=False, slots=True)
class Call:
    priority: Priority
    number: int
    turn: asyncio.Future[Place]


@dataclass(eq=False, slots=True)
class Chat:
    """What waits for a chat and what it has had; `full_at` is when its bucket holds a whole burst again."""

    is_group: bool
    waiting: list[Call] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    full_at: datetime = LONG_AGO
    paused_until: datetime = LONG_AGO
    in_flight: int = 0
    version: int = 0

    def rank(self, call: Call) -> tuple[int, int]:
        # In a group calls keep their order; in private what is urgent comes first.
        return (0 if self.is_group else call.priority, call.number)

    def priority(self) -> Priority:
        # A call is as urgent as the most urgent behind it, or a reply would wait for a broadcast.
        return min(call.priority for call in self.waiting)

    def refresh(self, now: datetime) -> None:
        self.places = [place for place in self.places if place.free_at(GROUP_SPAN) > now]

    def ready_at(self, now: datetime, pace: Pace) -> datetime | None:
        """When its first call may go; None while a group's last call is still on its way."""
        ready = max(self.paused_until, self.full_at - (pace.burst - 1) * pace.every)
        if self.is_group:
            if self.in_flight:
                return None
            self.refresh(now)
            if len(self.places) >= PER_GROUP:
                ready = max(ready, min(place.free_at(GROUP_SPAN) for place in self.places))
        return ready

    def is_idle(self, now: datetime) -> bool:
        self.refresh(now)
        busy = self.waiting or self.in_flight or self.places
        return not busy and max(self.full_at, self.paused_until) <= now
