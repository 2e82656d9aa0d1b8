"""Class groups: what is set for them, who is in them, and what they have answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.classes import Classroom, Member, Names
from tutor_bot.domain.facts import FactKey
from tutor_bot.domain.quiz import Snapshot
from tutor_bot.storage.quizzes import snapshot_of
from tutor_bot.storage.schema import (
    chats,
    learners,
    live_answers,
    live_players,
    live_questions,
    live_quizzes,
    members,
)
from tutor_bot.storage.sql import insert_or_ignore, upsert


@dataclass(frozen=True, slots=True)
class Vote:
    """An answer in a class quiz and the question it answers. `chosen` are places in the snapshot's options."""

    live: int
    mode: str
    began: datetime
    question: int
    fact: FactKey
    item: str
    snapshot: Snapshot
    sent: datetime | None
    learner: int
    name: str
    chosen: tuple[int, ...]
    right: bool
    bonus: int
    at: datetime
    offset: int


# Made once: every update of a group asks for it.
_LANGUAGE = select(chats.c.language).where(chats.c.telegram_id == bindparam("account"))


def _classroom(row: Any) -> Classroom:
    return Classroom(
        id=row.id,
        telegram_id=row.telegram_id,
        title=row.title,
        language=row.language,
        zone=ZoneInfo(row.zone) if row.zone else None,
        daily=None if row.daily_minute is None else time(*divmod(row.daily_minute, 60)),
        next_daily=row.next_daily,
        size=row.size,
        topics=tuple(row.topics or ()),
        names=Names(row.names),
        speed=row.speed,
        talk=row.talk,
        thread=row.thread,
    )


class Classes:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.rescheduled = False
        """Whether it has changed when a class has something due."""

    async def one(self, chat: int) -> Classroom:
        return _classroom((await self._connection.execute(select(chats).where(chats.c.id == chat))).one())

    async def language_of(self, telegram_id: int) -> str | None:
        """The language that admins have chosen for a group, by Telegram's id."""
        found = await self._connection.execute(_LANGUAGE, {"account": telegram_id})
        language: str | None = found.scalar_one_or_none()
        return language

    async def change(self, chat: int, **values: Any) -> None:
        """Set columns of a class: a zone by its name, an hour as minutes after local midnight."""
        self.rescheduled |= bool(values.keys() & {"next_daily", "next_digest"})
        await self._connection.execute(update(chats).where(chats.c.id == chat).values(**values))

    async def due_for_daily(self, now: datetime, limit: int) -> list[Classroom]:
        return await self._due(select(chats).where(chats.c.next_daily <= now).order_by(chats.c.next_daily), limit)

    async def due_for_digest(self, now: datetime, limit: int) -> list[Classroom]:
        return await self._due(select(chats).where(chats.c.next_digest <= now).order_by(chats.c.next_digest), limit)

    async def _due(self, found: Select[Any], limit: int) -> list[Classroom]:
        return [_classroom(row) for row in await self._connection.execute(found.limit(limit))]

    async def next_due_after(self, now: datetime) -> datetime | None:
        """The earliest daily quiz or weekly news of a class that is still to come."""
        instants: list[datetime | None] = []
        for column in (chats.c.next_daily, chats.c.next_digest):
            rows = await self._connection.execute(select(column).where(column > now).order_by(column).limit(1))
            instants += rows.scalars().all()
        return min((instant for instant in instants if instant is not None), default=None)

    async def next_daily_after(self, now: datetime) -> datetime | None:
        rows = await self._connection.execute(
            select(chats.c.next_daily).where(chats.c.next_daily > now).order_by(chats.c.next_daily).limit(1)
        )
        return rows.scalar_one_or_none()

    async def groups_of(self, learner: int) -> list[Classroom]:
        """Classes that a learner is known to be in, by title."""
        rows = await self._connection.execute(
            select(chats)
            .join(members, members.c.chat_id == chats.c.id)
            .where(members.c.learner_id == learner, members.c.inside)
            .order_by(chats.c.title)
        )
        return [_classroom(row) for row in rows]

    # Members

    async def members(self, chat: int) -> Mapping[int, Member]:
        """Everybody who was ever seen in a class or has played with it, by learner."""
        rows = await self._connection.execute(
            select(members, learners.c.name)
            .join(learners, learners.c.id == members.c.learner_id)
            .where(members.c.chat_id == chat)
        )
        return {r.learner_id: Member(r.learner_id, r.name, r.nickname, r.hidden, r.inside, r.digest) for r in rows}

    async def set_member(self, chat: int, learner: int, **values: Any) -> None:
        """Set nickname, hidden or digest of somebody, whether or not they were seen before."""
        await insert_or_ignore(
            self._connection, members, {"chat_id": chat, "learner_id": learner}, members.c.learner_id
        )
        keys = {"chat_id": chat, "learner_id": learner}
        await upsert(self._connection, members, {**keys, **values}, list(keys), members.c.learner_id)

    async def wish_for_digest(self, chat: int) -> list[int]:
        rows = await self._connection.execute(
            select(members.c.learner_id).where(members.c.chat_id == chat, members.c.digest)
        )
        return list(rows.scalars())

    # What was answered

    async def votes(self, chat: int, since: datetime) -> list[Vote]:
        """Answers that count, of quizzes begun since then, in the order in which they came."""
        rows = await self._connection.execute(
            select(
                live_quizzes.c.id.label("live"),
                live_quizzes.c.mode,
                live_quizzes.c.began,
                live_questions.c.id.label("question"),
                live_questions.c.fact,
                live_questions.c.item,
                live_questions.c.snapshot,
                live_questions.c.sent,
                live_answers.c.learner_id,
                learners.c.name,
                live_answers.c.chosen,
                live_answers.c.right,
                live_answers.c.bonus,
                live_answers.c.at,
                live_answers.c.offset,
            )
            .join(live_questions, live_questions.c.id == live_answers.c.question_id)
            .join(live_quizzes, live_quizzes.c.id == live_questions.c.live_id)
            .join(learners, learners.c.id == live_answers.c.learner_id)
            .join(
                live_players,
                (live_players.c.live_id == live_quizzes.c.id)
                & (live_players.c.learner_id == live_answers.c.learner_id),
            )
            .where(
                live_quizzes.c.chat_id == chat,
                live_quizzes.c.began >= since,
                ~live_questions.c.skipped,
                # Strangers score in no table.
                live_players.c.member.is_not(False),
            )
            .order_by(live_answers.c.at, live_answers.c.question_id, live_answers.c.learner_id)
        )
        snapshots: dict[int, Snapshot] = {}
        found = []
        for r in rows:
            snapshot = snapshots.get(r.question) or snapshots.setdefault(r.question, snapshot_of(r.snapshot))
            chosen = tuple(r.chosen)
            found.append(
                Vote(
                    *(r.live, r.mode, r.began, r.question, r.fact, r.item, snapshot, r.sent),
                    *(r.learner_id, r.name, chosen, r.right, r.bonus, r.at, r.offset or 0),
                )
            )
        return found

    async def quizzes_since(self, chat: int, since: datetime) -> list[tuple[int, datetime]]:
        """Quizzes begun since then of which at least one question was put: their id and beginning, oldest first."""
        rows = await self._connection.execute(
            select(live_quizzes.c.id, live_quizzes.c.began)
            .where(
                live_quizzes.c.chat_id == chat,
                live_quizzes.c.began >= since,
                live_quizzes.c.id.in_(select(live_questions.c.live_id).where(live_questions.c.sent.is_not(None))),
            )
            .order_by(live_quizzes.c.began)
        )
        return [(row.id, row.began) for row in rows]

    async def last_daily(self, chat: int) -> Any:
        """The local day of the class's last daily quiz."""
        rows = await self._connection.execute(
            select(live_quizzes.c.local_day)
            .where(live_quizzes.c.chat_id == chat, live_quizzes.c.local_day.is_not(None))
            .order_by(live_quizzes.c.local_day.desc())
            .limit(1)
        )
        return rows.scalar_one_or_none()

    async def active(self, chat: int, since: datetime) -> Sequence[int]:
        """Members who have answered something in class since then."""
        rows = await self._connection.execute(
            select(live_players.c.learner_id)
            .distinct()
            .join(live_quizzes, live_quizzes.c.id == live_players.c.live_id)
            .where(live_quizzes.c.chat_id == chat, live_quizzes.c.began >= since, live_players.c.member.is_not(False))
        )
        return rows.scalars().all()
