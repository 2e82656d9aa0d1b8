"""Everything that is sent passes here: Telegram's limits, and who overtakes whom."""

import asyncio
import logging
from bisect import insort
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.meter import Meter, NoMeter
from tutor_bot.domain.replicas import Part
from tutor_bot.telegram.windows import LONG_AGO, PACE, PER_GROUP, SECOND, Call, Chat, Pace, Place, Priority

__all__ = ["Priority", "TelegramLimits"]

log = logging.getLogger(__name__)

Answer = bool | dict[str, Any] | list[dict[str, Any]]

OVERALL = 30
"""Messages in any second, in all chats together, for whoever does not pay for more."""
FOR_REPLIES = 3
"""Of them, kept free of quiz questions and broadcasts, so that a reply leaves at once."""
FOR_BROADCASTS = 5
"""Of them, kept for broadcasts while any waits, whatever else is sent."""
NEARLY_FULL = 3
TRIES = 3
LEADERS_PACE, OTHERS_PACE = Pace(2 * SECOND, 2), Pace(2 * SECOND, 1)
"""Of a private chat's pace, where there are several replicas: the leader sends unasked, another one answers."""
SLACK = timedelta(milliseconds=100)
LONG_WAIT = timedelta(seconds=30)
SWEEP = 256
"""Places given between two sweeps that forget idle chats."""

_Entry = tuple[int, int, int | str]
"""The number of a chat's first call, the chat's version, the chat."""


class TelegramLimits(BaseRateLimiter[Priority]):
    """Sends within Telegram's limits.

    They are `overall` a second in all, 1 a second per chat with bursts of 3, and 20 a minute per group.

    Sending and editing count, all else passes. Replies overtake quiz questions and these overtake
    broadcasts; within a group calls keep their order, and the next goes when the one before has been
    answered. A `RetryAfter` is obeyed for its chat, and for all when a second chat gets one meanwhile;
    after three refusals it is raised. When closed, whatever would have to wait is dropped with
    `asyncio.CancelledError`.

    Of several replicas each keeps to its part (`take_part`), so that the sum keeps within the limits. In a private chat
    there may be two that write, the leader and the one that answers: together they keep to one's pace. Groups are the
    leader's.
    """

    def __init__(self, clock: Clock, meter: Meter | None = None, *, overall: int = OVERALL) -> None:
        self._clock = clock
        self._whole = self._overall = overall
        self._private = PACE
        self._meter = meter or NoMeter()
        self._chats: dict[int | str, Chat] = {}
        self._places: list[Place] = []
        self._ready: dict[Priority, list[_Entry]] = {priority: [] for priority in Priority}
        self._blocked: list[tuple[datetime, int, int, int | str]] = []
        self._number = 0
        self._given = 0
        self._version = 0
        self._spaced_until = LONG_AGO
        self._paused_until = LONG_AGO
        self._closed = False
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = LONG_AGO

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
        for chat_id, chat in self._chats.items():
            for call in chat.waiting:
                call.turn.cancel()
            chat.waiting.clear()
            # Or a place that falls free when a call ends would be given to nobody.
            self._file(chat_id)

    def take_part(self, part: Part) -> None:
        """Keep to this replica's part from now on."""
        self._overall = part.share(self._whole)
        self._private = PACE if part.of == 1 else LEADERS_PACE if part.leads else OTHERS_PACE
        self._dispatch()

    def _pace(self, chat: Chat) -> Pace:
        return PACE if chat.is_group else self._private

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
            began = self._clock.now()
            try:
                answer = await callback(*args, **kwargs)
                self._meter.called(endpoint, (self._clock.now() - began).total_seconds())
                return answer
            except RetryAfter as refusal:
                self._meter.slowed()
                whom = {"about": (chat_id,)} if isinstance(chat_id, int) else {}
                log.info("Telegram asks for a pause: %s", refusal, extra=whom)
                self._pause(chat_id, self._clock.now() + _pause_of(refusal))
                if tries == TRIES:
                    raise
            finally:
                self._end(chat_id, place)
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

    async def _turn(self, chat_id: int | str, priority: Priority, number: int) -> Place:
        chat = self._chats.setdefault(chat_id, Chat(is_group=isinstance(chat_id, str) or chat_id < 0))
        call = Call(priority, number, asyncio.get_running_loop().create_future())
        insort(chat.waiting, call, key=chat.rank)
        self._file(chat_id)
        self._dispatch()
        if self._closed and not call.turn.done():
            chat.waiting.remove(call)
            self._file(chat_id)
            raise asyncio.CancelledError("the bot stops; nothing waits for its turn any more")
        try:
            return await call.turn
        except asyncio.CancelledError:
            if call.turn.done() and not call.turn.cancelled():
                # Cancelled between being given a place and taking it.
                self._end(chat_id, call.turn.result())
            elif call in chat.waiting:
                chat.waiting.remove(call)
                self._file(chat_id)
                self._dispatch()
            raise

    def _pause(self, chat_id: int | str, until: datetime) -> None:
        now = self._clock.now()
        if any(chat.paused_until > now for key, chat in self._chats.items() if key != chat_id):
            self._paused_until = max(self._paused_until, until)
        self._chats[chat_id].paused_until = until
        self._file(chat_id)

    def _file(self, chat_id: int | str) -> None:
        """File a chat under its priority or under the instant it must wait for, after any change to it.

        Older entries stay in the heaps and are known by their version: it makes a place cost
        the logarithm of how many chats wait, where looking at all of them would delay replies.
        """
        chat, now = self._chats[chat_id], self._clock.now()
        self._version += 1  # Never begun anew: a chat that was forgotten may have left entries behind.
        chat.version = self._version
        instant = chat.ready_at(now, self._pace(chat)) if chat.waiting else None
        if instant is None:
            return
        entry = (chat.waiting[0].number, chat.version, chat_id)
        if instant > now:
            heappush(self._blocked, (instant, *entry))
        else:
            heappush(self._ready[chat.priority()], entry)

    def _is_current(self, version: int, chat_id: int | str) -> bool:
        chat = self._chats.get(chat_id)
        return chat is not None and chat.version == version

    def _dispatch(self) -> None:
        """Give places to all who may go now, and wake up when the next may."""
        now = self._clock.now()
        self._places = [place for place in self._places if place.free_at(SECOND) > now]
        while True:
            chat_id, instant = self._next(now)
            if chat_id is None:
                break
            self._give_place(chat_id, now)
        if instant is not None and not self._closed:
            self._wake_at(instant)

    def _next(self, now: datetime) -> tuple[int | str | None, datetime | None]:
        """Whose first call goes now; or None and when to look again (None: when something changes)."""
        while self._blocked and self._blocked[0][0] <= now:
            _, _, version, chat_id = heappop(self._blocked)
            if self._is_current(version, chat_id):
                self._file(chat_id)
        heads = {}
        for priority, heap in self._ready.items():
            while heap and not self._is_current(*heap[0][1:]):
                heappop(heap)
            if heap:
                heads[priority] = heap[0][2]
        instants = [entry[0] for entry in self._blocked[:1]]
        if self._paused_until > now:
            return None, self._paused_until if heads or instants else None
        broadcasts = sum(place.priority is Priority.BROADCAST for place in self._places)
        owed = max(0, FOR_BROADCASTS - broadcasts)
        kept = owed if Priority.BROADCAST in heads else 0
        limits = {
            Priority.REPLY: self._overall - kept,
            Priority.QUIZ: self._overall - FOR_REPLIES - kept,
            Priority.BROADCAST: self._overall if owed else self._overall - FOR_REPLIES,
        }
        for priority, chat_id in heads.items():
            if len(self._places) >= limits[priority]:
                continue
            if priority is Priority.REPLY or self._spaced_until <= now:
                return chat_id, None
            instants.append(self._spaced_until)
        if heads:
            instants += [place.free_at(SECOND) for place in self._places]
        return None, min(instants, default=None)

    def _give_place(self, chat_id: int | str, now: datetime) -> None:
        chat = self._chats[chat_id]
        priority = chat.priority()
        call = chat.waiting.pop(0)
        place = Place(now, priority)
        self._places.append(place)
        if chat.is_group:
            chat.places.append(place)
        if priority is not Priority.REPLY:
            # Places then fall free evenly, never all of them at the end of a second.
            self._spaced_until = now + SECOND / self._overall
        chat.full_at = max(chat.full_at, now) + self._pace(chat).every
        chat.in_flight += 1
        call.turn.set_result(place)
        self._file(chat_id)
        self._given += 1
        if self._given % SWEEP == 0:
            self._chats = {key: kept for key, kept in self._chats.items() if not kept.is_idle(now)}

    def _end(self, chat_id: int | str, place: Place) -> None:
        place.end = self._clock.now()
        self._chats[chat_id].in_flight -= 1
        self._file(chat_id)
        self._dispatch()

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
