"""A power cut takes what was not on the disk yet: never what Telegram was told we have, never half of anything."""

import asyncio
import shutil
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import AMINA
from tests.clocks import MovingClock, settle, until
from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.storage import Storage, disk
from tutor_bot.storage.disk import Disk, DiskError
from tutor_bot.usecases.receiving import Receiving


class Power:
    """Remembers how much of the log the disk has, and shows what a cut would leave. The disk waits while not `free`."""

    def __init__(self, file: Path) -> None:
        self.file, self.log = file, file.with_name(f"{file.name}-wal")
        self.on_disk = 0
        self.free = threading.Event()
        self.free.set()

    def written(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def cut(self, at: int | None = None) -> sqlite3.Connection:
        """The database as it is found afterwards."""
        left = self.file.with_name(f"left-{time.monotonic_ns()}.db")
        shutil.copy(self.file, left)
        left.with_name(f"{left.name}-wal").write_bytes(self.log.read_bytes()[: self.on_disk if at is None else at])
        found = sqlite3.connect(left)
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return found


@pytest.fixture
def power(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Power:
    file = tmp_path / "tutor.db"
    shutil.copy(migrated_file, file)
    power, sync = Power(file), Disk.sync

    def watched(self: Disk) -> None:
        size = power.written()
        assert power.free.wait(30)
        sync(self)
        power.on_disk = size

    monkeypatch.setattr(Disk, "sync", watched)
    return power


@pytest.fixture
async def storage(power: Power) -> AsyncIterator[Storage]:
    made = Storage(f"sqlite+aiosqlite:///{power.file}")
    yield made
    await made.close()


def an_update(number: int) -> RawUpdate:
    return RawUpdate(number, 1, "{}")


def count(database: sqlite3.Connection, table: str) -> int:
    found: int = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


async def test_what_was_taken_is_on_the_disk(storage: Storage, power: Power, clock: MovingClock) -> None:
    """Before Telegram hears of it; what was made of it is made again from there."""
    inbox = Receiving(storage, clock)
    await inbox.take([an_update(1), an_update(2)])
    async with storage.work() as work:
        await work.people.meet(AMINA, clock.now())
    await inbox.done(1)

    left = power.cut()
    assert left.execute("SELECT state FROM updates").fetchall() == [("waiting",), ("waiting",)]
    assert count(left, "learners") == 0
    left.close()


async def test_the_rest_is_there_soon(
    storage: Storage, power: Power, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when nobody waits for it, and nobody writes anything more."""
    monkeypatch.setattr(disk, "SOON", 0.01)
    power.free.clear()
    async with storage.work() as work:
        await work.people.meet(AMINA, clock.now())
    assert power.on_disk < power.written()
    power.free.set()
    await until(lambda: power.on_disk == power.written(), patience=30)
    left = power.cut()
    assert count(left, "learners") == 1
    left.close()


async def test_a_cut_at_any_place_leaves_what_there_was_once(
    storage: Storage, power: Power, clock: MovingClock
) -> None:
    """The log keeps the order of the transactions, and none is there by half."""
    inbox = Receiving(storage, clock)
    for number in range(8):
        await inbox.take([an_update(2 * number), an_update(2 * number + 1)])
    for at in range(0, power.written(), 1500):
        left = power.cut(at)
        numbers = [number for (number,) in left.execute("SELECT update_id FROM updates ORDER BY update_id")]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) % 2 == 0
        left.close()


async def test_who_waits_waits_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes while the disk is busy may have come too late for that; all of them wait for the next time."""
    disk, calls, free = Disk(tmp_path / "tutor.db"), list[int](), threading.Event()

    def sync(_: Disk) -> None:
        calls.append(len(calls))
        assert free.wait(10)

    monkeypatch.setattr(Disk, "sync", sync)
    first = asyncio.create_task(disk.certain())
    await until(lambda: calls == [0])
    others = [asyncio.create_task(disk.certain()) for _ in range(20)]
    await settle()
    free.set()
    await asyncio.gather(first, *others)
    assert calls == [0, 1]


async def test_a_disk_that_fails(storage: Storage, clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more is taken: whether it would be there at the next start, nobody knows."""

    def fails(_: Disk) -> None:
        raise OSError("Input/output error")

    inbox = Receiving(storage, clock)
    with monkeypatch.context() as broken:
        broken.setattr(Disk, "sync", fails)
        with pytest.raises(DiskError, match="Input/output error"):
            await inbox.take([an_update(1)])
    with pytest.raises(DiskError, match="start the bot again"):
        await inbox.take([an_update(2)])


async def test_the_log_does_not_grow_for_ever(
    storage: Storage, power: Power, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many commits it is moved into the file, and begun anew."""
    many = 20
    monkeypatch.setattr(disk, "MANY", many)
    sizes = []
    for n in range(6 * many):
        async with storage.work(certain=n % 10 == 0) as work:
            await work.people.meet(replace(AMINA, name=f"Amina {n}"), clock.now())
        if n % many == 0:
            sizes.append(power.written())
            await until(lambda: storage._disk is not None and not storage._disk.is_moving)
    assert sizes[-1] <= sizes[2] * 1.5


async def test_it_waits_for_another_process_in_a_thread(storage: Storage, power: Power, clock: MovingClock) -> None:
    """Who holds the lock, a copy perhaps, keeps from writing, and from nothing else."""
    async with storage.work() as work:
        await work.people.meet(AMINA, clock.now())
    other = sqlite3.connect(power.file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with storage.work() as work:
            await work.people.meet(replace(AMINA, name="Amina B"), clock.now())

    writing = asyncio.create_task(write())
    await settle()
    async with storage.read() as work:
        assert await work.people.known_as(AMINA.telegram_id)
    assert not writing.done()
    other.execute("ROLLBACK")
    await writing
    other.close()


async def test_whoever_is_cancelled_while_it_waits(storage: Storage, power: Power, clock: MovingClock) -> None:
    """Leaves the writer to the next one, as if nothing had been begun."""
    other = sqlite3.connect(power.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write(name: str) -> None:
        async with storage.work() as work:
            await work.people.meet(replace(AMINA, name=name), clock.now())

    writing = asyncio.create_task(write("Amina B"))
    await settle()
    writing.cancel()
    await settle()
    other.execute("ROLLBACK")
    other.close()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await write("Amina C")
    async with storage.read() as work:
        found = await work.people.known_as(AMINA.telegram_id)
        assert found
        assert found.name == "Amina C"
