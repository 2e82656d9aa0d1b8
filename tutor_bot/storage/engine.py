"""Connections: one writer whose transactions are real ones, and readers of their own."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "busy_timeout=5000", "secure_delete=ON")
READERS = 4


def make_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """The writer's engine and the readers'. `url` is an async SQLAlchemy URL."""
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_async_engine(url, pool_size=READERS + 1)
        return engine, engine
    writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=60)
    readers = create_async_engine(url, pool_size=READERS, max_overflow=0, pool_timeout=60)
    for engine, begin in ((writer, "BEGIN IMMEDIATE"), (readers, "BEGIN")):
        _take_control(engine, begin)
    return writer, readers


def _take_control(engine: AsyncEngine, begin: str) -> None:
    """Begin transactions ourselves: the driver would begin one at the first write only.

    A read followed by a write is then not one transaction, and of 200 concurrent increments 8 are left.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def began(connection: Any) -> None:
        connection.exec_driver_sql(begin)
