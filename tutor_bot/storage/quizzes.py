"""Quizzes, their questions as they were sent, and the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.facts import FactKey, ItemKind
from tutor_bot.domain.quiz import QuizKind, Snapshot
from tutor_bot.storage.schema import answers, polls, questions, quizzes, strays
from tutor_bot.storage.sql import insert_or_ignore, upsert


@dataclass(frozen=True, slots=True)
class Quiz:
    id: int
    learner: int
    kind: QuizKind
    size: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a quiz; `message` is the id of the poll's message once it is known."""

    id: int
    quiz: Quiz
    position: int
    fact: FactKey
    snapshot: Snapshot
    message: int | None
    sent: bool
    closed: bool
    right: bool | None
    """None while it has no answer."""


@dataclass(frozen=True, slots=True)
class StrayVote:
    """A vote on an unknown poll, whole: who chose what, of which stem and how many options."""

    voter: int
    chosen: tuple[int, ...]
    stem: str
    options: int


def snapshot_of(stored: Mapping[str, Any]) -> Snapshot:
    """A question as it was kept; older ones lack what came later."""
    return Snapshot(
        kind=ItemKind(stored["kind"]),
        stem=stored["stem"],
        options=tuple(stored["options"]),
        right=tuple(stored["right"]),
        why=stored["why"],
        title=stored["title"],
        sources=tuple(stored["sources"]),
        version=stored["version"],
        accepted=tuple(stored.get("accepted", ())),
        hints=tuple(stored.get("hints", ())),
    )


def _quiz(row: Any) -> Quiz:
    return Quiz(row.id, row.learner_id, QuizKind(row.kind), row.size, row.ended is not None)


def _questions() -> Select[Any]:
    return (
        select(
            questions,
            quizzes.c.learner_id,
            quizzes.c.kind,
            quizzes.c.size,
            quizzes.c.ended,
            answers.c.right,
        )
        .join(quizzes, quizzes.c.id == questions.c.quiz_id)
        .outerjoin(
            answers,
            (answers.c.question_id == questions.c.id) & (answers.c.learner_id == quizzes.c.learner_id),
        )
    )


def _question(row: Any) -> Question:
    return Question(
        id=row.id,
        quiz=Quiz(row.quiz_id, row.learner_id, QuizKind(row.kind), row.size, row.ended is not None),
        position=row.position,
        fact=row.fact,
        snapshot=snapshot_of(row.snapshot),
        message=row.message_id,
        sent=row.sent is not None,
        closed=row.closed is not None,
        right=row.right,
    )


class Quizzes:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, learner: int, kind: QuizKind, day: date | None, now: datetime) -> int | None:
        """The new quiz's id, or None when this learner's quiz for this day is taken."""
        values = {"learner_id": learner, "kind": kind, "local_day": day, "size": 0, "began": now}
        made = await insert_or_ignore(self._connection, quizzes, values, quizzes.c.id)
        return None if made is None else int(made)

    async def fill(self, quiz: int, planned: Sequence[tuple[FactKey, str, Snapshot]]) -> list[int]:
        """Add the questions (fact, item, snapshot) in this order; their ids."""
        ids = []
        for position, (fact, item, snapshot) in enumerate(planned, start=1):
            made = await self._connection.execute(
                questions.insert()
                .values(quiz_id=quiz, position=position, fact=fact, item=item, snapshot=asdict(snapshot))
                .returning(questions.c.id)
            )
            ids.append(made.scalar_one())
        await self._connection.execute(update(quizzes).where(quizzes.c.id == quiz).values(size=len(ids)))
        return ids

    async def last_day(self, learner: int) -> date | None:
        """The local day of this learner's latest daily quiz."""
        found = await self._connection.execute(
            select(func.max(quizzes.c.local_day)).where(quizzes.c.learner_id == learner)
        )
        day: date | None = found.scalar_one()
        return day

    async def quiz(self, quiz_id: int) -> Quiz | None:
        row = (await self._connection.execute(select(quizzes).where(quizzes.c.id == quiz_id))).one_or_none()
        return _quiz(row) if row else None

    async def open_of(self, learner: int) -> Quiz | None:
        """The quiz that this learner has not finished."""
        row = (
            await self._connection.execute(
                select(quizzes)
                .where(quizzes.c.learner_id == learner, quizzes.c.ended.is_(None))
                .order_by(quizzes.c.id.desc())
                .limit(1)
            )
        ).one_or_none()
        return _quiz(row) if row else None

    async def question(self, question_id: int) -> Question | None:
        row = (await self._connection.execute(_questions().where(questions.c.id == question_id))).one_or_none()
        return _question(row) if row else None

    async def questions_of(self, quiz_id: int) -> list[Question]:
        """All questions of a quiz, in order."""
        rows = await self._connection.execute(
            _questions().where(questions.c.quiz_id == quiz_id).order_by(questions.c.position)
        )
        return [_question(row) for row in rows]

    async def by_poll(self, poll_id: str) -> Question | None:
        row = (
            await self._connection.execute(
                _questions().join(polls, polls.c.question_id == questions.c.id).where(polls.c.poll_id == poll_id)
            )
        ).one_or_none()
        return _question(row) if row else None

    async def unanswered_of(self, learner: int) -> list[Question]:
        """Questions that may have been sent and have no answer: where a stray vote may belong."""
        rows = await self._connection.execute(
            _questions().where(quizzes.c.learner_id == learner, quizzes.c.ended.is_(None), answers.c.right.is_(None))
        )
        return [_question(row) for row in rows]

    async def note_sent(self, question: int, poll_id: str | None, message: int | None, now: datetime) -> None:
        """The poll of a question, if it is one; a second poll of the same question counts as well."""
        if poll_id is not None:
            values = {"poll_id": poll_id, "question_id": question}
            await insert_or_ignore(self._connection, polls, values, polls.c.poll_id)
        sent: dict[str, Any] = {"sent": now} if message is None else {"sent": now, "message_id": message}
        await self._connection.execute(update(questions).where(questions.c.id == question).values(**sent))

    async def answer(
        self, question: int, learner: int, chosen: Sequence[int] | Sequence[str], *, right: bool, now: datetime
    ) -> bool:
        """Keep an answer (options, or what was typed); False when there is one already, which stays."""
        values = {
            "question_id": question,
            "learner_id": learner,
            "chosen": list(chosen),
            "right": right,
            "at": now,
        }
        return await insert_or_ignore(self._connection, answers, values, answers.c.question_id) is not None

    async def close(self, question: int, now: datetime) -> None:
        await self._connection.execute(
            update(questions).where(questions.c.id == question, questions.c.closed.is_(None)).values(closed=now)
        )

    async def end(self, quiz: int, now: datetime) -> bool:
        """End a quiz; False when it had ended before."""
        changed = await self._connection.execute(
            update(quizzes)
            .where(quizzes.c.id == quiz, quizzes.c.ended.is_(None))
            .values(ended=now)
            .returning(quizzes.c.id)
        )
        return changed.first() is not None

    async def items_met(self, learner: int) -> Mapping[str, int]:
        """How often each item was put to this learner."""
        rows = await self._connection.execute(
            select(questions.c.item, func.count())
            .join(quizzes, quizzes.c.id == questions.c.quiz_id)
            .where(quizzes.c.learner_id == learner, questions.c.sent.is_not(None))
            .group_by(questions.c.item)
        )
        return {row[0]: row[1] for row in rows}

    async def answers_of(self, learner: int) -> list[tuple[datetime, bool]]:
        """When this learner answered, and whether rightly; oldest first."""
        rows = await self._connection.execute(
            select(answers.c.at, answers.c.right).where(answers.c.learner_id == learner).order_by(answers.c.at)
        )
        return [(row[0], row[1]) for row in rows]

    async def stray_poll(self, poll_id: str, stem: str, options: int, now: datetime) -> StrayVote | None:
        """Note a poll we do not know; the whole vote when its other half is here."""
        return await self._stray(poll_id, {"stem": stem, "options": options}, now)

    async def stray_vote(self, poll_id: str, voter: int, chosen: Sequence[int], now: datetime) -> StrayVote | None:
        """Note a vote on a poll we do not know; the whole vote when its other half is here."""
        return await self._stray(poll_id, {"voter": voter, "chosen": list(chosen)}, now)

    async def _stray(self, poll_id: str, half: Mapping[str, Any], now: datetime) -> StrayVote | None:
        await upsert(
            self._connection,
            strays,
            {"poll_id": poll_id, **half, "seen": now},
            ["poll_id"],
            strays.c.poll_id,
        )
        row = (await self._connection.execute(select(strays).where(strays.c.poll_id == poll_id))).one()
        if row.stem is None or row.voter is None:
            return None
        return StrayVote(row.voter, tuple(row.chosen), row.stem, row.options)
