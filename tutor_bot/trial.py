"""The bot and the sandbox in one process and one loop, with one clock: `tutor-bot sandbox`."""

import asyncio
import logging
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tutor_bot.app import (
    AppError,
    Running,
    compose,
    load_content,
    reload_content,
    signals,
    until_stopped,
    upgrade,
)
from tutor_bot.clock import MovableClock, SystemClock
from tutor_bot.domain.facts import Catalogue
from tutor_bot.keeper import Keeper
from tutor_bot.matching import default_cache, load_engine
from tutor_bot.sandbox import TEACHER_ID, TOKEN, Bot, PortInUseError, Sandbox
from tutor_bot.storage import Storage
from tutor_bot.telegram.receiver import Receiver, ReceivingEnded
from tutor_bot.usecases.knowledge import Knowledge

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(hours=12)
"""There is one process, which hears of every change itself; and a week holds 10,080 minutes to jump over."""
WATCH_EVERY = timedelta(seconds=1)


@dataclass(frozen=True)
class Trial:
    """`keep` is a folder for the tutor's database and the clock; without it both are forgotten at the end."""

    content: Path
    zone: str
    port: int
    keep: Path | None
    watch: bool
    curators: frozenset[int]
    announce: Callable[[str], None]

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises AppError."""
        catalogue = load_content(self.content)
        with ExitStack() as stack:
            folder = self.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tutor-bot-")))
            try:
                folder.mkdir(parents=True, exist_ok=True)
                asyncio.run(_Trial(self, folder, catalogue).serve())
            except OSError as error:
                raise AppError(f"{folder}: {error.strerror or error}") from None


class _Trial:
    def __init__(self, trial: Trial, folder: Path, catalogue: Catalogue) -> None:
        self._trial = trial
        self._database = folder / "tutor.db"
        self._time = folder / "clock"
        self._clock = MovableClock(self._kept_time())
        self._clock.on_jump = self._keep_time
        self._knowledge = Knowledge(load_engine(catalogue, default_cache()))
        self._keeper = Keeper(self._knowledge, catalogue, default_cache())
        bot = Bot(restart=self._restart, reset=self._reset, reload=self._reload, next_daily=self._next_daily)
        self._sandbox = Sandbox(self._clock, bot)
        self._storage: Storage | None = None
        self._running: Running | None = None
        self._end: asyncio.Event = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()

    async def serve(self) -> None:
        try:
            await self._sandbox.start(self._trial.port)
        except PortInUseError:
            port = self._trial.port
            raise AppError(f"port {port} is in use; choose another with --port N, or --port 0 for any") from None
        self._clock.quiet = self._quiet
        watching = asyncio.create_task(self._watch()) if self._trial.watch else None
        try:
            with signals(reload=self._reload) as stopped:
                self._sandbox.begin()
                await self._begin()
                self._trial.announce(self._sandbox.address)
                await stopped.wait()
        finally:
            if watching:
                watching.cancel()
            await self._finish()
            await self._sandbox.stop()

    async def _begin(self) -> None:
        url = f"sqlite+aiosqlite:///{self._database}"
        await asyncio.to_thread(upgrade, url)
        self._storage = Storage(url)
        self._running = compose(
            storage=self._storage,
            knowledge=self._knowledge,
            clock=self._clock,
            token=TOKEN,
            api_url=self._sandbox.address,
            zone=self._trial.zone,
            curators=self._trial.curators | {TEACHER_ID},
            look_every=LOOK_EVERY,
        )
        self._end = asyncio.Event()
        self._task = asyncio.create_task(self._run(self._running, self._end))
        self._keeping = asyncio.create_task(self._keeper.run(self._storage))

    async def _run(self, running: Running, end: asyncio.Event) -> None:
        try:
            await until_stopped(running, Receiver(self._clock), end)
        except ReceivingEnded as error:
            self._sandbox.tell(f"The bot has stopped: {error}")

    async def _finish(self) -> None:
        self._end.set()
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)
        if self._storage:
            await self._storage.close()

    async def _restart(self) -> None:
        async with self._changing:
            await self._finish()
            await self._begin()

    async def _reset(self) -> None:
        async with self._changing:
            await self._finish()
            for file in self._database.parent.glob("tutor.db*"):
                # SQLite itself may be taking its log away just now.
                file.unlink(missing_ok=True)
            self._sandbox.reset()
            await self._begin()

    async def _reload(self) -> str:
        return await reload_content(self._trial.content, self._keeper)

    async def _next_daily(self) -> datetime | None:
        if not self._running:
            return None
        found = [await self._running.daily.next_quiz(), await self._running.classes.next_quiz()]
        return min((instant for instant in found if instant), default=None)

    def _quiet(self) -> bool:
        return self._sandbox.quiet() and not (self._storage and self._storage.busy)

    async def _watch(self) -> None:
        """Reload when a file of the packs has changed, as the machine's own time goes by."""
        clock, seen = SystemClock(), _stamps(self._trial.content)
        while True:
            await clock.sleep_until(clock.now() + WATCH_EVERY)
            now = await asyncio.to_thread(_stamps, self._trial.content)
            if now != seen:
                seen = now
                self._sandbox.tell(await self._reload())

    def _kept_time(self) -> timedelta:
        """How far ahead the kept clock was; time never goes back, or the future would have been remembered."""
        try:
            kept = datetime.fromisoformat(self._time.read_text(encoding="utf-8"))
            return max(timedelta(0), kept - SystemClock().now())
        except (OSError, ValueError, TypeError):
            return timedelta(0)

    def _keep_time(self) -> None:
        if self._trial.keep:
            self._time.write_text(self._clock.now().astimezone(UTC).isoformat(), encoding="utf-8")


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    """When each file of the packs was last written, and its size."""
    stamps = {}
    for file in folder.rglob("*.yaml"):
        try:
            status = file.stat()
        except OSError:
            continue
        stamps[file] = (status.st_mtime_ns, status.st_size)
    return stamps
