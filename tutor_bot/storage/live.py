"""Live quizzes of groups: questions, players, answers, and who is a member."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.classes import Names, called
from tutor_bot.domain.facts import FactKey
from tutor_bot.domain.live import PLAYING, LiveAnswer, LiveState, Mode, Player
from tutor_bot.domain.quiz import Snapshot
from tutor_bot.storage.outbox import Kind, sent_blindly
from tutor_bot.storage.quizzes import snapshot_of
from tutor_bot.storage.schema import (
    chats,
    learners,
    live_answers,
    live_players,
    live_polls,
    live_questions,
    live_quizzes,
    members,
)
from tutor_bot.storage.sql import insert_or_ignore, upsert


@dataclass(frozen=True, slots=True)
class Live:
    """A live quiz; `chat` is our id of the group and `telegram_chat` Telegram's.

    `starts` is when the lobby ends by itself, None when an admin decides; `closes` when homework does.
    """

    id: int
    chat: int
    telegram_chat: int
    thread: int | None
    language: str
    state: LiveState
    seconds: int
    began: datetime
    wake: datetime | None
    lobby_message: int | None
    mode: Mode = Mode.CLOCK
    speed: bool = True
    talk: bool = False
    teams: int = 0
    paused: bool = False
    starts: datetime | None = None
    closes: datetime | None = None
    podium_message: int | None = None


@dataclass(frozen=True, slots=True)
class LiveQuestion:
    """A question of a live quiz; `refused` says why Telegram did not take it."""

    id: int
    live: int
    position: int
    fact: FactKey
    snapshot: Snapshot
    poll: str | None
    message: int | None
    sent: datetime | None
    closed: bool
    refused: str | None
    skipped: bool = False
    fair: bool = True
    standing_message: int | None = None

    @property
    def counts(self) -> bool:
        """Whether it was put and has not been passed over."""
        return self.sent is not None and not self.skipped


def _live(row: Any) -> Live:
    return Live(
        row.id,
        row.chat_id,
        row.telegram_id,
        row.thread,
        row.language,
        LiveState(row.state),
        row.seconds,
        row.began,
        row.wake,
        row.lobby_message,
        Mode(row.mode),
        row.speed,
        row.talk,
        row.teams,
        row.paused,
        row.starts,
        row.closes,
        row.podium_message,
    )


def _question(row: Any) -> LiveQuestion:
    return LiveQuestion(
        row.id,
        row.live_id,
        row.position,
        row.fact,
        snapshot_of(row.snapshot),
        row.poll_id,
        row.message_id,
        row.sent,
        row.closed is not None,
        row.refused,
        row.skipped,
        row.fair,
        row.standing_message,
    )


def _lives() -> Select[Any]:
    return select(live_quizzes, chats.c.telegram_id).join(chats, chats.c.id == live_quizzes.c.chat_id)


# Made once: to make such statements takes longer than to run them, and these run at each vote.
_BY_ID = _lives().where(live_quizzes.c.id == bindparam("live"))
_FURTHER = select(live_polls.c.question_id).where(live_polls.c.poll_id == bindparam("poll"))
_BY_POLL = select(live_questions).where(
    or_(live_questions.c.poll_id == bindparam("poll"), live_questions.c.id == _FURTHER.scalar_subquery())
)
_MEMBERSHIP = select(members.c.inside, members.c.since).where(
    members.c.chat_id == bindparam("chat"), members.c.learner_id == bindparam("learner")
)


class LiveQuizzes:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.rescheduled = False
        """Whether it has changed when a quiz goes on."""

    async def begin(self, planned: Sequence[tuple[FactKey, str, Snapshot]], **values: Any) -> int | None:
        """A quiz with its questions (fact, item, snapshot); its id, None when the class has its daily quiz already.

        `values` are the columns of `live_quizzes`.
        """
        live: int | None = await insert_or_ignore(self._connection, live_quizzes, values, live_quizzes.c.id)
        if live is None:
            return None
        self.rescheduled = True
        rows = [
            {"live_id": live, "position": position, "fact": fact, "item": item, "snapshot": asdict(snapshot)}
            for position, (fact, item, snapshot) in enumerate(planned, start=1)
        ]
        await self._connection.execute(live_questions.insert(), rows)
        return live

    async def one(self, live: int) -> Live | None:
        row = (await self._connection.execute(_BY_ID, {"live": live})).one_or_none()
        return _live(row) if row else None

    async def chat_of(self, live: int) -> int:
        """Our id of the group that a quiz is of."""
        found = await self._connection.execute(select(live_quizzes.c.chat_id).where(live_quizzes.c.id == live))
        chat: int = found.scalar_one()
        return chat

    async def open_in(self, chat: int) -> Live | None:
        """The quiz that is played in this group now."""
        return await self._newest(chat, PLAYING)

    async def homework_in(self, chat: int) -> Live | None:
        """The newest quiz of this group that stays open until a date."""
        return await self._newest(chat, (LiveState.OPEN,))

    async def _newest(self, chat: int, states: Sequence[LiveState]) -> Live | None:
        rows = await self._connection.execute(
            _lives()
            .where(live_quizzes.c.chat_id == chat, live_quizzes.c.state.in_(states))
            .order_by(live_quizzes.c.id.desc())
            .limit(1)
        )
        row = rows.one_or_none()
        return _live(row) if row else None

    async def all_open_in(self, chat: int) -> list[Live]:
        """Whatever has not ended in this group."""
        rows = await self._connection.execute(
            _lives().where(live_quizzes.c.chat_id == chat, live_quizzes.c.state != LiveState.ENDED)
        )
        return [_live(row) for row in rows]

    async def due(self, now: datetime, limit: int) -> list[Live]:
        rows = await self._connection.execute(
            _lives().where(live_quizzes.c.wake <= now).order_by(live_quizzes.c.wake).limit(limit)
        )
        return [_live(row) for row in rows]

    async def next_wake(self, now: datetime) -> datetime | None:
        found = await self._connection.execute(
            select(live_quizzes.c.wake).where(live_quizzes.c.wake > now).order_by(live_quizzes.c.wake).limit(1)
        )
        instant: datetime | None = found.scalar_one_or_none()
        return instant

    async def change(self, live: int, **values: Any) -> None:
        """Set columns of a quiz."""
        self.rescheduled |= "wake" in values
        await self._connection.execute(update(live_quizzes).where(live_quizzes.c.id == live).values(**values))

    # Questions

    async def questions(self, live: int) -> list[LiveQuestion]:
        rows = await self._connection.execute(
            select(live_questions).where(live_questions.c.live_id == live).order_by(live_questions.c.position)
        )
        return [_question(row) for row in rows]

    async def question(self, question: int) -> LiveQuestion | None:
        row = (
            await self._connection.execute(select(live_questions).where(live_questions.c.id == question))
        ).one_or_none()
        return _question(row) if row else None

    async def by_poll(self, poll: str) -> LiveQuestion | None:
        row = (await self._connection.execute(_BY_POLL, {"poll": poll})).one_or_none()
        return _question(row) if row else None

    async def known_polls(self, ids: Collection[str]) -> set[str]:
        """Those of these polls that are of a class's questions."""
        rows = await self._connection.execute(
            select(live_questions.c.poll_id)
            .where(live_questions.c.poll_id.in_(ids))
            .union(select(live_polls.c.poll_id).where(live_polls.c.poll_id.in_(ids)))
        )
        return set(rows.scalars())

    async def with_unknown_poll(self, voters: Sequence[int]) -> list[LiveQuestion]:
        """Questions that may stand in their group with a poll we never heard of, the likeliest first.

        Their sending broke off, or is under way. First those of groups that a voter is in, then the newest.
        """
        # A subquery for each of the two: which groups, and which sendings, are few; which questions, many.
        groups = select(members.c.chat_id).where(members.c.learner_id.in_(voters), members.c.inside)
        rows = await self._connection.execute(
            select(live_questions)
            .join(live_quizzes, live_quizzes.c.id == live_questions.c.live_id)
            .where(live_questions.c.id.in_(sent_blindly(Kind.LIVE_QUESTION)))
            .order_by(live_quizzes.c.chat_id.in_(groups).desc(), live_questions.c.id.desc())
        )
        return [_question(row) for row in rows]

    async def add_poll(self, question: LiveQuestion, poll: str) -> None:
        """A poll of this question, its first or a further one."""
        if question.poll is None:
            await self.change_question(question.id, poll_id=poll)
        elif question.poll != poll:
            values = {"poll_id": poll, "question_id": question.id}
            await insert_or_ignore(self._connection, live_polls, values, live_polls.c.poll_id)

    async def change_question(self, question: int, **values: Any) -> None:
        """Set poll_id, message_id, sent, closed, refused, skipped, fair or standing_message."""
        await self._connection.execute(update(live_questions).where(live_questions.c.id == question).values(**values))

    # Players and answers

    async def join(self, live: int, learner: int, *, member: bool | None, late: bool, now: datetime) -> bool:
        """Take somebody in; False when they play already."""
        values = {"live_id": live, "learner_id": learner, "joined": now, "member": member, "late": late}
        return await insert_or_ignore(self._connection, live_players, values, live_players.c.learner_id) is not None

    async def set_member(self, live: int, learner: int, member: bool | None) -> None:
        await self._connection.execute(
            update(live_players)
            .where(live_players.c.live_id == live, live_players.c.learner_id == learner)
            .values(member=member)
        )

    async def set_team(self, live: int, learner: int, team: int | None) -> None:
        await self._connection.execute(
            update(live_players)
            .where(live_players.c.live_id == live, live_players.c.learner_id == learner)
            .values(team=team)
        )

    async def no_teams(self, live: int) -> None:
        await self._connection.execute(update(live_players).where(live_players.c.live_id == live).values(team=None))

    async def player(self, live: int, learner: int) -> Player | None:
        return next((player for player in await self.players(live) if player.learner == learner), None)

    async def players(self, live: int) -> list[Player]:
        """Who plays, in the order in which they came, named as their class sees them."""
        rows = await self._connection.execute(
            select(live_players, learners.c.name, members.c.nickname, members.c.hidden, chats.c.names)
            .join(learners, learners.c.id == live_players.c.learner_id)
            .join(live_quizzes, live_quizzes.c.id == live_players.c.live_id)
            .join(chats, chats.c.id == live_quizzes.c.chat_id)
            .outerjoin(
                members,
                (members.c.chat_id == live_quizzes.c.chat_id) & (members.c.learner_id == live_players.c.learner_id),
            )
            .where(live_players.c.live_id == live)
            .order_by(live_players.c.joined, live_players.c.learner_id)
        )
        return [
            Player(
                r.learner_id,
                called(r.name, r.nickname, Names(r.names), r.learner_id),
                r.member,
                r.late,
                bool(r.hidden),
                r.team,
            )
            for r in rows
        ]

    async def answer(
        self,
        question: int,
        learner: int,
        chosen: Sequence[int],
        *,
        right: bool,
        bonus: int,
        now: datetime,
        offset: int,
    ) -> bool:
        """Keep a vote, and the voter's clock in minutes east of UTC; False when there is one already, which stays."""
        values = {
            "question_id": question,
            "learner_id": learner,
            "chosen": list(chosen),
            "right": right,
            "bonus": bonus,
            "at": now,
            "offset": offset,
        }
        return await insert_or_ignore(self._connection, live_answers, values, live_answers.c.learner_id) is not None

    async def answers(self, live: int) -> list[LiveAnswer]:
        """Answers to questions that count."""
        rows = await self._connection.execute(
            select(live_questions.c.position, live_answers)
            .join(live_questions, live_questions.c.id == live_answers.c.question_id)
            .where(live_questions.c.live_id == live, ~live_questions.c.skipped)
        )
        return [LiveAnswer(row.position, row.learner_id, row.right, row.bonus) for row in rows]

    async def no_bonus(self, question: int) -> None:
        """Nobody gets points for speed on this question."""
        await self.change_question(question, fair=False)
        await self._connection.execute(
            update(live_answers).where(live_answers.c.question_id == question).values(bonus=0)
        )

    async def being_asked(self) -> list[int]:
        """Questions that are open by the clock now."""
        rows = await self._connection.execute(
            select(live_questions.c.id)
            .join(live_quizzes, live_quizzes.c.id == live_questions.c.live_id)
            .where(
                live_quizzes.c.state == LiveState.ASKING,
                live_questions.c.sent.is_not(None),
                live_questions.c.closed.is_(None),
            )
        )
        return list(rows.scalars())

    # Members

    async def see_member(self, chat: int, learner: int, *, inside: bool, since: datetime | None = None) -> None:
        """Note that somebody is in the group, or not any more; `since` when their coming was seen.

        Whoever is seen there is a member in whatever they play, also if that could not be told before.
        """
        values: dict[str, Any] = {"chat_id": chat, "learner_id": learner, "inside": inside}
        if since is not None:
            values["since"] = since
        await upsert(self._connection, members, values, ["chat_id", "learner_id"], members.c.learner_id)
        if inside:
            being_played = select(live_quizzes.c.id).where(
                live_quizzes.c.chat_id == chat, live_quizzes.c.state != LiveState.ENDED
            )
            await self._connection.execute(
                update(live_players)
                .where(live_players.c.learner_id == learner, live_players.c.live_id.in_(being_played))
                .values(member=True)
            )

    async def membership(self, chat: int, learner: int) -> tuple[bool, datetime | None] | None:
        """Whether this learner is in the group and since when; None when it was never seen."""
        row = (await self._connection.execute(_MEMBERSHIP, {"chat": chat, "learner": learner})).one_or_none()
        return (row.inside, row.since) if row and row.inside is not None else None
