"""SQLite behind asyncio, with fewer changes of threads than aiosqlite's own cursors need, which is four a statement.

A statement takes microseconds, a change of threads a tenth of a millisecond, and the interpreter lock makes it longer.
So the writer, whose statements are short and come one after the other, works in the loop's own thread. It never waits
there: for a lock that another process holds it waits in a thread, and the disk is waited for elsewhere (see `Disk`).
Readers, which may have much to read, have a thread each, with one change of threads a statement.
"""

import sqlite3
import time
from collections.abc import Generator, Iterable, Sequence
from typing import Any

import aiosqlite

IN_A_ROW = 0.01
"""Seconds that a transaction may take in the loop's own thread until others have their turn."""
PATIENCE = 5000
"""Milliseconds to wait for a lock that another process holds."""


class Cursor:
    """What SQLAlchemy uses of an aiosqlite cursor. All rows are there when `execute` has ended."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Cursor":
        await self._connection.run(self._run, False, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> "Cursor":
        await self._connection.run(self._run, True, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        found, self._rows = self._rows, []
        return found

    async def close(self) -> None:
        """Closed already: everything was fetched."""

    def _run(self, begin: str | None, many: bool, sql: str, parameters: Any) -> None:
        cursor: sqlite3.Cursor = self._connection.raw.cursor()
        try:
            if begin:
                cursor.execute(begin)
            (cursor.executemany if many else cursor.execute)(sql, parameters)
            self._rows = cursor.fetchall()
            self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class Connection(aiosqlite.Connection):
    """A connection whose cursors are `Cursor`; with `is_here` it works in the loop's own thread."""

    is_here = False
    _begin: str | None = None
    """The statement that begins a transaction, until the first of its own is run; what never began is not ended."""
    _may_be_open = False
    """From the beginning of a transaction until its end is known: whoever was cancelled in it knows neither."""
    _waits = False
    """Its thread waits for a lock, or has been left waiting."""
    _since = 0.0

    def begin_with_next(self, begin: str) -> None:
        """Begin a transaction by `begin`, when the next statement is run."""
        self._begin = begin

    async def run(self, work: Any, *arguments: Any) -> None:
        """Call `work` with the statement that begins a transaction, if there is one to begin, and these."""
        begin, self._begin = self._begin, None
        self._may_be_open |= begin is not None
        if not self.is_here:
            await self._in_thread(work, begin, *arguments)
            return
        if begin:
            await self._begin_here(begin)
        elif time.perf_counter() - self._since > IN_A_ROW:
            await _Others()
            self._since = time.perf_counter()
        work(None, *arguments)

    async def _begin_here(self, begin: str) -> None:
        try:
            self.raw.execute(begin)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            self._waits = True
            await self._in_thread(self._begin_patiently, begin)
            self._waits = False
        self._since = time.perf_counter()

    def _begin_patiently(self, begin: str) -> None:
        self.raw.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            self.raw.execute(begin)
        finally:
            self.raw.execute("PRAGMA busy_timeout = 0")

    async def commit(self) -> None:
        if self._may_be_open:
            await self._end(self.raw.commit)
        self._begin, self._may_be_open = None, False

    async def rollback(self) -> None:
        if self._may_be_open:
            await self._end(self.raw.rollback)
        self._begin, self._may_be_open = None, False

    async def _end(self, how: Any) -> None:
        if self.is_here and not self._waits:
            how()
            return
        # Behind whatever the thread is still at.
        await self._in_thread(how)
        self._waits = False

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn

    async def _in_thread(self, work: Any, *arguments: Any) -> None:
        await self._execute(work, *arguments)  # type: ignore[no-untyped-call]

    def cursor(self, *_: Any) -> Any:
        return Cursor(self)


class _Others:
    """Awaited, it lets whoever else is on the loop have a turn."""

    def __await__(self) -> Generator[None, None, None]:
        yield


async def connect(*arguments: Any, is_here: bool = False, **options: Any) -> Connection:
    """As `aiosqlite.connect`; with `is_here` it works in the loop's own thread."""
    options["check_same_thread"] = not is_here
    connection = Connection(lambda: sqlite3.connect(*arguments, **options), 64)
    connection.is_here = is_here
    # A process that ends does not wait for a connection that somebody forgot.
    connection._thread.daemon = True
    await connection
    return connection
