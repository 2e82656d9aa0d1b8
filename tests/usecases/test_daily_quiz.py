from datetime import time, timedelta
from zoneinfo import ZoneInfo

from tests.builders import AMINA, NOON
from tests.clocks import MovingClock
from tutor_bot.domain.outgoing import QuestionOut
from tutor_bot.domain.people import Person
from tutor_bot.storage import Storage
from tutor_bot.telegram.context import Tutor

BERLIN = ZoneInfo("Europe/Berlin")


async def questions(tutor: Tutor) -> list[QuestionOut]:
    return [o.content for o in await tutor.sending.claim() if isinstance(o.content, QuestionOut)]


async def test_the_daily_quiz_comes_at_the_hour_once(tutor: Tutor, clock: MovingClock) -> None:
    """Not before the hour, then once, however often the minute ticks."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(hours=4, minutes=59))
    assert await tutor.daily.tick() == 0
    await clock.advance(timedelta(minutes=1))
    assert await tutor.daily.tick() == 1
    assert await tutor.daily.tick() == 0
    [question] = await questions(tutor)
    assert question.daily
    assert question.size == 3


async def test_after_a_time_of_being_down_one_quiz_comes_not_three(tutor: Tutor, clock: MovingClock) -> None:
    """What fell due while the bot was away is caught up once, as that day's quiz; the hour stays as it was."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(days=3))
    assert await tutor.daily.tick() == 1
    assert await tutor.daily.tick() == 0
    learner = await tutor.daily.of(AMINA)
    assert learner.next_daily == NOON + timedelta(days=4, hours=5)


async def test_a_change_of_hour_gives_no_second_quiz_that_day(tutor: Tutor, clock: MovingClock) -> None:
    """Having had today's quiz, an earlier or later hour means tomorrow."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(hours=5))
    await tutor.daily.tick()
    learner = await tutor.daily.choose(AMINA, time(21), BERLIN)
    assert learner.next_daily == NOON + timedelta(days=1, hours=8)


async def test_the_next_day_closes_what_was_not_answered(tutor: Tutor, clock: MovingClock) -> None:
    """An unanswered question stays open until the next day's quiz, and is then closed, not counted as wrong."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(hours=5))
    await tutor.daily.tick()
    [sent] = await tutor.sending.claim()
    await tutor.sending.sent(sent, message_id=1, poll_id="poll-1")
    await clock.advance(timedelta(days=1))
    assert await tutor.daily.tick() == 1
    assert [type(o.content).__name__ for o in await tutor.sending.claim()] == ["CloseOut"]
    assert (await tutor.progressing.of(AMINA)).answered == 0


async def test_off_means_off(tutor: Tutor, clock: MovingClock) -> None:
    """After /daily off nothing comes, and the zone is remembered for next time."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    assert await tutor.daily.off(AMINA)
    assert not await tutor.daily.off(AMINA)
    await clock.advance(timedelta(days=2))
    assert await tutor.daily.tick() == 0
    assert (await tutor.daily.of(AMINA)).zone == BERLIN


async def test_many_learners_are_served_in_pages(tutor: Tutor, storage: Storage, clock: MovingClock) -> None:
    """A page at a time: replies share the writer."""
    for n in range(60):
        await tutor.daily.choose(Person(1000 + n, "Amina"), time(18), BERLIN)
    await clock.advance(timedelta(hours=5))
    assert [await tutor.daily.tick() for _ in range(4)] == [25, 25, 10, 0]


async def test_facts_asked_about_come_back(tutor: Tutor, clock: MovingClock) -> None:
    """A fact asked about today is the first one in tomorrow's quiz."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await tutor.answering.answer(AMINA, "What was the funeral?", update=1)
    await clock.advance(timedelta(days=1, hours=5))
    await tutor.daily.tick()
    [question] = await questions(tutor)
    assert question.snapshot.title == "What was the funeral?"
