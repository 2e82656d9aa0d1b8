"""The sandbox's clock: a jump wakes everybody at their own time, in order."""

import asyncio
from datetime import timedelta

from tutor_bot.clock import MovableClock

DAY = timedelta(days=1)


async def test_a_week_holds_seven_days() -> None:
    """Somebody who sleeps a day at a time wakes seven times, each time at the right hour."""
    clock = MovableClock()
    begin = clock.now()
    woken: list[timedelta] = []

    async def daily() -> None:
        for day in range(1, 10):
            await clock.sleep_until(begin + day * DAY)
            woken.append(clock.now() - begin)

    async def once() -> None:
        await clock.sleep_until(begin + 2.5 * DAY)
        woken.append(clock.now() - begin)

    tasks = [asyncio.create_task(daily()), asyncio.create_task(once())]
    await clock.jump(begin + 7 * DAY)
    assert woken == [d * DAY for d in (1, 2, 2.5, 3, 4, 5, 6, 7)]
    assert clock.now() >= begin + 7 * DAY
    for task in tasks:
        task.cancel()


async def test_it_waits_for_what_follows() -> None:
    """Between two sleepers the jump waits until all is quiet."""
    clock = MovableClock()
    begin, seen, busy = clock.now(), [], asyncio.Event()
    clock.quiet = lambda: not busy.is_set()

    async def first() -> None:
        await clock.sleep_until(begin + DAY)
        busy.set()
        for _ in range(50):
            await asyncio.sleep(0)
        seen.append(clock.now() - begin)
        busy.clear()

    async def second() -> None:
        await clock.sleep_until(begin + 2 * DAY)
        seen.append(clock.now() - begin)

    tasks = [asyncio.create_task(second()), asyncio.create_task(first())]
    await clock.jump(begin + 3 * DAY)
    assert seen == [DAY, 2 * DAY]
    await asyncio.gather(*tasks)


async def test_real_time_goes_by_too() -> None:
    """Without a jump a sleeper wakes when the machine's own time has come."""
    clock = MovableClock(timedelta(days=3))
    begin = clock.now()
    cancelled = asyncio.create_task(clock.sleep_until(begin + timedelta(milliseconds=5)))
    cancelled.cancel()
    await clock.sleep_until(begin + timedelta(milliseconds=20))
    assert clock.now() >= begin + timedelta(milliseconds=20)
    await clock.sleep_until(begin)
