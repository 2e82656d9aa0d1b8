"""Everything that is sent passes here: Telegram's limits, and who overtakes whom."""

import asyncio
from bisect import insort
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from tutor_bot.domain.clock import Clock

Answer = bool | dict[str, Any] | list[dict[str, Any]]

SECOND = timedelta(seconds=1)
OVERALL = 30
"""Messages in any second, in all chats together."""
BURST = 3
"""Messages that a chat may get at once; after that one a second."""
PER_GROUP, GROUP_SPAN = 20, timedelta(minutes=1)
FOR_REPLIES = 3
"""Of the 30, kept free of quiz questions and broadcasts, so that a reply leaves at once."""
FOR_BROADCASTS = 5
"""Of the 30, kept for broadcasts while any waits, whatever else is sent."""
SPACING = SECOND / OVERALL
"""Between quiz questions and broadcasts: places then fall free evenly, never 30 at the end of a second."""
LONGEST = timedelta(seconds=2)
"""A call without an answer is taken to have been counted by Telegram after this time."""
NEARLY_FULL = 3
TRIES = 3
SLACK = timedelta(milliseconds=100)
LONG_WAIT = timedelta(seconds=30)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Priority(IntEnum):
    """Pass as `rate_limit_args` to a method of the bot; none means a reply."""

    REPLY = 0
    QUIZ = 1
    BROADCAST = 2


@dataclass(eq=False, slots=True)
class _Place:
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
class _Call:
    chat: int | str
    priority: Priority
    number: int
    turn: asyncio.Future[_Place]


@dataclass(eq=False, slots=True)
class _Chat:
    """What waits for a chat and what it has had; `full_at` is when its bucket holds a whole burst again."""

    is_group: bool
    waiting: list[_Call] = field(default_factory=list)
    places: list[_Place] = field(default_factory=list)
    full_at: datetime = _LONG_AGO
    paused_until: datetime = _LONG_AGO
    in_flight: int = 0

    def rank(self, call: _Call) -> tuple[int, int]:
        # In a group calls keep their order; in private what is urgent comes first.
        return (0 if self.is_group else call.priority, call.number)

    def priority(self) -> Priority:
        # A call is as urgent as the most urgent behind it, or a reply would wait for a broadcast.
        return min(call.priority for call in self.waiting)

    def refresh(self, now: datetime) -> None:
        self.places = [place for place in self.places if place.free_at(GROUP_SPAN) > now]

    def ready_at(self, now: datetime) -> datetime | None:
        """When its first call may go; None while a group's last call is still on its way."""
        ready = max(self.paused_until, self.full_at - (BURST - 1) * SECOND)
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


class TelegramLimits(BaseRateLimiter[Priority]):
    """Sends within Telegram's limits.

    They are 30 a second in all, 1 a second per chat with bursts of 3, and 20 a minute per group.

    Sending and editing count, all else passes. Replies overtake quiz questions and these overtake
    broadcasts; within a group calls keep their order, and the next goes when the one before has been
    answered. A `RetryAfter` is obeyed for its chat, and for all when a second chat gets one meanwhile;
    after three refusals it is raised. When closed, whatever would have to wait is dropped with
    `asyncio.CancelledError`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._chats: dict[int | str, _Chat] = {}
        self._places: list[_Place] = []
        self._number = 0
        self._spaced_until = _LONG_AGO
        self._paused_until = _LONG_AGO
        self._closed = False
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = _LONG_AGO

    async def initialize(self) -> None:
        """Calls may wait again."""
        self._closed = False

    async def shutdown(self) -> None:
        """As `close`."""
        self.close()

    def close(self) -> None:
        """Drop what waits; from now on only what can go at once goes."""
        self._closed = True
        if self._alarm:
            self._alarm.cancel()
        for chat in self._chats.values():
            for call in chat.waiting:
                call.turn.cancel()
            chat.waiting.clear()

    def crowded(self, chat_id: int | str) -> bool:
        """Whether a group's 20 a minute run short: with what waits, no more than three are left."""
        chat = self._chats.get(_as_id(chat_id))
        if chat is None or not chat.is_group:
            return False
        chat.refresh(self._clock.now())
        return len(chat.places) + len(chat.waiting) >= PER_GROUP - NEARLY_FULL

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Priority | None,
    ) -> Answer:
        """Call when the limits allow it. Raises what the call raises, `RetryAfter` after three refusals."""
        if not _counts(endpoint, data):
            return await self._unlimited(callback, args, kwargs)
        self._number += 1
        number, chat_id = self._number, _as_id(data["chat_id"])
        for tries in range(1, TRIES + 1):
            place = await self._turn(chat_id, rate_limit_args or Priority.REPLY, number)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as refusal:
                self._pause(chat_id, self._clock.now() + _pause_of(refusal))
                if tries == TRIES:
                    raise
            finally:
                place.end = self._clock.now()
                self._chats[chat_id].in_flight -= 1
                self._dispatch()
        raise AssertionError("the last try returns or raises")

    async def _unlimited(
        self, callback: Callable[..., Coroutine[Any, Any, Answer]], args: Any, kwargs: dict[str, Any]
    ) -> Answer:
        for _ in range(TRIES - 1):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as refusal:
                if self._closed or _pause_of(refusal) > LONG_WAIT:
                    raise
                await self._clock.sleep_until(self._clock.now() + _pause_of(refusal))
        return await callback(*args, **kwargs)

    async def _turn(self, chat_id: int | str, priority: Priority, number: int) -> _Place:
        chat = self._chats.setdefault(chat_id, _Chat(is_group=isinstance(chat_id, str) or chat_id < 0))
        call = _Call(chat_id, priority, number, asyncio.get_running_loop().create_future())
        insort(chat.waiting, call, key=chat.rank)
        self._dispatch()
        if self._closed and not call.turn.done():
            chat.waiting.remove(call)
            raise asyncio.CancelledError("the bot stops; nothing waits for its turn any more")
        try:
            return await call.turn
        except asyncio.CancelledError:
            if call.turn.done() and not call.turn.cancelled():
                # Cancelled between being given a place and taking it.
                call.turn.result().end = self._clock.now()
                chat.in_flight -= 1
            elif call in chat.waiting:
                chat.waiting.remove(call)
            self._dispatch()
            raise

    def _pause(self, chat_id: int | str, until: datetime) -> None:
        now = self._clock.now()
        if any(chat.paused_until > now for key, chat in self._chats.items() if key != chat_id):
            self._paused_until = max(self._paused_until, until)
        self._chats[chat_id].paused_until = until

    def _dispatch(self) -> None:
        """Give places to all who may go now, and wake up when the next may."""
        now = self._clock.now()
        self._places = [place for place in self._places if place.free_at(SECOND) > now]
        while True:
            call, instant = self._next(now)
            if call is None:
                break
            self._give_place(call, now)
        if instant is not None and not self._closed:
            self._wake_at(instant)

    def _next(self, now: datetime) -> tuple[_Call | None, datetime | None]:
        """The call that goes now; or None and when to look again (None: when something changes)."""
        waiting = [chat for chat in self._chats.values() if chat.waiting]
        if self._paused_until > now:
            return None, self._paused_until if waiting else None
        ready: list[tuple[Priority, int, _Call]] = []
        instants: list[datetime] = []
        for chat in waiting:
            instant = chat.ready_at(now)
            if instant is None:
                continue
            if instant > now:
                instants.append(instant)
            else:
                ready.append((chat.priority(), chat.waiting[0].number, chat.waiting[0]))
        if not ready:
            return None, min(instants, default=None)
        broadcasts = sum(place.priority is Priority.BROADCAST for place in self._places)
        owed = max(0, FOR_BROADCASTS - broadcasts)
        kept = owed if any(priority is Priority.BROADCAST for priority, _, _ in ready) else 0
        limits = {
            Priority.REPLY: OVERALL - kept,
            Priority.QUIZ: OVERALL - FOR_REPLIES - kept,
            Priority.BROADCAST: OVERALL if owed else OVERALL - FOR_REPLIES,
        }
        for priority, _, call in sorted(ready, key=lambda entry: entry[:2]):
            if len(self._places) >= limits[priority]:
                continue
            if priority is Priority.REPLY or self._spaced_until <= now:
                return call, None
            instants.append(self._spaced_until)
        instants += [place.free_at(SECOND) for place in self._places]
        return None, min(instants)

    def _give_place(self, call: _Call, now: datetime) -> None:
        chat = self._chats[call.chat]
        priority = chat.priority()
        chat.waiting.remove(call)
        place = _Place(now, priority)
        self._places.append(place)
        if chat.is_group:
            chat.places.append(place)
        if priority is not Priority.REPLY:
            self._spaced_until = now + SPACING
        chat.full_at = max(chat.full_at, now) + SECOND
        chat.in_flight += 1
        call.turn.set_result(place)
        if call.number % 256 == 0:
            self._chats = {key: kept for key, kept in self._chats.items() if not kept.is_idle(now)}

    def _wake_at(self, instant: datetime) -> None:
        if self._alarm and not self._alarm.done():
            if self._alarm_at <= instant:
                return
            self._alarm.cancel()
        self._alarm_at = instant
        self._alarm = asyncio.create_task(self._ring(instant))

    async def _ring(self, instant: datetime) -> None:
        await self._clock.sleep_until(instant)
        self._alarm = None
        self._dispatch()


def _counts(endpoint: str, data: dict[str, Any]) -> bool:
    """Whether Telegram counts this call: what is sent to a chat or edited there."""
    sends = endpoint.startswith(("send", "edit", "forward", "copy")) or endpoint == "stopPoll"
    return sends and endpoint != "sendChatAction" and data.get("chat_id") is not None


def _as_id(chat_id: object) -> int | str:
    try:
        return int(str(chat_id))
    except ValueError:
        return str(chat_id)


def _pause_of(refusal: RetryAfter) -> timedelta:
    # The public attribute warns that its type will change; python-telegram-bot's own limiter reads this one.
    return refusal._retry_after + SLACK
