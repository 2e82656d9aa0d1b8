"""Several replicas on one PostgreSQL: who lives, who leads, and who takes which update in hand."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.clocks import MovingClock, until
from tutor_bot.domain.inbox import RawUpdate
from tutor_bot.domain.outgoing import Urgency
from tutor_bot.domain.people import Person
from tutor_bot.domain.replicas import ALONE, Part
from tutor_bot.storage import Storage, replica
from tutor_bot.storage.outbox import Kind
from tutor_bot.storage.replica import FORGOTTEN, OUTGOING, Replica
from tutor_bot.usecases.privacy import Privacy
from tutor_bot.usecases.sharing import SharedReceiving

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "BEAT", 0.05)
    monkeypatch.setattr(replica, "NEWCOMER", 0.15)


@asynccontextmanager
async def living(*replicas: Replica) -> AsyncIterator[dict[int, asyncio.Task[None]]]:
    tasks = {one.number: asyncio.create_task(one.run()) for one in replicas}
    try:
        yield tasks
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


def all_know(replicas: list[Replica]) -> bool:
    """Each knows of all of them, and one leads."""
    parts = [one.part for one in replicas]
    return (
        all(part and part.of == len(replicas) for part in parts)
        and sum(part.leads for part in parts if part) == 1
        and sorted(part.place for part in parts if part) == list(range(len(replicas)))
    )


async def test_one_leads_and_another_takes_over(storage: Storage) -> None:
    """Of three one leads; when it ends, one of the others does, and when it comes back it follows."""
    three = [Replica(storage.url, number) for number in (1, 2, 3)]
    async with living(*three) as tasks:
        await until(lambda: all_know(three))
        [leader] = [one for one in three if one.part and one.part.leads]
        others = [one for one in three if one is not leader]
        tasks[leader.number].cancel()
        await until(lambda: all_know(others))
        assert leader.part is None
        assert not leader.leading.is_set()
        again = Replica(storage.url, leader.number)
        async with living(again):
            await until(lambda: all_know([again, *others]))
            assert again.part
            assert not again.part.leads


async def test_whoever_is_cut_off_leads_no_more(storage: Storage) -> None:
    """When the server ends the leader's connection, it stops at once, another leads, and it comes back."""
    two = [Replica(storage.url, number) for number in (1, 2)]
    heard: list[str] = []
    async with living(*two):
        await until(lambda: all_know(two))
        [leader], [other] = [[one for one in two if one.part and one.part.leads is leads] for leads in (True, False)]
        ended = asyncio.Event()
        leader.on_part = lambda part: ended.set() if part is None else None
        leader.on_heard = lambda channel, said: heard.append(channel)
        async with storage.read() as work:
            await work._connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 0")
            )
        await asyncio.wait_for(ended.wait(), 10)
        await until(lambda: all_know(two))
        assert other.part
        assert other.part.leads
        # What was said meanwhile is asked for.
        assert OUTGOING in heard


async def test_all_hear_of_what_is_to_be_sent(storage: Storage, clock: MovingClock) -> None:
    """Whichever replica has written it."""
    assert storage.replica()
    heard: list[str] = []
    other = Replica(storage.url)
    async with living(other):
        await until(lambda: other.part is not None)
        other.on_heard = lambda channel, said: heard.append(channel)
        async with storage.work() as work:
            learner = await work.people.meet(Person(7, "Amina"), clock.now())
            await work.outbox.add(
                "news:1", learner=learner.id, kind=Kind.NEWS, subject=1, urgency=Urgency.QUIZ, not_before=clock.now()
            )
        await until(lambda: heard == [OUTGOING])


async def test_all_hear_of_whoever_is_to_be_forgotten(storage: Storage, clock: MovingClock) -> None:
    """So that no process holds anything of them in its memory."""
    assert storage.replica()
    heard: list[tuple[str, str]] = []
    other = Replica(storage.url)
    async with living(other):
        await until(lambda: other.part is not None)
        other.on_heard = lambda channel, said: heard.append((channel, said))
        async with storage.work() as work:
            await work.people.meet(Person(7, "Amina"), clock.now())
        assert await Privacy(storage, clock).forget(Person(7, "Amina"))
        await until(lambda: heard == [(FORGOTTEN, "[7]")])


# The inbox


@pytest.fixture
def inboxes(storage: Storage, clock: MovingClock) -> list[SharedReceiving]:
    """Those of three replicas: numbers 1, 2 and 3."""
    return [SharedReceiving(storage, clock, owner=number) for number in (1, 2, 3)]


def raw(number: int, key: int) -> RawUpdate:
    return RawUpdate(number, key, f'{{"update_id": {number}}}')


async def numbers(inbox: SharedReceiving, part: Part = ALONE, most: int = 100) -> list[int]:
    return [update.update_id for update in await inbox.claim(part, most)]


async def test_never_two_of_one_chat_at_a_time(inboxes: list[SharedReceiving]) -> None:
    """Three take from 120 updates of seven chats: each is acted on once, each chat's in order and one at a time."""
    await inboxes[0].take([raw(number, key=number % 7 + 1) for number in range(1, 121)])
    at_work: set[int] = set()
    seen: defaultdict[int, list[int]] = defaultdict(list)

    async def act(inbox: SharedReceiving, update: RawUpdate) -> None:
        assert update.key not in at_work
        at_work.add(update.key)
        await asyncio.sleep(0)
        seen[update.key].append(update.update_id)
        at_work.remove(update.key)
        await inbox.done(update.update_id)

    async def replica_of(inbox: SharedReceiving) -> None:
        while sum(map(len, seen.values())) < 120:
            claimed = await inbox.claim(ALONE, 3)
            await asyncio.gather(*(act(inbox, update) for update in claimed))

    await asyncio.gather(*map(replica_of, inboxes))
    assert sorted(number for own in seen.values() for number in own) == list(range(1, 121))
    for own in seen.values():
        assert own == sorted(own)


async def test_the_database_itself_keeps_a_chat_to_one_at_a_time(
    storage: Storage, inboxes: list[SharedReceiving]
) -> None:
    """Whatever a replica believes, two updates of one line cannot be in hand."""
    await inboxes[0].take([raw(1, 7), raw(2, 7)])
    with pytest.raises(IntegrityError):
        async with storage.work() as work:
            await work._connection.execute(text("UPDATE updates SET owner = 1"))


async def test_what_a_dead_replica_had_in_hand(inboxes: list[SharedReceiving], clock: MovingClock) -> None:
    """Is for the others after some seconds, and not before: it may have been cut off for a moment only."""
    dead, leader, _ = inboxes
    await dead.take([raw(1, 7), raw(2, 8)])
    assert await numbers(dead) == [1, 2]
    alive = frozenset({2, 3})
    await leader.release(alive)
    await clock.advance(2)
    await leader.release(alive)
    assert await numbers(leader) == []
    await clock.advance(1)
    await leader.release(alive)
    assert await numbers(leader) == [1, 2]


async def test_whoever_comes_back_in_time_keeps_what_it_has(inboxes: list[SharedReceiving], clock: MovingClock) -> None:
    """Three seconds are counted anew each time."""
    cut_off, leader, _ = inboxes
    await cut_off.take([raw(1, 7)])
    assert await numbers(cut_off) == [1]
    for alive in ({2}, {1, 2}, {2}, {1, 2}):
        await leader.release(frozenset(alive))
        await clock.advance(2)
    assert await numbers(leader) == []


async def test_what_failed_is_tried_again_by_anybody(inboxes: list[SharedReceiving], clock: MovingClock) -> None:
    """After a pause, before what came later; meanwhile its chat goes on; the third time it is set aside."""
    one, other, _ = inboxes
    await one.take([raw(1, 7), raw(2, 7), raw(3, 7)])
    assert await numbers(one) == [1]
    again = await one.failed(1, "once")
    assert again == clock.now() + timedelta(seconds=2)
    assert await numbers(other) == [2]
    await clock.advance(2)
    assert await numbers(one) == []
    await other.done(2)
    assert await numbers(other) == [1]
    assert await other.failed(1, "twice")
    await clock.advance(4)
    assert await numbers(one) == [1]
    assert await one.failed(1, "thrice") is None
    assert await numbers(one) == [3]


async def test_what_was_claimed_without_our_knowing(inboxes: list[SharedReceiving]) -> None:
    """Is given back when we say what we have; what we have stays ours."""
    one, other, _ = inboxes
    await one.take([raw(1, 7), raw(2, 8)])
    assert await numbers(one) == [1, 2]
    await one.keep([1])
    assert await numbers(other) == [2]
    await one.keep([])
    assert await numbers(other) == [1]


async def test_each_takes_first_what_falls_to_it(inboxes: list[SharedReceiving], clock: MovingClock) -> None:
    """A person's chat falls to one replica and groups to the leader, who alone keeps to their limits; late, to any."""
    leader, other, _ = inboxes
    await leader.take([raw(1, 10), raw(2, 11), raw(3, -100)])
    assert await numbers(other, Part(0, 2, leads=False)) == [1]
    assert await numbers(leader, Part(1, 2, leads=True), most=1) == [2]
    assert await numbers(other, Part(0, 2, leads=False)) == []
    await clock.advance(2)
    assert await numbers(other, Part(0, 2, leads=False)) == [3]
