"""A class plays together: course, fairness, restarts. On a real database, with only Telegram left out."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from tests.builders import AMINA, BO, CHIDI, catalogue, fact, item
from tests.clocks import MovingClock
from tutor_bot.domain.classes import Names
from tutor_bot.domain.facts import ItemKind
from tutor_bot.domain.live import CORRECTION, COUNTDOWN, GRACE, LOBBY, LONGEST_LOBBY, PAUSE, Mode
from tutor_bot.domain.outgoing import (
    CloseOut,
    Content,
    HomeworkOut,
    LiveContent,
    LivePodiumOut,
    LiveQuestionOut,
    LiveStandingOut,
    LobbyOut,
    StartedOut,
)
from tutor_bot.domain.people import Person
from tutor_bot.domain.quiz import ShownPoll
from tutor_bot.storage import Storage
from tutor_bot.telegram.context import Tutor
from tutor_bot.usecases.answering import Place
from tutor_bot.usecases.knowledge import Knowledge
from tutor_bot.usecases.live_quiz import Begun, MustCheck, NothingToAsk, Running, Wished
from tutor_bot.usecases.quizzing import OfAClass

GROUP = Place(-1007, "Class 7b", 5)
SECONDS = timedelta(seconds=20)
TEACHER = Person(104, "Teacher", "en")
DAY = timedelta(days=1)


@dataclass
class Classroom:
    """Sends what is to be sent, and lets time pass."""

    tutor: Tutor
    clock: MovingClock
    said: list[Content] = field(default_factory=list)
    polls: dict[str, LiveQuestionOut] = field(default_factory=dict)

    async def send(self) -> list[Content]:
        """Send all that waits; what it was."""
        sent: list[Content] = []
        while batch := await self.tutor.sending.claim():
            for outgoing in batch:
                poll = None
                if isinstance(outgoing.content, LiveQuestionOut):
                    poll = f"poll-{outgoing.content.question}"
                    self.polls[poll] = outgoing.content
                if outgoing.content is not None:
                    sent.append(outgoing.content)
                await self.tutor.sending.sent(outgoing, message_id=100 + outgoing.row, poll_id=poll)
        self.said += sent
        return sent

    async def passes(self, delta: timedelta) -> list[Content]:
        """Time goes by; what was said then."""
        await self.clock.advance(delta)
        while await self.tutor.live.tick():
            pass
        return await self.send()

    async def begin(self, size: int = 2) -> Begun:
        begun = await self.tutor.live.begin(TEACHER, GROUP, Wished(size, 20))
        assert isinstance(begun, Begun)
        await self.send()
        return begun

    async def first_question(self, size: int = 2) -> LiveQuestionOut:
        begun = await self.begin(size)
        for person in (AMINA, BO):
            await self.tutor.live.join(person, GROUP.group, begun.live)
        return await self.question(LOBBY)

    async def question(self, delta: timedelta) -> LiveQuestionOut:
        said = await self.passes(delta)
        return next(content for content in said if isinstance(content, LiveQuestionOut))

    async def vote(self, person: Person, question: LiveQuestionOut, *, right: bool = True) -> MustCheck | bool:
        snapshot = question.snapshot
        wrong = [next(place for place in range(len(snapshot.options)) if place not in snapshot.right)]
        chosen = snapshot.right if right else wrong
        return await self.tutor.live.vote(person, f"poll-{question.question}", chosen)


@pytest.fixture
def room(tutor: Tutor, clock: MovingClock) -> Classroom:
    return Classroom(tutor, clock)


def one(said: list[Content], kind: type[LiveContent]) -> LiveContent:
    [found] = [content for content in said if isinstance(content, kind)]
    return found


async def test_from_the_lobby_to_the_podium(room: Classroom) -> None:
    """Lobby, question, standing, question, podium: by the clock, each once, and in the topic where it was called."""
    question = await room.first_question()
    assert isinstance(room.said[0], LobbyOut)
    assert isinstance(room.said[1], StartedOut)
    assert question.thread == 5
    await room.vote(AMINA, question)
    await room.vote(BO, question, right=False)
    standing = one(await room.passes(SECONDS + GRACE), LiveStandingOut)
    assert isinstance(standing, LiveStandingOut)
    assert (standing.right, standing.answered) == (1, 2)
    assert [(row.player.name, row.rank) for row in standing.rows] == [("Amina", 1), (BO.name, 2)]
    second = await room.question(PAUSE)
    await room.vote(BO, second)
    podium = one(await room.passes(SECONDS + GRACE), LivePodiumOut)
    assert isinstance(podium, LivePodiumOut)
    assert podium.podium.asked == 2
    assert [row.right for row in podium.podium.rows] == [1, 1]
    assert podium.podium.missed[0][2:] == (1, 2)
    assert await room.passes(timedelta(hours=1)) == []
    assert len(room.said) == 6


async def test_the_vote_feeds_the_voters_own_memory(room: Classroom, storage: Storage) -> None:
    question = await room.first_question()
    await room.vote(AMINA, question)
    async with storage.read() as work:
        learner = await work.people.known_as(AMINA.telegram_id)
        assert learner
        assert len(await work.memories.of(learner.id)) == 1


async def test_one_at_a_time(room: Classroom) -> None:
    """A second quiz in the same group has to wait for the first; another group need not."""
    await room.begin()
    assert isinstance(await room.tutor.live.begin(TEACHER, GROUP, Wished(2, 20)), Running)
    assert isinstance(await room.tutor.live.begin(TEACHER, Place(-1008, "Class 7c"), Wished(2, 20)), Begun)


async def test_only_what_a_poll_holds(room: Classroom, knowledge: Knowledge) -> None:
    """Typed answers are never put to a class; a pack that has nothing else has nothing to ask."""
    typed = item("typed", kind=ItemKind.SHORT_ANSWER, wrong=())
    knowledge.matcher.catalogue = catalogue(fact("both", items=(typed, item("poll"))))
    question = await room.first_question(1)
    assert question.snapshot.kind is ItemKind.CHOICE
    knowledge.matcher.catalogue = catalogue(fact("typed", items=(typed,)))
    assert isinstance(await room.tutor.live.begin(TEACHER, Place(-1, "x"), Wished(1, 20)), NothingToAsk)


async def test_a_vote_counts_once_and_whenever_it_comes(room: Classroom) -> None:
    """Twice the same update counts once, the first choice stays, and a late one still counts, without speed."""
    question = await room.first_question()
    await room.vote(AMINA, question)
    await room.vote(AMINA, question, right=False)
    await room.passes(SECONDS + GRACE)
    await room.vote(BO, question)
    second = await room.question(PAUSE)
    standing = one(await room.passes(SECONDS + GRACE), LivePodiumOut)
    assert isinstance(standing, LivePodiumOut)
    assert {row.player.name: (row.right, row.bonus) for row in standing.podium.rows} == {
        "Amina": (1, 50),
        BO.name: (1, 0),
    }
    assert second.position == 2


async def test_two_votes_at_once(room: Classroom) -> None:
    """Votes in the same instant are both kept."""
    question = await room.first_question()
    await asyncio.gather(room.vote(AMINA, question), room.vote(BO, question))
    standing = one(await room.passes(SECONDS + GRACE), LiveStandingOut)
    assert isinstance(standing, LiveStandingOut)
    assert standing.answered == 2


async def test_only_members_score(room: Classroom) -> None:
    """An unknown voter is asked about: a stranger is left out, and who cannot be checked is marked, never dropped."""
    question = await room.first_question()
    await room.vote(AMINA, question)
    must = await room.vote(CHIDI, question)
    assert isinstance(must, MustCheck)
    assert (must.group, must.person) == (GROUP.group, CHIDI.telegram_id)
    await room.tutor.live.checked(must, False)
    unsure = await room.vote(Person(105, "Dewi"), question)
    assert isinstance(unsure, MustCheck)
    await room.tutor.live.checked(unsure, None)
    standing = one(await room.passes(SECONDS + GRACE), LiveStandingOut)
    assert isinstance(standing, LiveStandingOut)
    assert {row.player.name: row.player.member for row in standing.rows} == {"Amina": True, BO.name: True, "Dewi": None}


async def test_members_are_known_from_what_they_do(room: Classroom) -> None:
    """Whoever wrote in the group need not be checked; who comes later plays unranked; who returns is ranked."""
    await room.tutor.live.seen(GROUP.group, GROUP.title, CHIDI, inside=True)
    question = await room.first_question()
    assert await room.vote(CHIDI, question) is True
    dewi = Person(105, "Dewi")
    await room.clock.advance(timedelta(seconds=1))
    await room.tutor.live.seen(GROUP.group, GROUP.title, dewi, inside=True, came=True)
    assert await room.vote(dewi, question) is True
    await room.tutor.live.seen(GROUP.group, GROUP.title, CHIDI, inside=False)
    await room.tutor.live.seen(GROUP.group, GROUP.title, CHIDI, inside=True, came=True)
    standing = one(await room.passes(SECONDS + GRACE), LiveStandingOut)
    assert isinstance(standing, LiveStandingOut)
    ranks = {row.player.name: row.rank for row in standing.rows}
    assert ranks["Dewi"] is None
    assert ranks["Chidi"] == 1


async def test_no_bonus_while_we_were_behind(room: Classroom) -> None:
    """A question during which the bot was away gives nobody points for speed."""
    question = await room.first_question()
    await room.vote(AMINA, question)
    standing = one(await room.passes(SECONDS + timedelta(minutes=5)), LiveStandingOut)
    assert isinstance(standing, LiveStandingOut)
    assert next((row.right, row.bonus) for row in standing.rows) == (1, 0)


async def test_stopping(room: Classroom) -> None:
    """/stop closes the open poll and shows the podium of what was asked."""
    question = await room.first_question()
    await room.vote(AMINA, question)
    assert await room.tutor.live.stop(GROUP.group)
    said = await room.send()
    assert isinstance(said[0], CloseOut)
    assert isinstance(said[1], LivePodiumOut)
    assert said[1].podium.asked == 1
    assert not await room.tutor.live.stop(GROUP.group)
    assert await room.passes(timedelta(hours=1)) == []


async def test_a_refused_question_is_skipped_and_said_so(room: Classroom) -> None:
    """What Telegram does not take is passed over at once, and the podium tells."""
    await room.begin()
    await room.clock.advance(LOBBY)
    await room.tutor.live.tick()
    for outgoing in await room.tutor.sending.claim():
        await room.tutor.sending.sent(outgoing, message_id=1)
    [refused] = await room.tutor.sending.claim()
    assert isinstance(refused.content, LiveQuestionOut)
    await room.tutor.sending.refused(refused, "POLL_SOMETHING_INVALID")
    second = await room.question(timedelta(0))
    assert second.position == 2
    podium = one(await room.passes(SECONDS + GRACE), LivePodiumOut)
    assert isinstance(podium, LivePodiumOut)
    assert (podium.podium.asked, podium.podium.refused) == (1, 1)


async def test_a_refused_question_ends_no_pause(room: Classroom) -> None:
    """An admin has said stop for now; that Telegram takes no question does not change it."""
    begun = await room.begin()
    assert await room.tutor.live.start_now(GROUP.group, begun.live)
    await room.tutor.live.pause(GROUP.group)
    for outgoing in await room.tutor.sending.claim():
        await room.tutor.sending.sent(outgoing, message_id=1)
    [refused] = await room.tutor.sending.claim()
    await room.tutor.sending.refused(refused, "POLL_SOMETHING_INVALID")
    assert await room.passes(timedelta(hours=1)) == []
    await room.tutor.live.go_on(GROUP.group)
    assert one(await room.send(), LiveQuestionOut)


async def test_whoever_returns_is_no_latecomer(room: Classroom) -> None:
    """Known from before, gone for a while: they could see all questions that they answer now."""
    live, group = room.tutor.live, GROUP.group
    await live.seen(group, GROUP.title, CHIDI, inside=True)
    question = await room.first_question(1)
    await live.seen(group, GROUP.title, CHIDI, inside=False)
    await live.seen(group, GROUP.title, CHIDI, inside=True, came=True)
    await room.vote(CHIDI, question)
    podium = one(await room.passes(SECONDS + GRACE), LivePodiumOut)
    assert isinstance(podium, LivePodiumOut)
    assert [row.rank for row in podium.podium.rows if row.player.name == CHIDI.name] == [1]


async def test_a_bot_that_is_thrown_out(room: Classroom) -> None:
    """When the bot may not write any more the quiz is over, and nothing waits."""
    await room.begin()
    await room.clock.advance(LOBBY)
    await room.tutor.live.tick()
    [started] = await room.tutor.sending.claim()
    await room.tutor.sending.unreachable(started, "Forbidden: bot was kicked from the group chat")
    assert await room.passes(timedelta(hours=1)) == []
    assert not await room.tutor.live.stop(GROUP.group)


async def test_a_group_that_moves(room: Classroom) -> None:
    """Under its new id the quiz goes on; polls of before keep their votes."""
    question = await room.first_question()
    await room.tutor.sending.group_moved(GROUP.group, -100777)
    await room.vote(AMINA, question)
    await room.clock.advance(SECONDS + GRACE)
    await room.tutor.live.tick()
    [standing] = await room.tutor.sending.claim()
    assert standing.chat == -100777


async def test_a_vote_on_a_poll_whose_id_was_never_learnt(room: Classroom) -> None:
    """A crash while a question is sent: the vote proves that it had arrived, counts, and it is not sent again."""
    begun = await room.begin(1)
    await room.tutor.live.join(AMINA, GROUP.group, begun.live)
    await room.clock.advance(LOBBY)
    await room.tutor.live.tick()
    for outgoing in await room.tutor.sending.claim():
        await room.tutor.sending.sent(outgoing, message_id=1)
    [lost] = await room.tutor.sending.claim()
    assert isinstance(lost.content, LiveQuestionOut)
    snapshot = lost.content.snapshot
    await room.tutor.sending.recover()
    shown = ShownPoll("new-poll", f"1/1 · {snapshot.stem}", snapshot.options)
    # Three at once, before anybody knows the poll; one of them was never seen before.
    for person in (AMINA, BO, CHIDI):
        await room.tutor.quizzing.vote(person, "new-poll", snapshot.right)
    # The third question of somebody's own quiz may ask the same.
    assert await room.tutor.live.adopt(replace(shown, text=f"3/5 · {snapshot.stem}")) == []
    assert await room.tutor.quizzing.poll_seen(shown) == shown
    assert len(await room.tutor.live.adopt(shown)) == 2
    # Somebody who voted just before, and comes to be looked after just now: it is no stray any more.
    late = Person(4711, "Zoë")
    assert await room.tutor.quizzing.vote(late, "new-poll", snapshot.right) == OfAClass()
    assert await room.tutor.live.vote(late, "new-poll", snapshot.right)
    podium = one(await room.passes(SECONDS + GRACE), LivePodiumOut)
    assert isinstance(podium, LivePodiumOut)
    assert [row.right for row in podium.podium.rows] == [1, 1, 1, 1]
    assert not any(isinstance(content, LiveQuestionOut) for content in room.said)


async def test_joining_what_is_not_there(room: Classroom) -> None:
    begun = await room.begin()
    assert await room.tutor.live.join(AMINA, GROUP.group, begun.live + 7) is None
    await room.tutor.live.stop(GROUP.group)
    gone = await room.tutor.live.join(AMINA, GROUP.group, begun.live)
    assert gone
    assert gone.gone
    assert not await room.tutor.live.start_now(GROUP.group, begun.live)


async def test_the_budget_of_a_group(room: Classroom) -> None:
    """Ten questions with forty learners take at most 24 messages, and none for a vote."""
    facts = [fact(f"f{n}", items=(item(f"i{n}"),)) for n in range(10)]
    room.tutor.knowledge.matcher.catalogue = catalogue(*facts)
    question = await room.first_question(10)
    learners = [Person(1000 + n, f"Learner {n}") for n in range(40)]
    for number in range(10):
        for person in learners:
            await room.vote(person, question)
        await room.passes(SECONDS + GRACE)
        if number < 9:
            question = await room.question(PAUSE)
    assert isinstance(room.said[-1], LivePodiumOut)
    assert len(room.said) <= 24


async def test_the_lobby_counts_down(room: Classroom) -> None:
    """One message that changes: how long it still is, and how many play."""
    begun = await room.begin()
    await room.tutor.live.join(AMINA, GROUP.group, begun.live)
    first = one(await room.passes(COUNTDOWN), LobbyOut)
    second = one(await room.passes(COUNTDOWN), LobbyOut)
    assert isinstance(first, LobbyOut)
    assert isinstance(second, LobbyOut)
    assert (first.left, second.left) == (timedelta(seconds=20), timedelta(seconds=10))
    assert first.players == 1
    assert first.message_id == second.message_id is not None


async def test_without_a_clock(room: Classroom) -> None:
    """A relaxed quiz waits for its admin: for the answer, and for the next question. Nobody is quicker than another."""
    begun = await room.begin()
    arranged = await room.tutor.live.arrange(GROUP.group, begun.live, mode=Mode.RELAXED)
    assert arranged
    assert arranged.left is None
    assert await room.passes(timedelta(minutes=5)) == []
    assert await room.tutor.live.go_on(GROUP.group)
    [_, question] = await room.send()
    assert isinstance(question, LiveQuestionOut)
    assert question.seconds is None
    await room.vote(AMINA, question)
    assert await room.passes(timedelta(hours=2)) == []
    assert await room.tutor.live.go_on(GROUP.group)
    said = await room.send()
    assert isinstance(said[0], CloseOut)
    assert isinstance(said[1], LiveStandingOut)
    assert [(row.right, row.bonus) for row in said[1].rows] == [(1, 0)]
    assert await room.passes(timedelta(hours=2)) == []
    assert await room.tutor.live.go_on(GROUP.group)
    assert one(await room.send(), LiveQuestionOut)
    assert await room.tutor.live.go_on(GROUP.group)
    assert one(await room.send(), LivePodiumOut)
    assert not await room.tutor.live.go_on(GROUP.group)


async def test_a_lobby_that_is_arranged_begins_by_itself_at_last(room: Classroom) -> None:
    begun = await room.begin()
    await room.tutor.live.arrange(GROUP.group, begun.live)
    assert one(await room.passes(LONGEST_LOBBY), LiveQuestionOut)
    assert await room.tutor.live.arrange(GROUP.group, begun.live, teams=2) is None


async def test_a_pause(room: Classroom) -> None:
    """An open question runs to its end, then nothing comes until an admin goes on."""
    await room.first_question()
    assert await room.tutor.live.pause(GROUP.group)
    assert one(await room.passes(SECONDS + GRACE), LiveStandingOut)
    assert await room.passes(timedelta(hours=1)) == []
    assert await room.tutor.live.go_on(GROUP.group)
    assert one(await room.send(), LiveQuestionOut)
    assert one(await room.passes(SECONDS + GRACE), LivePodiumOut)
    assert not await room.tutor.live.pause(GROUP.group)


async def test_a_question_that_is_skipped(room: Classroom) -> None:
    """It counts for nobody, the next comes at once, and a second press skips nothing."""
    question = await room.first_question()
    await room.vote(AMINA, question)
    assert await room.tutor.live.skip(GROUP.group, question.question)
    assert not await room.tutor.live.skip(GROUP.group, question.question)
    said = await room.send()
    assert isinstance(said[0], CloseOut)
    assert isinstance(said[1], LiveQuestionOut)
    await room.vote(BO, said[1])
    podium = one(await room.passes(SECONDS + GRACE), LivePodiumOut)
    assert isinstance(podium, LivePodiumOut)
    assert (podium.podium.asked, podium.podium.skipped) == (1, 1)
    assert {row.player.name: row.right for row in podium.podium.rows} == {"Amina": 0, BO.name: 1}


async def test_votes_after_the_standing_correct_it(room: Classroom) -> None:
    """Telegram closes the poll, so a vote was in time whenever it arrives; some seconds of them make one correction."""
    question = await room.first_question()
    await room.passes(SECONDS + GRACE)
    await room.vote(AMINA, question)
    await room.vote(BO, question, right=False)
    fixed = one(await room.passes(CORRECTION), LiveStandingOut)
    assert isinstance(fixed, LiveStandingOut)
    assert (fixed.right, fixed.answered) == (1, 2)
    assert fixed.message_id is not None
    second = await room.question(PAUSE)
    await room.passes(SECONDS + GRACE)
    await room.vote(AMINA, second)
    podium = one(await room.passes(CORRECTION), LivePodiumOut)
    assert isinstance(podium, LivePodiumOut)
    assert podium.message_id is not None
    assert podium.podium.rows[0].right == 2


async def test_teams(room: Classroom) -> None:
    """Chosen or given, even in size; a team's points are the mean of its players'."""
    begun = await room.begin(1)
    arranged = await room.tutor.live.arrange(GROUP.group, begun.live, teams=2)
    assert arranged
    assert arranged.teams == (0, 0)
    joined = await room.tutor.live.join(AMINA, GROUP.group, begun.live, 2)
    assert joined
    assert joined.team == 2
    seen = one(await room.passes(CORRECTION), LobbyOut)
    assert isinstance(seen, LobbyOut)
    assert seen.teams == (0, 1)
    await room.tutor.live.start_now(GROUP.group, begun.live)
    question = one(await room.send(), LiveQuestionOut)
    assert isinstance(question, LiveQuestionOut)
    await room.vote(AMINA, question)
    await room.vote(BO, question)
    await room.vote(CHIDI, question, right=False)
    for person in (BO, CHIDI):
        await room.tutor.live.seen(GROUP.group, GROUP.title, person, inside=True)
    podium = one(await room.passes(SECONDS + GRACE), LivePodiumOut)
    assert isinstance(podium, LivePodiumOut)
    teams = {row.player.name: row.player.team for row in podium.podium.rows}
    assert teams == {"Amina": 2, BO.name: 1, "Chidi": 1}
    assert [(t.team, t.rank, t.players, t.points) for t in podium.podium.teams] == [(2, 1, 1, 150), (1, 2, 2, 75)]


async def test_homework(room: Classroom) -> None:
    """All questions at once, open until a date, beside a live quiz; then one table, in which speed is nothing."""
    closes = room.clock.now() + timedelta(days=3)
    wished = Wished(2, mode=Mode.HOMEWORK, closes=closes)
    assert isinstance(await room.tutor.live.begin(TEACHER, GROUP, wished), Begun)
    [announced, *said] = await room.send()
    assert isinstance(announced, HomeworkOut)
    said += await room.passes(timedelta(seconds=10))
    questions = [content for content in said if isinstance(content, LiveQuestionOut)]
    assert [question.position for question in questions] == [1, 2]
    assert questions[0].seconds == 3 * 86400
    assert isinstance(await room.tutor.live.begin(TEACHER, GROUP, Wished(1)), Begun)
    assert await room.tutor.live.stop(GROUP.group)
    await room.passes(timedelta(days=1))
    await room.tutor.live.seen(GROUP.group, GROUP.title, CHIDI, inside=True, came=True)
    await room.vote(CHIDI, questions[0])
    podium = one(await room.passes(timedelta(days=2)), LivePodiumOut)
    assert isinstance(podium, LivePodiumOut)
    # Whoever came to the group later saw it all, and is ranked.
    assert [(row.player.name, row.rank, row.right, row.bonus) for row in podium.podium.rows] == [("Chidi", 1, 1, 0)]


async def test_no_bonus_after_a_restart(room: Classroom) -> None:
    """What was open while the bot was down gives nobody points for speed, neither votes of before nor of after."""
    question = await room.first_question()
    await room.vote(AMINA, question)
    await room.tutor.sending.recover()
    await room.vote(BO, question)
    standing = one(await room.passes(SECONDS + GRACE), LiveStandingOut)
    assert isinstance(standing, LiveStandingOut)
    assert [(row.right, row.bonus) for row in standing.rows] == [(1, 0), (1, 0)]


async def test_who_stands_on_no_table(room: Classroom, storage: Storage) -> None:
    """The hidden play along unseen; a nickname stands for a name; with nicknames alone nobody's name is shown."""
    question = await room.first_question()
    await room.tutor.classes.hide(GROUP, AMINA, hidden=True)
    await room.tutor.classes.name(GROUP, BO, "Robin")
    await room.tutor.classes.set(GROUP, names=Names.NICKNAMES)
    await room.tutor.live.seen(GROUP.group, GROUP.title, CHIDI, inside=True)
    for person in (AMINA, BO, CHIDI):
        await room.vote(person, question)
    standing = one(await room.passes(SECONDS + GRACE), LiveStandingOut)
    assert isinstance(standing, LiveStandingOut)
    names = [row.player.name for row in standing.rows]
    assert "Robin" in names
    assert len(names) == 2
    assert not {"Amina", "Chidi"} & set(names)
    assert [row.rank for row in standing.rows] == [1, 1]


async def test_known_votes_after_the_bot_was_removed(room: Classroom) -> None:
    """Taken out of the group, everything that is open there ends, homework too, and no quiz comes by itself."""
    await room.tutor.live.begin(TEACHER, GROUP, Wished(1, mode=Mode.HOMEWORK, closes=room.clock.now() + DAY))
    await room.send()
    await room.tutor.sending.removed(GROUP.group)
    assert await room.passes(timedelta(days=3)) == []
    assert not await room.tutor.live.stop(GROUP.group)
