"""Connections: one writer whose transactions are real ones, and readers of their own."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tutor_bot.storage.disk import Disk
from tutor_bot.storage.sqlite import PATIENCE, Connection, connect

# Not FULL: who must know that something is on the disk waits for it without keeping others from writing, see `Disk`.
PRAGMAS = (
    f"busy_timeout={PATIENCE}",
    "journal_mode=WAL",
    "foreign_keys=ON",
    "synchronous=NORMAL",
    "secure_delete=ON",
)
# Whatever may take long is done elsewhere: waiting for a lock in its thread, emptying the log by the `Disk`.
OF_THE_WRITER = ("busy_timeout=0", "wal_autocheckpoint=0")
READERS = 4

TO_CONNECT, TO_ANSWER = 5.0, 15.0
"""Seconds that a server has; without a bound, one that is cut off would be waited for a quarter of an hour."""
# A machine that loses power closes no connection, and what its transactions hold keeps everybody else waiting. So the
# server asks after us; and where it has something to tell us it does not, but waits for that to be taken.
NOTICES_OUR_END = {
    "application_name": "tutor-bot",
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
}


def make_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """The writer's engine and the readers'. `url` is an async SQLAlchemy URL."""
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_async_engine(
            url,
            pool_size=READERS + 1,
            max_overflow=0,
            # Looked at before it is used: a server that was restarted meanwhile costs nobody an answer.
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "timeout": TO_CONNECT,
                "command_timeout": TO_ANSWER,
                "server_settings": {**NOTICES_OUR_END, "idle_in_transaction_session_timeout": f"{TO_ANSWER:g}s"},
            },
        )
        return engine, engine
    parsed = make_url(url)
    arguments, options = parsed.get_dialect()().create_connect_args(parsed)

    async def writer_opened() -> Connection:
        return await connect(*arguments, is_here=True, **options)

    async def reader_opened() -> Connection:
        return await connect(*arguments, **options)

    # Parameters hold names and words, which have no place in an error's text.
    common: dict[str, Any] = {
        "max_overflow": 0,
        "pool_timeout": 60,
        "hide_parameters": True,
    }
    writer = create_async_engine(url, pool_size=1, async_creator=writer_opened, **common)
    readers = create_async_engine(url, pool_size=READERS, async_creator=reader_opened, **common)
    _take_control(writer, "BEGIN IMMEDIATE", (*PRAGMAS, *OF_THE_WRITER))
    _take_control(readers, "BEGIN", PRAGMAS)
    if file := sqlite_file(url):
        _watch_file(writer, file)
    return writer, readers


def disk_of(url: str) -> Disk | None:
    """The disk that an SQLite database is on; None where a server looks after that, or nothing is kept."""
    file = sqlite_file(url)
    return Disk(file) if file else None


def sqlite_file(url: str) -> Path | None:
    """The file that an SQLite database is in; None for a server's, one in memory, and one named by a `file:` URL."""
    parsed = make_url(url)
    file = parsed.database if parsed.get_backend_name() == "sqlite" else None
    return Path(file) if file and file != ":memory:" and not file.startswith("file:") else None


def writers(engine: AsyncEngine) -> int:
    """How many transactions may write at once."""
    return 1 if engine.dialect.name == "sqlite" else READERS


class DatabaseGoneError(Exception):
    """The database's file was taken away, or another put in its place, while it was open."""


def _watch_file(engine: AsyncEngine, file: Path) -> None:
    """Write nothing into a file that is no more where it was: at the next start all of it would be missing."""
    opened: list[os.stat_result] = []

    @event.listens_for(engine.sync_engine, "connect")
    def connected(_connection: Any, _record: Any) -> None:
        if not opened:
            opened.append(file.stat())

    @event.listens_for(engine.sync_engine, "begin")
    def began(_connection: Any) -> None:
        try:
            same = os.path.samestat(file.stat(), opened[0])
        except OSError:
            same = False
        if not same:
            raise DatabaseGoneError(f"{file} was taken away or replaced while the bot was running: start the bot again")


def _take_control(engine: AsyncEngine, begin: str, pragmas: Sequence[str]) -> None:
    """Begin transactions ourselves: the driver would begin one at the first write only.

    A read followed by a write is then not one transaction, and of 200 concurrent increments 8 are left.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def began(connection: Any) -> None:
        connection.connection.driver_connection.begin_with_next(begin)
