"""The life of receiving: what is left is handled first, then updates are fetched, until we are stopped."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram.constants import UpdateType
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application

from tutor_bot.domain.clock import Clock
from tutor_bot.telegram.inbox import InboxBot
from tutor_bot.telegram.limiter import TelegramLimits
from tutor_bot.telegram.processor import OrderedProcessor

log = logging.getLogger(__name__)

ALLOWED_UPDATES = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.POLL,
    UpdateType.POLL_ANSWER,
    UpdateType.MY_CHAT_MEMBER,
    UpdateType.CHAT_MEMBER,
    UpdateType.INLINE_QUERY,
)
"""Told at every start: Telegram remembers the last list, and its default leaves out `chat_member`."""

LEFT_OVER_FIRST = timedelta(seconds=10)
"""How long fetching waits for what was left over; lines keep the order per chat after that too."""
LONG_POLL = timedelta(seconds=25)
TO_STOP_FETCHING = 2.0
TO_END = timedelta(seconds=4)
TO_SHUT_DOWN = 1.5
"""Seconds; the sum stays below the ten within which a stop must be over."""

REFUSED = "Telegram refuses the token; set TUTOR_BOT_TOKEN to the one that BotFather shows for this bot"
STOPPED = "Fetching updates ended unexpectedly; start the bot again, nothing is lost"

_FETCHING, _HANDING_ON = "Updater:start_polling:polling_task", ":update_fetcher"
"""Tasks of python-telegram-bot whose silent end leaves `running` true and the bot deaf."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram is to bring updates, and the secret that it is to bring with them."""

    url: str
    secret: str


class ReceivingEnded(Exception):
    """Updates are no longer received, and waiting does not help; the message is for the operator."""


class Receiver:
    """Runs an application by long polling, or by webhook, in place of `Application.run_polling`.

    The application's bot is an `InboxBot` and its update processor an `OrderedProcessor`. `start`, then `fetch`: of
    several replicas only the one that leads does that, until it leads no more (`fetch_no_more`).
    """

    def __init__(self, clock: Clock, *, grace: timedelta = TO_END, webhook: Webhook | None = None) -> None:
        self._clock = clock
        self._webhook = webhook
        self._open = False
        self._grace = grace
        self._application: Application[Any, Any, Any, Any, Any, Any] | None = None
        self._ended: asyncio.Future[None] | None = None
        self._stopping = False
        self._fetches = self._may_overlap = False

    async def start(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Reach Telegram, and handle what was left over. Waits for the network.

        Raises `ReceivingEnded` when Telegram refuses the token.
        """
        bot, processor, updater = application.bot, application.update_processor, application.updater
        if not (isinstance(bot, InboxBot) and isinstance(processor, OrderedProcessor) and updater):
            raise TypeError("the application needs an InboxBot, an OrderedProcessor and an updater")
        self._application, self._stopping = application, False
        self._ended = asyncio.get_running_loop().create_future()
        application.add_error_handler(processor.note_failure)
        await self._initialize(application)
        processor.open(application.update_queue)
        for update in await bot.left_over():
            application.update_queue.put_nowait(update)
        before = asyncio.all_tasks()
        await application.start()
        self._watch(asyncio.all_tasks() - before, _HANDING_ON)
        await self._left_over_first(application.update_queue)
        self._open = True

    async def fetch(self) -> None:
        """Have Telegram hand over updates, by fetching them or by having them brought.

        Raises `ReceivingEnded` when Telegram refuses the token or the webhook.
        """
        application = self._application
        assert application
        assert application.updater
        if self._webhook:
            await self._set_webhook(application.bot, self._webhook)
            return
        before = asyncio.all_tasks()
        self._fetches, self._may_overlap = True, application.bot.is_shared
        try:
            await application.updater.start_polling(
                timeout=LONG_POLL,
                bootstrap_retries=-1,
                allowed_updates=ALLOWED_UPDATES,
                error_callback=self._log_trouble,
            )
        except InvalidToken:
            raise ReceivingEnded(REFUSED) from None
        self._watch(asyncio.all_tasks() - before, _FETCHING)

    async def fetch_no_more(self) -> None:
        """Another replica fetches from now on; what has been handed over here is acted on all the same."""
        self._fetches = False
        updater = self._application.updater if self._application else None
        if updater and updater.running:
            await _within(TO_STOP_FETCHING, updater.stop(), "fetching")

    @property
    def not_ready(self) -> str | None:
        """Why updates are not acted on now; None when they are."""
        if self._stopping:
            return "stopping"
        return None if self._open else "Telegram has not been reached yet"

    async def take(self, data: dict[str, Any]) -> None:
        """An update that Telegram has brought: stored, and then acted on.

        Raises `NetworkError` when it could not be stored, or we have not begun or are ending: it must come again.
        """
        application = self._application
        if application is None or not self._open or self._stopping:
            raise NetworkError("the bot is not receiving now")
        for update in await application.bot.accept(data):
            application.update_queue.put_nowait(update)

    async def ended(self) -> None:
        """Ends when `stop` is called; raises `ReceivingEnded` when fetching has died by itself."""
        if self._ended is not None:
            await asyncio.shield(self._ended)

    async def stop(self) -> None:
        """Fetch no more, let what is being handled end, drop what only waits; within 10 s."""
        application, self._stopping = self._application, True
        if application is None:
            return
        if self._ended and not self._ended.done():
            self._ended.set_result(None)
        processor = application.update_processor
        assert isinstance(processor, OrderedProcessor)
        # First this: a handler whose send is dropped next must find that we stop, not that it failed.
        processor.drop_waiting()
        limits = application.bot.rate_limiter
        if isinstance(limits, TelegramLimits):
            limits.close()
        closing = asyncio.create_task(processor.close(self._grace))
        await self.fetch_no_more()
        await closing
        # Its own stop works through the whole queue, which is quick now: the processor drops it all.
        if application.running:
            await _within(TO_SHUT_DOWN, application.stop(), "the application")
        await _within(TO_SHUT_DOWN, application.bot.settled(), "the inbox")
        await _within(TO_SHUT_DOWN, application.shutdown(), "the connection")
        # An application that never got through its start does not shut its bot down.
        await application.bot.shutdown()

    async def _initialize(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        pause = 1
        while True:
            try:
                return await application.initialize()
            except InvalidToken:
                # The library's own message quotes the token, so neither it nor its cause goes on.
                raise ReceivingEnded(REFUSED) from None
            except BadRequest as error:
                raise ReceivingEnded(f"Telegram refuses to talk to this bot: {error}") from None
            except NetworkError as error:
                log.warning("Telegram cannot be reached (%r); next try in %d s", error, pause)
            await self._clock.sleep_until(self._clock.now() + timedelta(seconds=pause))
            pause = min(2 * pause, 30)

    async def _set_webhook(self, bot: InboxBot, webhook: Webhook) -> None:
        pause = 1
        while True:
            try:
                await bot.set_webhook(webhook.url, secret_token=webhook.secret, allowed_updates=ALLOWED_UPDATES)
                return
            except InvalidToken:
                raise ReceivingEnded(REFUSED) from None
            except BadRequest as error:
                raise ReceivingEnded(f"Telegram refuses TUTOR_BOT_WEBHOOK_URL: {error}") from None
            except (NetworkError, RetryAfter) as error:
                log.warning("the webhook could not be set (%r); next try in %d s", error, pause)
            await self._clock.sleep_until(self._clock.now() + timedelta(seconds=pause))
            pause = min(2 * pause, 30)

    async def _left_over_first(self, queue: "asyncio.Queue[object]") -> None:
        # An update is off the queue when its line is empty again; those to be tried again come back later.
        handled = asyncio.ensure_future(queue.join())
        patience = asyncio.ensure_future(self._clock.sleep_until(self._clock.now() + LEFT_OVER_FIRST))
        try:
            await asyncio.wait({handled, patience}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            handled.cancel()
            patience.cancel()

    def _log_trouble(self, error: TelegramError) -> None:
        if not isinstance(error, Conflict):
            log.warning("fetching updates failed, it is tried again: %r", error)
        elif self._may_overlap:
            log.info("the replica that led before us has not ended fetching yet")
        else:
            log.error("another program fetches updates with this token; stop it, or give this bot its own token")
        self._may_overlap = False

    def _watch(self, tasks: "set[asyncio.Task[Any]]", name: str) -> None:
        watched = [task for task in tasks if task.get_name().endswith(name)]
        if len(watched) != 1:
            raise RuntimeError("this python-telegram-bot names its tasks otherwise; install the pinned one")
        watched[0].add_done_callback(self._task_ended)

    def _task_ended(self, task: "asyncio.Task[Any]") -> None:
        error = None if task.cancelled() else task.exception()
        wanted = self._stopping or (task.get_name().endswith(_FETCHING) and not self._fetches)
        if wanted or self._ended is None or self._ended.done():
            return
        refused = isinstance(error, InvalidToken)
        ended = ReceivingEnded(REFUSED if refused else f"{STOPPED} ({error!r})" if error else STOPPED)
        log.error("%s", ended)
        self._ended.set_exception(ended)
        self._ended.exception()  # Logged above, so asyncio need not complain when nobody waits for it.


async def _within(seconds: float, work: Awaitable[None], what: str) -> None:
    # Real time on purpose: a bound for the shutdown, which must hold where the clock stands still.
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        log.warning("%s took too long to stop", what)
    except Exception as error:
        log.warning("%s did not stop cleanly: %s", what, type(error).__name__)
