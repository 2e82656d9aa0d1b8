from datetime import timedelta

import pytest

from tests.builders import AMINA, BO, ExactMatcher
from tests.clocks import MovingClock
from tutor_bot.domain.outcomes import Found, Unknown
from tutor_bot.storage import Storage
from tutor_bot.telegram.context import Tutor
from tutor_bot.usecases.answering import Place

QUESTION = "What was the testament?"


async def test_a_fact_found_enters_the_memory(tutor: Tutor, storage: Storage, clock: MovingClock) -> None:
    """What was asked about is due tomorrow; asking again does not push it away."""
    given = await tutor.answering.answer(AMINA, QUESTION, update=1)
    assert isinstance(given.outcome, Found)
    async with storage.read() as work:
        due = (await work.memories.of(1))["demo/testament"].due
    await clock.advance(timedelta(hours=5))
    await tutor.answering.answer(AMINA, QUESTION, update=2)
    async with storage.read() as work:
        assert (await work.memories.of(1))["demo/testament"].due == due


async def test_an_update_that_comes_twice_is_noted_once(tutor: Tutor) -> None:
    """The same update gives the same number, so buttons of both replies work."""
    first = await tutor.answering.answer(AMINA, QUESTION, update=1)
    assert (await tutor.answering.answer(AMINA, QUESTION, update=1)).asked == first.asked
    assert (await tutor.progressing.of(AMINA)).questions_asked == 1


async def test_the_daily_quiz_is_offered_once_and_in_private_only(tutor: Tutor) -> None:
    """After the first answer the daily quiz is offered; not again, and never in front of a class."""
    group = Place(-100, "Class 10B")
    assert not (await tutor.answering.answer(AMINA, QUESTION, update=1, place=group)).offer_daily
    assert (await tutor.answering.answer(AMINA, QUESTION, update=2)).offer_daily
    assert not (await tutor.answering.answer(AMINA, QUESTION, update=3)).offer_daily


async def test_several_questions_in_one_message(tutor: Tutor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is answered and noted; the daily quiz is offered under the first only."""
    monkeypatch.setattr(ExactMatcher, "questions", lambda _, text: text.splitlines())
    given = await tutor.answering.answers(AMINA, f"{QUESTION}\nWhat was the funeral?", update=1)
    assert isinstance(given, list)
    assert [(type(answer.outcome), answer.offer_daily) for answer in given] == [(Found, True), (Found, False)]
    assert given[0].asked != given[1].asked


async def test_a_follow_up_sees_its_own_conversation_only(tutor: Tutor, storage: Storage, clock: MovingClock) -> None:
    """Facts lately answered count for the same person in the same place for ten minutes."""
    now = clock.now()
    await tutor.answering.answer(AMINA, QUESTION, update=1, place=Place(-100, "Class 10B", 5))
    await tutor.answering.answer(AMINA, "What was the funeral?", update=2)
    since = now - timedelta(minutes=10)
    async with storage.read() as work:
        assert await work.asked.latest(1, chat=None, thread=None, since=since) == ("demo/funeral",)
        assert await work.asked.latest(1, chat=1, thread=5, since=since) == ("demo/testament",)
        assert await work.asked.latest(1, chat=1, thread=6, since=since) == ()
        assert await work.asked.latest(1, chat=None, thread=None, since=now + timedelta(seconds=1)) == ()


async def test_buttons_work_for_the_asker_only(tutor: Tutor) -> None:
    """Another person's press, a forged number or a candidate that is not there change nothing."""
    given = await tutor.answering.answer(AMINA, "who knows", update=1)
    assert isinstance(given.outcome, Unknown)
    assert await tutor.answering.choose(BO, given.asked, 0) is None
    assert await tutor.answering.choose(AMINA, given.asked, 99) is None
    assert await tutor.answering.choose(AMINA, 12345, 0) is None
    chosen = await tutor.answering.choose(AMINA, given.asked, 1)
    assert chosen is not None
    assert await tutor.answering.fact_of(AMINA, given.asked) == chosen
    assert await tutor.answering.fact_of(BO, given.asked) is None
