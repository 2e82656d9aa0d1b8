"""What must reach people: written in the same transaction as its cause, sent afterwards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.outgoing import Urgency
from tutor_bot.storage.schema import learners, outbox, versions
from tutor_bot.storage.sql import insert_all_or_ignore, insert_or_ignore

MAX_UNSURE_TRIES = 2
"""A send whose fate is unknown is tried once more, at most."""


class Kind(StrEnum):
    QUESTION = "question"
    FEEDBACK = "feedback"
    SUMMARY = "summary"
    CLOSE = "close"
    NEWS = "news"
    REMINDER = "reminder"
    WEEKLY = "weekly"
    LIVE_LOBBY = "live lobby"
    LIVE_STARTED = "live started"
    LIVE_QUESTION = "live question"
    LIVE_STANDING = "live standing"
    LIVE_CLOSE = "live close"
    LIVE_PODIUM = "live podium"
    LIVE_COUNTDOWN = "live countdown"
    LIVE_FIX = "live fix"
    HOMEWORK = "homework"
    DIGEST = "digest"


class State(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


SHOWS_RESULTS = "polls show results"
"""The name under which it is kept that Telegram refuses quizzes that hide their results."""

_ACTIVE = (State.WAITING, State.SENDING)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A row for a learner or, with `chat` (our id), for a group."""

    id: int
    learner: int | None
    chat: int | None
    kind: Kind
    subject: int
    urgency: Urgency
    tries: int


def sent_blindly(kind: Kind) -> Any:
    """A subquery: the subjects of what may stand in a chat without our having heard of it."""
    return select(outbox.c.subject).where(
        outbox.c.kind == kind,
        outbox.c.tries > 0,
        or_(outbox.c.tries > 1, outbox.c.state != State.SENT),
    )


_earlier = outbox.alias("earlier")
_NEXT_OF_EACH = (
    select(outbox.c.id)
    .outerjoin(learners, learners.c.id == outbox.c.learner_id)
    .where(
        outbox.c.state == State.WAITING,
        outbox.c.learner_id.is_(None) | learners.c.reachable,
        ~exists().where(
            # Nothing equals NULL, so a person's rows wait for that person's alone, and a group's for the group's.
            (_earlier.c.learner_id == outbox.c.learner_id) | (_earlier.c.chat_id == outbox.c.chat_id),
            _earlier.c.id < outbox.c.id,
            _earlier.c.state.in_(_ACTIVE),
        ),
    )
)
"""The earliest row of each group and reachable person, if it waits: those behind it are not free before."""
# Made once: to make such statements takes longer than to run them.
_CLAIM = (
    update(outbox)
    .where(
        outbox.c.id.in_(
            _NEXT_OF_EACH.where(outbox.c.not_before <= bindparam("now"))
            .order_by(outbox.c.not_before)
            .limit(bindparam("most"))
        ),
        # Said once more, for this alone is looked at again when another replica has been faster.
        outbox.c.state == State.WAITING,
    )
    .values(state=State.SENDING, tries=outbox.c.tries + 1)
    .returning(
        outbox.c.id,
        outbox.c.learner_id,
        outbox.c.chat_id,
        outbox.c.kind,
        outbox.c.subject,
        outbox.c.urgency,
        outbox.c.tries,
    )
)
_NEXT_DUE = _NEXT_OF_EACH.with_only_columns(outbox.c.not_before).order_by(outbox.c.not_before).limit(1)


class Outbox:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.added = False

    async def add(
        self,
        once: str,
        *,
        learner: int | None = None,
        chat: int | None = None,
        kind: Kind,
        subject: int,
        urgency: Urgency,
        not_before: datetime,
    ) -> None:
        """Something to send to a learner or a group; `once` names what it says, and nothing is said twice."""
        values = {
            "once": once,
            "learner_id": learner,
            "chat_id": chat,
            "kind": kind,
            "subject": subject,
            "urgency": urgency,
            "state": State.WAITING,
            "tries": 0,
            "not_before": not_before,
        }
        self.added |= await insert_or_ignore(self._connection, outbox, values, outbox.c.id) is not None

    async def add_all(
        self, once: Mapping[str, tuple[int, int]], *, kind: Kind, urgency: Urgency, not_before: datetime
    ) -> None:
        """The same for many learners at once: what it says, to the learner and its subject."""
        rows = [
            {
                "once": words,
                "learner_id": learner,
                "kind": kind,
                "subject": subject,
                "urgency": urgency,
                "state": State.WAITING,
                "tries": 0,
                "not_before": not_before,
            }
            for words, (learner, subject) in once.items()
        ]
        self.added |= bool(await insert_all_or_ignore(self._connection, outbox, rows, outbox.c.id))

    async def claim(self, now: datetime, limit: int) -> list[OutboxRow]:
        """Rows to send now, at most one for each person: theirs go out in order, one after the other."""
        rows = await self._connection.execute(_CLAIM, {"now": now, "most": limit})
        claimed = [
            OutboxRow(r.id, r.learner_id, r.chat_id, Kind(r.kind), r.subject, Urgency(r.urgency), r.tries) for r in rows
        ]
        return sorted(claimed, key=lambda row: row.id)

    async def next_due(self) -> datetime | None:
        """The earliest instant at which `claim` will have something."""
        instant: datetime | None = (await self._connection.execute(_NEXT_DUE)).scalar_one_or_none()
        return instant

    async def note_shows_results(self) -> None:
        """Telegram refuses quizzes that hide their results: not to be tried again."""
        await insert_or_ignore(self._connection, versions, {"name": SHOWS_RESULTS, "number": 1}, versions.c.number)

    async def shows_results(self) -> bool:
        found = await self._connection.execute(select(versions.c.number).where(versions.c.name == SHOWS_RESULTS))
        return found.scalar_one_or_none() is not None

    async def under_way(self) -> int:
        """How many rows have been handed out to be sent and are not noted yet."""
        found = await self._connection.execute(
            select(func.count()).select_from(outbox).where(outbox.c.state == State.SENDING)
        )
        return found.scalar_one()

    async def sent(self, row: int, message_id: int | None) -> None:
        await self._set(row, state=State.SENT, message_id=message_id, error=None)

    async def subject_of(self, row: int) -> int:
        """What a row is about."""
        found = await self._connection.execute(select(outbox.c.subject).where(outbox.c.id == row))
        subject: int = found.scalar_one()
        return subject

    async def has_failed(self, kind: Kind, subject: int) -> bool:
        """Whether the sending of this was given up."""
        found = await self._connection.execute(
            select(outbox.c.id).where(
                outbox.c.kind == kind, outbox.c.subject == subject, outbox.c.state == State.FAILED
            )
        )
        return found.first() is not None

    async def sent_after_all(self, question: int, kind: Kind = Kind.QUESTION) -> None:
        """A vote proves that a question whose sending broke off had arrived: it is not sent again."""
        await self._connection.execute(
            update(outbox)
            .where(
                outbox.c.kind == kind,
                outbox.c.subject == question,
                outbox.c.state.in_(_ACTIVE),
                outbox.c.tries > 0,
            )
            .values(state=State.SENT)
        )

    async def later(self, row: int, not_before: datetime, *, counted: bool) -> None:
        """Try again; `counted` when this try may have arrived."""
        tries = outbox.c.tries if counted else outbox.c.tries - 1
        await self._set(row, state=State.WAITING, not_before=not_before, tries=tries)

    async def failed(self, row: int, error: str) -> None:
        await self._set(row, state=State.FAILED, error=error)

    async def drop_waiting(self, learner: int, why: str) -> None:
        """Nothing of this reaches them any more."""
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.learner_id == learner, outbox.c.state.in_(_ACTIVE))
            .values(state=State.FAILED, error=why)
        )

    async def drop_waiting_in(self, chat: int, why: str) -> None:
        """Nothing of this reaches the group any more."""
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.chat_id == chat, outbox.c.state.in_(_ACTIVE))
            .values(state=State.FAILED, error=why)
        )

    async def recover(self, again: datetime, under_way: Collection[int] = ()) -> int:
        """After a crash: rows left in 'sending' are due once more at `again`, or given up; how many.

        Not those that are `under_way`.
        """
        unsure = and_(outbox.c.state == State.SENDING, outbox.c.id.not_in(under_way))
        retried = await self._connection.execute(
            update(outbox)
            .where(unsure, outbox.c.tries < MAX_UNSURE_TRIES)
            .values(state=State.WAITING, not_before=again)
            .returning(outbox.c.id)
        )
        await self._connection.execute(
            update(outbox).where(unsure).values(state=State.FAILED, error="broke off twice; fate unknown")
        )
        return len(retried.all())

    async def _set(self, row: int, **values: object) -> None:
        await self._connection.execute(update(outbox).where(outbox.c.id == row).values(**values))
