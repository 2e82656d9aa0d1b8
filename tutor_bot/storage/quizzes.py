"""Quizzes, their questions as they were sent, and the answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.facts import FactKey, ItemKind
from tutor_bot.domain.quiz import QuizKind, Snapshot
from tutor_bot.storage.outbox import Kind, sent_blindly
from tutor_bot.storage.schema import answers, learners, live_answers, polls, questions, quizzes
from tutor_bot.storage.sql import insert_all_or_ignore, insert_or_ignore


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
    hints: int = 0
    """How many were shown."""


def _stored(snapshot: Snapshot) -> dict[str, Any]:
    # Shallow: its fields hold nothing but strings and numbers, in tuples at most.
    return {name: getattr(snapshot, name) for name in _SNAPSHOT}


_SNAPSHOT = tuple(field.name for field in fields(Snapshot))


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


_QUESTIONS = (
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
# Made once: to make such a statement takes longer than to run it, and every vote runs these.
_NOT_ENDED = select(quizzes).where(quizzes.c.ended.is_(None)).order_by(quizzes.c.id.desc()).limit(1)
_OPEN = _NOT_ENDED.where(quizzes.c.learner_id == bindparam("who"))
_OPEN_OF_ACCOUNT = _NOT_ENDED.join(learners, learners.c.id == quizzes.c.learner_id).where(
    learners.c.telegram_id == bindparam("account")
)
_BY_ID = _QUESTIONS.where(questions.c.id == bindparam("question"))
_OF_QUIZ = _QUESTIONS.where(questions.c.quiz_id == bindparam("of_quiz")).order_by(questions.c.position)
_BY_POLL = _QUESTIONS.join(polls, polls.c.question_id == questions.c.id).where(polls.c.poll_id == bindparam("poll"))
_CLOSE = (
    update(questions)
    .where(questions.c.id == bindparam("question"), questions.c.closed.is_(None))
    .values(closed=bindparam("at"))
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
        hints=row.hints,
    )


class Quizzes:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, learner: int, kind: QuizKind, day: date | None, now: datetime) -> int | None:
        """The new quiz's id, or None when this learner's quiz for this day is taken."""
        return (await self.claim_all([learner], kind, {learner: day}, now)).get(learner)

    async def claim_all(
        self, wanted: Sequence[int], kind: QuizKind, days: Mapping[int, date | None], now: datetime
    ) -> Mapping[int, int]:
        """A new quiz for each learner whose quiz for that day is not taken yet: its id, by learner."""
        rows = [
            {"learner_id": learner, "kind": kind, "local_day": days[learner], "size": 0, "began": now}
            for learner in wanted
        ]
        made = await insert_all_or_ignore(self._connection, quizzes, rows, quizzes.c.learner_id, quizzes.c.id)
        return {row[0]: row[1] for row in made}

    async def fill(self, planned: Mapping[int, Sequence[tuple[FactKey, str, Snapshot]]]) -> Mapping[int, int]:
        """Add its questions (fact, item, snapshot), in order, to each quiz; the id of each quiz's first."""
        rows = [
            {"quiz_id": quiz, "position": position, "fact": fact, "item": item, "snapshot": _stored(snapshot)}
            for quiz, questions_ in planned.items()
            for position, (fact, item, snapshot) in enumerate(questions_, start=1)
        ]
        await self._connection.execute(questions.insert(), rows)
        await self._connection.execute(
            update(quizzes).where(quizzes.c.id == bindparam("of_quiz")).values(size=bindparam("asked")),
            [{"of_quiz": quiz, "asked": len(questions_)} for quiz, questions_ in planned.items()],
        )
        first = await self._connection.execute(
            select(questions.c.quiz_id, questions.c.id).where(
                questions.c.quiz_id.in_(list(planned)), questions.c.position == 1
            )
        )
        return {row[0]: row[1] for row in first}

    async def last_days(self, wanted: Sequence[int]) -> Mapping[int, date]:
        """The local day of the latest daily quiz of each of these learners that has had one."""
        rows = await self._connection.execute(
            select(quizzes.c.learner_id, func.max(quizzes.c.local_day))
            .where(quizzes.c.learner_id.in_(wanted), quizzes.c.kind == QuizKind.DAILY)
            .group_by(quizzes.c.learner_id)
        )
        return {row[0]: row[1] for row in rows if row[1] is not None}

    async def last_day(self, learner: int) -> date | None:
        """The local day of this learner's latest daily quiz."""
        return (await self.last_days([learner])).get(learner)

    async def daily_of(self, learner: int, day: date) -> Quiz | None:
        """The daily quiz of a local day."""
        row = (
            await self._connection.execute(
                select(quizzes).where(
                    quizzes.c.learner_id == learner, quizzes.c.kind == QuizKind.DAILY, quizzes.c.local_day == day
                )
            )
        ).one_or_none()
        return _quiz(row) if row else None

    async def open_of_all(self, wanted: Sequence[int]) -> list[Quiz]:
        """The quizzes that these learners have not finished."""
        rows = await self._connection.execute(
            select(quizzes).where(quizzes.c.learner_id.in_(wanted), quizzes.c.ended.is_(None))
        )
        return [_quiz(row) for row in rows]

    async def quiz(self, quiz_id: int) -> Quiz | None:
        row = (await self._connection.execute(select(quizzes).where(quizzes.c.id == quiz_id))).one_or_none()
        return _quiz(row) if row else None

    async def open_of(self, learner: int) -> Quiz | None:
        """The quiz that this learner has not finished."""
        row = (await self._connection.execute(_OPEN, {"who": learner})).one_or_none()
        return _quiz(row) if row else None

    async def open_of_account(self, telegram_id: int) -> Quiz | None:
        """The same of whoever has this Telegram account."""
        row = (await self._connection.execute(_OPEN_OF_ACCOUNT, {"account": telegram_id})).one_or_none()
        return _quiz(row) if row else None

    async def question(self, question_id: int) -> Question | None:
        row = (await self._connection.execute(_BY_ID, {"question": question_id})).one_or_none()
        return _question(row) if row else None

    async def questions_of(self, quiz_id: int) -> list[Question]:
        """All questions of a quiz, in order."""
        rows = await self._connection.execute(_OF_QUIZ, {"of_quiz": quiz_id})
        return [_question(row) for row in rows]

    async def by_poll(self, poll_id: str) -> Question | None:
        row = (await self._connection.execute(_BY_POLL, {"poll": poll_id})).one_or_none()
        return _question(row) if row else None

    async def known_polls(self, ids: Collection[str]) -> set[str]:
        """Those of these polls that are of questions."""
        rows = await self._connection.execute(select(polls.c.poll_id).where(polls.c.poll_id.in_(ids)))
        return set(rows.scalars())

    async def with_unknown_poll(self, learner: int) -> list[Question]:
        """Where a stray vote may belong: questions of the open quiz that have no answer, and then all those that may
        have been sent without our having heard of it, the newest first. They may be answered: in another copy.
        """
        is_open = quizzes.c.ended.is_(None) & answers.c.right.is_(None)
        rows = await self._connection.execute(
            _QUESTIONS.where(
                quizzes.c.learner_id == learner, or_(is_open, questions.c.id.in_(sent_blindly(Kind.QUESTION)))
            ).order_by(is_open.desc(), questions.c.id.desc())
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
        self,
        question: int,
        learner: int,
        chosen: Sequence[int] | Sequence[str],
        *,
        right: bool,
        now: datetime,
        offset: int,
    ) -> bool:
        """Keep an answer (options, or what was typed); False when there is one already, which stays.

        `offset` is the learner's clock, in minutes east of UTC.
        """
        values = {
            "question_id": question,
            "learner_id": learner,
            "chosen": list(chosen),
            "right": right,
            "at": now,
            "offset": offset,
        }
        return await insert_or_ignore(self._connection, answers, values, answers.c.question_id) is not None

    async def close(self, question: int, now: datetime) -> None:
        await self._connection.execute(_CLOSE, {"question": question, "at": now})

    async def end(self, quiz: int, now: datetime) -> bool:
        """End a quiz; False when it had ended before."""
        changed = await self._connection.execute(
            update(quizzes)
            .where(quizzes.c.id == quiz, quizzes.c.ended.is_(None))
            .values(ended=now)
            .returning(quizzes.c.id)
        )
        return changed.first() is not None

    async def end_all(self, quiz_ids: Sequence[int], now: datetime) -> list[tuple[int, int]]:
        """End quizzes; the polls among their open questions that were sent, each with its learner."""
        await self._connection.execute(
            update(quizzes).where(quizzes.c.id.in_(quiz_ids), quizzes.c.ended.is_(None)).values(ended=now)
        )
        closed = await self._connection.execute(
            update(questions)
            .where(questions.c.quiz_id.in_(quiz_ids), questions.c.closed.is_(None))
            .values(closed=now)
            .returning(questions.c.id, questions.c.quiz_id, questions.c.message_id, questions.c.snapshot)
        )
        shown = [row for row in closed if row.message_id is not None and ItemKind(row.snapshot["kind"]).fits_poll]
        whose = await self._connection.execute(
            select(quizzes.c.id, quizzes.c.learner_id).where(quizzes.c.id.in_(quiz_ids))
        )
        learner_of = {row[0]: row[1] for row in whose}
        return [(row.id, learner_of[row.quiz_id]) for row in shown]

    async def recent_dailies(self, learner: int, limit: int) -> list[tuple[int, datetime, date]]:
        """The latest daily quizzes: id, when it came, and the local day it counts for; the newest first."""
        rows = await self._connection.execute(
            select(quizzes.c.id, quizzes.c.began, quizzes.c.local_day)
            .where(quizzes.c.learner_id == learner, quizzes.c.kind == QuizKind.DAILY)
            .order_by(quizzes.c.local_day.desc())
            .limit(limit)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def count_for(self, quiz: int, day: date) -> None:
        """Have a daily quiz count for another local day."""
        await self._connection.execute(update(quizzes).where(quizzes.c.id == quiz).values(local_day=day))

    async def items_met(self, wanted: Mapping[int, Sequence[FactKey]]) -> Mapping[int, Mapping[str, int]]:
        """How often each item of these facts was put to each of these learners."""
        found: dict[int, dict[str, int]] = {learner: {} for learner in wanted}
        facts = {fact for keys in wanted.values() for fact in keys}
        rows = await self._connection.execute(
            select(quizzes.c.learner_id, questions.c.item, func.count())
            .join(quizzes, quizzes.c.id == questions.c.quiz_id)
            .where(quizzes.c.learner_id.in_(list(wanted)), questions.c.fact.in_(facts), questions.c.sent.is_not(None))
            .group_by(quizzes.c.learner_id, questions.c.item)
        )
        for learner, item, count in rows:
            found[learner][item] = count
        return found

    async def answers_of(self, learner: int) -> list[tuple[datetime, int | None, bool]]:
        """When this learner answered, how many minutes east of UTC that was, and whether rightly; oldest first.

        In private and with a class alike; the offset is None where it was not kept yet.
        """
        own = select(answers.c.at, answers.c.offset, answers.c.right).where(answers.c.learner_id == learner)
        live = select(live_answers.c.at, live_answers.c.offset, live_answers.c.right).where(
            live_answers.c.learner_id == learner
        )
        both = own.union_all(live).subquery()
        rows = await self._connection.execute(select(both).order_by(both.c.at))
        return [(row[0], row[1], row[2]) for row in rows]

    async def show_hints(self, question: int, hints: int) -> None:
        """So many hints of a question have been seen; never fewer than before."""
        await self._connection.execute(
            update(questions).where(questions.c.id == question, questions.c.hints < hints).values(hints=hints)
        )
