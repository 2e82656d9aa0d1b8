"""SQLite behind asyncio with one change of threads for a statement, where aiosqlite's own cursors need four.

A statement takes microseconds, a change of threads a tenth of a millisecond: of a vote's time it was nearly all. So a
transaction also begins with its first statement, in one go, and what never began is not rolled back.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite


class OneHopCursor:
    """What SQLAlchemy uses of an aiosqlite cursor. All rows are there when `execute` has ended."""

    arraysize = 1

    def __init__(self, connection: "OneHopConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "OneHopCursor":
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "OneHopCursor":
        await self._connection.in_thread(self._run, self._connection.begins(), False, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> "OneHopCursor":
        await self._connection.in_thread(self._run, self._connection.begins(), True, sql, parameters)
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


class OneHopConnection(aiosqlite.Connection):
    """A connection whose cursors are `OneHopCursor`."""

    _begin: str | None = None
    """The statement that begins a transaction, until the first of its own is run."""
    _may_be_open = False
    """From the beginning of a transaction until its end is known: whoever was cancelled in it knows neither."""

    def begin_with_next(self, begin: str) -> None:
        """Begin a transaction by `begin`, when the next statement is run."""
        self._begin = begin

    def begins(self) -> str | None:
        """What is to be run before the next statement."""
        begin, self._begin = self._begin, None
        self._may_be_open |= begin is not None
        return begin

    async def commit(self) -> None:
        if self._may_be_open:
            await super().commit()
        self._begin, self._may_be_open = None, False

    async def rollback(self) -> None:
        if self._may_be_open:
            await super().rollback()
        self._begin, self._may_be_open = None, False

    @property
    def raw(self) -> sqlite3.Connection:
        """To be used in the connection's own thread."""
        return self._conn

    async def in_thread(self, work: Any, *arguments: Any) -> Any:
        """Run this where the connection lives."""
        return await self._execute(work, *arguments)  # type: ignore[no-untyped-call]

    def cursor(self, *_: Any) -> Any:
        return OneHopCursor(self)


async def connect(*arguments: Any, **options: Any) -> OneHopConnection:
    """As `aiosqlite.connect`."""
    connection = OneHopConnection(lambda: sqlite3.connect(*arguments, **options), 64)
    # A process that ends does not wait for a connection that somebody forgot.
    connection._thread.daemon = True
    await connection
    return connection
