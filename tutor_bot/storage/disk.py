"""When what was committed is on the disk itself, where a power cut leaves it.

SQLite would wait for the disk at every commit, and everybody else for SQLite: on an SD card that is 20 ms for each
question. But only what Telegram has handed over must be on the disk before anything else happens. All else follows
from it and is done once however often it is begun, so after a power cut it is done again: the log holds commits in
their order, and what is missing of it at its end leaves a state that there has been. A process that is killed loses
nothing at all, for the system has what it wrote.
"""

import asyncio
import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

SOON = 0.5
"""Seconds after which what nobody waits for is brought to the disk; it is there within one."""


class DiskError(Exception):
    """The disk did not take what had been written; from then on nobody knows what it holds."""


class Disk:
    """The log of an SQLite database. One call brings all that was committed to the disk, for all who wait for it."""

    def __init__(self, log_file: Path) -> None:
        self._log_file = log_file
        self._next: asyncio.Future[None] | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._soon: asyncio.TimerHandle | None = None
        self._failure: OSError | None = None

    def check(self) -> None:
        """Raises `DiskError` once the disk has failed: what is written after that may be missing at the next start."""
        if self._failure:
            raise DiskError(f"the disk has failed ({self._failure}): look after it, then start the bot again")

    async def certain(self) -> None:
        """Ends when all that has been committed by now is on the disk. Raises `DiskError`."""
        await asyncio.shield(self._begin())
        self.check()

    def soon(self) -> None:
        """Something was committed that nobody waits for."""
        if self._soon is None and self._next is None:
            self._soon = asyncio.get_running_loop().call_later(SOON, self._begin)

    def _begin(self) -> asyncio.Future[None]:
        """Done when the disk has all that is committed now."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        if self._syncing is None:
            self._syncing = asyncio.create_task(self._sync())
        return self._next

    async def _sync(self) -> None:
        while self._next is not None:
            # Who comes from here on waits for the next call: this one may not have seen their commit.
            waiting, self._next = self._next, None
            if self._soon:
                self._soon.cancel()
                self._soon = None
            try:
                await asyncio.to_thread(self.sync)
            except OSError as error:
                log.error("what was written could not be brought to the disk: %s", error)
                self._failure = error
            waiting.set_result(None)
        self._syncing = None

    def sync(self) -> None:
        """Bring the log to the disk; of the database's own file SQLite takes care when it empties the log."""
        try:
            file = os.open(self._log_file, os.O_RDWR)
        except FileNotFoundError:
            # Nothing has been written yet.
            return
        try:
            # Closing it drops no lock of SQLite's: it holds none on this file.
            (os.fdatasync if hasattr(os, "fdatasync") else os.fsync)(file)
        finally:
            os.close(file)

    async def close(self) -> None:
        """Nobody waits any more; SQLite itself empties the log when the last connection closes."""
        if self._soon:
            self._soon.cancel()
            self._soon = None
        if self._syncing:
            await self._syncing
