import asyncio

from sqlalchemy import select, update

from tests.builders import AMINA, NOON
from tutor_bot.storage import Storage
from tutor_bot.storage.schema import learners


async def test_a_read_followed_by_a_write_is_one_transaction(storage: Storage) -> None:
    """200 concurrent increments, each a read and then a write, end at 200."""
    async with storage.work() as work:
        learner = await work.people.meet(AMINA, NOON)

    async def increment() -> None:
        async with storage.work() as work:
            connection = work._connection
            row = select(learners.c.offered_daily).where(learners.c.id == learner.id).with_for_update()
            count = (await connection.execute(row)).scalar_one()
            await connection.execute(
                update(learners).where(learners.c.id == learner.id).values(offered_daily=count + 1)
            )

    await asyncio.gather(*(increment() for _ in range(200)))

    async with storage.read() as work:
        assert (await work.people.learner(learner.id)).offered_daily == 200


async def test_a_transaction_that_fails_leaves_nothing(storage: Storage) -> None:
    """An exception rolls everything back, and the next transaction works."""
    try:
        async with storage.work() as work:
            await work.people.meet(AMINA, NOON)
            raise RuntimeError
    except RuntimeError:
        pass

    async with storage.read() as work:
        assert await work.people.known_as(AMINA.telegram_id) is None


async def test_sqlite_is_durable_and_forgets_what_is_deleted(storage: Storage) -> None:
    """WAL, foreign keys and secure deletion are on for readers and the writer; `Disk` does what FULL would."""
    if storage._writer.dialect.name != "sqlite":
        return
    expected = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 1,
        "secure_delete": 1,
    }
    # The writer never waits in the loop's own thread, and its log is moved by the `Disk`.
    own = ({"busy_timeout": 0, "wal_autocheckpoint": 0}, {"busy_timeout": 5000})
    for opened, more in zip((storage.work, storage.read), own, strict=True):
        async with opened() as work:
            for pragma, value in {**expected, **more}.items():
                found = await work._connection.exec_driver_sql(f"PRAGMA {pragma}")
                assert found.scalar_one() == value, pragma
