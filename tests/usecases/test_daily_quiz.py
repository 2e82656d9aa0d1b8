from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.builders import AMINA, NOON, ExactMatcher, catalogue, fact, item
from tests.clocks import MovingClock
from tutor_bot.domain.facts import ItemKind
from tutor_bot.domain.outgoing import FeedbackOut, QuestionOut, ReminderOut, WeeklyOut
from tutor_bot.domain.people import Person
from tutor_bot.storage import Storage
from tutor_bot.telegram.context import Tutor
from tutor_bot.usecases.quizzing import Begun

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


# Reminders and breaks


async def kinds(tutor: Tutor) -> list[str]:
    """What is handed out to be sent now; noted as sent."""
    found = []
    while batch := await tutor.sending.claim():
        for out in batch:
            found.append(type(out.content).__name__)
            await tutor.sending.sent(out, message_id=len(found), poll_id=f"poll-{out.row}")
    return found


async def answer_all(tutor: Tutor, clock: MovingClock) -> None:
    """Vote through the open quiz, up to its summary."""
    while batch := await tutor.sending.claim():
        for out in batch:
            await tutor.sending.sent(out, message_id=out.row, poll_id=f"poll-{out.row}")
            if isinstance(out.content, QuestionOut):
                await tutor.quizzing.vote(AMINA, f"poll-{out.row}", [0])
        await clock.advance(timedelta(seconds=5))


async def test_one_reminder_and_only_if_it_is_undone(tutor: Tutor, clock: MovingClock) -> None:
    """Three hours after the quiz, once; it says how much is left."""
    await tutor.daily.choose(AMINA, time(15), BERLIN)
    await clock.advance(timedelta(hours=2))
    await tutor.daily.tick()
    await kinds(tutor)
    await clock.advance(timedelta(hours=2, minutes=59))
    assert await tutor.daily.tick() == 0
    await clock.advance(timedelta(minutes=1))
    assert await tutor.daily.tick() == 1
    [out] = await tutor.sending.claim()
    assert isinstance(out.content, ReminderOut)
    assert (out.content.left, out.content.size) == (3, 3)
    assert await tutor.daily.tick() == 0


@pytest.mark.parametrize("how", ["done", "not today", "no reminders", "a long time down", "stopped after all"])
async def test_no_reminder_where_none_is_needed(tutor: Tutor, clock: MovingClock, how: str) -> None:
    """Nobody is reminded of what is done or was put off, nor after the hour for it has passed."""
    if how == "no reminders":
        await tutor.preferring.reminder(AMINA, wished=False)
    await tutor.daily.choose(AMINA, time(15), BERLIN)
    await clock.advance(timedelta(hours=2))
    await tutor.daily.tick()
    if how == "done":
        await answer_all(tutor, clock)
    else:
        await kinds(tutor)
    if how == "not today":
        assert await tutor.daily.not_today(AMINA)
        assert not await tutor.daily.not_today(AMINA)
    await clock.advance(timedelta(hours=4 if how == "a long time down" else 3))
    await tutor.daily.tick()
    if how == "stopped after all":
        await tutor.quizzing.stop(AMINA)
    assert "ReminderOut" not in await kinds(tutor)


async def test_after_a_night_of_being_down_the_quiz_comes_in_the_morning(tutor: Tutor, clock: MovingClock) -> None:
    """What was missed at 18:00 does not ring at 23:00: one quiz comes at eight, and no second one that day."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(hours=10))
    await tutor.daily.tick()
    assert await kinds(tutor) == []
    await clock.advance(timedelta(hours=9))
    await tutor.daily.tick()
    assert await kinds(tutor) == ["QuestionOut"]
    learner = await tutor.daily.of(AMINA)
    assert learner.next_daily == NOON + timedelta(days=2, hours=5)


async def test_a_month_away(tutor: Tutor, clock: MovingClock) -> None:
    """Whoever blocked the bot for a month and returns gets one quiz of the usual size, and no reminder of old ones."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(hours=5))
    await tutor.daily.tick()
    await tutor.sending.blocked(AMINA.telegram_id)
    await clock.advance(timedelta(days=30, hours=-3))
    assert await tutor.daily.tick() == 0
    await tutor.daily.of(AMINA)
    while await tutor.daily.tick():
        continue
    [question] = await questions(tutor)
    assert question.size == 3


async def test_a_pause(tutor: Tutor, clock: MovingClock) -> None:
    """Nothing comes until the day that was named; then all is as before, and the streak was not broken."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    today = tutor.daily.today(await tutor.daily.of(AMINA))
    learner = await tutor.daily.pause(AMINA, today + timedelta(days=5))
    assert learner.next_daily == NOON + timedelta(days=5, hours=5)
    await clock.advance(timedelta(days=5, hours=4))
    assert await tutor.daily.tick() == 0
    await clock.advance(timedelta(hours=1))
    assert await tutor.daily.tick() == 1
    assert (await tutor.daily.resume(AMINA)).paused_until is None


async def test_a_pause_ended_early(tutor: Tutor, clock: MovingClock) -> None:
    """Ended, it is over at once; another hour set meanwhile does not end it."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    today = tutor.daily.today(await tutor.daily.of(AMINA))
    await tutor.daily.pause(AMINA, today + timedelta(days=5))
    learner = await tutor.daily.choose(AMINA, time(20), BERLIN)
    assert learner.next_daily == NOON + timedelta(days=5, hours=7)
    assert (await tutor.daily.resume(AMINA)).next_daily == NOON + timedelta(hours=7)


@pytest.mark.parametrize(
    ("idea", "home", "away", "hours", "expected"),
    [
        ("west: the next morning there, not the one after", "Pacific/Auckland", "America/Los_Angeles", 12, 21),
        ("east: not a second one within hours", "America/Los_Angeles", "Pacific/Auckland", 12, 27),
        ("a short hop", "Europe/Berlin", "Europe/London", 4, 25),
    ],
)
async def test_travel_neither_skips_nor_doubles(
    tutor: Tutor, clock: MovingClock, idea: str, home: str, away: str, hours: int, expected: int
) -> None:
    """After a change of zone the next quiz comes between half a day and a day and a half after the last."""
    zone = ZoneInfo(home)
    await tutor.daily.choose(AMINA, time(8), zone)
    learner = await tutor.daily.of(AMINA)
    assert learner.next_daily
    await clock.advance(learner.next_daily - clock.now())
    came = clock.now()
    await tutor.daily.tick()
    await clock.advance(timedelta(hours=hours))
    learner = await tutor.daily.choose(AMINA, time(8), ZoneInfo(away))
    assert learner.next_daily
    assert learner.next_daily - came == timedelta(hours=expected), idea
    await clock.advance(learner.next_daily - clock.now())
    await kinds(tutor)
    assert await tutor.daily.tick() == 1
    assert "QuestionOut" in await kinds(tutor)


async def test_a_clock_that_jumps_back(tutor: Tutor, clock: MovingClock, storage: Storage) -> None:
    """Set back by hours, the machine's clock brings no second quiz for the same day."""
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(hours=5))
    assert await tutor.daily.tick() == 1
    clock._now -= timedelta(hours=3)
    learner = await tutor.daily.choose(AMINA, time(18), BERLIN)
    assert learner.next_daily == NOON + timedelta(days=1, hours=5)


async def test_the_size_that_was_set(tutor: Tutor, clock: MovingClock) -> None:
    """A daily quiz has as many questions as were wished for, if there are facts for them."""
    await tutor.preferring.size(AMINA, 2)
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(hours=5))
    await tutor.daily.tick()
    [question] = await questions(tutor)
    assert question.size == 2


async def test_a_weekly_summary_is_sent_if_wished_and_if_there_is_something_to_tell(
    tutor: Tutor, clock: MovingClock
) -> None:
    """On Sunday; after a week without an answer nothing is said. NOON is a Monday."""
    await tutor.daily.choose(AMINA, None, BERLIN)
    await tutor.preferring.weekly(AMINA, wished=True)
    begun = await tutor.quizzing.begin(AMINA, 1)
    assert isinstance(begun, Begun)
    [out] = await tutor.sending.claim()
    assert isinstance(out.content, QuestionOut)
    await tutor.sending.sent(out, message_id=1, poll_id="poll-1")
    await tutor.quizzing.vote(AMINA, "poll-1", out.content.snapshot.right)
    await clock.advance(timedelta(days=6, hours=3))
    await kinds(tutor)
    assert await tutor.daily.tick() == 0
    await clock.advance(timedelta(hours=1))
    assert await tutor.daily.tick() == 1
    [out] = await tutor.sending.claim()
    assert isinstance(out.content, WeeklyOut)
    week = out.content.week
    assert (week.answered, week.right, week.days) == (1, 1, 1)
    await tutor.sending.sent(out)
    await clock.advance(timedelta(days=7))
    assert await tutor.daily.tick() == 1
    [out] = await tutor.sending.claim()
    assert out.content is None


# Exams


async def test_an_exam_paces_new_facts(tutor: Tutor, clock: MovingClock) -> None:
    """Before an exam as many new facts a day as the plan says; after it the usual share again."""
    learner, made = await tutor.preferring.exam(AMINA, date(2026, 3, 10))
    assert made is not None
    assert (made.days, made.new, made.fit, made.new_a_day) == (8, 3, 3, 1)
    await tutor.daily.choose(AMINA, time(18), BERLIN)
    await clock.advance(timedelta(hours=5))
    await tutor.daily.tick()
    [question] = await questions(tutor)
    assert question.size == 1
    await clock.advance(timedelta(days=9))
    assert (await tutor.preferring.plan(AMINA))[1] is None
    _, none = await tutor.preferring.exam(AMINA, None)
    assert none is None
    assert learner.exam == date(2026, 3, 10)


# What an answer does to the memory


async def test_a_fact_missed_again_and_again_is_told_otherwise(tutor: Tutor, clock: MovingClock) -> None:
    """The third time it is missed, feedback brings another explanation and what the fact hangs together with."""
    tutor.knowledge.matcher = ExactMatcher(
        catalogue(
            fact("hard", see_also=("demo/easy",), items=(item("one", why="First why."), item("two", why="Other why."))),
            fact("easy"),
        )
    )
    for turn in range(3):
        await tutor.quizzing.on(AMINA, ["demo/hard"])
        outs = []
        while batch := await tutor.sending.claim():
            for out in batch:
                outs.append(out.content)
                await tutor.sending.sent(out, message_id=1, poll_id=f"poll-{turn}")
                if isinstance(out.content, QuestionOut):
                    wrong = next(i for i in range(3) if i not in out.content.snapshot.right)
                    await tutor.quizzing.vote(AMINA, f"poll-{turn}", [wrong])
        [feedback] = [content for content in outs if isinstance(content, FeedbackOut)]
        if turn < 2:
            assert feedback.stubborn is None
        else:
            assert feedback.stubborn is not None
            assert feedback.stubborn.why != feedback.snapshot.why
            assert [also.id for also in feedback.stubborn.see_also] == ["easy"]
        await clock.advance(timedelta(days=2))


async def test_right_with_a_hint_returns_sooner(tutor: Tutor, clock: MovingClock, storage: Storage) -> None:
    """A hint that was looked at makes the answer count for less, also after a restart in between."""
    typed = item("typed", kind=ItemKind.SHORT_ANSWER, right=("key",), wrong=(), hints=("It opens doors.",))
    tutor.knowledge.matcher = ExactMatcher(catalogue(fact("alone", items=(typed,)), fact("helped", items=(typed,))))
    dues = {}
    for name in ("alone", "helped"):
        await tutor.quizzing.on(AMINA, [f"demo/{name}"])
        [out] = await tutor.sending.claim()
        assert isinstance(out.content, QuestionOut)
        await tutor.sending.sent(out, message_id=1)
        if name == "helped":
            assert await tutor.short_answers.hint(AMINA, out.content.question, 1)
        assert await tutor.short_answers.answer(AMINA, "key")
        await kinds(tutor)
        async with storage.read() as work:
            learner = await work.people.known_as(AMINA.telegram_id)
            assert learner
            memory = await work.memories.one(learner.id, f"demo/{name}")
        assert memory
        dues[name] = memory.due
        await clock.advance(timedelta(seconds=5))
        await kinds(tutor)
    assert dues["helped"] < dues["alone"]
