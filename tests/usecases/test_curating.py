"""What could not be answered reaches a curator, and the answer those who asked."""

from datetime import timedelta

import pytest

from tests.builders import AMINA, BO, CHIDI
from tests.clocks import MovingClock
from tutor_bot.domain.curation import Decision, MissKind, Step
from tutor_bot.domain.facts import Certainty
from tutor_bot.domain.people import Person
from tutor_bot.storage import Storage
from tutor_bot.telegram.context import Tutor
from tutor_bot.usecases.answering import MOST_A_MINUTE, TooFast
from tutor_bot.usecases.curating import Curating

CLARA = Person(900, "Clara", "en")


@pytest.fixture
def curating(tutor: Tutor, storage: Storage, clock: MovingClock) -> Curating:
    return Curating(storage, tutor.knowledge, clock, frozenset({CLARA.telegram_id}))


async def test_unknown_questions_wait_in_groups(tutor: Tutor, curating: Curating) -> None:
    """Near-duplicates are one group, the group that was asked most comes first, and what is known waits nowhere."""
    assert await curating.next() is None
    await tutor.answering.answer(AMINA, "did stalin smoke a pipe", update=1)
    await tutor.answering.answer(BO, "how tall was lenin", update=2)
    await tutor.answering.answer(CHIDI, "Did Stalin smoke a pipe??", update=3)
    await tutor.answering.answer(BO, "did stalin smoke pipes", update=4)
    await tutor.answering.answer(BO, "What was the testament?", update=5)
    review = await curating.next()
    assert review is not None
    assert (review.times, review.groups, review.miss.kind) == (3, 2, MissKind.UNKNOWN)
    assert {review.miss.text, *review.variants} == {"did stalin smoke pipes", "Did Stalin smoke a pipe??"}


async def test_an_update_that_comes_twice_waits_once(tutor: Tutor, curating: Curating) -> None:
    """A question that is handled twice is one question."""
    for _ in range(2):
        await tutor.answering.answer(AMINA, "did stalin smoke a pipe", update=1)
    review = await curating.next()
    assert review is not None
    assert review.times == 1


@pytest.mark.parametrize("kind", [MissKind.NONE_OF_THESE, MissKind.NOT_MEANT, MissKind.WRONG])
async def test_a_thumb_down_waits_too(tutor: Tutor, curating: Curating, kind: MissKind) -> None:
    """ "None of these", "not what I meant" and "this seems wrong" reach the queue, by the asker alone."""
    given = await tutor.answering.answer(AMINA, "What was the testament?", update=1)
    assert await tutor.answering.reject(BO, given.asked, kind=kind) is None
    assert await curating.next() is None
    await tutor.answering.reject(AMINA, given.asked, kind=kind)
    review = await curating.next()
    assert review is not None
    assert review.miss.kind is kind
    assert review.miss.fact == "demo/testament"


async def test_the_same_fact_in_other_words(tutor: Tutor, curating: Curating, storage: Storage) -> None:
    """Each wording becomes a phrasing, the version rises, and each asker is told once."""
    await tutor.answering.answer(AMINA, "did stalin smoke a pipe", update=1)
    await tutor.answering.answer(AMINA, "did stalin smoke pipes", update=2)
    await tutor.answering.answer(BO, "did stalin smoke the pipe", update=3)
    review = await curating.next()
    assert review is not None
    decided = await curating.same_as(review.miss.id, "demo/funeral")
    assert decided is not None
    assert (decided.decision, decided.told) == (Decision.SAME, 2)
    async with storage.read() as work:
        assert {a.text for a in await work.curation.additions()} == {
            "did stalin smoke a pipe",
            "did stalin smoke pipes",
            "did stalin smoke the pipe",
        }
        assert await work.curation.version() == 3
    assert await curating.next() is None
    assert await curating.same_as(review.miss.id, "demo/funeral") is None
    told = {out.chat for out in await tutor.sending.claim()}
    assert told == {AMINA.telegram_id, BO.telegram_id}


async def test_a_new_fact_in_two_messages(tutor: Tutor, curating: Curating, storage: Storage) -> None:
    """Answer, source, certainty; the draft outlives a restart, for it lies in the database."""
    await tutor.answering.answer(AMINA, "did stalin smoke a pipe", update=1)
    review = await curating.next()
    assert review is not None
    miss = review.miss.id
    assert await curating.take(CLARA, "no draft yet") is None
    assert await curating.ask_for(CLARA, miss, Step.ANSWER) is not None
    assert await curating.make(CLARA, miss, Certainty.PROBABLE) is None
    asking = await curating.take(CLARA, "Yes,\nhe did.")
    assert asking is not None
    assert asking.step is Step.SOURCE
    asking = await curating.take(CLARA, "x" * 1001)
    assert asking is not None
    assert asking.too_long
    asking = await curating.take(CLARA, "Khlevniuk, Stalin, 2015")
    assert asking is not None
    assert asking.step is Step.CERTAINTY
    decided = await curating.make(CLARA, miss, Certainty.PROBABLE)
    assert decided is not None
    assert (decided.decision, decided.told) == (Decision.NEW, 1)
    async with storage.read() as work:
        [added] = await work.curation.additions()
    assert (added.fact, added.answer, added.certainty) == (
        "demo/did-stalin-smoke-a-pipe",
        "Yes, he did.",
        Certainty.PROBABLE,
    )
    assert await curating.take(CLARA, "what was the testament") is None


async def test_only_a_curator_is_taken_at_their_word(tutor: Tutor, curating: Curating) -> None:
    """A learner's text is a question, whatever a draft says."""
    await tutor.answering.answer(AMINA, "did stalin smoke a pipe", update=1)
    review = await curating.next()
    assert review is not None
    await curating.ask_for(AMINA, review.miss.id, Step.ANSWER)
    assert await curating.take(AMINA, "I am the answer") is None


async def test_later_and_out_of_scope(tutor: Tutor, curating: Curating, clock: MovingClock) -> None:
    """What is put off comes back tomorrow; what is out of scope never does."""
    await tutor.answering.answer(AMINA, "did stalin smoke a pipe", update=1)
    review = await curating.next()
    assert review is not None
    assert await curating.later(review.miss.id)
    assert await curating.next() is None
    await clock.advance(timedelta(days=1))
    assert await curating.next() is not None
    assert await curating.out_of_scope(review.miss.id) is not None
    await clock.advance(timedelta(days=2))
    assert await curating.next() is None


async def test_ten_thousand_questions_a_minute(tutor: Tutor, clock: MovingClock) -> None:
    """One person gets a polite word once a minute and no more answers; others do not notice."""
    for number in range(MOST_A_MINUTE):
        assert isinstance(await tutor.answering.answers(AMINA, f"question {number}", update=number), list)
    slowed = [await tutor.answering.answers(AMINA, "one more", update=100 + n) for n in range(50)]
    assert slowed == [TooFast(True), *[TooFast(False)] * 49]
    assert isinstance(await tutor.answering.answers(BO, "What was the testament?", update=200), list)
    await clock.advance(timedelta(minutes=1, seconds=1))
    assert isinstance(await tutor.answering.answers(AMINA, "What was the testament?", update=201), list)
