"""The composition root: with `trial`, the only module that knows every room."""

import asyncio
import json
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest

from tutor_bot.charts.studio import Studio
from tutor_bot.clock import SystemClock
from tutor_bot.content import load
from tutor_bot.domain.clock import Clock
from tutor_bot.domain.facts import Catalogue
from tutor_bot.domain.meter import Meter, NoMeter
from tutor_bot.domain.replicas import Part
from tutor_bot.keeper import Keeper
from tutor_bot.matching import default_cache, load_engine
from tutor_bot.settings import Settings
from tutor_bot.shipped import content_folder, migrations_folder
from tutor_bot.storage import Storage
from tutor_bot.storage.alone import alone
from tutor_bot.storage.migrate import DatabaseError
from tutor_bot.storage.migrate import upgrade as upgrade_database
from tutor_bot.storage.replica import FORGOTTEN, INBOX, OUTGOING, SCHEDULE, Replica
from tutor_bot.telegram.application import build, show_menus
from tutor_bot.telegram.collector import Collector
from tutor_bot.telegram.context import Tutor, TutorApplication
from tutor_bot.telegram.handlers.privacy import forget_here
from tutor_bot.telegram.jobs import MINUTE, Ticker
from tutor_bot.telegram.processor import OrderedProcessor
from tutor_bot.telegram.receiver import Receiver, ReceivingEnded
from tutor_bot.telegram.receiver import Webhook as WebhookToSet
from tutor_bot.telegram.sender import Sender
from tutor_bot.usecases.answering import Answering
from tutor_bot.usecases.classes import Classes
from tutor_bot.usecases.curating import Curating
from tutor_bot.usecases.daily_quiz import DailyQuiz
from tutor_bot.usecases.housekeeping import Housekeeping
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.live_quiz import LiveQuiz
from tutor_bot.usecases.preferring import Preferring
from tutor_bot.usecases.privacy import Privacy
from tutor_bot.usecases.progressing import Progressing
from tutor_bot.usecases.quizzing import Quizzing
from tutor_bot.usecases.receiving import Receiving
from tutor_bot.usecases.reporting import Reporting
from tutor_bot.usecases.sending import Sending
from tutor_bot.usecases.sharing import SharedReceiving
from tutor_bot.usecases.short_answers import ShortAnswers
from tutor_bot.usecases.watching import Watching
from tutor_bot.web import AddressInUseError, NotTakenError, PrometheusMeter, Web, Webhook

__all__ = [
    "AppError",
    "Running",
    "compose",
    "load_content",
    "pull",
    "reload_content",
    "run",
    "signals",
    "until_stopped",
    "upgrade",
]

log = logging.getLogger(__name__)


class AppError(Exception):
    """The bot cannot run; the message is a line for each thing to do."""


@dataclass(frozen=True)
class Running:
    """A composed bot that is not receiving yet."""

    application: TutorApplication
    storage: Storage
    knowledge: Knowledge
    daily: DailyQuiz
    classes: Classes
    sender: Sender
    ticker: Ticker
    studio: Studio
    replica: Replica | None = None
    """Us among several that may serve the same database; None where there can be but one."""
    collector: Collector | None = None


def upgrade(database_url: str) -> None:
    """Bring the database to this version's tables. Raises AppError."""
    try:
        upgrade_database(database_url, migrations_folder())
    except DatabaseError as error:
        raise AppError(str(error)) from None


def pull(database_url: str, folder: Path) -> list[str]:
    """Write what curators added into the packs' files in `folder`; a line for each. Raises AppError, PullError."""
    from tutor_bot.content.pulling import pull_into

    upgrade(database_url)

    async def pulled() -> list[str]:
        storage = Storage(database_url)
        try:
            async with storage.read() as work:
                waiting = [addition for addition in await work.curation.additions() if not addition.pulled]
            lines = await asyncio.to_thread(pull_into, folder, waiting) if waiting else []
            async with storage.work() as work:
                await work.curation.mark_pulled([addition.id for addition in waiting], SystemClock().now())
            return lines
        finally:
            await storage.close()

    return asyncio.run(pulled())


def run(settings: Settings) -> None:
    """Serve Telegram until SIGTERM or SIGINT. Raises AppError."""
    if settings.token is None:
        raise AppError("TUTOR_BOT_TOKEN is not set: it is the token that BotFather gives you for your bot")
    content = settings.content or content_folder()
    catalogue = load_content(content)
    try:
        with alone(settings.database_url):
            upgrade(settings.database_url)
            with asyncio.Runner(loop_factory=_fast_loop()) as runner:
                runner.run(_serve(settings, settings.token.get_secret_value(), content, catalogue))
    except DatabaseError as error:
        raise AppError(str(error)) from None


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where there is one; None is asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def load_content(content: Path) -> Catalogue:
    loaded = load(content, thorough=False)
    for fault in loaded.faults:
        log.warning("%s", fault)
    if loaded.catalogue is None:
        raise AppError("\n".join(str(fault) for fault in loaded.faults if fault.is_error))
    return loaded.catalogue


def compose(
    *,
    storage: Storage,
    knowledge: Knowledge,
    clock: Clock,
    token: str,
    api_url: str,
    zone: str = "UTC",
    curators: frozenset[int] = frozenset(),
    look_every: timedelta = MINUTE,
    request: BaseRequest | None = None,
    studio: Studio | None = None,
    meter: Meter | None = None,
    replica: Replica | None = None,
    paid_broadcast: int | None = None,
) -> Running:
    """Put the rooms together. `request` replaces the network in tests, `studio` the process that draws.

    With a `replica` (of `storage.replica()`) the inbox is shared with the others that serve the same database.
    """
    quizzing = Quizzing(storage, knowledge, clock)
    daily = DailyQuiz(storage, quizzing, clock)
    live = LiveQuiz(storage, knowledge, clock)
    progressing = Progressing(storage, knowledge, clock)
    classes = Classes(storage, live, clock)
    reporting = Reporting(storage, knowledge, clock)
    sending = Sending(storage, knowledge, quizzing, live, progressing, reporting, clock)
    studio = studio or Studio()
    tutor = Tutor(
        knowledge=knowledge,
        answering=Answering(storage, knowledge, clock),
        curating=Curating(storage, knowledge, clock, curators),
        quizzing=quizzing,
        short_answers=ShortAnswers(storage, quizzing, clock),
        live=live,
        classes=classes,
        reporting=reporting,
        privacy=Privacy(storage, clock),
        daily=daily,
        preferring=Preferring(storage, knowledge, clock),
        progressing=progressing,
        sending=sending,
        default_zone=zone,
    )
    shared = SharedReceiving(storage, clock, owner=replica.number) if replica else None
    application = build(
        token=token,
        api_url=api_url,
        tutor=tutor,
        inbox=shared or Receiving(storage, clock),
        is_shared=replica is not None,
        clock=clock,
        studio=studio,
        request=request,
        meter=meter,
        paid_broadcast=paid_broadcast,
    )
    sender = Sender(application.bot, sending, clock)
    storage.on_outgoing = sender.poke
    ticker = Ticker(daily, live, classes, Housekeeping(storage, clock), sender, clock, at_most=look_every)
    storage.on_schedule = ticker.poke
    running = Running(application, storage, knowledge, daily, classes, sender, ticker, studio)
    return _among_others(running, replica, shared, clock, meter or NoMeter()) if replica and shared else running


def _among_others(running: Running, replica: Replica, shared: SharedReceiving, clock: Clock, meter: Meter) -> Running:
    """The same, told what falls to it and what the others have changed."""
    application = running.application
    bot, processor, limits = application.bot, application.update_processor, application.bot.rate_limiter
    assert isinstance(processor, OrderedProcessor)
    collector = Collector(shared, bot, processor, application.update_queue, clock)
    pokes = {INBOX: collector.poke, OUTGOING: running.sender.poke, SCHEDULE: running.ticker.poke}

    def heard(channel: str, said: str) -> None:
        if channel == FORGOTTEN:
            telegram_id, *struck_off = json.loads(said)
            forget_here(application, telegram_id, [number for number in struck_off if number in collector.in_hand])
        else:
            pokes[channel]()

    def take_part(part: Part | None) -> None:
        if part:
            limits.take_part(part)
        collector.take_part(part)
        meter.takes_part(part.of if part else 0, leads=part is not None and part.leads)

    take_part(None)
    replica.on_part = take_part
    replica.on_heard = heard
    return replace(running, replica=replica, collector=collector)


async def _serve(settings: Settings, token: str, content: Path, catalogue: Catalogue) -> None:
    clock = SystemClock()
    storage = Storage(settings.database_url)
    knowledge = Knowledge(load_engine(catalogue, default_cache()))
    keeper = Keeper(knowledge, catalogue, default_cache())
    meter = PrometheusMeter()
    replica = storage.replica()
    running = compose(
        storage=storage,
        knowledge=knowledge,
        clock=clock,
        token=token,
        api_url=settings.api_url,
        zone=settings.timezone.key,
        curators=frozenset(settings.curators),
        meter=meter,
        replica=replica,
        paid_broadcast=settings.paid_broadcast,
    )
    keeping = asyncio.create_task(keeper.run(storage))
    announced = WebhookToSet(settings.webhook_url, settings.secret) if settings.webhook_url else None
    receiver = Receiver(clock, webhook=announced)

    def not_ready() -> str | None:
        cut_off = "cut off from the database and the other replicas" if replica and not replica.part else None
        return receiver.not_ready or cut_off

    web = _web(settings, receiver, not_ready, Watching(storage, clock), meter)
    try:
        if web:
            await web.start()
        with signals(reload=lambda: _reload(content, keeper)) as stopped:
            await until_stopped(running, receiver, stopped)
    except ReceivingEnded as error:
        raise AppError(str(error)) from None
    except AddressInUseError as error:
        raise AppError(f"TUTOR_BOT_LISTEN cannot be used: {error}") from None
    finally:
        if web:
            await web.stop()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await storage.close()


def _web(
    settings: Settings,
    receiver: Receiver,
    not_ready: Callable[[], str | None],
    watching: Watching,
    meter: PrometheusMeter,
) -> Web | None:
    """The web server, if there is an address for it."""
    if settings.listen is None:
        return None

    async def take(data: dict[str, Any]) -> None:
        try:
            await receiver.take(data)
        except NetworkError as error:
            raise NotTakenError(str(error)) from None

    webhook = Webhook(settings.webhook_url, settings.secret, take) if settings.webhook_url else None
    return Web(settings.listen, watching=watching, meter=meter, not_ready=not_ready, webhook=webhook)


@contextmanager
def signals(*, reload: Callable[[], Coroutine[Any, Any, object]]) -> Iterator[asyncio.Event]:
    """The one place where signals are handled: SIGTERM and SIGINT set the event, SIGHUP reloads."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[object]] = set()

    def begin_reload() -> None:
        task = asyncio.create_task(reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    handled = {signal.SIGTERM: stopped.set, signal.SIGINT: stopped.set, signal.SIGHUP: begin_reload}
    for number, handler in handled.items():
        loop.add_signal_handler(number, handler)
    try:
        yield stopped
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


async def until_stopped(running: Running, receiver: Receiver, stopped: asyncio.Event) -> None:
    """Receive, send and tick until `stopped` is set or receiving dies; then end in good order."""
    beside: list[asyncio.Task[None]] = []
    waits = [
        asyncio.create_task(stopped.wait()),
        asyncio.create_task(_receive(running, receiver, beside)),
    ]
    # Sending begins when the bot is initialised, which `_receive` sees to.
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        for task in done:
            task.result()
    finally:
        running.studio.close()
        if running.collector:
            running.collector.close()
        await receiver.stop()
        await _ended(waits)
        if running.collector:
            # Only now: what was being handled has come to its end, and is not for others to do again.
            await running.collector.give_back()
        await _ended(beside)


async def _receive(running: Running, receiver: Receiver, beside: list[asyncio.Task[None]]) -> None:
    """What was left over first, then whatever comes. Into `beside` goes what outlives receiving."""
    await receiver.start(running.application)
    log.info("serving as @%s", running.application.bot.username)
    if running.replica and running.collector:
        beside += [asyncio.create_task(running.collector.run()), asyncio.create_task(running.replica.run())]
        await _lead_in_turn(running, running.replica, receiver)
    else:
        await _lead(running, receiver)


async def _lead(running: Running, receiver: Receiver) -> None:
    """Fetch updates, send what the outbox holds, and tick, until receiving ends."""
    await receiver.fetch()
    work = [
        asyncio.create_task(running.sender.run()),
        asyncio.create_task(running.ticker.run()),
        asyncio.create_task(_menus(running.application)),
    ]
    try:
        await receiver.ended()
    finally:
        await _ended(work)


async def _lead_in_turn(running: Running, replica: Replica, receiver: Receiver) -> None:
    """Lead whenever that falls to us, until receiving ends."""
    while True:
        await replica.leading.wait()
        leading = asyncio.create_task(_lead(running, receiver))
        deposed = asyncio.create_task(replica.following.wait())
        try:
            await asyncio.wait({leading, deposed}, return_when=asyncio.FIRST_COMPLETED)
            if leading.done():
                return leading.result()
        finally:
            await _ended([leading, deposed])
        await receiver.fetch_no_more()


async def _ended(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel what is not over yet, and wait for all of it."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _menus(application: TutorApplication) -> None:
    """Menus are a convenience: without them the bot still serves."""
    try:
        await show_menus(application)
    except TelegramError as error:
        log.warning("the command menus could not be set: %r", error)


async def _reload(content: Path, keeper: Keeper) -> None:
    with suppress(asyncio.CancelledError):
        await reload_content(content, keeper)


async def reload_content(content: Path, keeper: Keeper) -> str:
    """Load the packs anew; a fault keeps the old content. What to tell whoever asked for it."""
    try:
        catalogue = await asyncio.to_thread(load_content, content)
    except AppError as error:
        log.error("the content has faults, so the old one stays in force:\n%s", error)
        return f"The content has faults, so the old one stays in force:\n{error}"
    if not await keeper.adopt(catalogue):
        return "The content could not be learnt, so the old one stays in force; the log says why."
    log.info("content reloaded: %d facts", len(catalogue.facts))
    return f"Content reloaded: {len(catalogue.facts)} facts."
