"""Who gets the writer next."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tests.clocks import settle
from tutor_bot.storage.turns import AT_MOST, Turns


async def waits(turns: Turns, name: str, log: list[str], *, patient: bool) -> None:
    async with turns.turn(patient=patient):
        log.append(name)
        await asyncio.sleep(0)


async def test_the_patient_come_after_the_others() -> None:
    """In order of arrival among themselves; and they do come."""
    turns, log = Turns(1), list[str]()
    async with turns.turn(patient=False):
        tasks = [asyncio.create_task(waits(turns, f"vote {n}", log, patient=True)) for n in range(3)]
        await settle()
        tasks += [asyncio.create_task(waits(turns, f"answer {n}", log, patient=False)) for n in range(AT_MOST + 2)]
        await settle()
    await asyncio.gather(*tasks)
    answers = [f"answer {n}" for n in range(AT_MOST + 2)]
    assert log == [*answers[:AT_MOST], "vote 0", *answers[AT_MOST:], "vote 1", "vote 2"]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=20), st.integers(1, 3))
def test_nobody_is_forgotten(people: list[tuple[bool, bool]], places: int) -> None:
    """Whoever gives up while waiting takes no place with them; never more than `places` at once."""

    async def scenario() -> None:
        turns, inside, most, done = Turns(places), 0, 0, 0

        async def one(patient: bool) -> None:
            nonlocal inside, most, done
            async with turns.turn(patient=patient):
                inside += 1
                most = max(most, inside)
                try:
                    await asyncio.sleep(0)
                finally:
                    inside -= 1
                done += 1

        tasks = [asyncio.create_task(one(patient)) for patient, _ in people]
        await asyncio.sleep(0)
        for task, (_, gives_up) in zip(tasks, people, strict=True):
            if gives_up:
                task.cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert most <= places
        assert done >= sum(not gives_up for _, gives_up in people)
        await asyncio.wait_for(one(True), 5)

    asyncio.run(scenario())
