from datetime import timedelta

import pytest

from tests.builders import AMINA, BO, CHIDI
from tests.clocks import MovingClock
from tutor_bot.domain.outgoing import CloseOut, FeedbackOut, Outgoing, QuestionOut, SummaryOut
from tutor_bot.domain.quiz import ShownPoll
from tutor_bot.telegram.context import Tutor
from tutor_bot.usecases.quizzing import Begun, NothingToAsk, StillOpen


class Phone:
    """Takes what is due out of the outbox, as Telegram would, and remembers it."""

    def __init__(self, tutor: Tutor, clock: MovingClock) -> None:
        self.tutor, self.clock = tutor, clock
        self.shown: list[Outgoing] = []
        self.polls = 0

    async def receive(self) -> list[Outgoing]:
        """Everything due within ten seconds, in order."""
        got = []
        for _ in range(11):
            while batch := await self.tutor.sending.claim():
                for outgoing in batch:
                    await self.deliver(outgoing)
                    got.append(outgoing)
            await self.clock.advance(timedelta(seconds=1))
        return got

    async def deliver(self, outgoing: Outgoing) -> None:
        self.shown.append(outgoing)
        poll = None
        if isinstance(outgoing.content, QuestionOut):
            self.polls += 1
            poll = f"poll-{self.polls}"
        await self.tutor.sending.sent(outgoing, message_id=len(self.shown), poll_id=poll)

    def question(self) -> QuestionOut:
        return next(o.content for o in reversed(self.shown) if isinstance(o.content, QuestionOut))

    async def vote(self, *, right: bool, poll: int | None = None) -> None:
        snapshot = self.question().snapshot
        chosen = snapshot.right if right else [next(i for i in range(9) if i not in snapshot.right)]
        await self.tutor.quizzing.vote(AMINA, f"poll-{poll or self.polls}", chosen)


@pytest.fixture
def phone(tutor: Tutor, clock: MovingClock) -> Phone:
    return Phone(tutor, clock)


def kinds(got: list[Outgoing]) -> list[str]:
    return [type(o.content).__name__ for o in got]


async def test_a_quiz_from_first_question_to_summary(tutor: Tutor, phone: Phone) -> None:
    """Right votes bring the next question, a wrong one the right answer first, the last one the summary."""
    assert await tutor.quizzing.begin(AMINA, 2) == Begun(1, 2)
    assert kinds(await phone.receive()) == ["QuestionOut"]
    await phone.vote(right=False)
    assert kinds(await phone.receive()) == ["FeedbackOut", "QuestionOut"]
    await phone.vote(right=True)
    [last] = await phone.receive()
    assert isinstance(last.content, SummaryOut)
    summary = last.content.summary
    assert (summary.right, summary.asked, [m.position for m in summary.missed]) == (1, 2, [1])


async def test_a_vote_counts_once(tutor: Tutor, phone: Phone) -> None:
    """The same vote a second time, or another one, changes nothing and sends nothing."""
    await tutor.quizzing.begin(AMINA, 2)
    await phone.receive()
    await phone.vote(right=True)
    await phone.vote(right=False)
    assert kinds(await phone.receive()) == ["QuestionOut"]
    progress = await tutor.progressing.of(AMINA)
    assert (progress.answered, progress.right) == (1, 1)


async def test_votes_that_are_not_ours_to_count(tutor: Tutor, phone: Phone) -> None:
    """A stranger's vote, a vote on an unknown poll and a retracted vote change nothing."""
    await tutor.quizzing.begin(AMINA, 1)
    await phone.receive()
    await tutor.answering.answer(BO, "hello", update=1)
    await tutor.quizzing.vote(BO, "poll-1", [0])
    await tutor.quizzing.vote(CHIDI, "poll-1", [0])
    await tutor.quizzing.vote(AMINA, "poll-77", [0])
    await tutor.quizzing.vote(AMINA, "poll-1", [])
    assert await phone.receive() == []
    assert (await tutor.progressing.of(AMINA)).answered == 0


async def test_a_second_quiz_asks_whether_to_go_on(tutor: Tutor, phone: Phone) -> None:
    """While a quiz is open a new one is not begun silently; 'new' closes the old poll."""
    await tutor.quizzing.begin(AMINA, 3)
    await phone.receive()
    assert await tutor.quizzing.begin(AMINA, 5) == StillOpen(1, 1, 3)
    assert await tutor.quizzing.begin(AMINA, 1, new=True) == Begun(2, 1)
    got = await phone.receive()
    assert kinds(got) == ["CloseOut", "QuestionOut"]
    assert got[0].content == CloseOut(1)


async def test_go_on_puts_the_open_question_again(tutor: Tutor, phone: Phone) -> None:
    """'Go on' closes the old poll and puts the same question; a vote on either counts once."""
    await tutor.quizzing.begin(AMINA, 1)
    await phone.receive()
    first = phone.question()
    assert await tutor.quizzing.go_on(AMINA, press=7)
    assert await tutor.quizzing.go_on(AMINA, press=7)
    assert kinds(await phone.receive()) == ["CloseOut", "QuestionOut"]
    assert phone.question() == first
    await phone.vote(right=True, poll=1)
    await phone.vote(right=True, poll=2)
    assert kinds(await phone.receive()) == ["SummaryOut"]


async def test_stop_ends_the_quiz_for_good(tutor: Tutor, phone: Phone) -> None:
    """After /stop the poll is closed; a vote that was on its way is still counted and sends nothing."""
    await tutor.quizzing.begin(AMINA, 2)
    await phone.receive()
    assert await tutor.quizzing.stop(AMINA)
    assert not await tutor.quizzing.stop(AMINA)
    await phone.vote(right=True)
    assert kinds(await phone.receive()) == ["CloseOut"]
    assert (await tutor.progressing.of(AMINA)).answered == 1


async def test_a_vote_on_a_poll_whose_id_was_never_learnt(tutor: Tutor, phone: Phone) -> None:
    """A crash between Telegram's 'sent' and our note loses no vote, whichever half comes first."""
    for update, poll_first in ((1, True), (2, False)):
        await tutor.quizzing.begin(AMINA, 1)
        [lost] = await tutor.sending.claim()
        assert isinstance(lost.content, QuestionOut)
        await tutor.sending.recover()
        snapshot = lost.content.snapshot
        halves = [
            tutor.quizzing.poll_seen(ShownPoll(f"lost-{update}", f"1/1 · {snapshot.stem}", snapshot.options)),
            tutor.quizzing.vote(AMINA, f"lost-{update}", snapshot.right),
        ]
        for half in halves if poll_first else reversed(halves):
            await half
        assert kinds(await phone.receive()) == ["SummaryOut"]
    assert (await tutor.progressing.of(AMINA)).right == 2


async def test_a_vote_on_a_second_copy_whose_id_was_never_learnt(tutor: Tutor, phone: Phone) -> None:
    """Of a question that is answered already, or of a quiz that has ended meanwhile: it is known for what it is."""
    await tutor.quizzing.begin(AMINA, 1)
    [lost] = await tutor.sending.claim()
    assert isinstance(lost.content, QuestionOut)
    snapshot = lost.content.snapshot
    await tutor.sending.recover()
    await phone.clock.advance(timedelta(seconds=5))
    await phone.receive()
    await phone.vote(right=True)
    await phone.receive()
    await tutor.quizzing.vote(AMINA, "lost", snapshot.right)
    # Handed back would mean: of no private quiz, and so perhaps of a class's.
    assert await tutor.quizzing.poll_seen(ShownPoll("lost", f"1/1 · {snapshot.stem}", snapshot.options)) is None
    assert (await tutor.progressing.of(AMINA)).answered == 1


async def test_a_vote_on_an_unknown_poll_of_a_quiz_that_has_ended(tutor: Tutor) -> None:
    """A crash, and before the vote comes the quiz is ended: the vote counts all the same."""
    await tutor.quizzing.begin(AMINA, 1)
    [lost] = await tutor.sending.claim()
    assert isinstance(lost.content, QuestionOut)
    snapshot = lost.content.snapshot
    await tutor.sending.recover()
    assert await tutor.quizzing.stop(AMINA)
    await tutor.quizzing.vote(AMINA, "lost", snapshot.right)
    assert await tutor.quizzing.poll_seen(ShownPoll("lost", f"1/1 · {snapshot.stem}", snapshot.options)) is None
    assert (await tutor.progressing.of(AMINA)).right == 1


async def test_a_send_that_broke_off_is_repeated_once_at_most(tutor: Tutor, clock: MovingClock) -> None:
    """A row left in 'sending' is sent once more; left there again, it is given up."""
    await tutor.quizzing.begin(AMINA, 1)
    assert len(await tutor.sending.claim()) == 1
    assert await tutor.sending.recover() == 1
    assert await tutor.sending.claim() == []
    await clock.advance(timedelta(seconds=5))
    assert len(await tutor.sending.claim()) == 1
    assert await tutor.sending.recover() == 0
    await clock.advance(timedelta(seconds=5))
    assert await tutor.sending.claim() == []


async def test_a_question_that_telegram_refuses_is_skipped(tutor: Tutor, phone: Phone) -> None:
    """A poll that cannot be sent does not stop the quiz."""
    await tutor.quizzing.begin(AMINA, 2)
    [first] = await tutor.sending.claim()
    await tutor.sending.refused(first, "Bad Request: POLL_QUESTION_INVALID")
    assert kinds(await phone.receive()) == ["QuestionOut"]


async def test_feedback_shows_what_was_put(tutor: Tutor, phone: Phone) -> None:
    """A vote is judged by the question as it was sent, not by today's pack."""
    await tutor.quizzing.begin(AMINA, 1)
    await phone.receive()
    put = phone.question().snapshot
    await phone.vote(right=False)
    feedback = (await phone.receive())[0].content
    assert isinstance(feedback, FeedbackOut)
    assert feedback.snapshot == put


async def test_a_quiz_on_one_topic_and_on_nothing(tutor: Tutor) -> None:
    """A topic keeps to its facts; one without items has nothing to ask."""
    assert await tutor.quizzing.begin(AMINA, 20, topic="demo/lenin") == Begun(1, 3)
    assert await tutor.quizzing.begin(AMINA, 5, topic="demo/none", new=True) == NothingToAsk()


async def test_again_asks_what_was_missed(tutor: Tutor, phone: Phone) -> None:
    """'Again' asks the missed facts, to the learner who missed them."""
    await tutor.quizzing.begin(AMINA, 2)
    await phone.receive()
    await phone.vote(right=False)
    await phone.receive()
    await phone.vote(right=True)
    await phone.receive()
    assert await tutor.quizzing.again(BO, 1) is None
    assert await tutor.quizzing.again(AMINA, 1) == Begun(2, 1)


async def test_a_blocked_learner_gets_nothing_until_they_write(tutor: Tutor, phone: Phone) -> None:
    """After a 403 nothing is tried; a message makes the learner reachable again."""
    await tutor.quizzing.begin(AMINA, 2)
    [question] = await tutor.sending.claim()
    await tutor.sending.unreachable(question, "Forbidden: bot was blocked by the user")
    assert await phone.receive() == []
    assert isinstance(await tutor.quizzing.begin(AMINA, 1), StillOpen)
    assert await tutor.quizzing.go_on(AMINA, press=5)
    assert kinds(await phone.receive()) == ["QuestionOut"]
