"""A database that fails: nothing that Telegram hands over is lost, and the error says what to do."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from telegram.error import NetworkError

from tests.clocks import MovingClock
from tests.fake_telegram import TOKEN, FakeTelegram, a_message
from tutor_bot.storage import Storage, engine
from tutor_bot.storage.engine import DatabaseGoneError
from tutor_bot.telegram.inbox import InboxBot
from tutor_bot.usecases.receiving import Receiving


@pytest.fixture
async def storage(migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Storage]:
    """On a file of its own, which does not wait long for a lock."""
    hasty = tuple("busy_timeout=20" if "busy_timeout" in pragma else pragma for pragma in engine.PRAGMAS)
    monkeypatch.setattr(engine, "PRAGMAS", hasty)
    file = tmp_path / "tutor.db"
    shutil.copy(migrated_file, file)
    made = Storage(f"sqlite+aiosqlite:///{file}")
    async with made.work():
        """Opened."""
    yield made
    await made.close()


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def bot(storage: Storage, clock: MovingClock, telegram: FakeTelegram) -> InboxBot:
    return InboxBot(TOKEN, inbox=Receiving(storage, clock), request=telegram, get_updates_request=telegram)


async def not_taken(bot: InboxBot, telegram: FakeTelegram, why: str) -> None:
    """The batch is refused, for this reason, and so is not confirmed to Telegram."""
    await telegram.delivers(a_message("who was trotsky"))
    with pytest.raises(NetworkError, match=why):
        await bot.get_updates(timeout=0)
    assert len(telegram.waiting) == 1


async def taken_now(bot: InboxBot) -> None:
    assert [update.update_id for update in await bot.get_updates(timeout=0)] == [1]


async def test_a_database_that_is_locked(bot: InboxBot, telegram: FakeTelegram, tmp_path: Path) -> None:
    """By another program, such as a copy that takes long; when it lets go, the same batch is taken."""
    other = sqlite3.connect(tmp_path / "tutor.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await not_taken(bot, telegram, "database is locked")
    other.execute("ROLLBACK")
    other.close()
    await taken_now(bot)


async def test_a_disk_that_is_full(bot: InboxBot, telegram: FakeTelegram, storage: Storage) -> None:
    """SQLite says so of itself when it may grow no more; when there is room again, the same batch is taken."""
    async with storage.work() as work:
        # No less than it has already, which is what SQLite makes of it.
        await work._connection.execute(text("PRAGMA max_page_count = 1"))
    await telegram.delivers(a_message("who was trotsky " + "y" * 200_000))
    with pytest.raises(NetworkError, match="full"):
        await bot.get_updates(timeout=0)
    assert len(telegram.waiting) == 1
    async with storage.work() as work:
        await work._connection.execute(text("PRAGMA max_page_count = 1000000"))
    await taken_now(bot)


async def test_a_database_that_is_read_only(bot: InboxBot, telegram: FakeTelegram, storage: Storage) -> None:
    async with storage.work() as work:
        await work._connection.execute(text("PRAGMA query_only = ON"))
    await not_taken(bot, telegram, "readonly")
    async with storage._writer.connect() as connection:
        raw = await connection.get_raw_connection()
        await raw.driver_connection.execute("PRAGMA query_only = OFF")  # type: ignore[union-attr]
    await taken_now(bot)


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_database_that_is_pulled_away(
    bot: InboxBot, telegram: FakeTelegram, tmp_path: Path, replaced: bool
) -> None:
    """SQLite would go on writing into a file that nobody finds again; we do not, and say what to do."""
    file = tmp_path / "tutor.db"
    before = file.read_bytes()
    file.unlink()
    if replaced:
        (tmp_path / "other.db").write_bytes(before)
        (tmp_path / "other.db").rename(file)
    await not_taken(bot, telegram, "start the bot again")


async def test_it_is_said_in_words(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "tutor.db").unlink()
    with pytest.raises(DatabaseGoneError, match=r"tutor\.db was taken away or replaced"):
        async with storage.work():
            """Never begun."""
