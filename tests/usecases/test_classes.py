"""What is set for a class and what comes to it by the clock, on a real database of each kind."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from tests.builders import AMINA, BO, CHIDI, catalogue, fact
from tests.clocks import MovingClock
from tutor_bot.domain.classes import Names, Period
from tutor_bot.domain.live import Mode
from tutor_bot.domain.memory import Recall, review
from tutor_bot.domain.outgoing import Content, DigestOut, LivePodiumOut, LiveQuestionOut
from tutor_bot.domain.people import Person
from tutor_bot.storage import Storage
from tutor_bot.telegram.context import Tutor
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.live_quiz import Begun, Wished

GROUP = Place(-1007, "Class 7b", 5)
BERLIN = ZoneInfo("Europe/Berlin")
TEACHER = Person(104, "Teacher", "en")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FACTS = ("testament", "postscript", "funeral", "cheka", "nep")


async def send(tutor: Tutor) -> list[Content]:
    """Send all that waits; what it was."""
    sent: list[Content] = []
    while batch := await tutor.sending.claim():
        for outgoing in batch:
            poll = None
            if isinstance(outgoing.content, LiveQuestionOut):
                poll = f"poll-{outgoing.content.question}"
            if outgoing.content is not None:
                sent.append(outgoing.content)
            await tutor.sending.sent(outgoing, message_id=100 + outgoing.row, poll_id=poll)
    return sent


async def passes(tutor: Tutor, clock: MovingClock, delta: timedelta) -> list[Content]:
    """Time goes by; what was said then."""
    await clock.advance(delta)
    while await tutor.live.tick() or await tutor.classes.tick():
        pass
    return await send(tutor)


async def daily(tutor: Tutor, clock: MovingClock, hour: int = 14) -> list[LiveQuestionOut]:
    """The class's questions at this hour in Berlin, where it is 13:00 now."""
    await tutor.classes.daily(GROUP, time(hour), BERLIN, "en")
    said = await passes(tutor, clock, timedelta(hours=hour - 13))
    said += await passes(tutor, clock, timedelta(seconds=30))
    return [content for content in said if isinstance(content, LiveQuestionOut)]


async def vote(tutor: Tutor, person: Person, question: LiveQuestionOut, *, right: bool = True) -> None:
    snapshot = question.snapshot
    wrong = [next(place for place in range(len(snapshot.options)) if place not in snapshot.right)]
    await tutor.live.vote(person, f"poll-{question.question}", snapshot.right if right else wrong)


async def played(tutor: Tutor, *rights: Person, wrongs: tuple[Person, ...] = ()) -> None:
    """A quiz of one question, answered and ended."""
    begun = await tutor.live.begin(TEACHER, GROUP, Wished(1, 20, mode=Mode.RELAXED))
    assert isinstance(begun, Begun)
    assert await tutor.live.start_now(GROUP.group, begun.live)
    [question] = [content for content in await send(tutor) if isinstance(content, LiveQuestionOut)]
    for person in rights:
        await vote(tutor, person, question)
    for person in wrongs:
        await vote(tutor, person, question, right=False)
    assert await tutor.live.go_on(GROUP.group)
    await send(tutor)


async def test_the_quiz_of_the_day(tutor: Tutor, clock: MovingClock) -> None:
    """At its local hour, in its topic, open until an hour before the next; once, however often is looked."""
    questions = await daily(tutor, clock)
    assert [question.position for question in questions] == [1, 2, 3]
    assert questions[0].seconds == 23 * 3600
    assert {question.thread for question in questions} == {5}
    assert await passes(tutor, clock, HOUR) == []
    # Chosen anew for a later hour of this day, it comes tomorrow.
    later = await tutor.classes.daily(GROUP, time(18), BERLIN, "en")
    assert later.next_daily
    assert later.next_daily - clock.now() > DAY
    assert await passes(tutor, clock, 5 * HOUR) == []


async def test_votes_move_nothing_on(tutor: Tutor, clock: MovingClock) -> None:
    """Whoever votes, on whatever question: no standing and no further question, and at the end one summary."""
    questions = await daily(tutor, clock)
    for question in questions:
        for person in (AMINA, BO):
            await vote(tutor, person, question, right=person is AMINA)
    assert await send(tutor) == []
    [podium] = await passes(tutor, clock, 23 * HOUR)
    assert isinstance(podium, LivePodiumOut)
    assert [(row.player.name, row.right, row.bonus) for row in podium.podium.rows] == [("Amina", 3, 0), (BO.name, 0, 0)]


async def test_what_the_class_forgets(tutor: Tutor, clock: MovingClock, storage: Storage) -> None:
    """The memory of those who take part decides, not that of somebody who never did."""
    tutor.knowledge.matcher.catalogue = catalogue(*(fact(id) for id in FACTS))
    await tutor.classes.set(GROUP, size=1)
    await played(tutor, AMINA, BO)
    async with storage.work() as work:
        for person, faded in ((AMINA, "cheka"), (BO, "cheka"), (CHIDI, "nep")):
            learner = await work.people.meet(person, clock.now())
            for id in FACTS:
                days = 60 if id == faded else 2
                await work.memories.store(
                    learner.id, f"demo/{id}", review(None, Recall.AT_ONCE, clock.now() - days * DAY)
                )
    [question] = await daily(tutor, clock)
    assert question.snapshot.title == "What was the cheka?"


async def test_topics_of_a_class(tutor: Tutor, clock: MovingClock) -> None:
    """Only what was chosen is asked; of topics that are no more all is."""
    tutor.knowledge.matcher.catalogue = catalogue(fact("nep", topic="economy"), fact("cheka"), fact("funeral"))
    await tutor.classes.topic(GROUP, "demo/economy", wished=True)
    assert [question.snapshot.title for question in await daily(tutor, clock)] == ["What was the nep?"]
    await tutor.classes.topic(GROUP, "demo/gone", wished=True)
    await tutor.classes.topic(GROUP, "demo/economy", wished=False)
    assert len([c for c in await passes(tutor, clock, DAY + HOUR) if isinstance(c, LiveQuestionOut)]) >= 1


async def test_an_earlier_hour(tutor: Tutor, clock: MovingClock) -> None:
    """Also when the hour is changed, the day's questions close before the next ones come."""
    await daily(tutor, clock, hour=18)
    await tutor.classes.daily(GROUP, time(9), BERLIN, "en")
    said = await passes(tutor, clock, 14 * HOUR)
    assert any(isinstance(content, LivePodiumOut) for content in said)


async def test_periods_of_the_leaderboard(tutor: Tutor, clock: MovingClock) -> None:
    """Seven, thirty and 120 days: what is older counts no more; an old answer is of its own day."""
    await played(tutor, AMINA)
    await clock.advance(20 * DAY)
    await played(tutor, AMINA, BO, wrongs=(CHIDI,))
    await clock.advance(8 * DAY)
    await played(tutor, BO)
    counted = {period: (await tutor.classes.leaders(GROUP, period)).rows for period in Period}
    assert {period: {row.name: row.right for row in rows} for period, rows in counted.items()} == {
        Period.WEEK: {BO.name: 1},
        Period.MONTH: {"Amina": 2, BO.name: 2},
        Period.TERM: {"Amina": 2, BO.name: 2},
    }
    await clock.advance(100 * DAY)
    assert not (await tutor.classes.leaders(GROUP, Period.MONTH)).rows
    assert [row.right for row in (await tutor.classes.leaders(GROUP, Period.TERM)).rows] == [2, 1]


async def test_who_stands_on_the_leaderboard(tutor: Tutor) -> None:
    """Neither the hidden, nor who has left, nor strangers; who returns has kept the points; nicknames stay."""
    stranger = Person(105, "Stranger")
    await played(tutor, AMINA, BO, CHIDI, stranger)
    for person in (AMINA, BO, CHIDI):
        await tutor.live.seen(GROUP.group, GROUP.title, person, inside=True)
    await tutor.live.seen(GROUP.group, GROUP.title, stranger, inside=False)
    await tutor.classes.hide(GROUP, AMINA, hidden=True)
    await tutor.classes.name(GROUP, BO, "Robin")
    await tutor.live.seen(GROUP.group, GROUP.title, CHIDI, inside=False)
    assert [row.name for row in (await tutor.classes.leaders(GROUP, Period.WEEK)).rows] == ["Robin"]
    await tutor.live.seen(GROUP.group, GROUP.title, CHIDI, inside=True, came=True)
    assert [row.name for row in (await tutor.classes.leaders(GROUP, Period.WEEK)).rows] == ["Chidi", "Robin"]
    await tutor.classes.set(GROUP, names=Names.NICKNAMES)
    assert "Chidi" not in str((await tutor.classes.leaders(GROUP, Period.WEEK)).rows)


async def test_a_nickname_is_a_groups_own(tutor: Tutor) -> None:
    """Set in one group it is not seen in another; in private it is set for all groups somebody is in."""
    other = Place(-1008, "Class 7c")
    await tutor.classes.name(GROUP, BO, "Robin")
    assert (await tutor.classes.name(other, BO, None)).name == BO.name
    groups = await tutor.classes.show_everywhere(BO, nickname="Kim")
    assert [classroom.title for classroom in groups] == ["Class 7b", "Class 7c"]
    await played(tutor, BO)
    assert [row.name for row in (await tutor.classes.leaders(GROUP, Period.WEEK)).rows] == ["Kim"]
    assert await tutor.classes.show_everywhere(CHIDI, nickname="Kim") == []


async def test_weekly_news_come_once(tutor: Tutor, clock: MovingClock) -> None:
    """On Sunday afternoon by the class's clock, and once for each who wishes, however often is looked."""
    await tutor.classes.daily(GROUP, None, BERLIN, "en")
    assert not await tutor.classes.wish_for_digest(-999, TEACHER, wished=True)
    for person in (TEACHER, AMINA):
        assert await tutor.classes.wish_for_digest(GROUP.group, person, wished=True)
    assert await passes(tutor, clock, 6 * DAY + 3 * HOUR) == []
    news = await passes(tutor, clock, HOUR)
    assert [type(content) for content in news] == [DigestOut, DigestOut]
    assert await passes(tutor, clock, HOUR) == []
    await tutor.classes.wish_for_digest(GROUP.group, AMINA, wished=False)
    assert len(await passes(tutor, clock, 7 * DAY)) == 1


async def test_members_heard_under_both_ids(tutor: Tutor, storage: Storage) -> None:
    """A group that has moved keeps its set-up and its members, also those who were heard before the news of it."""
    await tutor.classes.daily(GROUP, time(18), BERLIN, "en")
    await tutor.classes.name(GROUP, BO, "Robin")
    moved = Place(-100777, "Class 7b")
    for person in (BO, CHIDI):
        await tutor.live.seen(moved.group, moved.title, person, inside=True, came=True)
    await tutor.sending.group_moved(GROUP.group, moved.group)
    await tutor.sending.group_moved(GROUP.group, moved.group)
    classroom = await tutor.classes.of(moved)
    assert (classroom.daily, classroom.zone) == (time(18), BERLIN)
    async with storage.read() as work:
        members = await work.classes.members(classroom.id)
    assert {member.name: member.nickname for member in members.values()} == {BO.name: "Robin", "Chidi": None}
