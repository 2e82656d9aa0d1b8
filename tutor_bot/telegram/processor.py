"""Updates are handled in order of arrival per chat, in parallel across chats, and struck off when done."""

import asyncio
import logging
from bisect import insort
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from telegram import Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import BaseUpdateProcessor, CallbackContext

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.inbox import InboxStore
from tutor_bot.domain.meter import Meter, NoMeter
from tutor_bot.telegram.about import about
from tutor_bot.telegram.inbox import key_of

log = logging.getLogger(__name__)

STORE_PAUSE = timedelta(seconds=5)
"""Until the next try when the inbox itself could not note what became of an update."""


@dataclass(eq=False, slots=True)
class _Job:
    update: Update
    handling: Coroutine[Any, Any, Any]
    arrival: int
    handled: asyncio.Event
    after: asyncio.Event | None
    """Set when the poll that this vote may be matched by has been handled."""


class OrderedProcessor(BaseUpdateProcessor):
    """Handles the updates of a key (see `key_of`) one after the other, in order of arrival.

    python-telegram-bot takes one of `max_concurrent_updates` before it asks us. Whoever finds the
    line of its key busy leaves its update there and gives that place back, so places are held by
    chats at work, not by updates that wait, and no chat can use them up.

    `note_failure` must be the application's error handler: a handler's exception goes there and
    never comes here. An update that failed is tried again when the inbox says so. Until then its
    line goes on (a poisonous update must not silence its chat); at its next try it comes before
    everything that arrived after it.

    A vote waits until `poll` updates of the same poll that arrived before it have been handled,
    since only they tell which question an unknown poll is. Nothing a poll's handling does waits for a
    line, so this cannot lock up.

    Where replicas share the inbox (`is_shared`), what failed is not kept here: it is claimed anew, by any of them.
    """

    def __init__(
        self,
        inbox: InboxStore,
        clock: Clock,
        max_concurrent_updates: int = 4096,
        *,
        is_shared: bool = False,
        meter: Meter | None = None,
    ) -> None:
        super().__init__(max_concurrent_updates)
        self._is_shared = is_shared
        self.on_ended: Callable[[int], None] = lambda update_id: None
        """Told of each update that this process has done with, whatever came of it."""
        self._meter = meter or NoMeter()
        self._inbox = inbox
        self._clock = clock
        self._queue: asyncio.Queue[object] | None = None
        self._lines: dict[int, list[_Job]] = {}
        self._workers: set[asyncio.Task[Any]] = set()
        self._later: set[asyncio.Task[None]] = set()
        self._failures: dict[int, Exception] = {}
        self._polls: dict[str, asyncio.Event] = {}
        self._arrived = 0
        self._arrivals: dict[int, int] = {}
        self._forgotten: set[int] = set()

    @property
    def busy(self) -> int:
        """How many keys have something being handled."""
        return len(self._lines)

    def open(self, queue: "asyncio.Queue[object]") -> None:
        """From now on updates are handled; those to be tried again are put into `queue`."""
        self._queue = queue

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing is handled any more."""
        await self.close(timedelta(0))

    def forget(self, numbers: Collection[int]) -> None:
        """Act on these no more: they are struck off, for who sent them has had themselves forgotten."""
        self._forgotten.update(numbers)

    def drop_waiting(self) -> None:
        """Begin nothing more: what only waits is dropped from memory, for the inbox has it."""
        self._queue = None
        for task in self._later:
            task.cancel()

    async def close(self, grace: timedelta) -> None:
        """Drop what waits, and let what is being handled end within `grace`."""
        self.drop_waiting()
        workers = self._workers - {cast("asyncio.Task[Any]", asyncio.current_task())}
        if not workers:
            return
        # A bound for the shutdown, in real time: it must hold also where the clock stands still.
        _, slow = await asyncio.wait(workers, timeout=grace.total_seconds())
        for task in slow:
            log.warning("what is being handled took too long to end and is left for the next start")
            task.cancel()
        if slow:
            await asyncio.wait(slow, timeout=0.5)

    async def note_failure(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """The error handler: keep the exception, so that the update is not struck off."""
        error = context.error or RuntimeError("failed without an exception")
        if isinstance(error, Forbidden):
            # Whoever has blocked the bot, or thrown it out, is not to be answered: trying again changes nothing.
            log.info("%s", error, extra=about(update))
            return
        if isinstance(update, Update):
            self._failures.setdefault(update.update_id, error)
        where = f"update {update.update_id}" if isinstance(update, Update) else "work in the background"
        if isinstance(error, TelegramError):
            log.warning("%s failed: %r", where, error, extra=about(update))
        else:
            log.error("%s failed: %r", where, error, exc_info=error, extra=about(update))

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle it, and whatever joins its line meanwhile; or leave it to whoever is at work in its line.

        Nothing may be awaited before the update has its place: order of arrival rests on it.
        """
        handling = cast("Coroutine[Any, Any, Any]", coroutine)
        if self._queue is None:
            handling.close()
            return
        if not isinstance(update, Update):
            await handling
            return
        job = self._job(update, handling)
        key = key_of(update)
        if key in self._lines:
            insort(self._lines[key], job, key=lambda other: other.arrival)
            return
        line = self._lines[key] = [job]
        worker = cast("asyncio.Task[Any]", asyncio.current_task())
        self._workers.add(worker)
        try:
            while line and self._queue is not None:
                await self._handle(line.pop(0))
        finally:
            for dropped in line:
                dropped.handling.close()
                self._end(dropped)
            del self._lines[key]
            self._workers.discard(worker)

    def _job(self, update: Update, handling: Coroutine[Any, Any, Any]) -> _Job:
        self._arrived += 1
        arrival = self._arrivals.get(update.update_id, self._arrived)
        after = self._polls.get(update.poll_answer.poll_id) if update.poll_answer else None
        job = _Job(update, handling, arrival, asyncio.Event(), after)
        if update.poll:
            self._polls[update.poll.id] = job.handled
        return job

    def _end(self, job: _Job) -> None:
        job.handled.set()
        if job.update.poll and self._polls.get(job.update.poll.id) is job.handled:
            del self._polls[job.update.poll.id]

    async def _handle(self, job: _Job) -> None:
        number = job.update.update_id
        if number in self._forgotten:
            self._forgotten.discard(number)
            self._arrivals.pop(number, None)
            job.handling.close()
            self._end(job)
            self.on_ended(number)
            return
        failure: BaseException | None = None
        began = self._clock.now()
        try:
            if job.after:
                await job.after.wait()
            await job.handling
        except asyncio.CancelledError as error:
            if self._queue is None or cast("asyncio.Task[Any]", asyncio.current_task()).cancelling():
                self._failures.pop(number, None)
                raise
            failure = error  # Something inside was cancelled, not we: the line goes on.
        except Exception as error:
            failure = error
        finally:
            job.handling.close()
            self._end(job)
        self._meter.handled((self._clock.now() - began).total_seconds())
        failure = self._failures.pop(number, None) or failure
        if failure is None:
            await self._strike_off(number)
        else:
            await self._note(job, failure)

    async def _strike_off(self, number: int) -> None:
        self._arrivals.pop(number, None)
        try:
            await self._inbox.done(number)
        except Exception as error:
            log.error("update %s was handled but could not be struck off: %r", number, error)
            self._at(self._clock.now() + STORE_PAUSE, self._strike_off(number))
        else:
            self.on_ended(number)

    async def _note(self, job: _Job, failure: BaseException) -> None:
        number, is_ours = job.update.update_id, not self._is_shared
        try:
            # Its words are for the log, where they are cleaned: they may quote the token, or somebody's.
            again = await self._inbox.failed(number, type(failure).__name__)
        except Exception as error:
            log.error("update %s failed, which could not be noted: %r", number, error)
            again, is_ours = self._clock.now() + STORE_PAUSE, True
        if again is None:
            why = type(failure).__name__
            log.error("update %s is set aside, it failed too often: %s", number, why, extra=about(job.update))
        if again is None or not is_ours:
            self._arrivals.pop(number, None)
            self.on_ended(number)
        else:
            self._arrivals[number] = job.arrival
            self._at(again, self._requeue(job.update))

    async def _requeue(self, update: Update) -> None:
        if self._queue is not None:
            self._queue.put_nowait(update)

    def _at(self, instant: datetime, work: Coroutine[Any, Any, None]) -> None:
        async def wait() -> None:
            await self._clock.sleep_until(instant)
            await work

        if self._queue is None:
            work.close()
            return
        task = asyncio.create_task(wait())
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        # Cancelled while it waits, it never gets to the work.
        task.add_done_callback(lambda _: work.close())
