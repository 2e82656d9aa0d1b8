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
import sqlite3
from contextlib import closing
from pathlib import Path

log = logging.getLogger(__name__)

MANY = 250
"""Commits after which the log is moved into the database's file: some megabytes."""
SOON = 0.5
"""Seconds after which what nobody waits for is brought to the disk; it is there within one."""


class DiskError(Exception):
    """The disk did not take what had been written; from then on nobody knows what it holds."""


class Disk:
    """An SQLite database's log. One call brings all that was committed to the disk, for all who wait for it.

    It also moves what is in the log into the database's file from time to time, which SQLite itself would do at some
    commit, while everybody waits for two turns of the disk.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._log_file = database.with_name(f"{database.name}-wal")
        self._next: asyncio.Future[None] | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._soon: asyncio.TimerHandle | None = None
        self._moving: asyncio.Task[None] | None = None
        self._failure: OSError | sqlite3.Error | None = None
        self._commits = 0
        """Since the log was moved."""

    def check(self) -> None:
        """Raises `DiskError` once the disk has failed: what is written after that may be missing at the next start."""
        if self._failure:
            raise DiskError(f"the disk has failed ({self._failure}): look after it, then start the bot again")

    async def certain(self) -> None:
        """Ends when all that has been committed by now is on the disk. Raises `DiskError`."""
        self._commits += 1
        await asyncio.shield(self._begin())
        self.check()

    def soon(self) -> None:
        """Something was committed that nobody waits for."""
        self._commits += 1
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
            if self._commits >= MANY and not self.is_moving:
                self._commits = 0
                self._moving = asyncio.create_task(self._move())
        self._syncing = None

    @property
    def is_moving(self) -> bool:
        """Whether the log is being moved into the file."""
        return self._moving is not None and not self._moving.done()

    async def _move(self) -> None:
        try:
            await asyncio.to_thread(self.move)
        except sqlite3.Error as error:
            log.error("the database's log could not be moved into its file: %s", error)
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR:
                # The disk tells of a failure once, and has told it here.
                self._failure = error

    async def empty(self) -> bool:
        """Move the log into the file and cut it off, so that it holds nothing; False while somebody still reads."""
        return await asyncio.to_thread(self._emptied)

    def _emptied(self) -> bool:
        # A connection of its own: whoever is cancelled meanwhile leaves nothing half done on another's. While it lasts
        # nobody may write, so whoever still reads is not waited for long: it is tried again.
        with closing(self._connected(timeout=0.2)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def move(self) -> None:
        """Move the log into the file. What somebody still reads stays in it until the next time."""
        with closing(self._connected()) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _connected(self, timeout: float = 5.0) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._database.absolute().as_uri()}?mode=rw", timeout, uri=True)

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
        for work in (self._syncing, self._moving):
            if work:
                await work
