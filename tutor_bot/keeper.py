"""Keeps the matcher in step with the packs, with what curators add in the chat, and with the encoder."""

import asyncio
import gc
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tutor_bot.domain.curation import in_pack, laid_over
from tutor_bot.domain.facts import Catalogue
from tutor_bot.matching import Encoder, Engine, drop_earlier, kept_engine, load_encoder, load_engine, prepare
from tutor_bot.storage import Storage
from tutor_bot.usecases.knowledge import Knowledge

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds of the machine's own time: what another process added is to be found here within two."""


class Keeper:
    """`pack` is the content as its files say. Words answer at once; the encoder and new heads come when ready."""

    def __init__(
        self,
        knowledge: Knowledge,
        pack: Catalogue,
        cache: Path,
        *,
        encode: Callable[[], Encoder | None] = load_encoder,
    ) -> None:
        self._knowledge, self._pack, self._cache, self._encode = knowledge, pack, cache, encode
        self._encoder: Encoder | None = None
        self._version: int | None = None
        self._changed = asyncio.Event()
        self._wanted: Catalogue | None = None
        self._failed: Catalogue | None = None
        self._wants = asyncio.Event()
        self._learnt = asyncio.Condition()
        knowledge.on_added = self._changed.set

    async def run(self, storage: Storage) -> None:
        """Until cancelled: look for additions, and learn what is new off the loop."""
        learning = asyncio.create_task(self._learn_on())
        in_trouble = False
        try:
            while True:
                self._changed.clear()
                try:
                    await self._look(storage)
                    in_trouble = False
                except Exception:
                    # Said once: the next look comes in a second.
                    if not in_trouble:
                        log.exception("additions cannot be read; the bot looks again every second")
                    in_trouble = True
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):
                        await self._changed.wait()
        finally:
            learning.cancel()
            await asyncio.gather(learning, return_exceptions=True)

    async def adopt(self, pack: Catalogue) -> bool:
        """The files have changed: returns when the new content answers, False if it cannot be learnt.

        Until then, and then, the old content answers.
        """
        self._pack, self._version, self._failed = pack, None, None
        self._changed.set()

        def done() -> bool:
            return self._failed is pack or self._knowledge.catalogue.version.startswith(pack.version)

        async with self._learnt:
            await self._learnt.wait_for(done)
        return self._failed is not pack

    async def _look(self, storage: Storage) -> None:
        """Lay over the pack what curators have added since the last look."""
        async with storage.read() as work:
            version = await work.curation.version()
            if version == self._version:
                return
            additions = await work.curation.additions()
        done = [a.id for a in additions if a.pulled and in_pack(a, self._pack)]
        if done:
            async with storage.work() as work:
                await work.curation.drop(done)
        catalogue = laid_over(self._pack, [a for a in additions if a.id not in done])
        engine = self._knowledge.matcher
        if isinstance(engine, Engine) and catalogue.version != engine.catalogue.version:
            base = engine.base
            if list(catalogue.facts)[: len(base.catalogue.facts)] == list(base.catalogue.facts):
                await self._swap(await asyncio.to_thread(base.extended, catalogue))
        self._wanted = catalogue
        self._wants.set()
        self._version = version

    async def _learn_on(self) -> None:
        if self._encoder is None:
            with _replies_first():
                self._encoder = await asyncio.to_thread(self._encode)
        while True:
            await self._wants.wait()
            self._wants.clear()
            wanted = self._wanted
            if wanted is None:
                continue
            try:
                engine = await self._learn(wanted)
            except Exception:
                log.exception("the content could not be learnt; the old answers stay in force")
                self._failed = self._pack
                async with self._learnt:
                    self._learnt.notify_all()
                continue
            if wanted is self._wanted:
                await self._swap(engine)
                await asyncio.to_thread(drop_earlier, self._cache, wanted.version)
                _spare_the_garbage_collector()
                log.info("%d facts learnt%s", len(wanted.facts), "" if self._encoder else ", by words alone")

    async def _learn(self, catalogue: Catalogue) -> Engine:
        kept = await asyncio.to_thread(kept_engine, catalogue, self._cache, self._encoder)
        if kept:
            return kept
        with tempfile.TemporaryDirectory(prefix="tutor-bot-") as spare:
            cache = self._cache if await asyncio.to_thread(_writable, self._cache) else Path(spare)
            await prepare(catalogue, cache, semantic=self._encoder is not None)
            return await asyncio.to_thread(load_engine, catalogue, cache, self._encoder)

    async def _swap(self, engine: Engine) -> None:
        self._knowledge.matcher = engine
        async with self._learnt:
            self._learnt.notify_all()


@contextmanager
def _replies_first() -> Iterator[None]:
    """While a thread computes, the loop gets the interpreter back ten times as soon as usually."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _spare_the_garbage_collector() -> None:
    """What is there now stays: to look through all of it again and again would hold up replies for a quarter second.

    Before that, what an engine that was replaced has left behind is thrown away.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
